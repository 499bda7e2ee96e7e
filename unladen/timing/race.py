"""A fair race: the same work, checked; warm; interleaved; the best of several samples, with its spread."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Real

from unladen.compiling.absent import Absent, NotHere
from unladen.patience import Progress
from unladen.show import Table, Volatile, against, duration, marked, times
from unladen.timing.agreement import Differ, Witness, agreed_answer, any_answer, comparer
from unladen.timing.answers import brief
from unladen.timing.laps import run_laps, times_faster, watched
from unladen.timing.stopwatch import Lane, level
from unladen.timing.unknown import Unknown


class Seconds(float):
    """A measured time in seconds; a number like any other, shown as ``≈ 12.3 ms``."""

    def __repr__(self) -> str:
        return marked(duration(self))

    __str__ = __repr__


class Ratio(float):
    """How many times faster ``faster`` is than ``slower``; a number like any other, shown as ``≈ 25.1 ×``.

    Divided by a number, or multiplied (one of the two does so many times the work), it stays one, and can be measured
    again.
    """

    def __new__(cls, race: Race, slower: str, faster: str, work: float = 1) -> Ratio:
        ratio = super().__new__(cls, times_faster(race.lane(slower), race.lane(faster)) / work)
        ratio.race, ratio.slower, ratio.faster, ratio.work = race, slower, faster, work
        return ratio

    def __truediv__(self, work: object) -> Ratio | float:
        if isinstance(work, Ratio) or not isinstance(work, Real):
            return super().__truediv__(work)
        return Ratio(self.race, self.slower, self.faster, self.work * work)

    def __mul__(self, number: object) -> Ratio | float:
        if isinstance(number, Ratio) or not isinstance(number, Real) or not number:
            return super().__mul__(number)
        return Ratio(self.race, self.slower, self.faster, self.work / number)

    __rmul__ = __mul__

    def again(self) -> Ratio:
        """Measure these two contenders again, interleaved, and return the ratio of all samples so far."""
        lanes = [self.race.lane(self.slower), self.race.lane(self.faster)]
        with Progress("again") as progress, watched(lanes, self.race.same and Witness(self.race.same)):
            run_laps(lanes, self.race.seconds, None, progress, least=1)
        return Ratio(self.race, self.slower, self.faster, self.work)

    def __repr__(self) -> str:
        return marked(times(self))

    __str__ = __repr__


class Race:
    """What a race found. ``names`` are the contenders in the order given, ``value`` the answer they agree on."""

    def __init__(
        self,
        lanes: list[Lane],
        value: object,
        seconds: float,
        baseline: str,
        absent: Mapping[str, str] | None = None,
        same: Differ | None = None,
    ) -> None:
        self._lanes = {lane.name: lane for lane in lanes}
        self.absent = dict(absent or {})  # who is not on this machine, and why
        self.names = list(self._lanes)
        self.value, self.seconds, self.baseline, self.same = value, seconds, baseline, same
        self._tried: set[str] = set()  # the limits that were measured again, as this race seemed to pass them

    def ratio(self, slower: str, faster: str) -> Ratio | Absent:
        """How many times faster the second contender is than the first (below 1: it is slower).

        Best against best, in each stretch of the race, and of these the middle; of few samples the best of all.
        """
        missing = [name for name in (slower, faster) if name in self.absent]
        return Absent(self.absent[missing[0]]) if missing else Ratio(self, slower, faster)

    def best(self, name: str) -> Seconds:
        """The contender's best time per call, in seconds."""
        return Seconds(self.lane(name).best)

    def spread(self, name: str) -> float:
        """How far the contender's median sample lies above its best, as a fraction of the best."""
        return self.lane(name).spread

    def first(self, name: str) -> Seconds:
        """The time of the contender's very first call in seconds, in which it may have compiled itself."""
        return Seconds(self.lane(name).first)

    def lane(self, name: str) -> Lane:
        if str(name) not in self._lanes:
            raise Unknown("contender", name, self.names)
        return self._lanes[str(name)]

    def table(self, *, first: bool = False, limit: tuple[str, float] | None = None, title: str = "") -> Table:
        """The results as a table that shows itself; see `race` for ``first`` and ``limit``."""
        columns = ["contender", "time per call", "spread"]
        columns += [f"beside {self.baseline}"] if self._alike() else []
        columns += ["first call"] if first else []
        if limit:
            columns.append(f"of {_LIMITS[limit[0]]}")
            self._try_again(*limit)
            self.refuse_impossible(limit)
        return Table(columns, [self._row(name, first, limit) for name in self.names], title)

    def _row(self, name: str, first: bool, limit: tuple[str, float] | None) -> list[object]:
        row = [name, duration(self.best(name)), _percent(self.spread(name))]
        if self._alike():
            row.append("" if name == self.baseline else against(self.ratio(self.baseline, name)))
        if first:
            row.append(duration(self.first(name)))
        if limit:
            row.append(self._share(name, *limit))
        return row

    def _alike(self) -> bool:
        """Whether there are several who do the same work: of unlike work, no ratio means anything."""
        return bool(self.same) and len(self.names) > 1

    def _try_again(self, kind: str, amount: float) -> None:
        """Measure a limit again, once, if a contender seems to pass it: that was perhaps measured at a busy moment."""
        from unladen.timing.best import measure_again

        if kind not in self._tried and any(least_time(kind, amount) > self.best(name) for name in self.names):
            self._tried.add(kind)
            measure_again(kind)

    def refuse_impossible(self, limit: tuple[str, float]) -> None:
        """Raise ``TooFast`` if a contender took less time than ``limit`` (see `race`) can be done in."""
        if any(least_time(*limit) > self.best(name) for name in self.names):
            from unladen.timing.toofast import refuse_impossible

            refuse_impossible(self, *limit)

    def _share(self, name: str, kind: str, amount: float) -> Volatile:
        """How much of a limit a contender reaches; one that passes it by more than its spread is said to be faster."""
        share = least_time(kind, amount) / self.best(name)
        faster = share > 1 + self.spread(name)
        return Volatile(f"{_percent(share)}: faster than this limit" if faster else _percent(share))

    def __repr__(self) -> str:
        return f"race of {', '.join(self.names)}"


def race(
    contenders: Mapping[str, Callable[[], object]],
    *,
    seconds: float = 1.0,
    rounds: int | None = None,
    baseline: str | None = None,
    same: Callable[[object, object], bool] | float | tuple[float, float] | bool | None = None,
    limit: tuple[str, float] | None = None,
    first: bool = False,
    title: str = "",
    chart: bool = True,
    show: bool = True,
) -> Race:
    """Race functions of no argument that do the same work, and show a table and a chart of their times.

    Each is called once (its first call, in which it may compile itself, is timed apart) and must return the same
    answer, and leave what it reads as it was; then samples of all of them are interleaved, in each lap in another
    order, and the best one counts. Asynchronous answers are waited for. Who needs what is not on this machine is left
    out, with a line.

    Answers of timed calls are compared too, while the clock stands still: the last one, one at a place that nobody can
    foresee, and, where comparing is quick, that of each best sample so far. At the end, what they read must be as it
    was. What a race cannot see: that an answer was remembered, for its contenders have no arguments and every call asks
    the same; and work that was left out but does not show in the answer. There, a ``limit`` helps.

    ``seconds`` is the time to spend on all samples together, ``rounds`` the number of samples of each instead.
    Ratios are to ``baseline``, the first contender unless another is named. ``same`` judges two answers: a function, a
    relative tolerance, ``(relative, absolute)``, or ``False`` for nothing to be compared; else integers must be equal,
    floats within 1e-9, and labels and masks alike. ``limit`` adds the share of what this machine was measured to be
    able to do: ``("read", nbytes)``, ``("copy", nbytes)``, ``("triad", nbytes)`` or ``("flops", n)``, for one call; who
    passes a limit has it measured again first, and is then said to be faster (what it moves is less, or nearer).
    ``first`` adds the first calls. Raises ``Disagreement``, naming who returned, or changed, what, in which call; and
    ``TooFast``, a kind of it, if somebody passes what no data and no arithmetic of this machine can.
    """
    lanes, baseline = _at_the_start(contenders, baseline, limit)
    _check_effort(seconds, rounds)
    if limit:
        least_time(*limit)  # measured before the race, not in the middle of it
    with Progress("race") as progress:
        differ = comparer(same)
        value, witness, absent = _at_first(lanes, differ, progress)
        baseline = lanes[0].name if baseline in absent else baseline
        with watched(lanes, witness):
            for lane in lanes:
                lane.calibrate()
            run_laps(lanes, seconds, rounds, progress)
        level(lanes)
    result = Race(lanes, value, seconds, baseline, absent, differ)
    if limit:
        result.refuse_impossible(limit)
    if show:
        from IPython.display import display

        for name, why in absent.items():
            print(f"without {name}: {why}")
        display(result.table(first=first, limit=limit, title=title))
        if chart and len(lanes) > 1:
            from unladen.timing.ladder import draw

            draw(result, title, least_time(*limit) if limit else None)
    return result


def least_time(kind: str, amount: float) -> float:
    """Seconds that ``amount`` bytes or operations take at the limit of one core of this machine, as measured."""
    from unladen.timing.best import best

    return amount / best(kind).rate


_LIMITS = {
    "read": "read bandwidth",
    "copy": "copy bandwidth",
    "triad": "triad bandwidth",
    "flops": "peak arithmetic",
}


def _at_the_start(contenders: object, baseline: str | None, limit: object) -> tuple[list[Lane], str]:
    """Check the arguments of a race before anything long begins."""
    if not isinstance(contenders, Mapping) or not contenders:
        raise TypeError('race() takes a dictionary of names and functions: race({"Python": f, "C": g})')
    for name, call in contenders.items():
        if not callable(call):
            raise TypeError(
                f"the contender {name!r} is {brief(call)}, not a function: the call has been made already.\n"
                f'Give the function itself, or put "lambda:" before the call.'
            )
    names = list(map(str, contenders))
    if len(set(names)) < len(names):
        raise ValueError(f"two contenders have one name; the names are {', '.join(names)}")
    if baseline is not None and str(baseline) not in names:
        raise Unknown("contender for a baseline", baseline, names)
    if limit is not None and (not isinstance(limit, tuple) or len(limit) != 2 or limit[0] not in _LIMITS):
        kinds = ", ".join(_LIMITS)
        raise ValueError(f'limit={limit!r}: give a kind and an amount, as in ("read", nbytes); the kinds are {kinds}')
    lanes = [Lane(name, call) for name, call in zip(names, contenders.values(), strict=True)]
    return lanes, names[0] if baseline is None else str(baseline)


def _at_first(
    lanes: list[Lane], differ: Differ | None, progress: Progress
) -> tuple[object, Witness | None, dict[str, str]]:
    """Make the first calls, and take from ``lanes`` who is not here.

    Return the answer, who will hold others against it, and why each of them is not here.
    """
    absent = {}
    while True:
        try:
            if differ is None:
                return any_answer(lanes, progress), None, absent
            witness = agreed_answer(lanes, differ, progress)
            return witness.agreed, witness, absent
        except NotHere as problem:
            missing = next(lane for lane in lanes if not lane.taken)
            if len(lanes) == 1:
                raise
            absent[missing.name] = str(problem)
            lanes.remove(missing)


def _check_effort(seconds: float, rounds: int | None) -> None:
    if not isinstance(seconds, Real) or not 0 < seconds < math.inf:
        raise ValueError(f"seconds={seconds!r}: give the seconds to spend on all samples together, such as 1.0")
    if rounds is not None and (not hasattr(rounds, "__index__") or rounds < 1):
        raise ValueError(f"rounds={rounds!r}: give a whole number of samples of each contender, such as 5")


def _percent(fraction: float) -> Volatile:
    percent = 100 * fraction
    return Volatile(f"{percent:.{1 if percent < 9.95 else 0}f} %")
