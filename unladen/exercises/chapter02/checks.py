"""Checks for chapter 02, the computer: lines, caches, walks through memory, branches, the roofline, and C."""

from __future__ import annotations

import random

import numpy as np

from unladen.exercises.chapter02.filled import filled
from unladen.exercises.chapter02.simulated_memory import climb, in_its_place, missed, sweep
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.values import same, short
from unladen.exercises.words import called, case, fenced, sanitised

# ---------------------------------------------------------------------------------------------------- 2.1


@exercise(
    "2.1",
    "Find the cache line",
    hints=[
        "First make one number of each list of times. Which one is the least disturbed?",
        "From the line size on, each access touches a line of its own, and a larger stride costs nothing more: the "
        "curve is flat. The last time belongs to the flat part.",
        "`min(stride for stride in samples if best[stride] > 0.8 * flat)`, where `flat` is the best time of the "
        "largest stride.",
    ],
    why="Memory does not deliver bytes: it delivers lines. While the stride is smaller than a line, several accesses "
    "share one delivery, and each pays a part of it; from the line size on, each pays for a whole one and uses eight "
    "bytes of it. Nobody told you the number. You read it off from where the curve stops climbing, after taking the "
    "best of the samples, because noise adds time and never takes any away.",
)
def line_size(answer):
    flat = "Where does the curve begin to be flat? The smallest stride there is the answer."
    climbs = "There the curve still climbs. Which times are nearly as large as that of the largest stride?"

    def right(samples, line, hint, mistakes=()):
        best = ", ".join(f"{min(times):.2g} ns at {stride}" for stride, times in samples.items())
        shown = f"With best times of {best} bytes, line_size(samples)"
        kind = (lambda got: isinstance(got, float), "Is that a time? The stride is asked, a whole number of bytes.")
        case(answer, (samples,), line, hint=hint, mistakes=[kind, *mistakes], shown=shown)

    def quiet(line, base=0.8, miss=6.0):
        return {stride: [t, t] for stride, t in climb(line, base, miss).items()}

    for line in (64, 256, 128, 32):
        right(quiet(line), line, flat, [
            (line // 2, "There the curve still climbs: the next stride costs clearly more."),
            (2 * line, "Half of that stride is as slow: the flat part begins before it."),
            (1024, "That is the largest stride. Where does the curve begin to be flat?"),
            (64, "A good guess; but not every machine has lines of 64 bytes. What do these times say?"),
            (8, "There the curve still climbs: where all times are small, the steps between them are small, too. Begin "
             "to look from the other end."),
            (lambda got: isinstance(got, int) and got < 8, "That is a position. Which stride is there?"),
            (lambda got, line=line: isinstance(got, int) and got < line, climbs),
        ])  # fmt: skip
    right(dict(reversed(quiet(64).items())), 64, "The strides may come in any order: do not depend on it.")
    dice = random.Random(21)
    noisy = (
        "The times are noisy now. A mean keeps every disturbance: take the best of each list, and compare those. Even "
        "the best are never quite equal, so allow a few per cent."
    )
    for line in (64, 128, 32, 256, 128, 64):
        right(sweep(line, dice), line, noisy)
    slower = (
        "The same curve on slower memory. Compare each time with that of the largest stride, not with a number of "
        "nanoseconds, nor with its neighbour's alone."
    )
    small = (
        "An access costs something even without a miss here, so the steps are small: three quarters is not flat yet."
    )
    for line in (32, 128):
        right(sweep(line, dice, base=0.3, miss=90.0), line, slower)
        right(sweep(line, dice, base=4.0, miss=4.0), line, small)
    steep = (
        "The largest step need not be the last one: the curve is flat only where the times are within a few per cent "
        "of that of the largest stride."
    )
    for times in ([1.0, 5.0, 7.5, 10.0, 10.0, 10.1], [1.0, 1.3, 1.7, 9.0, 20.0, 20.0, 20.3, 20.1, 20.2]):
        curve = {8 * 2**step: [quiet, 3 * quiet] for step, quiet in enumerate(times)}
        right(curve, 64 if len(times) == 6 else 128, steep)


# ---------------------------------------------------------------------------------------------------- 2.2


@exercise(
    "2.2",
    "A cache in ten lines",
    hints=[
        "`address // 64` is the number of the line. Keep the numbers of those that are in the cache, in a list.",
        "The list in order of use, the one not used for longest at its front: a hit moves a line to the end, a miss "
        "appends one, and takes out the first if there are now too many.",
        "`if line in cache: cache.remove(line)`, else count a miss; then `cache.append(line)`, and `del cache[0]` "
        "when `len(cache) > lines`.",
    ],
    why="Ten lines, and they know why the order of a walk matters: along the rows, eight numbers share a delivery, "
    "down the columns each line is thrown out before its second number is asked for. They also know the cliff: one "
    "line more than fits, again and again in a circle, and nothing is ever found. Real caches look in a few places "
    "only instead of everywhere, only nearly throw out the oldest, and fetch ahead what they expect you to ask for; "
    "the first two cost them a little, the last one hides much of a miss as long as you walk in order.",
)
def misses(answer):
    shared = "Bytes 0 to 63 are one line, 64 to 127 the next: the number of a line is address // 64."

    def right(addresses, lines, hint, shown=""):
        addresses = list(addresses)
        case(answer, (addresses, lines), missed(addresses, lines), hint=hint, shown=shown, mistakes=[
            (missed(addresses, lines, line=1), shared),
            (missed(addresses, lines, line=8), "A line has 64 bytes, not 8: eight numbers share one."),
            (len({a // 64 for a in addresses}), "You counted each line once, as if all lines fitted, or as if the "
             "accesses came sorted. A line that was thrown out is a miss again."),
            (in_its_place(addresses, lines), "Any line may be anywhere in the cache; `line % lines` would leave it one "
             "place only."),
            (missed(addresses, lines + 1), "How many lines are in your cache when it is full? One too many."),
            (missed(addresses, max(1, lines - 1)), "How many lines are in your cache when it is full? One too few."),
            (missed(addresses, lines, refresh=False), "A hit is a use, too: it moves its line to the end of the queue. "
             "Yours throws out what came in first, even if it was used a moment ago."),
            (missed(addresses, lines, newest=True), "Which one goes when there is no room: the line not used for "
             "longest, not the latest."),
        ])  # fmt: skip

    right([], 4, "No access, no miss.")
    first = "An empty cache has nothing: the first access is a miss, the others find what it brought."
    case(answer, ([0, 0, 0], 1), 1, hint=first, mistakes=[
        (2, "Those are the hits. The misses are asked."),
        (3, "How many lines are in your cache when it is full? One too few: here, none is left."),
    ])  # fmt: skip
    right(range(0, 128, 4), 4, shared)
    right([63, 64, 127, 128], 4, shared)
    right([0, 4096, 0, 4096], 2, "Two lines fit: the second time, both are there.")
    right([0, 4096, 0, 8192, 4096], 1, "Only one line fits, and it is always another one.")
    right([0, 64, 128, 0, 64, 128], 3, "Three lines fit, exactly.")
    right([0, 64, 0, 128, 0, 64], 2, "What is in the cache before each access? Follow it by hand, oldest first.")
    right([64 * n for n in range(5)] * 3, 4, "Five lines in a circle through a cache of four: follow it by hand.")
    right([10**13, 10**13 + 1, 2**47 - 1], 2, "Real addresses are large; their lines are counted as others are.")
    dice = random.Random(22)
    many = [dice.randrange(6000) for _ in range(3000)]
    right(many, 40, "All accesses, in the order given.", shown="misses(3000 addresses below 6000, 40)")
    few = [64 * int(dice.expovariate(0.1)) for _ in range(2000)]
    right(few, 8, "All accesses, in the order given.", shown="misses(2000 addresses, the small ones more often, 8)")


# ---------------------------------------------------------------------------------------------------- 2.3

_DOWN = """
#include <stddef.h>
void down_the_columns(const double *matrix, size_t rows, size_t columns, double *sums) {
    for (size_t c = 0; c < columns; c++) {
        sums[c] = 0;
        for (size_t r = 0; r < rows; r++) sums[c] += matrix[r * columns + c];
    }
}
"""
_PLACE = (
    "Row r begins at matrix[r * columns], and its column c is at matrix[r * columns + c]. Which is the last that your "
    "loops touch? And sums has `columns` places, not `rows`."
)
_ZERO = "What stands in sums before you begin may be anything: set all of it to 0 before you add."


@exercise(
    "2.3",
    "Along the rows",
    language="c",
    seconds=20,  # it compiles
    hints=[
        "Which of two neighbours lie side by side in memory: those in a row, or those in a column?",
        "Let the outer loop go over the rows. Each row is then added, element by element, to `sums`.",
        "Set `sums[c] = 0` for all columns first. Then, for each r and each c: `sums[c] += matrix[r * columns + c]`.",
    ],
    why="The same additions in another order. Down a column, every access needs another line of 64 bytes and uses 8 of "
    "them; by the time the next column comes, the line is gone. Along the rows, each line is fetched once and used "
    "up, the hardware sees what you want and fetches ahead, and the compiler adds several columns with one "
    "instruction, for now they are neighbours. It may not swap your loops itself here: for all it knows, `sums` lies "
    "inside of `matrix`.",
    findings=[(r"overflow|out.of.bounds|SEGV|SIGSEGV|SIGBUS", _PLACE)],
)
def column_sums(answer):
    single = "Is there a float in your cell? It keeps 7 digits; a double keeps 16. (And an integer keeps no fraction.)"

    def right(matrix, hint, mistakes=()):
        matrix = np.array(matrix, dtype=float)
        rows, columns = matrix.shape
        shown = f"column_sums({short(matrix.tolist())}, {rows}, {columns}, sums)"
        for filler in (-7.0, 1e6):
            _, sums = filled(answer, matrix, (rows, columns), np.full(columns, np.nan), shown=shown, beside=_PLACE,
                             filler=filler)  # fmt: skip
            case(lambda got: got, (sums.tolist(),), matrix.sum(axis=0).tolist(), hint=hint, mistakes=mistakes,
                 shown=f"after {shown}, sums.tolist()")  # fmt: skip

    def unset(got):
        return any(value != value for value in got)

    first = [
        (unset, _ZERO),
        ([3.0, 7.0], "Those are the sums of the rows. Each column has a sum: add down, whatever order you walk in."),
        ([3.0, 4.0], "That is the last row: does a row replace what was there, or is it added?"),
        ([1.0, 2.0], "That is the first row. Does the loop over the rows reach the last one?"),
    ]
    right([[5.0]], "One row, one column: its sum is 5.", [(unset, _ZERO), (any, _PLACE)])
    right([[1.0, 2.0], [3.0, 4.0]], "Column 0 holds 1 and 3, column 1 holds 2 and 4.", first)
    right([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], _PLACE, [
        ([4.0, 6.0, 8.0], "A row is as long as there are columns: the step from row to row is `columns`, not `rows`."),
        (np.array([1.0, 2, 3, 4, 5, 6]).reshape(3, 2).sum(axis=1).tolist(), _PLACE),
    ])  # fmt: skip
    right([[1.0], [2.0], [4.0]], _PLACE)
    nothing = "No rows: the sums are still to be set to 0."
    right(np.zeros((0, 3)), nothing, [(unset, nothing), (any, _PLACE)])
    right([[1e8], [1.0]], single)
    right(np.random.default_rng(23).normal(size=(37, 19)).round(3), single)
    from unladen.compiling import build

    down = build(_DOWN, "c", name="down_the_columns")

    def make(rng):
        return rng.random((1024, 1024)), np.full(1024, np.nan)

    def down_the_columns(matrix, sums):
        down.down_the_columns(matrix, *matrix.shape, sums)
        return sums

    def along_the_rows(matrix, sums):
        answer(matrix, *matrix.shape, sums)
        return sums

    slow = (
        "Which index changes in your inner loop? If it is the row, each step jumps over a whole row of the matrix, and "
        "meets a new line of the cache. Swap the loops, and walk along whole rows. And is there a `%` or a `/` for "
        "each number? A division takes longer than an addition."
    )
    faster_than(down_the_columns, along_the_rows, make, at_least=3, hint=slow, filled=(1,))


# ---------------------------------------------------------------------------------------------------- 2.4

_BRANCH = """
#include <stddef.h>
size_t with_a_branch(const int *x, size_t n, int level, int *places) {
    size_t count = 0;
    for (size_t i = 1; i < n; i++)
        if ((x[i - 1] < level) != (x[i] < level)) places[count++] = (int) i;
    return count;
}
"""
_INSIDE = (
    "Places 0 to n - 1 are yours, in x and in places. The first pair is x[0] and x[1], the last x[n - 2] and x[n - 1]; "
    "and n is unsigned: for n = 0, n - 1 is a very large number."
)
_SIGN = "A difference or a product of two ints may not fit into an int. The comparison `x[i] < level` is never wrong."
_WHERE = "A crossing between x[i - 1] and x[i] is noted as i, in places[0], places[1], and so on, without gaps."


@exercise(
    "2.4",
    "Do not make it guess",
    language="c",
    seconds=20,  # it compiles
    hints=[
        "Writing costs next to nothing, a wrong guess a dozen cycles or more: what if you write at every step?",
        "Write i to places[count] always. Only whether `count` moves on depends on the two numbers.",
        "In C a comparison is a number, 0 or 1: `count += (x[i - 1] < level) != (x[i] < level);`.",
    ],
    why="A processor starts work on the instructions after a branch before it knows whether they will be needed. Half "
    "of these guesses are wrong in noise, and each wrong one throws away the work of a dozen cycles or more. Your loop "
    "writes too much, half of it to be written over, and never guesses. On a smooth signal the branch is guessed "
    "rightly nearly every time, and then your loop is no faster: the data decides, so measure with data like yours. "
    "`&&` and `||` may be branches, too: they stop as soon as they know.",
    findings=[(r"integer overflow", _SIGN), (r"overflow|out.of.bounds|SEGV|SIGSEGV|SIGBUS", _INSIDE)],
)
def crossings(answer):
    def right(signal, level, hint, mistakes=()):
        signal = np.array(signal, dtype=np.int32)
        n, below = len(signal), signal < level
        expected = (np.flatnonzero(below[1:] != below[:-1]) + 1).tolist()
        shown = f"crossings({short(signal)}, {n}, {level}, places)"
        count, places = filled(
            answer, signal, (n, level), np.full(n, -9, np.int32), shown=shown, beside=_INSIDE, filler=level - 1
        )
        case(lambda: count, (), len(expected), shown=shown, hint=hint, mistakes=mistakes)
        shown = f"after {shown}, places[:{count}].tolist()"
        case(lambda got: got, (places[:count].tolist(),), expected, shown=shown, hint=_WHERE, mistakes=[
            ([-9] * count, "The count is right, but places[0] was left as it was. Is i noted at all, and in "
             "places[count], not in places[i]?"),
            ([i - 1 for i in expected], "Those are the places before the crossings: note i, not i - 1."),
            ([signal[i] for i in expected], "Those are the numbers at the crossings; asked is where they are."),
        ])  # fmt: skip

    up = "From 2 to 8 the signal crosses 5, once. Does your comparison see both directions, up and down?"
    right([2, 3, 4], 5, "All are below 5: nothing is crossed.", [
        (3, "The count is how many crossings there are, not how many numbers."),
        (2, "The count is how many pairs cross, not how many pairs there are, nor how many do not cross."),
    ])  # fmt: skip
    right([2, 8], 5, up, [(2, _INSIDE)])
    right([8, 2], 5, "From 8 to 2 the signal crosses 5, downwards: that counts, too.")
    right([2, 8, 9, 1, 7], 5, "Three crossings: up, down, and up again.")
    right([7], 5, "One number has no neighbour, so there is no crossing.")
    right([], 5, "With n = 0 there is nothing to look at.", [(lambda got: got != 0, _INSIDE)])
    touching = "A number equal to the level is not below it: from 5 to 6 nothing is crossed, from 4 to 5 the level is."
    right([5, 6, 4, 5, 3], 5, touching)
    right([-3, 4, -4, 1], -2, "Negative numbers are numbers: which of these are below -2?")
    right([2**31 - 1, -(2**31), 2**31 - 1], -2, _SIGN)
    noise = np.random.default_rng(25).integers(-1000, 1000, 100_000, dtype=np.int32)
    right(noise[:5000], 0, "All crossings, each once.")
    from unladen.compiling import build

    branch = build(_BRANCH, "c", name="with_a_branch")

    def make(rng):
        return rng.integers(-1000, 1000, 100_000, dtype=np.int32), np.full(100_000, -9, np.int32)

    def with_a_branch(noise, places):
        return branch.with_a_branch(noise, len(noise), 0, places), places

    def without(noise, places):
        return answer(noise, len(noise), 0, places), places

    def as_many_places(got, expected):
        return same(got[0], expected[0]) and same(got[1][: got[0]], expected[1][: expected[0]])

    slow = (
        "On noise your loop is about as slow as one with an `if` around the writing. Write i to places[count] at every "
        "step, and let only `count` depend on the numbers; `&&` and `||` may be branches, too, `!=` is none."
    )
    faster_than(with_a_branch, without, make, at_least=1.6, hint=slow, filled=(1,), agree=as_many_places)


# ---------------------------------------------------------------------------------------------------- 2.5


@exercise(
    "2.5",
    "Under the roof",
    hints=[
        "Two times: how long do the operations take at the peak, and how long do the bytes take at the bandwidth?",
        "Arithmetic and memory work at the same time, so the longer of the two is what it takes, not their sum.",
        "The attainable rate is `flops / max(flops / peak, nbytes / bandwidth)`; which of the two was larger names "
        "the limit.",
    ],
    why="This is the roofline: min(peak, intensity × bandwidth), where the intensity is flops per byte. Its corner, "
    "peak divided by bandwidth, belongs to the machine; which side of it you are on belongs to your loop. Left of it, "
    "faster arithmetic (more cores, wider vectors) is wasted, and only fewer bytes help: a smaller type, a fused loop, "
    "a block that stays in the cache. A loop that does little with each element is far left of it.",
)
def attainable(answer):
    memory = "At 10 bytes a second, 24 bytes take 2.4 s; the two operations take 0.02 s at most. Memory decides."
    case(answer, (2, 24, 100.0, 10.0), (2 / 2.4, "memory"), hint=memory, mistakes=[
        ((100.0, "arithmetic"), "That is the peak: can the bytes come so fast?"),
        ((100.0, "memory"), "The limit is named rightly; but that is the peak. How long do the 24 bytes take?"),
        ((2 / 2.4, "arithmetic"), "The rate is right, the name is not: the time for the bytes is the longer one."),
        ((120.0, "memory"), "The intensity is flops per byte: 2 / 24, not 24 / 2."),
        ((2 / 2.42, "memory"), "The sum of both times; but the machine computes while it waits for memory: the longer "
         "time is what counts."),
        ((0.0, "memory"), "Whole numbers divide with `/`: `//` throws the fraction away."),
        (2 / 2.4, "Two things are asked: the rate, and \"memory\" or \"arithmetic\"."),
        ([2 / 2.4, "memory"], "Return a tuple: `return rate, limit`."),
        ((2.4, "memory"), "That is the time. How many operations per second are that?"),
        ((10.0, "memory"), "That is the bandwidth, in bytes per second. How many operations come with a byte?"),
    ])  # fmt: skip
    compute = "1000 operations on 8 bytes: at the peak of 100 a second they take 10 s, and the bytes 0.8 s."
    case(answer, (1000, 8, 100.0, 10.0), (100.0, "arithmetic"), hint=compute, mistakes=[
        ((1250.0, "arithmetic"), "No rate is above the peak: the roof is flat there."),
        ((1250.0, "memory"), "No rate is above the peak: the roof is flat there."),
        ((100.0, "memory"), "The rate is right, the name is not: here the operations take longer than the bytes."),
        ((1000 / 10.8, "arithmetic"), "The longer of the two times counts, not the sum of both."),
    ])  # fmt: skip
    right_of = "Compare the two times, or the intensity with peak / bandwidth: 5 flops per byte here."
    case(answer, (30, 10, 50.0, 10.0), (30.0, "memory"), hint=right_of)
    case(answer, (60, 10, 50.0, 10.0), (50.0, "arithmetic"), hint=right_of)
    case(answer, (1, 8, 100_000_000_000, 20_000_000_000), (2.5e9, "memory"), hint="Whole numbers divide with `/`: "
         "`//` throws the fraction away.")  # fmt: skip
    copying = "A copy computes nothing: its rate is 0.0, and memory is what limits it. Divide by times, not by flops."
    case(answer, (0, 16, 100.0, 10.0), (0.0, "memory"), hint=copying, mistakes=[(ZeroDivisionError, copying)])
    registers = "All in registers, no byte moved: memory limits nothing, and the rate is the peak."
    case(answer, (50, 0, 100.0, 10.0), (100.0, "arithmetic"), hint=registers, mistakes=[
        (ZeroDivisionError, "No bytes make the intensity infinite: compare times instead, which divide by the "
         "bandwidth."),
    ])  # fmt: skip
    dice = random.Random(26)
    for _ in range(40):
        flops, nbytes = dice.randrange(1, 10**6), dice.randrange(1, 10**6)
        peak, bandwidth = dice.uniform(1e9, 1e12), dice.uniform(1e9, 1e11)
        computing, moving = flops / peak, nbytes / bandwidth
        expected = flops / max(computing, moving), "memory" if moving > computing else "arithmetic"
        case(answer, (flops, nbytes, peak, bandwidth), expected, hint=right_of, shown=called(
            (flops, nbytes, round(peak), round(bandwidth))))  # fmt: skip


# ---------------------------------------------------------------------------------------------------- 2.6

_LAST = "Places 0 to n - 1 are yours: begin at 0, and go on while `i < n`. For n = 0 nothing is read."
_START = "The first number is x[0]: does your loop begin at 0?"
_TYPE = "Is there an int or a float in your cell? An int drops the fraction, a float keeps 7 digits; a double keeps 16."


@exercise(
    "2.6",
    "Your first loop in C",
    language="c",
    seconds=20,  # it compiles
    hints=[
        "One line says how the loop goes: where it begins, how long it goes on, what is done after each turn.",
        "`for (size_t i = 0; i < n; i++)` goes through the places; `x[i]` is the number in place i.",
        "Inside of the loop: `if (x[i] > limit) count++;`.",
    ],
    why="Three lines, and they say what Python finds out while it runs: that the numbers are doubles, side by side, "
    "and where they end. Nothing is asked in the loop but your question. What you pay is that nobody checks: a "
    "place too far is read all the same. A comparison is a number in C, 0 or 1, so `count += x[i] > limit` counts as "
    "well; exercise 2.4 says when that is faster.",
    findings=[(r"overflow|out.of.bounds|SEGV|SIGSEGV|SIGBUS", _LAST)],
)
def count_above(answer):
    def right(values, limit, hint, mistakes=()):
        values = np.array(values, dtype=float)
        # What lies beside the numbers is above the limit, so that a step too far is counted.
        given = values if sanitised() else fenced(values, limit + 1)
        shown = f"count_above({short(values.tolist())}, {len(values)}, {limit})"
        case(
            answer, (given, len(values), limit), int((values > limit).sum()), hint=hint, mistakes=mistakes, shown=shown
        )

    beyond = (lambda got: got > 1, _LAST)
    right([5.0], 3.0, _START, [
        (0, "5 is above 3. Does your loop begin at 0, go on while `i < n`, and count those above, not those below?"),
        (5, "That is the number itself, or the sum. Asked is how many there are."),
        beyond,
    ])  # fmt: skip
    right([2.0], 3.0, "One number, and it is below: the count is 0.", [
        (1, "Do you count those above the limit, or all? And no place but x[0] is yours here."),
        beyond,
    ])  # fmt: skip
    right([1.0, 2.0, 9.0], 3.0, "Only 9 is above 3. Does the loop reach the last number, x[2]?", [
        (9, "That is the number itself, or the sum. Asked is how many there are."),
    ])  # fmt: skip
    right([9.0, 1.0, 2.0], 3.0, _START)
    right([8.0, 9.0, 1.0, 7.0], 3.0, "All of them are looked at: 8, 9 and 7 are above 3.", [
        (1, "Does `return` stand in the loop, or is `count` set anew in each turn?"),
        (2, "Does the loop end at the first that is not above, or before the last? It goes on to the end."),
    ])  # fmt: skip
    right([3.0, 4.0], 3.0, "A number that equals the limit is not above it: `>`, and not `>=`.")
    right([], 3.0, _LAST)
    right([0.25, 0.75, -0.5], 0.5, _TYPE)
    right([-3.0, -1.0], -2.0, "Negative numbers are numbers: -1 is above -2.")
    right([1 + 1e-12, 1.0], 1.0, _TYPE)
    right(np.random.default_rng(26).normal(size=1000).round(4).tolist(), 0.3, "All numbers, each once.")


# ---------------------------------------------------------------------------------------------------- 2.7

_EXCLUSIVE = "x[i] itself belongs to sums[i]: add it first, then write the sum."
_BEHIND = "Places 0 to n - 1 are yours, in x and in sums: sums[i - 1] of i = 0 lies before the first."


@exercise(
    "2.7",
    "Fill an array",
    language="c",
    seconds=20,  # it compiles
    hints=[
        "Keep the sum so far in a variable of your own, of type double, that begins at 0.",
        "One loop over all places: first add `x[i]` to the sum, then write the sum to its place.",
        "`double sum = 0;` before the loop; in it `sum += x[i];` and `sums[i] = sum;`.",
    ],
    why="The caller made the array, and the function filled it: so a million results come back without an object for "
    "each, and without a copy. It is how NumPy's own loops are called, and why its functions have an `out=`. Each "
    "sum waits for the one before, as in the chain of additions of the chapter: here the processor cannot take two "
    "at once.",
    findings=[(r"overflow|out.of.bounds|SEGV|SIGSEGV|SIGBUS", _BEHIND)],
)
def running_sums(answer):
    def right(values, hint, mistakes=()):
        values = np.array(values, dtype=float)
        n, expected = len(values), np.cumsum(values)
        shown = f"running_sums({short(values.tolist())}, {n}, sums)"
        for filler in (-7.0, 1e6):
            _, sums = filled(answer, values, (n,), np.full(n, np.nan), shown=shown, beside=_BEHIND, filler=filler)
            case(lambda got: got, (sums.tolist(),), expected.tolist(), hint=hint, mistakes=mistakes,
                 shown=f"after {shown}, sums.tolist()")  # fmt: skip

    def unset(got):
        return any(value != value for value in got)

    nothing = (
        "A place of sums was left as it was, or was read before it was written; what stands there may be anything."
    )
    right([5.0], "One number: its sum is itself.", [([0.0], _EXCLUSIVE), (unset, nothing), (any, _BEHIND)])
    right([3.0, 1.0, 4.0], "3, then 3 + 1, then 3 + 1 + 4.", [
        ([0.0, 3.0, 4.0], _EXCLUSIVE),
        ([3.0, 1.0, 4.0], "Those are the numbers themselves: each is to be added to the sum of those before it."),
        ([8.0, 8.0, 8.0], "Each place has the sum of all: the sum is written while it grows, place by place."),
        ([3.0, 4.0, 5.0], "Only two neighbours are added: x[i] goes to the sum so far, which is sums[i - 1]."),
        ([8.0, 5.0, 4.0], "Those are the sums from each place to the end. Begin at x[0]."),
        (unset, nothing),
        (any, _BEHIND),
    ])  # fmt: skip
    right([], _BEHIND)
    right([0.5, 0.25, -2.0], _TYPE)
    right([1e8, 1.0, 0.125], _TYPE)
    right(np.random.default_rng(27).integers(-(2**30), 2**30, 500) / 8, "All places, each once.")
