"""Chapter 06, better Python: one pass, fewer comparisons, a pipeline, a cache by hand, and a bar for plain loops."""

from __future__ import annotations

import math

import numpy as np

from unladen.exercises.chapter06 import remembering, streams
from unladen.exercises.chapter06.plain import packages_called
from unladen.exercises.registry import exercise
from unladen.exercises.speed import faster_than
from unladen.exercises.values import same, short
from unladen.exercises.words import call, case, wrong

# ---------------------------------------------------------------------------------------------------- 6.1


def means_slowly(values, width):
    """The function the learner is given: each window is summed up anew."""
    return [sum(values[i : i + width]) / width for i in range(len(values) - width + 1)]


@exercise(
    "6.1",
    "A moving average in one pass",
    hints=[
        "Keep the last `width` values and their sum. What happens to both when the next value comes?",
        "`collections.deque` is made for this: `append` at one end, `popleft` at the other, both in constant time.",
        "For each value: add it to the deque and to the total; if there are more than `width`, pop the oldest and "
        "subtract it; if there are `width`, yield `total / width`.",
    ],
    why="A window of a thousand values costs as little as one of three: one addition, one subtraction. The slow "
    "version added up the same numbers a thousand times. And as you take one value at a time and keep only a window, "
    "the values may come from a file or a sensor, without an end. A price to know of: with floats the small errors of "
    "all those additions and subtractions stay in the total. Where that matters, sum up anew from time to time.",
)
def moving_average(answer):
    def right(values, width, hint, shown=""):
        expected = means_slowly(values, width)
        shown = shown or f"list(moving_average({short(values)}, {width}))"
        case(_listed(answer), (values, width), expected, shown=shown, hint=hint, mistakes=_not_iterable())

    right([1, 2, 3], 1, "The mean of one value is the value.")
    right([1, 2, 3, 4], 2, "The first window is [1, 2], the last one [3, 4]: only full windows count.")
    right([5], 2, "There is no full window, so there is no mean.")
    right([], 3, "There is no full window, so there is no mean.")
    right([4, 8], 2, "There is exactly one window.")
    right((3, -1, 4, -1, 5, 9), 3, streams.SLIDE)
    right([0.5, 0.25, 8.0, -2.0], 4, streams.SLIDE)
    right([7] * 5 + [None] * 0 + [10**20, 1, 2, 3], 2, "Integers of any size: subtract exactly what you added.")
    values = np.random.default_rng(61).integers(-1000, 1000, 300).tolist()
    right(values, 7, streams.SLIDE)
    streams.one_pass(answer)
    streams.in_turns(answer)
    streams.forgetful(answer)
    again = "Is a window summed up, or sliced, or copied, for every value? " + streams.SLIDE
    faster_than(means_slowly, _listed(answer), _values, at_least=4, hint=again)


def _values(rng) -> tuple[list[int], int]:
    return rng.integers(0, 100, 6000).tolist(), 400


def _listed(answer):
    """The answer with its results in a list."""

    def moving_average(*args):
        got = answer(*args)
        return got if got is None else list(got)

    return moving_average


def _not_iterable():
    return [(TypeError, "Yield the means one after the other: a function with `yield` in it is a generator.")]


# ---------------------------------------------------------------------------------------------------- 6.2

_KEY = "Two words are anagrams if something is equal for both that can be computed for each word alone. What?"
_HALF = "Is each word still compared with others, or searched for in a list? Let a dict find the group by its key."


def anagrams_slowly(words):
    """The function the learner is given: each word is compared with the groups so far."""
    groups = []
    for word in words:
        for group in groups:
            if sorted(word) == sorted(group[0]):
                if word not in group:
                    group.append(word)
                break
        else:
            groups.append([word])
    return [group for group in groups if len(group) > 1]


@exercise(
    "6.2",
    "Anagrams, without all with all",
    hints=[
        "What do 'listen' and 'silent' have in common that 'enlist' has too, and no other word has?",
        "Their sorted letters: `''.join(sorted(word))`, or `tuple(sorted(word))`, which can be a key of a dict.",
        "`groups.setdefault(key, {})[word] = True` keeps each word once, in the order in which it came; a dict "
        "remembers that order.",
    ],
    why="A question about pairs (is this an anagram of that?) became a question about each word alone: what is its "
    "key? That is the commonest way from quadratic to linear: find the canonical form, and let a dict bring together "
    "what belongs together. Databases call it a hash join. The key costs a sort of a few letters for each word, once; "
    "the slow version sorted the same words again for each comparison.",
)
def anagrams(answer):
    def right(words, hint, mistakes=()):
        case(answer, (words,), anagrams_slowly(words), hint=hint, mistakes=mistakes)

    kind = [
        (lambda got: isinstance(got, dict), "Return the groups as a list: the keys were only a means."),
        (
            lambda got: isinstance(got, list) and bool(got) and not isinstance(got[0], list),
            "Each group is a list of words.",
        ),
    ]
    right([], "No words, no groups: an empty list.", kind)
    right(["tea"], "A word without an anagram is no group.")
    right(["tea", "eat"], _KEY, kind)
    right(["tea", "eat", "ten", "ate", "net"], "All anagrams of a word are in one group.", kind)
    order = "Groups come in the order of their first words, and words in the order in which they came."
    right(["was", "tops", "saw", "spot", "stop"], order)
    right(["b", "ab", "a", "ba"], "Words of one letter are words.")
    twice = "A word that comes twice is the same word, not its own anagram: keep each word once."
    right(["tea", "tea"], twice)
    right(["tea", "eat", "tea", "eat"], twice)
    letters = "How often a letter comes counts too: 'aab' and 'abb' have the same letters, and are no anagrams."
    right(["aab", "abb", "bba", "baa"], letters)
    joined = "Two different words have the same key. Does it tell 'ad' from 'bc', or 'a' from a word of other letters?"
    right(["ad", "bc", "da", "cb", "ae", "bd"], joined)
    right(["Tw", "bf", "adx", "day"], joined)
    right(["Tea", "eat", "éa", "aé", "", "the"], "Upper and lower case differ here; any letters may come.")
    right(("on", "no"), "Any sequence of words will do.")
    rng = np.random.default_rng(62)
    words = ["".join(rng.choice(list("abcd"), size=rng.integers(1, 5))) for _ in range(300)]
    right(words, order)
    (many,) = _words(rng)
    case(answer, (many,), anagrams_slowly(many), hint=order)
    faster_than(anagrams_slowly, answer, _words, at_least=25, hint=_HALF)


def _words(rng) -> tuple[list[str]]:
    """500 words of six of the first eight letters."""
    letters = rng.integers(97, 105, (500, 6), dtype=np.uint8)
    return ([row.tobytes().decode() for row in letters],)


# ---------------------------------------------------------------------------------------------------- 6.3

_BROKEN = (
    "A line that is no number is left out, and the pipeline goes on with the next: catch the ValueError of `float`."
)


@exercise(
    "6.3",
    "A pipeline that holds one line",
    hints=[
        "`for line in lines:`, then decide about this one line, then `yield` its number.",
        "`line.partition('#')[0].strip()` is what stands before a comment, without blanks; if nothing is left, go on.",
        "`try: number = float(text)`, `except ValueError: continue`; and `if math.isfinite(number): yield number`.",
    ],
    why="Your generator holds one line, however long the file is: who takes the numbers decides how many are made, and "
    "`max(clean(open(path)))` reads a file of any size in the memory of one line. Stages like this one can be put "
    "behind each other, each with one task, and each tested on a list of three lines. A list between two of them, and "
    "all lines are in memory again.",
)
def clean(answer):
    def right(lines, expected, hint):
        shown = f"list(clean({short(lines)}))"
        case(_collected(answer), (lines,), expected, shown=shown, hint=hint, mistakes=_not_iterable_numbers())

    right(["1.5\n"], [1.5], "`float` ignores the blanks and the end of the line.")
    right([], [], "No lines, no numbers.")
    right(["1\n", "-2e3\n", "  7  \n"], [1.0, -2000.0, 7.0], "Every line is a number of type float.")
    right(["\n", "   \n", "4\n"], [4.0], "Lines without anything are left out.")
    right(["# made on a Monday\n", "3\n"], [3.0], "What follows # is a comment.")
    right(["3 # a good one\n", "5#\n"], [3.0, 5.0], "A comment may follow a number.")
    right(["1\n", "one\n", "2\n"], [1.0, 2.0], _BROKEN)
    whole = "A number is what `float` accepts, the whole of what is left of the line; not one found somewhere in it."
    right(["12 apples\n", "3 4\n", "+.5\n", "5.\n", "1e3"], [0.5, 5.0, 1000.0], whole)
    right(["#7\n", "8\n", "# 9\n"], [8.0], "A number in a comment is part of the comment.")
    right(["nan\n", "1\n", "inf\n", "-inf\n"], [1.0], "`float` accepts 'nan' and 'inf'. Leave out what is not finite.")
    right(["0\n", "-0.0\n", "0.0\n"], [0.0, -0.0, 0.0], "Zero is a number: test the text, not the number.")
    streams.as_needed(answer)
    streams.bounded(answer)


def _collected(answer):
    def clean(lines):
        got = answer(lines)
        return got if got is None else list(got)

    return clean


def _not_iterable_numbers():
    return [
        (ValueError, _BROKEN),
        (TypeError, "Yield the numbers one after the other: a function with `yield` in it is a generator."),
    ]


# ---------------------------------------------------------------------------------------------------- 6.4

_FIRST_OUT = "You drop what came first. Asked is what was not *used* for longest: " + remembering.OLDEST


@exercise(
    "6.4",
    "A cache of your own",
    hints=[
        "Return a function `remembered(*args)` that looks into a dict first. `args` is a tuple, and may be its key.",
        "A dict remembers in which order its keys came. On a hit: `kept[args] = kept.pop(args)` moves it to the end.",
        "After a miss: store the result, then `if len(kept) > size: del kept[next(iter(kept))]`.",
    ],
    why="A dict that keeps the order of its keys is all that a cache with a limit needs: what is used moves to the "
    "end, what is dropped comes from the front, both in constant time. `functools.lru_cache` does the same in C, with "
    "a lock, and a linked list for the order. That None is a result like any other, and that an exception is none, are "
    "the two things that caches written in a hurry get wrong.",
)
def remember(answer):
    remembering.two_caches(answer)
    double = remembering.Told(lambda n: 2 * n)
    quick = remembering.made(answer, double, 3, "double")
    remembering.asks(
        quick, double, (4,), 8, new=True, told="remembered(4)", hint="The function is asked for what is not known."
    )
    again = "It was computed before: look into the dict first, with the arguments as key."
    remembering.asks(quick, double, (4,), 8, new=False, told="remembered(4), the second time,", hint=again)
    remembering.asks(quick, double, (5,), 10, new=True, told="remembered(5)", hint="Other arguments, another result.")
    nothing = remembering.Told(lambda *_: None)
    blank = remembering.made(answer, nothing, 3, "nothing")
    none = "None is a result, too: ask `if args in kept`, not whether `kept.get(args)` is None or false."
    for new in (True, False):
        remembering.asks(
            blank, nothing, (1,), None, new=new, told="remembered(1), where the function returns None,", hint=none
        )
    minus = remembering.Told(lambda a, b: a - b)
    two = remembering.made(answer, minus, 4, "minus")
    key = "The key is all arguments, in their order: `*args` collects them in a tuple."
    for args, new in (((7, 2), True), ((2, 7), True), ((7, 2), False), ((2, 7), False)):
        remembering.asks(two, minus, args, args[0] - args[1], new=new, told=f"remembered{args}", hint=key)
    alike = "Different arguments may have the same `hash` (-1 and -2), or the same digits: the key is `args` itself."
    for args in ((1, 23), (12, 3), (-1, 5), (-2, 5)):
        remembering.asks(two, minus, args, args[0] - args[1], new=True, told=f"remembered{args}", hint=alike)
    remembering.keeps(answer, "1 2 3 1 2 3", [1, 1, 1, 0, 0, 0], 3, "There is room for three results.")
    grow = "When there are more than `size` results, one must go."
    remembering.keeps(answer, "1 2 3 4 4", [1, 1, 1, 1, 0], 3, "Only one has to go, and not the newest.")
    remembering.keeps(answer, "1 2 3 4 1", [1, 1, 1, 1, 1], 3, grow)
    remembering.keeps(answer, "1 2 3 4 4 3 2", [1, 1, 1, 1, 0, 0, 0], 3, "Only one has to go, and not the newest.")
    remembering.keeps(answer, "1 2 3 1 4 1 2", [1, 1, 1, 0, 1, 0, 1], 3, _FIRST_OUT)
    remembering.keeps(answer, "1 2 3 2 1 4 3", [1, 1, 1, 0, 0, 1, 1], 3, _FIRST_OUT)
    remembering.keeps(answer, "1 1 2 2 1", [1, 0, 1, 0, 1], 1, "Room for one result, too.")
    rng = np.random.default_rng(64)
    asked = rng.integers(1, 9, 200).tolist()
    remembering.keeps(answer, " ".join(map(str, asked)), remembering.misses(asked, 4), 4, remembering.OLDEST)
    remembering.errors(answer)
    remembering.by_itself(answer)
    remembering.forgets(answer)


# ---------------------------------------------------------------------------------------------------- 6.5

_CARRY = "What is the middle now was the right one a step ago. Carry two heights along, and read each height once."


def roughness_slowly(heights):
    """The function the learner is given: indices, a list in between, and a power."""
    bends = []
    for i in range(1, len(heights) - 1):
        bends.append(heights[i - 1] - 2 * heights[i] + heights[i + 1])
    total = 0
    for i in range(len(bends)):
        total += bends[i] ** 2
    return total


@exercise(
    "6.5",
    "A bar for plain Python",
    hints=[
        "Which of the two loops could do the work of both? Then no list in between is needed.",
        "`zip(heights, heights[1:], heights[2:])` needs no index, and `bend * bend` no power. Race it: is that enough?",
        "`for right in coming: bend = left - 2 * middle + right; total += bend * bend; left, middle = middle, right`, "
        "with the first two taken by `next` before the loop.",
    ],
    why="One loop instead of two, no list in between, no index, a multiplication instead of a power: none of it needed "
    "a tool, all of it is fewer steps for each height. What is left is the arithmetic on objects, and for that a tool "
    "is needed: NumPy takes whole arrays at once (chapter 07), a compiler takes your loop as it is (09 and 10). "
    "You have kept what they give away: integers of any size are still exact.",
)
def roughness(answer):
    def right(heights, hint, mistakes=()):
        case(answer, (heights,), roughness_slowly(heights), hint=hint, mistakes=mistakes)

    if "numpy" in packages_called(answer, [1, 3, 2, 5]):
        wrong("roughness works with NumPy", "That is chapter 07's way out. This bar is for plain Python.")
    short_of = "Fewer than three heights have no bend: the sum of nothing is 0."
    ended = [(StopIteration, short_of), (IndexError, short_of), (ValueError, short_of), (RuntimeError, short_of)]
    exact = "Integers of any size stay exact in Python. Is there a float, or an array of 64 bits, on the way?"
    bend = [(-3, "That is the bend. Asked is its square."), (lambda got: isinstance(got, float), exact)]
    right([1, 3, 2], "1 - 2 · 3 + 2 is -3, and its square 9.", bend)
    right([0, 0, 1, 0, 0], "Each bend counts: 1, -2 and 1.", [(4, "Squares are added, not bends."), (5, _CARRY)])
    for few in ([], [5], [5, 7]):
        right(few, short_of, ended)
    right([2, 4, 6, 8], "A straight line has no bend.")
    right((1, 10, 100, 1000), "All bends, the first and the last among them.")
    right([0.5, -0.25, 8.0, 2.0], "Floats are heights, too.")
    wide = [(OverflowError, exact), (TypeError, exact), (lambda got: True, exact)]
    right([10**20, 3, 10**20 + 1, -5], exact, wide)
    nan = call(answer, ([1.0, math.nan, 2.0, 3.0],), shown="roughness([1.0, nan, 2.0, 3.0])")
    if not same(nan, math.nan):
        wrong(f"roughness([1.0, nan, 2.0, 3.0]) returned {short(nan)}, expected nan", "NaN in, NaN out: skip nothing.")
    heights = np.random.default_rng(65).integers(-100, 100, 4000).tolist()
    right(heights, "All of them.")
    slow = "Is there still an index, a list in between, a second loop, or a power? " + _CARRY
    faster_than(roughness_slowly, answer, _heights, at_least=1.3, hint=slow)


def _heights(rng) -> tuple[list[float]]:
    """Floats: with integers of any size, most of the time goes into the arithmetic, which nobody can leave out."""
    return (rng.uniform(-100, 100, 4000).tolist(),)
