"""Races on a simulated machine, for exercise 1.2: who is called when, and what is made of the times."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from unladen.exercises.chapter01.simulated import Simulated
from unladen.exercises.values import same, short
from unladen.exercises.words import call, case, wrong

_MIXED = "That is another number than the smallest of a contender's own times. Read the clock around each single call."


def raced(answer, seconds: dict[str, float], rounds: int, weather: str, slowness: Callable[[int], float]) -> None:
    """Let the answer race contenders that need so many ``seconds``, and judge the order of its calls, then its times.

    ``weather`` says in words how ``slowness`` slows the simulated machine down.
    """
    machine, names = Simulated(slowness), list(seconds)
    contenders = {name: machine.contender(name, [lasts]) for name, lasts in seconds.items()}
    lasting = ", ".join(f"{name!r}: {lasts:g} s" for name, lasts in seconds.items())
    shown = f"{weather}, best_in_turns({{{lasting}}}, {rounds}, clock)"
    shown = shown[0].upper() + shown[1:]
    got = call(answer, (contenders, rounds, machine.clock), shown=shown)
    if list(contenders) != names:
        wrong(f"{shown} changed the dictionary of contenders it was given", "Whoever races them next needs them all.")
    told = f"{shown} called {', '.join(machine.calls) or 'nobody'}, and returned {short(got)}"
    if hint := _order(machine.calls, names, rounds):
        wrong(told, hint)
    if "clock" not in machine.log:
        wrong(f"{shown} never read the clock it was given", "Read `clock()`, not `time.perf_counter()`.")
    expected = {name: min(machine.lasted[name]) for name in names}
    case(lambda: got, (), expected, shown=shown, hint=_mixed(got, machine.lasted))


def _order(calls: list[str], names: list[str], rounds: int) -> str:
    """What is wrong with the order of the calls, or nothing."""
    count = len(names)
    if len(calls) != count * rounds:
        return f"Each round calls each contender once, {count * rounds} in all here; no warm-up is asked."
    turns = [calls[i : i + count] for i in range(0, len(calls), count)]
    if any(sorted(turn) != sorted(names) for turn in turns):
        return "Who was called when the machine was slow? In each round every contender has one turn: swap the loops."
    for number, turn in enumerate(turns):
        if turn[0] != names[number % count]:
            return (
                "Who meets a disturbance that comes regularly, if the order never changes? Round 0 begins with the "
                "first contender, round 1 with the second, and so on, in a circle."
            )
    return ""


def _mixed(got: object, lasted: dict[str, list[float]]) -> str:
    """Tell from the times that the calls took what was made of them."""
    if not isinstance(got, dict):
        return "Return a dictionary: each contender's name, and its smallest time."
    if set(got) != set(lasted):
        return "The keys of the dictionary are the contenders' names: all of them, and no other."
    for made, hint in [
        (statistics.mean, "That is the mean of each contender's times: the slow rounds are still in it."),
        (max, "That is the largest of each contender's times. Which one was disturbed the least?"),
        (sum, "That is the sum of each contender's times; the smallest one is asked."),
        (lambda times: times[-1], "That is each contender's last time. Does a later round overwrite a better one?"),
        (lambda times: 0.0, "Nothing takes no time: what is the smallest time so far, before the first round?"),
        (list, "Of each list of times, the smallest."),
    ]:
        if all(same(got[name], made(times)) for name, times in lasted.items()):
            return hint
    if all(isinstance(got[name], int | float) and got[name] < min(times) for name, times in lasted.items()):
        return "No call took so little. What is the smallest time so far, before the first round? `float('inf')` is."
    return _MIXED
