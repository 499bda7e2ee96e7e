"""Which of several threads ran when, and who kept the others from it: stamps that threads leave as they run."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from unladen.show import PALETTE, chart_style, duration, figure, marked

PAUSE = 3e-3  # seconds without a stamp after which a thread is taken not to have run
NAP = 0.02  # seconds
AT_ONCE = 0.5  # threads that run at once for more than this share of the time have no lock to hand over
HOUR = 3600.0  # seconds


@dataclass(frozen=True)
class Turns:
    """When each thread was seen to run: ``stamps`` has a list of times for each, in seconds, ascending."""

    stamps: Sequence[Sequence[float]]

    @property
    def hand_overs(self) -> int:
        """How often a stamp is followed by one of another thread."""
        order = sorted((at, who) for who, own in enumerate(self.stamps) for at in own)
        return sum(before[1] != after[1] for before, after in zip(order, order[1:], strict=False))

    @property
    def seconds(self) -> float:
        """From the first stamp to the last."""
        return max(own[-1] for own in self.stamps) - min(own[0] for own in self.stamps)

    @property
    def together(self) -> float:
        """The share of the time in which two threads or more were seen to run at once."""
        changes = sorted((at, by) for who in range(len(self.stamps)) for s in self.spans(who) for at, by in _ends(s))
        running, both = 0, 0.0
        for (at, by), (after, _) in zip(changes, changes[1:], strict=False):
            running += by
            both += (after - at) * (running > 1)
        return both / self.seconds if self.seconds else 0.0

    def told(self) -> str:
        """In a few words: how many hand-overs; or, where there is no lock to hand over, how long both ran at once."""
        if self.together > AT_ONCE:
            return f"at the same time for {self.together:.0%}"
        return f"{self.hand_overs} hand-over{'s' * (self.hand_overs != 1)}"

    def spans(self, who: int) -> list[tuple[float, float]]:
        """When one thread ran, as (start, end) in seconds after the first stamp of all."""
        begin = min(own[0] for own in self.stamps)
        spans: list[tuple[float, float]] = []
        for at in self.stamps[who]:
            at -= begin
            if spans and at - spans[-1][1] < PAUSE:
                spans[-1] = (spans[-1][0], at)
            else:
                spans.append((at, at))
        return spans


def _ends(span: tuple[float, float]) -> list[tuple[float, int]]:
    """When one more thread ran, and when one less."""
    return [(span[0], 1), (span[1], -1)]


def take_turns(step: Callable[[], object], steps: int, threads: int = 2, interval: float | None = None) -> Turns:
    """Let ``threads`` threads call ``step`` so many times each, at the same time, and return who ran when.

    ``interval`` is the switch interval in seconds that holds meanwhile. A step should be short, tens of microseconds
    at most, for a thread is seen only between two of them.
    """
    gate, stamps = threading.Barrier(threads), [[] for _ in range(threads)]

    def work(own: list[float]) -> None:
        gate.wait()
        for _ in range(steps):
            step()
            own.append(time.perf_counter())

    before = sys.getswitchinterval()
    crew = [threading.Thread(target=work, args=(own,)) for own in stamps]
    try:
        sys.setswitchinterval(interval or before)
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    return Turns(stamps)


@dataclass(frozen=True)
class Taken:
    """What some work took, in seconds: by the clock on the wall, and of all cores together."""

    wall: float
    cpu: float


def crew(work: Callable[[], object], threads: int) -> Taken:
    """Let each of so many threads do all of ``work``, at the same time; starting the threads is not counted."""
    gate = threading.Barrier(threads)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: gate.wait(), range(threads)))
        wall, cpu = time.perf_counter(), time.process_time()
        list(pool.map(lambda _: work(), range(threads)))
        return Taken(time.perf_counter() - wall, time.process_time() - cpu)


def written_during(call: Callable[[], object], tries: int = 3) -> int:
    """How many lines another thread writes into its diary while ``call`` runs; the most of so many tries.

    0 means that the call kept the lock from its beginning to its end. The other thread offers the lock after each
    line, and the switch interval is an hour meanwhile, so that nobody asks for it: the call alone can let it go. How
    long a busy machine keeps the writer waiting does not matter, if it lets it write once during the call.
    """
    return max(_written_during(call) for _ in range(tries))


def _written_during(call: Callable[[], object]) -> int:
    diary: list[float] = []
    begun, done = threading.Event(), threading.Event()

    def write() -> None:
        while not done.is_set():
            diary.append(time.perf_counter())
            begun.set()
            time.sleep(0)  # offers the lock

    before, writer = sys.getswitchinterval(), threading.Thread(target=write)
    try:
        sys.setswitchinterval(HOUR)
        writer.start()
        begun.wait()
        time.sleep(NAP)  # whoever waited with the interval of before has had the lock
        start = len(diary)
        call()
        return len(diary) - start
    finally:
        sys.setswitchinterval(before)
        done.set()
        writer.join()


def lateness(step: Callable[[], object], interval: float, naps: int = 5) -> float:
    """How late, in seconds, a thread comes back from a nap of 20 ms, while another one calls ``step``; the median.

    ``interval`` is the switch interval in seconds that holds meanwhile. The nap is long enough for the other thread to
    have begun again, on a busy machine, too.
    """
    before, begun, done = sys.getswitchinterval(), threading.Event(), threading.Event()

    def compute() -> None:
        while not done.is_set():
            step()
            begun.set()

    other = threading.Thread(target=compute)
    late = []
    try:
        sys.setswitchinterval(interval)
        other.start()
        begun.wait()
        for _ in range(naps):
            start = time.perf_counter()
            time.sleep(NAP)
            late.append(time.perf_counter() - start - NAP)
    finally:
        done.set()
        other.join()
        sys.setswitchinterval(before)
    return sorted(late)[naps // 2]


def timeline(alt: str, **traces: Turns) -> None:
    """Display one or more traces below each other, a row for each thread and a bar where it ran; times in ms.

    ``alt`` says what there is to see; the numbers of each trace are added to it.
    """
    figure(chart(traces), " ".join([alt, *(in_words(name, turns) for name, turns in traces.items())]))


def in_words(name: str, turns: Turns) -> str:
    """What a timeline shows, in a sentence whose numbers are marked as volatile."""
    longest = max(end - start for who in range(len(turns.stamps)) for start, end in turns.spans(who))
    both, changes = marked(f"{100 * turns.together:.0f} %"), marked(str(turns.hand_overs))
    took, longest = marked(duration(turns.seconds)), marked(duration(longest))
    told = f"{took} in all, {both} of it at once, changes from one to another: {changes}, the longest bar: {longest}"
    return f"{name.replace('_', ' ').capitalize()}: {told}."


@chart_style()
def chart(traces: dict[str, Turns]):
    """Return the timelines as a Matplotlib figure."""
    from matplotlib.figure import Figure

    rows = sum(len(turns.stamps) for turns in traces.values())
    fig = Figure(figsize=(9, 0.9 * len(traces) + 0.45 * rows), layout="constrained")
    fields = fig.subplots(len(traces), sharex=True, squeeze=False)[:, 0]
    for axes, (name, turns) in zip(fields, traces.items(), strict=True):
        for who in range(len(turns.stamps)):
            bars = [(1e3 * start, max(1e3 * (end - start), 0.2)) for start, end in turns.spans(who)]
            axes.broken_barh(bars, (who - 0.36, 0.72), color=PALETTE[who])
        rows_here = range(len(turns.stamps))
        axes.set_yticks(rows_here, [f"thread {who + 1}" for who in rows_here])
        axes.set_ylim(len(rows_here) - 0.4, -0.6)
        axes.set_title(f"{name.replace('_', ' ')}: {turns.told()}", fontsize=13, loc="left")
    fields[-1].set_xlabel("ms")
    return fig
