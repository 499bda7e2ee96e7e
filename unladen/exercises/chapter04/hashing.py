"""Hash tables for the exercises of chapter 04: where keys land, files to hash, and how well a hash spreads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

SIGNED = (
    "Shifted right, a negative number stays negative for ever. As an unsigned number of 64 bits it ends at 0: "
    "`perturb = h & (2**64 - 1)`."
)
# What can go wrong on the way to a free slot, by the option of `landing` that does it, and the hint for it.
MISSTEPS = [
    ("linear", "That is the neighbour. A step of Python's leads to 5 * slot + perturb + 1, which scatters the keys."),
    ("blind", "That is 5 * slot + 1, the same step for every key. Adding `perturb` lets keys that met part ways."),
    ("late", "Shift first, then step: a key that collides uses `perturb >> 5` in its first step."),
    ("once", "Every key begins with its own hash as `perturb`; yours goes on with what the key before it left."),
    ("absolute", "The low bits of a negative number are not those of its absolute value: -2 & 7 is 6."),
    ("signed", SIGNED),
]


def landing(hashes: Sequence[int], size: int, mistake: str = "") -> list[int]:
    """The slot of each of these keys in an empty table, as CPython's dict finds it (`Objects/dictobject.c`).

    ``size`` is a power of two and larger than the number of keys. With one of the `MISSTEPS`, the slots that this
    mistake leads to; an empty list if it leads round in circles.
    """
    taken: set[int] = set()
    found: list[int] = []
    perturb = 0
    for h in hashes:
        h = abs(h) if mistake == "absolute" else h
        slot = h & (size - 1)
        if mistake != "once" or not found:
            perturb = h if mistake == "signed" else h & (2**64 - 1)
        for _ in range(100 * size):
            if slot not in taken:
                break
            perturb = perturb if mistake == "late" else perturb >> 5
            further = slot + 1 if mistake == "linear" else 5 * slot + 1 + perturb * (mistake != "blind")
            slot = further & (size - 1)
            perturb = perturb >> 5 if mistake == "late" else perturb
        else:
            return []
        taken.add(slot)
        found.append(slot)
    return found


def files(hashing: Callable) -> type:
    """A class of files with the given hash; equal if their names are, whatever the case, and their sizes.

    The class counts the calls of ``__eq__`` in its attribute ``comparisons``.
    """

    class File:
        comparisons = 0

        def __init__(self, name, size):
            self.name, self.size = name, size

        def __eq__(self, other):
            File.comparisons += 1
            return self.name.casefold() == other.name.casefold() and self.size == other.size

        def __hash__(self):
            return hashing(self)

        def __repr__(self):
            return f"File({self.name!r}, {self.size!r})"

    return File


# Pairs of files that are equal, and what a hash that tells them apart has overlooked.
EQUAL = [
    (
        ("notes.txt", 10),
        ("notes.txt", 10),
        "Two files with the same name and size are equal. The hash may depend on nothing else: not on the object's "
        "address, not on chance, not on the time.",
    ),
    (
        ("README.md", 10),
        ("readme.MD", 10),
        "`__eq__` does not tell capital letters from small ones, so the hash may not either.",
    ),
    (
        ("a.txt", 3),
        ("a.txt", 3.0),
        "3 == 3.0, so these files are equal. The hashes of 3 and 3.0 agree, as they must; their texts do not.",
    ),
    (
        ("straße.txt", 1),
        ("STRASSE.TXT", 1),
        "`casefold` makes one text of these two names, `lower` does not. Use what `__eq__` uses.",
    ),
    (
        ("gro\u1e9e.txt", 1),
        ("gross.txt", 1),
        "`casefold` makes one text of these two names, `upper` and `lower` do not. Use what `__eq__` uses.",
    ),
]
NO_ORDER = "These names have the same letters in different orders. A sum cannot tell; Python's `hash` of a text can."
SMALL = (
    "Your hashes are small numbers, and many are the same. A hash may use 64 bits: leave it to the dict to choose from "
    "them."
)
# Files that differ, and what a hash that takes many of them for the same has overlooked.
DIFFERENT = [
    (
        "300 files such as bca.txt, each of 1000 bytes",
        [("".join("abcdefgh"[(i // 8**k + k) % 8] for k in range(3)) + ".txt", 1000) for i in range(300)],
        "They differ in three letters only, so their hashes should depend on all letters of the name.",
    ),
    (
        "300 files called index.html, all of different sizes",
        [("index.html", 37 * i) for i in range(300)],
        "They differ in their sizes only. Let the hash depend on all that `__eq__` compares.",
    ),
    (
        "300 files, each with a longer name and fewer bytes than the one before",
        [("x" * i, 300 - i) for i in range(300)],
        "What one of the numbers gains, the other loses, and their sum stays the same. Python's `hash` of a tuple "
        "mixes its elements so that this does not happen.",
    ),
    (
        "300 files such as holidays/on-the-beach/007/sunset.jpg, each of 1000 bytes",
        [(f"holidays/on-the-beach/{i:03}/sunset.jpg", 1000) for i in range(300)],
        "They begin alike and end alike: the hash should depend on all letters of the name.",
    ),
]
