"""What an object holds is found, and the object is as quick afterwards as before."""

from __future__ import annotations

import gc
from dataclasses import dataclass

import pytest

from unladen.timing import race
from unladen.timing.attributes import attributes, held


class Plain:
    total = 0

    def __init__(self, values):
        self.values, self.count = values, 1000 + len(values)

    @property
    def lazily(self):
        raise AssertionError("a property was asked for")


class Slotted:
    __slots__ = ("values",)

    def __init__(self, values):
        self.values = values


class Both(Slotted):  # slots, and a dictionary for the rest
    def name(self, name):
        self.called = name
        return self


@dataclass
class Data:
    values: list


class Strange(Plain):
    def __getattr__(self, name):
        raise AssertionError("asked for what is not there")


def no_dictionary(thing) -> bool:
    return not any(type(part) is dict for part in gc.get_referents(thing))


VALUES = [1, 2, 3]


MAKE = {"plain": Plain, "strange": Strange, "data": Data, "both": lambda values: Both(values).name("one")}


@pytest.mark.parametrize("kind", MAKE)
def test_attributes_are_found_by_name_and_no_dictionary_is_made_for_that(kind):
    thing = MAKE[kind](VALUES)
    assert ("values", VALUES) in list(attributes(thing))
    assert any(part is VALUES for part in held(thing))
    assert no_dictionary(thing)


def test_what_was_set_from_outside_is_found_and_so_is_all_once_there_is_a_dictionary():
    thing = Plain(VALUES)
    thing.more = extra = [4]
    assert ("", extra) in list(attributes(thing)) and no_dictionary(thing)
    assert vars(thing)["more"] is extra
    assert dict(attributes(thing)) == {"values": VALUES, "count": 1003, "more": extra}


def test_a_dictionary_in_an_attribute_is_that_attribute():
    thing = Plain({"a": 1})
    assert ("values", {"a": 1}) in list(attributes(thing))


def test_where_no_attributes_can_be_there_are_none():
    assert list(attributes(1.5)) == list(attributes([1])) == held("text") == []


def test_a_race_leaves_what_it_measures_as_it_was():
    plain, other = Plain(VALUES), Plain(VALUES)
    race({"read": lambda: plain.count, "returned": lambda: other}, same=False, seconds=0.05, show=False)
    assert no_dictionary(plain) and no_dictionary(other)
