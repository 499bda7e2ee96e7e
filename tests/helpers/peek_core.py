"""What ``peek`` must show on every Python: checks that need nothing but the standard library.

``tests/inside/test_peek.py`` runs them here; ``tests/inside/test_peek_versions.py`` runs this file with the other
Pythons it finds:
``python tests/helpers/peek_core.py`` prints a line for each check that fails, then how many ran.
"""

from __future__ import annotations

import array
import ctypes
import gc
import random
import struct
import sys
import traceback
from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass

from unladen.inside import layout
from unladen.inside.peek import Peek, peek

IMMORTAL = 0xFFFFFFFF


class Plain:
    def __init__(self, first=1, second="b"):
        self.first, self.second = first, second


class Slots:
    __slots__ = ("first", "second")

    def __init__(self):
        self.second = 2.5


class SlotsMore(Slots):
    __slots__ = ("__weakref__", "third")


class SlotsAndDict(Slots):
    pass


class Text(str):
    pass


class Whole(int):
    pass


class Real(float):
    __slots__ = ("unit",)


class Items(tuple):
    pass


class Many(list):
    pass


class Table(dict):
    pass


class Meta(type):
    def __getattribute__(cls, name):
        raise RuntimeError(f"the metaclass was asked for {name}")

    def __hash__(cls):
        raise RuntimeError("the metaclass was asked for a hash")

    def __eq__(cls, other):
        raise RuntimeError("the metaclass was asked to compare")


class Hostile(metaclass=Meta):
    def __getattribute__(self, name):
        raise RuntimeError(f"asked for {name}")

    @property
    def __class__(self):
        raise RuntimeError("asked for its class")

    def __raise(self, *args):
        raise RuntimeError("code of the class ran")

    __repr__ = __len__ = __hash__ = __eq__ = __iter__ = __bool__ = __getitem__ = __format__ = __str__ = __raise
    __sizeof__ = __raise


class HostileList(list):
    def __raise(self, *args):
        raise RuntimeError("code of the class ran")

    __repr__ = __len__ = __hash__ = __eq__ = __iter__ = __bool__ = __getitem__ = __getattribute__ = __raise


@dataclass
class Point:
    x: int = 1
    y: float = 2.0


Pair = namedtuple("Pair", "left right")


def function(first, second=2, *, third=3):
    return first


def cell_of(value):
    return (lambda: value).__closure__[0]


def generator():
    yield 1


def some_objects(seed: int = 1) -> list[object]:
    """About two hundred objects of all kinds, half of them drawn with a fixed seed."""
    draw = random.Random(seed)
    alphabets = ("abc", "aé", "a€", "a😀")
    made: list[object] = [
        0,
        1,
        -1,
        256,
        257,
        -5,
        -6,
        2**30 - 1,
        2**30,
        -(2**30),
        2**60,
        10**40,
        -(10**400),
        True,
        False,
    ]
    made += [draw.choice((-1, 1)) * draw.getrandbits(draw.randrange(1, 400)) for _ in range(30)]
    made += [0.0, -0.0, 1.5, float("inf"), float("nan"), 5e-324, 1j, complex(-1, 2), None, ..., NotImplemented]
    made += [draw.uniform(-1e9, 1e9) for _ in range(5)]
    made += ["", "a", "é", "€", "😀", "\ud800", "a" * 5000, "é" * 70000]
    made += ["".join(draw.choices(draw.choice(alphabets), k=draw.randrange(40))) for _ in range(25)]
    made += [b"", b"a", bytes(300), *(draw.randbytes(draw.randrange(50)) for _ in range(5))]
    made += [bytearray(), bytearray(b"abc"), bytearray(1000)]
    made += [tuple(range(draw.randrange(15))) for _ in range(8)] + [tuple(range(20_000))]
    made += [list(range(draw.randrange(15))) for _ in range(8)] + [list(range(20_000)), [[]], [None] * 3]
    for size in (0, 1, 5, 6, 11, 200, 70_000):
        made += [{number: -number for number in range(size)}, {str(number): number for number in range(size)}]
        made += [set(range(size)), frozenset(map(str, range(size)))]
    made += [range(3), range(0), range(10**30), slice(1, 2), slice(None)]
    made += [array.array(code, range(draw.randrange(20))) for code in "bBhHiIlLqQfd"]
    made += [Plain(), Slots(), SlotsMore(), SlotsAndDict(), Text("abc"), Text("é€"), Whole(0), Whole(2**70), Real(1.5)]
    made += [Items((1, 2)), Many([1]), Table(a=1), Point(), Pair(1, 2), object(), function, len, [].append, cell_of(1)]
    made += [int, object, type, Plain, Slots, Meta, Hostile, Plain().__init__, generator(), function.__code__]
    made += [
        OrderedDict(a=1),
        defaultdict(int, a=1),
        deque([1, 2, 3]),
        sys,
        sys.flags,
        sys._getframe(),
        memoryview(b"ab"),
    ]
    return made


def check_every_object_is_divided_and_as_large_as_getsizeof_says() -> None:
    for thing in some_objects():
        seen = peek(thing)
        assert not seen.why_raw, f"{type(thing)}: {seen.why_raw}"
        if type(thing) is not Hostile:
            assert seen.size == sys.getsizeof(thing), f"{type(thing)}: {seen.size} and {sys.getsizeof(thing)}"


def check_every_byte_belongs_to_one_field() -> None:
    for thing in some_objects(2):
        seen = peek(thing)
        for block in seen.blocks:
            at = block.start
            for field in block.fields:
                assert field.offset == at, f"{field} of {seen.kind} does not begin at {at}"
                assert len(field.raw) == min(field.size, 65536)
                at += field.size
            assert at == block.start + block.size


def check_an_object_begins_with_its_type() -> None:
    for thing in some_objects(3):
        field = peek(thing)["ob_type"]
        assert field.value == id(type(thing))
        assert field.raw == struct.pack("=Q", id(type(thing)))


def check_an_integer_is_its_digits() -> None:
    draw = random.Random(4)
    for bits in [*range(200), 3000, 40_000]:
        for number in (draw.getrandbits(bits + 1), -draw.getrandbits(bits + 1)):
            seen = peek(number)
            total = sum(digit << (30 * place) for place, digit in enumerate(seen["ob_digit"].value))
            assert total == abs(number)
            if layout.VERSION == (3, 11):
                size = seen["ob_size"].value
            else:
                tag = seen["lv_tag"].value
                size = (1 - (tag & 3)) * (tag >> 3)
            assert (size > 0) - (size < 0) == (number > 0) - (number < 0)
            assert abs(size) == -(-number.bit_length() // 30)
    assert peek(True).kind.startswith("bool")
    assert peek(True)["ob_digit"].value == [1]
    assert peek(False)["ob_digit"].value == [0]


def check_a_float_is_its_eight_bytes() -> None:
    for number in (0.1, -0.0, 1e300, 5e-324, float("inf"), Real(2.5)):
        assert peek(number)["ob_fval"].raw == struct.pack("=d", number)
        assert peek(number)["ob_fval"].value == number
    seen = peek(complex(1.5, -2))
    assert (seen["cval.real"].value, seen["cval.imag"].value) == (1.5, -2.0)


def check_a_text_is_its_characters() -> None:
    forms = {"abc": "ASCII", "aé": "Latin-1", "a€": "UCS-2", "a😀": "UCS-4", "": "ASCII"}
    for text, form in forms.items():
        seen = peek(text)
        assert seen.kind == f"str, {form}, compact"
        assert seen["length"].value == len(text)
        if text:
            assert seen["characters"].value == text
            assert seen["characters"].size == len(text) * {"ASCII": 1, "Latin-1": 1, "UCS-2": 2, "UCS-4": 4}[form]
    seen = peek(Text("a€"))
    assert seen.kind == "str, UCS-2, two blocks, of its subclass Text"
    assert seen["data"].value == seen.parts[0].address
    assert seen["characters"].raw == "a€".encode("utf-16-le")
    assert peek("".join(["fresh", " text"]))["hash"].value == -1


def check_a_kept_copy_in_utf8_is_seen_and_never_made() -> None:
    text = "".join(["naïve", " text"])
    assert peek(text)["utf8"].value == 0
    assert peek(text)["utf8"].value == 0
    assert not peek(text).parts
    pointer = ctypes.pythonapi.PyUnicode_AsUTF8
    pointer.restype = ctypes.c_void_p
    address = pointer(ctypes.py_object(text))
    seen = peek(text)
    assert seen["utf8"].value == address
    assert seen.parts[0].name == "utf8"
    assert seen.parts[0].fields[0].raw == text.encode() + b"\0"
    assert seen.size == sys.getsizeof(text)


def check_bytes_are_their_bytes() -> None:
    assert peek(b"abc")["ob_sval"].raw == b"abc"
    assert peek(b"abc")["(terminator)"].raw == b"\0"
    data = bytearray(b"abcdef")
    data.extend(b"ghi")
    seen = peek(data)
    assert seen["bytes"].raw == b"abcdefghi"
    assert seen["ob_alloc"].value >= 9
    del data[:3]
    assert peek(data)["bytes"].raw == b"defghi"


def check_a_tuple_and_a_list_are_pointers_to_their_items() -> None:
    items = [1, "two", 3.0, None, []]
    assert peek(tuple(items))["ob_item"].value == [id(item) for item in items]
    growing: list[object] = []
    for item in items * 30:
        growing.append(item)
        seen = peek(growing)
        allocated = seen["allocated"].value if not layout.FREE_THREADED else seen.fields[-1].value
        assert allocated >= len(growing)
        assert seen.parts[-1].size == 8 * allocated
        used = [value for field in seen.parts[-1].fields if field.value is not None for value in listed(field.value)]
        assert used == [id(item) for item in growing]
    assert [field.name for field in peek([]).fields][-1] == "allocated"
    assert not peek([]).parts


def listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def check_a_dict_is_its_entries_in_order() -> None:
    for things in ({"a": 1, "b": []}, {1: "x", None: 2, (1,): 3}, {n: str(n) for n in range(1000)}):
        seen = peek(things)
        words = [entry for entry in seen["dk_entries"].value if entry is not None]
        pairs = [(word[-2], word[-1]) for word in words]
        assert pairs == [(id(key), id(value)) for key, value in things.items()]
        if seen["dk_kind"].value == 0:
            assert [word[0] for word in words] == [hash(key) for key in things]
        places = [place for place in seen["dk_indices"].value if place >= 0]
        assert sorted(places) == list(range(len(things)))
        assert seen["ma_used"].value == len(things)
    removed = {1: 2, 3: 4}
    del removed[1]
    assert peek(removed)["dk_entries[0]"].note == "removed"
    assert -2 in peek(removed)["dk_indices"].value


def check_a_set_is_its_table_of_hashes() -> None:
    for things in ({1, 2, 3}, set(range(100)), frozenset({2.5, "a"}), set()):
        seen = peek(things)
        name = "smalltable" if seen["mask"].value == 7 else "table"
        block = seen.blocks[0] if name == "smalltable" else seen.parts[0]
        pairs = [pair for pair in block[name].value if pair and pair[0]]
        assert sorted(pairs) == sorted((id(thing), hash(thing)) for thing in things)
        assert seen["used"].value == len(things)


def check_an_instance_shows_its_attributes_without_a_dict_being_made() -> None:
    Plain()
    thing = Plain(1.5, [])
    before = peek(thing)
    again = peek(thing)
    name = "managed dict or values" if layout.VERSION == (3, 12) else "managed dict"
    assert before[name].value == again[name].value
    assert before["values[0]"].value == id(thing.first)
    assert before["values[1]"].value == id(thing.second)
    assert before["values[0]"].note == "'first' → 1.5"
    if layout.VERSION != (3, 12):
        assert again[name].value == 0
    made = vars(thing)
    after = peek(thing)
    assert after[name].value == id(made)
    if layout.VERSION < (3, 13):
        assert not after.parts
    seen = peek(made)
    assert seen.kind == "dict of 2, split table"
    assert seen["values[1]"].value == id(thing.second)


def check_slots_lie_where_their_descriptors_say() -> None:
    thing = SlotsMore()
    thing.third = "c"
    seen = peek(thing)
    assert seen["first"].value == 0
    assert seen["second"].value == id(thing.second)
    assert seen["third"].value == id(thing.third)
    assert "__weakref__" in [field.name for field in seen.fields] or "managed weakrefs" in str(seen)


def check_a_function_is_its_pointers() -> None:
    seen = peek(function)
    assert seen["func_code"].value == id(function.__code__)
    assert seen["func_globals"].value == id(function.__globals__)
    assert seen["func_defaults"].value == id(function.__defaults__)
    assert seen["func_kwdefaults"].value == id(function.__kwdefaults__)
    assert seen["func_closure"].value == 0
    assert seen["func_module"].value == id(function.__module__)
    assert peek(slice(1, 2.5, None))["step"].value == id(None)
    assert peek(range(7))["stop"].value == id(7)


def check_a_class_says_how_large_its_instances_are() -> None:
    for cls in (int, Plain, Slots, Hostile, Many):
        seen = peek(cls)
        assert seen["tp_basicsize"].value == type.__dict__["__basicsize__"].__get__(cls)
        assert seen["tp_flags"].value == type.__dict__["__flags__"].__get__(cls)
        assert seen["tp_base"].value == id(type.__dict__["__base__"].__get__(cls))
        assert seen["tp_mro"].value != 0


def check_an_array_is_its_values() -> None:
    values = array.array("d", [1.5, -2.0, 1e300])
    values.append(4.0)
    seen = peek(values)
    assert [value for value in seen.parts[0]["ob_item"].value if value is not None] == list(values)
    assert seen["allocated"].value >= 4


def count_of(seen: Peek) -> int:
    return seen["ob_ref_local" if layout.FREE_THREADED else "ob_refcnt"].value


def check_references_are_counted_without_those_of_peek() -> None:
    global shown
    shown = []
    assert count_of(peek(shown)) == 1
    also = shown
    assert count_of(peek(shown)) == 2
    several = [shown, shown]
    assert count_of(peek(shown)) == 4
    del also, several
    assert count_of(peek(shown)) == 1
    in_function = Plain()
    assert count_of(peek(in_function)) == 1
    assert count_of(peek(obj=in_function)) == 1
    seen = peek(in_function)
    assert count_of(peek(in_function)) == 1, "a Peek holds its object"
    assert count_of(peek([])) == 0
    assert "nobody but peek refers to it" in str(peek([]))
    assert seen.size


def check_immortal_objects_are_called_so() -> None:
    notes = [peek(thing)["ob_ref_local" if layout.FREE_THREADED else "ob_refcnt"].note for thing in (None, True, 1)]
    said = ["immortal" in note for note in notes]
    assert said == [layout.VERSION >= (3, 12)] * 3
    assert "immortal" not in str(peek([]))


def check_no_code_of_a_hostile_class_runs() -> None:
    hostile = object.__new__(Hostile)
    for thing in (hostile, [hostile], (hostile,), {1: hostile}, Hostile, HostileList([1, 2]), Plain(hostile, Hostile)):
        seen = peek(thing)
        assert not seen.why_raw, seen.why_raw
        assert repr(seen)
        assert seen._repr_html_()
    assert peek(HostileList([1, 2]))["ob_item[0]"].value == id(1)
    assert peek({id: hostile})["dk_entries[0]"].value[-1] == id(hostile)


def check_unknown_kinds_are_shown_without_a_crash() -> None:
    import datetime
    import enum
    import io
    import re
    import socket
    import threading
    import weakref

    class Structure(ctypes.Structure):
        _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_double)]

    class Colour(enum.Enum):
        RED = 1

    async def coroutine():
        pass

    waiting = coroutine()
    with socket.socket() as open_socket:
        things = [re.compile("a(b)"), re.match("a", "a"), generator(), waiting, re, open_socket, threading.Lock()]
        things += [
            threading.RLock(),
            memoryview(bytearray(9))[2:5],
            Structure(1, 2),
            Colour.RED,
            Colour,
            OSError(2, "a"),
        ]
        things += [
            io.BytesIO(b"abc"),
            datetime.datetime(2020, 1, 1),
            weakref.ref(function),
            iter([1]),
            super(Plain, Plain()),
        ]
        things += [type("Strange", (int,), {"__slots__": ()})(5), type(sys.implementation)(a=1), int | str, list[int]]
        for thing in things:
            seen = peek(thing)
            assert not seen.why_raw, f"{type(thing)}: {seen.why_raw}"
            assert seen.size == sys.getsizeof(thing), type(thing)
            assert repr(seen)
            assert seen._repr_html_()
    waiting.close()


def check_two_of_every_type_that_is_alive_are_divided() -> None:
    kinds: dict[int, list[object]] = {}
    for thing in gc.get_objects():
        kinds.setdefault(id(type(thing)), []).append(thing)
    for things in list(kinds.values()):
        for thing in things[:2]:
            seen = peek(thing)
            assert not seen.why_raw, f"{type(thing)}: {seen.why_raw}"


def check_only_what_varies_is_marked() -> None:
    from unladen.show import MARK

    assert not any(field.volatile for field in peek(3.5).fields if field.name == "ob_fval")
    volatile = [field.name for field in peek([1, 2]).fields if field.volatile]
    assert "ob_type" in volatile
    assert "ob_size" not in volatile
    assert "allocated" not in volatile
    assert not peek({1: 2})["dk_indices"].volatile
    assert peek({"a": 2})["dk_indices"].volatile
    text = str(peek("abc"))
    address = f"{id(str):#x}"
    assert f"{MARK}{address}{MARK}" in text
    assert f'<span class="v">{address}</span>' in peek("abc")._repr_html_()
    assert "'abc'" in text


def check_a_long_object_stays_short() -> None:
    for thing in (list(range(100_000)), "a" * 10**6, {n: n for n in range(50_000)}, 3**50_000, Plain, bytes(10**6)):
        seen = peek(thing)
        assert len(str(seen).splitlines()) < 60
        assert len(seen._repr_html_()) < 16_000
    assert "99,992 more pointers" in str(peek(list(range(100_000))))
    assert "999,992 more bytes" in str(peek("a" * 10**6))


def check_a_missing_field_is_answered_with_those_there_are() -> None:
    try:
        peek(1.5)["ob_size"]
    except KeyError as error:
        assert "ob_fval" in str(error)
    else:
        raise AssertionError("a float has no ob_size")


CHECKS = {name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")}


def main() -> int:
    """Run all checks; print those that fail, and how many ran."""
    failed = 0
    for name, check in CHECKS.items():
        try:
            check()
        except Exception:
            failed += 1
            print(f"{name}:\n{traceback.format_exc(limit=-3)}")
    print(f"{sys.version.split()[0]}{'t' * layout.FREE_THREADED}: {len(CHECKS)} checks, {failed} failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
