"""A value in a few words: on one line, of bounded length, soon, and whatever its class does."""

import time
from collections import deque

import numpy as np
import pytest

from unladen.exercises.values import short
from unladen.inside.values import shown
from unladen.short import Writer, cut, one_line, own_repr
from unladen.timing.answers import brief


class Raises:
    def __repr__(self):
        raise RuntimeError("no")


class Leaves:
    def __repr__(self):
        raise SystemExit(1)


class Huge:
    def __repr__(self):
        return "y" * 10**7


class Coloured:
    def __repr__(self):
        return "\x1b[31mred\x1b[0m\n  next\u202e \ud800"


class Text(str):
    """A text that lies about itself."""

    def __len__(self):
        raise ValueError("len")

    def __getitem__(self, at):
        return "lie"

    __str__ = __format__ = lambda self, *_: "lie"


class LyingRepr:
    def __repr__(self):
        return Text("the truth")


class LyingClass:
    __class__ = property(lambda self: np.ndarray)


class RaisingClass:
    @property
    def __class__(self):
        raise ValueError("class")


class RaisingShape:
    @property
    def shape(self):
        raise ValueError("shape")


class RaisingLength(list):
    def __len__(self):
        raise ValueError("len")


class Nameless(type):
    __name__ = property(lambda cls: 1 / 0)


class OfNameless(metaclass=Nameless):
    pass


class Changes:
    """Its repr changes the container that it is in."""

    def __repr__(self):
        held.clear()
        return "gone"


held: dict = {}


def doubled(kind, times=60):
    """Containers that share containers: written out, more than any memory."""
    value = kind(())
    for _ in range(times):
        value = {1: value, 2: value} if kind is dict else kind((value, value))
    return value


HOSTILE = {
    **{kind.__name__: kind for kind in (Raises, Leaves, Huge, Coloured, LyingRepr, LyingClass, RaisingClass)},
    "RaisingShape": RaisingShape,
    "OfNameless": OfNameless,
    "RaisingLength": lambda: RaisingLength([1]),
    "a number": lambda: 7**10_000,
    "a number in a tuple": lambda: (7**10_000,),
    "inside a list": lambda: [Raises()],
    "inside a dictionary": lambda: {1: Raises()},
    **{f"doubled {kind.__name__}": lambda kind=kind: doubled(kind) for kind in (list, tuple, dict)},
}


@pytest.mark.parametrize("write", [short, brief, shown], ids=lambda write: write.__name__)
@pytest.mark.parametrize("name", HOSTILE)
def test_every_value_is_written_soon_on_one_line_that_prints(write, name):
    start = time.perf_counter()
    text = write(HOSTILE[name]())
    assert type(text) is str and text.isprintable() and 0 < len(text) <= 200
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("write", [short, brief, shown], ids=lambda write: write.__name__)
def test_an_interrupt_goes_through(write):
    class Interrupted:
        def __repr__(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write([Interrupted()])


def test_each_room_says_in_its_own_words_what_cannot_be_written():
    assert short(Raises()) == "an object of type Raises whose repr raises RuntimeError"
    assert short([1, Raises()]) == "[1, an object of type Raises whose repr raises RuntimeError]"
    assert brief(Raises()) == "an object whose repr raises RuntimeError (Raises)"
    assert shown(Raises(), 40) == "<Raises: repr raised RuntimeError>"
    assert short(7**10_000) == "an int of 28,074 bits"
    assert brief(7**10_000) == "a number of 28074 bits (int)"
    assert shown(7**10_000) == "<int of 28074 bits>"


def test_an_address_is_in_no_text():
    assert short([object()]) == "[an object of type object]"
    assert brief(object()) == "an object of type object"
    assert shown([object()]) == "[<object>]"


def test_a_repr_is_believed_and_a_class_is_not():
    assert short(LyingRepr()) == shown(LyingRepr()) == "the truth"
    assert brief(LyingRepr()) == "the truth (LyingRepr)"
    assert short(LyingClass()) == "an object of type LyingClass"


def test_what_does_not_print_is_written_as_an_escape():
    assert one_line("\x1b[31mred\x1b[0m\n  next\u202e \ud800") == r"\x1b[31mred\x1b[0m next\u202e \ud800"
    assert one_line("two  blanks stay") == "two  blanks stay"
    assert short("two  blanks\n") == r"'two  blanks\n'"


def test_a_container_in_itself_is_written_as_python_writes_it():
    ring: list = [1]
    ring.append(ring)
    assert short(ring) == shown(ring) == repr(ring)
    twice = [[2]] * 2
    assert short(twice) == repr(twice)


def test_what_is_left_out_is_said():
    assert short(list(range(9))) == "[0, 1, 2, 3, 4, 5, … 9 in all]"
    assert brief(list(range(9))) == "[0, 1, 2, 3, 4, 5, 6, 7, ...] (list of 9)"
    assert shown(list(range(9))) == "[0, 1, 2, 3, 4, 5, 6, 7, …]"
    assert brief(deque(range(9))) == "deque([0, 1, 2, 3, 4, 5, ...]) (deque of 9)"
    assert Writer(60, levels=1)([[], [1]]) == "[[], […]]"


@pytest.mark.parametrize("value", [[], (), {}, set(), frozenset(), (1,), (1, 2), {1: [2]}, {1}, frozenset({1}), [[]]])
def test_a_small_container_is_written_as_python_writes_it(value):
    assert Writer(60)(value) == short(value) == shown(value) == repr(value)


def test_a_set_is_written_in_the_same_order_in_every_run():
    letters = set("hgfedcba")
    assert short(letters) == "{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}"
    assert short(letters | {"aa"}).endswith("'h', 'aa'}")


def test_a_dictionary_that_its_own_values_change_is_written():
    held.update(a=Changes(), b=Changes())
    assert short(held) == "{'a': gone, 'b': gone}"


def test_a_text_is_cut_to_its_width_and_no_shorter_one_is():
    assert cut("a" * 24) == "a" * 24 and cut("a" * 25) == "a" * 23 + "…"
    assert len(Writer(10)("a" * 10**6)) == 10


def test_a_repr_that_raises_is_said_in_the_words_given():
    assert own_repr(Raises(), "{kind}, {error}") == "Raises, RuntimeError"
    assert own_repr(Leaves(), "{kind}, {error}") == "Leaves, SystemExit"
    assert own_repr(1, "") == "1"


def test_of_a_huge_repr_the_beginning_is_enough():
    assert own_repr(Huge(), "") == "y" * len(own_repr(Huge(), "")) and len(own_repr(Huge(), "")) < 10_000
