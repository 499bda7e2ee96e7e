"""Chapter 13, where threads and ranks meet: a race, false sharing, and a ring that blocks."""

from __future__ import annotations

import types

import numpy as np

from unladen.exercises.chapter10 import compiled
from unladen.exercises.chapter13 import raced, ranks
from unladen.exercises.registry import exercise
from unladen.exercises.stub import unwritten
from unladen.exercises.values import same, short
from unladen.exercises.words import NO_RETURN, Unwritten, call, case, wrong

# --------------------------------------------------------------------------------------------------- 13.5

_OWN = "Give each thread counts of its own, a row for each, and add the rows up after the loop."
_SHARE = "Let `prange` run over a few pieces of the values: piece t begins at `t * n // pieces`."


@exercise(
    "13.5",
    "Repair the race",
    hints=[
        _OWN,
        "`for t in prange(pieces):` with an ordinary loop over the values of piece t inside. In it, only row t of "
        "`own = np.zeros((pieces, bins), np.int64)` is written.",
        "Piece t has the values from `t * n // pieces` to `(t + 1) * n // pieces`. At the end: `own.sum(axis=0)`.",
    ],
    why="Each turn writes memory that no other turn touches, and they meet once, after the loop: partial sums. Three "
    "repairs are known. A *reduction*, `total += ...` on a single number, is the shortest, and Numba makes the partial "
    "sums for you. Partial sums by hand are as fast and work for anything that can be added up. An *atomic* addition "
    "is right as well, and slowest: each update fetches the cache line from whoever had it. Here the rows lie side by "
    "side, so with few bins their lines are shared: that is the next exercise.",
    seconds=60.0,
    imports=["unladen.exercises.chapter10.numba_ready"],
)
def histogram(answer):
    _is_parallel(answer)
    for values, bins in (([1, 0, 1], 2), ([2] * 16, 3), (list(range(8)) * 4, 8), ([], 2)):
        given = np.array(values, dtype=np.int64)
        shown = f"histogram({short(given)}, {bins})"
        with raced.turn_by_turn(raced.globals_of(answer)) as notes:
            got = call(answer, (raced.watched(given, given=True), bins), shown=shown)
        if (race := notes.racing()) and len(values) > 1:
            _tell_race(race, notes, shown)
        _counted(raced.plain(got), values, bins, shown)
        if len(values) >= 16:
            _shared_work(notes, len(values), shown)
    rng = np.random.default_rng(135)
    with raced.on_one_thread(answer):
        for size, bins in ((0, 3), (1, 1), (7, 5), (1000, 10), (100_001, 64)):
            values = rng.integers(0, bins, size)
            expected = np.bincount(values, minlength=bins).astype(np.int64)
            shown, hint = (
                f"histogram(values, {bins}) with {size} values",
                "Compiled, it gives another result than Python.",
            )
            mistakes = [
                (compiled.refusals(), "Numba has to find a type for everything in it: this, it cannot compile.")
            ]
            case(answer, (values, bins), expected, shown=shown, hint=hint, mistakes=mistakes)


def _is_parallel(answer):
    functions = [answer, *raced.globals_of(answer).values()]
    if unwritten(getattr(answer, "py_func", answer)):
        raise Unwritten
    if not any(one.targetoptions.get("parallel") for one in functions if hasattr(one, "targetoptions")):
        wrong("nothing of it is compiled as parallel", "`@njit(parallel=True)` stands above the one with `prange`.")


def _tell_race(race, notes, shown):
    one, other, both = race
    who = "threads" if notes.by_thread else "turns"
    does = "both write" if both else f"{one} writes and {other} reads"
    wrong(
        f"in {shown} {who} {one} and {other} of the parallel loop touch the same element: {does} it",
        "Two turns may run at the same time: one of two additions to the same element can get lost. " + _OWN,
    )


def _counted(got, values, bins, shown):
    expected = np.bincount(np.array(values, dtype=np.int64), minlength=bins).astype(np.int64)
    if got is None:
        wrong(f"{shown} returned None", NO_RETURN)
    if not same(got, expected):
        hint = "How often each value comes, from 0 to bins - 1: an array of int64, as long as there are bins."
        if isinstance(got, np.ndarray) and got.ndim == 1 and got.sum() < len(values):
            hint = "Some values are counted by nobody: does the last piece reach the end, if it does not come out even?"
        wrong(f"{shown} returned {short(got)}, expected {short(expected)}", hint)


def _shared_work(notes, n, shown):
    looked = [len(places) for places in notes.looked.values()]
    if not notes.loops or not looked:
        wrong(
            f"in {shown} no value was counted in a turn of prange",
            "Share the loop that counts. " + _SHARE,
        )
    if max(looked) > n * 3 // 4:
        told = f"in {shown} one turn looked at {max(looked)} of {n} values"
        wrong(told, "No race, and nothing gained: each turn reads (nearly) all of the values. " + _SHARE)


# --------------------------------------------------------------------------------------------------- 13.6

_LINE = 128
_ROOM = f"There is room for 256 bytes for each thread, and {_LINE} more: a line of its own for each is enough."
_PAD = "Let the next thread's tally begin a line later, not 24 bytes later: what is in between is padding."
_ROUND = (
    "`memory` begins at a multiple of 16, seldom at a line. A tally that begins 112 bytes into one ends in the next, "
    "padded or not: round the address up to a multiple of 128 first."
)


@exercise(
    "13.6",
    "Find the false sharing",
    language="c",
    hints=[
        "Where does the tally of thread 1 begin, and in which line of 128 bytes does that of thread 0 end?",
        "A tally that takes 128 bytes keeps the next one away, if the first begins at a line: how many bytes are left "
        "from `memory` to the next multiple of 128?",
        "`size_t skip = (128 - (size_t) memory % 128) % 128;`, and the tally of thread `me` begins at "
        "`memory + skip + 128 * me`.",
    ],
    why="No thread ever used another one's numbers, and yet they fought for them: caches hand on whole lines, and each "
    "write takes the line away from all other cores. Padding alone is not enough, for malloc gives multiples of 16. In "
    "C11 `alignas(64)` before the first member lets the compiler round the struct up, and `aligned_alloc` the address. "
    "Better still: keep the tally in local variables, which live in registers, and write it once, at the end.",
    findings=[
        (r"misaligned", _ROUND),
        (r"heap|SEGV|SIGSEGV|SIGBUS|stack|global", _ROOM),
    ],
)
def note(answer):
    rng = np.random.default_rng(135)
    for at in (0, 16, 112, 96, 48, 64):
        for threads in (1, 2, 5):
            _notes(answer, at, threads, rng.uniform(1, 9, (3, threads)))


def _notes(answer, at, threads, energies):
    """Each thread notes three energies, in turns; what each changes in memory tells which lines it writes to."""
    room = 256 * threads + _LINE
    all_of_it = np.zeros(room + 64 * _LINE, dtype=np.uint8)
    begin = 32 * _LINE - all_of_it.ctypes.data % _LINE + at
    memory = all_of_it[begin : begin + room]
    lines = [set() for _ in range(threads)]
    for turn, row in enumerate(energies):
        for me, energy in enumerate(row.tolist()):
            before, so_far = all_of_it.copy(), energies[: turn + 1, me]
            shown = f"note(memory, {me}, {energy!r}), call {turn + 1} of thread {me} of {threads},"
            got = call(answer, (memory, me, energy), shown=shown)
            changed = np.flatnonzero(all_of_it != before) - begin
            if len(changed) and not (changed[0] >= 0 and changed[-1] < room):
                wrong(f"{shown} wrote outside of its memory", _ROOM)
            lines[me] |= set(((changed + at) // _LINE).tolist())
            expected = so_far.max() / so_far.mean()
            if not same(got, expected):
                hint = "Each thread has its own tally, at the same place in each call: it depends on `me` alone."
                wrong(f"{shown} returned {short(got)}, expected {short(float(expected))}", hint)
            if not len(changed):
                wrong(f"{shown} wrote nothing into memory", "The tally lives in `memory`, where its thread finds it.")
    for one in range(threads):
        for other in range(one):
            if both := lines[one] & lines[other]:
                line = min(both)
                told = f"threads {other} and {one} both write to the bytes {line * _LINE} to {line * _LINE + _LINE - 1}"
                where = f"{told} from a line's beginning, where memory begins {at} bytes after one"
                wrong(where, _PAD if at in (0, 16) else _ROUND)


# --------------------------------------------------------------------------------------------------- 13.8

_BLOCKED = (
    "Who sends waits until the other one receives. If all of them begin by sending, nobody receives: let some receive "
    "first."
)
_SILENT = "Who receives waits until the other one sends. Nobody sends: who does so first?"
_MESSAGE = (
    '`yield "send", to, value` and `value = yield "receive", source`, with ranks from 0 to size - 1: the ring closes.'
)
_SWAPPED = "From the left neighbour comes its *right* edge, from the right neighbour its *left* edge."
_TWO = "With two ranks, both neighbours are the same one: its messages come in the order in which they are sent."
_ONE = "A rank alone is its own neighbour, on both sides, and cannot send to itself: who would receive?"
_CHAIN = "Right, but one after the other, all around the ring: let every second rank receive first, not a single one."
_ROUNDS = 10


@exercise(
    "13.8",
    "A ring that blocks",
    hints=[
        "All ranks begin by sending to the right: who receives? Somebody has to do it the other way round.",
        "Ranks with even numbers send first and then receive, those with odd numbers receive first and then send; and "
        "the same again in the other direction. Try it on paper with three ranks.",
        "`if rank % 2 == 0:` send to the right, receive from the left; `else:` receive from the left, send to the "
        "right. With `size == 1` there is nobody: return `right, left`.",
    ],
    why="MPI's `Send` may keep a small message and return at once, so the first version works with ten numbers, and "
    "hangs with a million, in front of an audience. `Ssend` never keeps one: test with it. Even ranks and odd ranks "
    "are two colours of a ring; an odd ring needs one round more, and still their number does not grow with the ranks, "
    "as it does if only one of them turns round. `Sendrecv` does it for you, and `Isend` returns before anybody waits.",
)
def exchange(answer):
    for size in (3, 4, 2, 5, 1, 6, 7, 8, 25, 40):
        edges = [(10.0 * rank + 1, 10.0 * rank + 2) for rank in range(size)]
        shown = f"exchange on {size} rank{'s' * (size > 1)}"
        outcome = call(_outcome, (answer, edges), shown=shown)
        if isinstance(outcome, ranks.Deadlock):
            stuck = _BLOCKED if "to send" in str(outcome) else _SILENT
            wrong(f"{shown} never ends: {outcome}", _ONE if size == 1 else stuck)
        if isinstance(outcome, Exception):
            wrong(f"{shown}: {outcome}", _MESSAGE)
        results, rounds = outcome
        for rank, got in enumerate(results):
            expected = edges[rank - 1][1], edges[(rank + 1) % size][0]
            if got is None:
                wrong(f"{shown}: rank {rank} returned None", NO_RETURN)
            if not same(tuple(got) if isinstance(got, list) else got, expected):
                told = f"{shown}: rank {rank} returned {short(got)}, expected {short(expected)}"
                wrong(told, _ONE if size == 1 else _TWO if size == 2 else _SWAPPED)
        if rounds > _ROUNDS:
            wrong(f"{shown} took {rounds} rounds", f"At most {_ROUNDS} are asked. {_CHAIN}")


def _outcome(program, edges):
    """What the ranks return and how many rounds they took, or what is wrong with their messages."""
    try:
        if not isinstance(program(0, len(edges), *edges[0]), types.GeneratorType):
            return ranks.NoMessage("it returned something, and is no generator: one has a `yield` in it")
        return ranks.run(program, edges)
    except (ranks.Deadlock, ranks.NoMessage) as told:
        return told
