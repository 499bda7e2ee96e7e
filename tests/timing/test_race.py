"""A race is fair: equal contenders come out equal on a busy machine, and only equal work is compared."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

from unladen.show import MARK, Volatile
from unladen.timing import Disagreement, claim, race, stopwatch
from unladen.timing.ladder import chart, draw
from unladen.timing.unknown import Unknown

pytestmark = pytest.mark.measures


def portions(number: int):
    """A function that does ``number`` portions of the same work, some 0.5 ms each, and says so."""

    def work() -> str:
        for _ in range(number):
            for i in range(20_000):
                i & 7
        return "done"

    return work


class Core:
    """A simulated core, whose clocks the stopwatch reads: others take it, and it grows hot and slow.

    After 4 ms of work others have it for 4 to 16 ms. Its speed swings by a tenth, and is halved after half a second.
    """

    def __init__(self) -> None:
        self.now, self.ran, self.taken = 0.0, 0.0, 0
        self.elsewhere, self.waited = 0.0, 0  # of what ran: the seconds in other threads, and the waits for them

    def work(self, seconds: float) -> None:
        """Do what takes so many seconds on a cool core that nobody else wants."""
        while seconds > 1e-12:
            slow = (1 + 0.1 * math.sin(self.now / 0.03)) * (2 if self.now > 0.5 else 1)
            left = 0.004 * (self.taken + 1) - self.ran  # of this turn
            done = min(seconds, left / slow, 0.0005)
            seconds, self.now, self.ran = seconds - done, self.now + done * slow, self.ran + done * slow
            if self.ran >= 0.004 * (self.taken + 1) - 1e-12:
                self.taken += 1
                self.now += 0.004 * (1 + self.taken * 7 % 4)

    def portions(self, number: int):
        """A function that does ``number`` portions of work, 0.5 ms each, and says so."""
        return lambda: self.work(0.0005 * number) or "done"

    def in_a_thread(self, number: int):
        """A function that has a thread do the same, and waits for it."""

        def start_and_join() -> str:
            before = self.ran
            self.work(0.0005 * number)
            self.elsewhere, self.waited = self.elsewhere + self.ran - before, self.waited + 1
            return "done"

        return start_and_join


@pytest.fixture
def core(monkeypatch):
    core = Core()
    clocks = {"perf_counter": lambda: core.now, "process_time": lambda: core.ran}
    clocks["thread_time"] = lambda: core.ran - core.elsewhere
    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(**clocks))
    monkeypatch.setattr(stopwatch, "_switches", lambda: (core.waited, core.taken))
    return core


@pytest.fixture
def busy_machine():
    """Two other processes that want all they can get, as a loaded classroom machine has."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    yield
    for process in busy:
        process.kill()
        process.wait()


class Pending:
    """An asynchronous answer, as JAX gives: there at once, worth something once it has been waited for."""

    def __init__(self, work, value: float) -> None:
        self.work, self.value, self.waited = work, value, False

    def block_until_ready(self) -> Pending:
        self.work()
        self.waited = True
        return self

    def __eq__(self, other: object) -> bool:
        return self.waited and other.waited and self.value == other.value


# -- honest


@pytest.mark.parametrize("slower, faster", [(3, 3), (8, 4), (20, 1), (1, 20)])
def test_a_ratio_comes_out_whoever_is_interrupted_and_however_the_speed_swings(core, slower, faster):
    """The slow one is always interrupted, the fast one hardly ever: what the others took must not count."""
    times = race({"slower": core.portions(slower), "faster": core.portions(faster)}, show=False)
    assert times.ratio("slower", "faster") == pytest.approx(slower / faster, rel=0.03)
    assert core.taken > 50, "others took the core"
    assert core.now > 0.5, "it was slow for a part of the race"


@pytest.mark.parametrize("number", [3, 40])
def test_work_in_a_thread_is_judged_like_the_same_work_without(core, number):
    """What others took of the core cannot be told of several threads: so it is subtracted from nobody's time."""
    ways = {"thread": core.in_a_thread(number), "plain": core.portions(number), "plain too": core.portions(number)}
    times = race(ways, show=False)
    assert core.taken > 50, "others took the core"
    assert times.ratio("thread", "plain") == pytest.approx(1, rel=0.25)
    assert all(times.lane(name).by_wall for name in ways), "all are timed in the same way"


def test_one_wait_among_many_calls_does_not_make_a_contender_threaded(core):
    calls = []

    def mostly_alone() -> str:
        calls.append(1)
        core.waited += len(calls) % 5 == 0
        return core.portions(3)()

    times = race({"now and then": mostly_alone, "plain": core.portions(3)}, show=False)
    assert not times.lane("plain").by_wall


def test_equals_come_out_near_each_other_on_a_busy_machine(busy_machine):
    times = race({"one": portions(3), "other": portions(3)}, show=False)
    claim("equals come out equal", times.ratio("one", "other"), at_least=0.8, at_most=1.25, both_ways=True)


def test_twenty_times_the_work_comes_out_near_it_on_a_busy_machine(busy_machine):
    times = race({"20 portions": portions(20), "1 portion": portions(1)}, show=False)
    claim("20 times the work", times.ratio("20 portions", "1 portion"), at_least=16, at_most=25)


def test_the_call_in_which_a_contender_compiles_is_told_apart_and_not_counted():
    from numba import njit

    @njit
    def total(n):
        s = 0.0
        for i in range(n):
            s += i * 0.5
        return s

    times = race({"Python": lambda: sum(i * 0.5 for i in range(1000)), "Numba": lambda: total(1000)}, show=False)
    claim("its first call compiles", times.first("Numba") / times.best("Numba"), at_least=100, timed=True)
    claim("no later one does", times.ratio("Python", "Numba"), at_least=2)


def test_an_asynchronous_answer_is_waited_for():
    asynchronous = race(
        {"waits": lambda: Pending(lambda: time.sleep(0.02), 1.0), "too": lambda: Pending(lambda: None, 1.0)},
        show=False,
    )
    assert asynchronous.best("waits") >= 0.02
    claim("nothing else is waited for", asynchronous.best("too"), at_most=0.02)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda p: (1, p),
        lambda p: [p],
        lambda p: {"answer": p},
        lambda p: (1, [p]),
        lambda p: SimpleNamespace(a=p),
        lambda p: deque([p]),
        lambda p: [1.0] * 2000 + [p],
    ],
)
def test_an_asynchronous_answer_inside_another_is_waited_for(wrap):
    times = race({"nested": lambda: wrap(Pending(lambda: time.sleep(0.01), 1.0))}, seconds=0.1, show=False)
    assert times.best("nested") >= 0.01


def test_jax_is_waited_for():
    import jax
    import jax.numpy as jnp

    a = jnp.ones((600, 600))
    product = jax.jit(lambda a: a @ a @ a)
    times = race({"raced": lambda: product(a)}, seconds=0.3, show=False)
    waited = []
    for _ in range(10):
        start = time.perf_counter()
        product(a).block_until_ready()
        waited.append(time.perf_counter() - start)
    # To start the work takes a hundredth of it.
    claim(
        "what is raced takes as long as what is waited for", times.best("raced") / min(waited), at_least=0.5, timed=True
    )


def test_a_class_that_jax_knows_as_a_tree_is_waited_for_inside_the_clock():
    """Its parts are in no list, dictionary or attribute: JAX alone can find them."""
    import jax

    @jax.tree_util.register_pytree_node_class
    class State:
        __slots__ = ("_hidden",)

        def __init__(self, a) -> None:
            self._hidden = a

        def tree_flatten(self):
            return (self._hidden,), None

        @classmethod
        def tree_unflatten(cls, _, leaves):
            return cls(*leaves)

    pending = [Pending(lambda: time.sleep(0.01), 1.0)]
    times = race({"step": lambda: State(pending[0])}, same=False, seconds=0.1, show=False)
    assert times.lane("step").waits
    assert times.first("step") >= 0.01
    assert times.best("step") >= 0.01


def test_a_future_is_waited_for_inside_the_clock():
    with ThreadPoolExecutor(1) as pool:
        times = race({"sleeps": lambda: pool.submit(lambda: time.sleep(0.01) or 1), "plain": lambda: 1}, show=False)
    assert times.best("sleeps") >= 0.01
    assert times.value == 1


def test_sleep_counts_although_the_processor_is_idle():
    times = race({"sleeps": lambda: time.sleep(0.01) or 1}, seconds=0.1, show=False)
    assert times.best("sleeps") >= 0.01


def test_the_garbage_collector_is_off_during_samples_and_on_again_after():
    import gc

    seen = []
    race({"looks": lambda: seen.append(gc.isenabled()) or 1}, rounds=3, show=False)
    assert not any(seen[2:])  # the first two calls are not samples
    assert gc.isenabled()


def test_a_contender_slower_than_the_whole_budget_is_called_twice_and_no_more():
    calls = []
    times = race({"slow": lambda: calls.append(1) or time.sleep(0.2) or 1}, seconds=0.1, show=False)
    assert len(calls) == 2
    assert times.best("slow") >= 0.2


def test_measuring_again_keeps_the_best_of_all_samples():
    times = race({"a": portions(1), "b": portions(2)}, seconds=0.1, show=False)
    before, samples = times.best("a"), len(times.lane("a").samples)
    again = times.ratio("b", "a").again()
    assert len(times.lane("a").samples) > samples
    assert times.best("a") <= before
    assert again == times.ratio("b", "a")


# -- the same answer


def answers(*values: object) -> dict:
    return {f"contender {number}": (lambda value=value: value) for number, value in enumerate(values)}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (3, 3.0),
        (True, 1),
        (0.1 + 0.2, 0.3),
        (1 + 2j, complex(1, 2 + 1e-12)),
        (float("nan"), np.nan),
        (10**30, 10**30),
        ([1, 2, 3], np.array([1, 2, 3])),
        ((1.0, 2.0), [1, 2]),
        (np.array([1.0, np.nan, np.inf]), np.array([1.0 + 1e-12, np.nan, np.inf])),
        (np.int32(5), 5),
        (np.array(5.0), 5),
        ([[1], [2, 3]], [[1], [2, 3]]),
        ({"a": [1.0]}, {"a": np.array([1.0])}),
        ("text", "text"),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array([1e8, 1e-12]), np.array([1e8, 2e-12])),
    ],
)
def test_equal_answers_of_different_types_agree(a, b):
    race(answers(a, b), rounds=1, show=False)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (3, 4),
        (2**60, 2**60 + 1),
        (1.0, 1.0 + 1e-6),
        (1 + 2j, 1 + 2.001j),
        (float("nan"), 0.0),
        (np.array([1.0, np.nan]), np.array([1.0, 2.0])),
        (np.zeros(3), np.zeros(4)),
        (np.zeros((2, 3)), np.zeros(6)),
        ([1, 2, 3], [1, 2, 4]),
        ([[1], [2, 3]], [[1], [2]]),
        ({"a": 1}, {"b": 1}),
        (np.float32(0.1), 0.1),
        (3, [3]),
        ("text", 3),
        (np.arange(3_000_000), np.r_[np.arange(2_999_999), 0]),
    ],
)
def test_different_answers_are_refused_by_name(a, b):
    with pytest.raises(Disagreement, match="(?s)'contender 0' returned.*'contender 1' returned"):
        race(answers(a, b), rounds=1, show=False)


def test_only_the_contenders_that_disagree_are_named():
    with pytest.raises(Disagreement) as refusal:
        race({"right": lambda: 1, "right too": lambda: 1, "wrong": lambda: 2}, show=False)
    assert "'wrong' returned 2" in str(refusal.value)
    assert "right too" not in str(refusal.value)


def test_an_answer_kept_in_a_shared_array_is_compared_before_it_is_overwritten():
    out = np.zeros(3)

    def fill(value: float):
        out[:] = value
        return out

    with pytest.raises(Disagreement):
        race({"ones": lambda: fill(1), "twos": lambda: fill(2)}, show=False)


def test_a_contender_that_changes_its_own_input_is_refused():
    heap = [0]

    def grow() -> int:
        heap[0] += 1
        return heap[0]

    with pytest.raises(Disagreement, match="'grows' changed its answer"):
        race({"grows": grow}, show=False)


@pytest.mark.parametrize("nothing", [None, (x for x in "ab"), map(str, [1])])
def test_an_answer_that_shows_no_work_is_refused(nothing):
    with pytest.raises(Disagreement, match="'contender 0' returned"):
        race(answers(nothing), show=False)


def test_same_decides_what_agrees():
    race(answers(1.0, 1.001), same=0.01, rounds=1, show=False)
    race(answers([1, 2], [2, 1]), same=lambda a, b: sorted(a) == sorted(b), rounds=1, show=False)
    race(answers(None, None), same=False, rounds=1, show=False)
    with pytest.raises(TypeError, match="same='roughly'"):
        race(answers(1.0, 1.0), same="roughly", show=False)


# -- asked wrongly


def test_a_call_instead_of_a_function_is_explained():
    with pytest.raises(TypeError, match="'sum' is 6 .* not a function.*\n.*lambda"):
        race({"sum": sum([1, 2, 3])})


@pytest.mark.parametrize("contenders", [{}, [lambda: 1], None])
def test_what_is_no_dictionary_of_functions_is_refused(contenders):
    with pytest.raises(TypeError, match="dictionary"):
        race(contenders)


def test_an_unknown_name_is_answered_with_the_known_ones():
    times = race(answers(1, 1), rounds=1, show=False)
    for ask in (times.best, times.first, times.spread, lambda name: times.ratio(name, "contender 0")):
        with pytest.raises(Unknown, match="'C'; there are 'contender 0', 'contender 1'"):
            ask("C")
    with pytest.raises(Unknown, match="baseline"):
        race(answers(1, 1), baseline="C", show=False)


def test_an_unknown_limit_is_refused_before_anything_runs():
    with pytest.raises(ValueError, match="read, copy, triad, flops"):
        race({"a": lambda: pytest.fail("was run")}, limit=("write", 8))


@pytest.mark.parametrize("seconds", [math.nan, math.inf, 0, -1, "1", None])
def test_an_effort_that_is_no_time_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds=.*such as 1.0"):
        race(answers(1), seconds=seconds, show=False)


@pytest.mark.parametrize("rounds", [0, -1, 2.5, "3"])
def test_rounds_that_cannot_be_counted_are_refused(rounds):
    with pytest.raises(ValueError, match="rounds=.*whole number"):
        race(answers(1), rounds=rounds, show=False)


def test_contenders_may_be_named_by_numbers():
    times = race({1: lambda: 1, 2: lambda: 1}, baseline=2, rounds=1, show=False)
    assert times.baseline == "2"
    assert times.ratio(1, 2) == times.ratio("1", "2")
    with pytest.raises(ValueError, match="two contenders have one name"):
        race({1: lambda: 1, "1": lambda: 1})


def test_an_error_in_a_contender_is_told_in_the_learners_own_lines():
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        shown = []
        code = "from unladen import race\ndef f(): return 1 / 0\nrace({'divides': lambda: f()}, show=False)"
        client.execute_interactive(code, timeout=60, output_hook=shown.append)
        (error,) = [message["content"] for message in shown if message["msg_type"] == "error"]
        text = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error["traceback"]))
        assert text.startswith("'divides' raised ZeroDivisionError: division by zero")
        assert "in f()" in text
        assert "unladen" not in text.replace("from unladen import race", "")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_an_error_in_a_later_call_says_whose_it_is_too():
    calls = []
    with pytest.raises(IndexError) as error:
        race({"tires": lambda: calls.append(1) or "abc"[len(calls) // 4]}, same=False, show=False)
    assert "'tires'" in error.value.__notes__[0]


def test_an_error_in_a_contender_says_whose_it_is():
    with pytest.raises(ZeroDivisionError) as error:
        race({"fine": lambda: 1, "divides": lambda: 1 / 0}, show=False)
    assert "'divides'" in error.value.__notes__[0]


# -- shown


def test_the_table_has_the_columns_asked_for_and_marks_what_varies():
    times = race({"Python": portions(1), "other": portions(1)}, rounds=3, show=False)
    table = times.table(first=True, limit=("flops", 20_000))
    assert list(table.columns) == [
        "contender", "time per call", "spread", "beside Python", "first call", "of peak arithmetic",
    ]  # fmt: skip
    assert [row[0] for row in table.rows] == ["Python", "other"]
    assert all(isinstance(cell, Volatile) or cell == "" for row in table.rows for cell in row[1:])
    assert list(times.table().columns) == list(table.columns)[:4]


def test_the_table_says_how_much_slower_as_the_chart_does():
    times = race({"one": portions(1), "ten": portions(10)}, rounds=3, show=False)
    assert re.fullmatch(r"[\d.]+ × slower", times.table().rows[1][3])
    assert times.table().rows[0][3] == ""
    turned = race({"ten": portions(10), "one": portions(1)}, rounds=3, show=False)
    assert re.fullmatch(r"[\d.]+ × faster", turned.table().rows[1][3])


def test_of_unlike_work_no_ratio_is_told(capsys):
    times = race({"one": portions(1), "ten": portions(10)}, rounds=3, same=False)
    assert list(times.table().columns) == ["contender", "time per call", "spread"]
    assert "×" not in capsys.readouterr().out


def test_who_races_alone_is_beside_nobody():
    assert list(race({"one": portions(1)}, rounds=3, show=False).table().columns) == [
        "contender", "time per call", "spread",
    ]  # fmt: skip


def test_a_race_shows_its_table_and_its_chart(capsys):
    race({"one": portions(1), "other": portions(1)}, rounds=3, title="Two of a kind")
    shown = capsys.readouterr().out
    assert "Two of a kind\ncontender  time per call" in shown
    assert "[figure] Two of a kind: time per call of one, other" in shown


def test_measured_numbers_show_themselves_marked():
    times = race(answers(1, 1), rounds=1, show=False)
    for number in (times.best("contender 0"), times.ratio("contender 0", "contender 1")):
        assert repr(number).startswith(f"{MARK} ")
        assert str(number) == repr(number)
    assert repr(times) == "race of contender 0, contender 1"


def test_the_chart_says_that_its_axis_is_logarithmic_and_labels_every_contender():
    times = race({"Python": portions(4), "C": portions(1)}, rounds=3, show=False)
    axes = chart(times, "Adding", limit=1e-4).axes[0]
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel() == "time per call, log scale"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Python", "C"]
    texts = [text.get_text() for text in axes.texts]
    assert texts[1].endswith("× faster")
    assert " this machine's limit" in texts
    assert min(text.get_fontsize() for text in [*axes.texts, *axes.get_xticklabels()]) >= 12


def test_the_chart_is_described_without_a_number(capsys):
    draw(race({"Python": portions(1), "C": portions(1)}, rounds=1, show=False))
    described = capsys.readouterr().out
    assert "Python, C" in described
    assert not any(letter.isdigit() for letter in described)


@pytest.mark.parametrize("watched", [True, False])
def test_a_long_race_shows_its_progress_to_who_watches_and_empties_the_bar(watched):
    """JupyterLab names the cell that it asks for; nbclient and nbval, which store outputs, do not."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive("import os, time; os.environ.pop('UNLADEN_STATE', None)", timeout=60)
        race = (
            "from unladen import race; times = race({'slow': lambda: time.sleep(0.6) or 1}, seconds=1.8, chart=False)"
        )
        metadata = {"cellId": "a"} if watched else {}
        request = client.session.msg("execute_request", {"code": race, "silent": False}, metadata=metadata)
        client.shell_channel.send(request)
        client.get_shell_msg(timeout=60)
        shown = []
        while not shown or shown[-1] != "idle":
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") == request["header"]["msg_id"]:
                content = message["content"]
                shown.append(content.get("data", {}).get("text/html", content.get("execution_state")))
        bars = [html for html in shown if html is not None and ("<progress" in html or html == "")]
        assert bool(bars) is watched
        assert not bars or bars[-1] == ""
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_where_outputs_are_stored_no_progress_bar_is_shown(write_notebook, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    race({"slow": lambda: time.sleep(0.6) or 1}, seconds=1.8, show=False)
    assert capsys.readouterr() == ("", "")
