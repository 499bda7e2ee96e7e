"""Chapter 14, what fails: the results of all others are kept, and who fails is tried again."""

from __future__ import annotations

from unladen.exercises.registry import exercise
from unladen.exercises.values import same, short
from unladen.exercises.words import CHANGED, NO_RETURN, call, wrong

_OTHERS = "One that fails is no reason to lose the others: ask each future for its own `exception()`, or use a `try`."
_AGAIN = (
    "`client.submit(function, item, retries=retries)` leaves it to the scheduler. Whoever submits the same call again "
    "is given the same future, which has failed already."
)
_NO_MORE = "An item is tried again only if it has failed, and `retries` times at most: `1 + retries` in all."
_BEGUN = "Submit all of them before you wait for any: `result`, `exception` and `gather` wait."
_THERE = "The workers call it: `client.submit(function, item)`, or `client.map(function, items)`."
_RETURNED = "Failing is to raise. What is returned is a result, also None, 0, and an exception that was returned."
_WHICH = "Items that came through belong to the first dictionary, and those that failed to the second, by their item."


@exercise(
    "14.7",
    "What fails is tried again",
    hints=[
        "`client.submit` gives a future for each item, and does not wait. Which of its arguments says `retries`?",
        "A dictionary of futures by their items. Then ask each: `future.exception()` waits; None is a success.",
        "`done = {item: f.result() for item, f in futures.items() if f.exception() is None}`, and likewise `failed`.",
    ],
    why="A night's work of ten thousand files must not end with the third one. The scheduler knows the whole task, so "
    "it can try it again, on another worker if need be, and all that depends on it waits without noticing; the "
    "exception stays in its future until somebody asks. A worker that dies is another matter: its tasks are moved and "
    "run again without `retries`, until more than `allowed-failures` workers have died of one. Retries help against a "
    "network that stumbles; a bug fails every time, and with `retries=3` four times.",
    seconds=60.0,
    imports=["unladen.exercises.chapter14.service"],
)
def outcomes(answer):
    from unladen.exercises.chapter14 import service

    with service.client() as client:
        _grade(answer, client, service.Service)


def _grade(answer, client, Service):
    def right(service, items, retries, hint=_WHICH):
        given = list(items)
        told = f", where {service}," if service.failures else ""
        shown = f"outcomes(client, function, {short(items)}, {retries}){told}"
        mistakes = [(kind, _OTHERS) for kind in service.kinds if service.failures]
        got = call(answer, (client, service, given, retries), shown=shown, hint=hint, mistakes=mistakes)
        if given != items:
            wrong(f"{shown} changed the list of items", CHANGED)
        if service.elsewhere:
            wrong(f"{shown} called function itself", _THERE)
        if service.in_vain:
            wrong(f"in {shown} {service.in_vain} items waited in vain for others to begin", _BEGUN)
        if got is None:
            wrong(f"{shown} returned None", NO_RETURN)
        if not isinstance(got, tuple) or len(got) != 2 or not all(isinstance(one, dict) for one in got):
            wrong(f"{shown} returned {short(got)}", "A tuple of two dictionaries: those that came through, and failed.")
        done, failed = got
        for item in items:
            tries, lasting = service.tries(item), service.failures.get(item, 0)
            expected = min(lasting, retries) + 1
            if tries != expected:
                wrong(f"in {shown} {item!r} was tried {tries} times, expected {expected}",
                      _AGAIN if tries < expected else _NO_MORE)  # fmt: skip
        bad = [item for item in items if service.failures.get(item, 0) > retries]
        if set(failed) != set(bad) or set(done) != set(items) - set(bad):
            told = f"{shown} has results for {short(list(done))}, and failures for {short(list(failed))}"
            missing = len(done) + len(failed) < len(items)
            wrong(told, _RETURNED if any(item in failed for item in service.results) else _OTHERS if missing else hint)
        for item, value in done.items():
            expected = service.result(item)
            alike = type(value) is type(expected) and repr(value) == repr(expected)
            if not (alike if isinstance(expected, Exception) else same(value, expected)):
                wrong(f"{shown} has {short(value)} for {item!r}, expected {short(expected)}", _RETURNED)
        for item, error in failed.items():
            expected = service.error(item, retries)
            if type(error) is not type(expected) or str(error) != str(expected):
                text = "The exception itself, as the last attempt raised it: `future.exception()`."
                wrong(f"{shown} has {error!r} for {item!r}, expected {expected!r}", text)

    right(Service(), ["a"], 0)
    right(Service(), [], 2, "No items: two empty dictionaries.")
    right(Service({"b": 9}), ["a", "b", "c"], 0, _OTHERS)
    right(Service({"b": 1}), ["a", "b", "c"], 1, _AGAIN)
    right(Service({"a": 9, "c": 9}), ["a", "b", "c"], 2, _AGAIN)
    right(Service({"a": 2, "b": 3, "c": 4}), ["a", "b", "c", "d"], 3, _AGAIN)
    right(Service(together=4), [1, 2, 3, 4], 0)
    results = {"a": None, "b": 0, "c": ValueError("as asked"), "d": []}
    right(Service(results=results), list(results), 1, _RETURNED)
    right(Service({7: 9, 8: 9}), [7, 8], 0, "All of them may fail.")
    right(Service(dict.fromkeys(range(0, 60, 7), 9)), list(range(60)), 1)
