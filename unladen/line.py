"""Reading a magic's line: its words, its options, and what to say of one that cannot be read."""

from __future__ import annotations

import keyword
import re
import shlex
import unicodedata

from unladen.show import FENCE

# flags of a compiler that are followed by a word of their own
_TAKE_A_WORD = {"-I", "-L", "-l", "-D", "-U", "-x", "-include", "-isystem", "-iquote"}
_TAKE_A_WORD |= {"-framework", "-Xclang", "-target"}
_UNITS = {"": 1, "B": 1, "K": 2**10, "KIB": 2**10, "KB": 2**10, "M": 2**20, "MIB": 2**20, "MB": 2**20}
_UNITS |= {"G": 2**30, "GIB": 2**30, "GB": 2**30}


class CellError(Exception):
    """Stops a cell with a message for the learner, and no traceback of ours.

    ``str()`` fences all but the first line as volatile: there a compiler speaks, and each has its own words.
    """

    def __str__(self) -> str:
        first, _, rest = self.args[0].partition("\n")
        return f"{first}\n{FENCE}\n{rest}\n{FENCE}" if rest else first

    def _render_traceback_(self) -> list[str]:
        return [self.args[0]]


def words_of(line: str) -> list[str]:
    """The words of a magic's line, split as a shell does. Raises CellError if a quotation is not closed."""
    try:
        return shlex.split(line)
    except ValueError as error:
        raise CellError(f"Cannot read the line `{line}`: {str(error).lower()}.") from None


def listed(words: list[str]) -> str:
    """The words as they are named in a message."""
    return " ".join(words) or "none"


def names_and_flags(words: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Tell names from compiler flags."""
    names, flags = [], []
    for before, word in zip([""] + words, words):  # noqa: B905
        (flags if word.startswith("-") or before in _TAKE_A_WORD else names).append(word)
    return names, tuple(flags)


def identifier(magic: str, name: str, what: str = "the library") -> str:
    """The name as Python will look it up, if it can bind it. Raises CellError otherwise."""
    name = unicodedata.normalize("NFKC", name)  # as Python does with every name: a ligature is its letters
    if not name.isidentifier() or keyword.iskeyword(name):
        raise CellError(f"{magic} binds {what} to a NAME that Python can use, such as adder; got {name}.")
    return name


def take_option(words: list[str], option: str, expected: str) -> str | None:
    """Take ``option`` and its word out of ``words``; None if it is not there.

    Raises CellError, which says what was ``expected``, if the option has no word.
    """
    for at, word in enumerate(words):
        if word.startswith(option + "="):
            return words.pop(at).partition("=")[2]
        if word == option:
            if at + 1 == len(words) or words[at + 1].startswith("--"):
                raise CellError(f"{option} needs {expected}.")
            words.pop(at)
            return words.pop(at)
    return None


def seconds_of(text: str | None) -> float:
    """A limit in seconds, 10 where none is given. Raises CellError if it is not above 0 and at most 3600."""
    try:
        seconds = float(text or 10)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise CellError(f"--seconds is a number above 0 and up to 3600, such as --seconds 10; got {text}.")
    return seconds


def bytes_of(text: str | None) -> int:
    """A size such as 500MiB in bytes, 2 GiB where none is given. Raises CellError below 1 MiB or if it is none."""
    found = re.fullmatch(r"([0-9.]+)\s*([A-Za-z]*)", text or "2GiB")
    unit = _UNITS.get(found[2].upper()) if found else None
    if not unit or found[1].count(".") > 1 or float(found[1]) * unit < 2**20:
        raise CellError(f"--memory is a size of at least 1MiB, such as --memory 500MiB or 2GiB; got {text}.")
    return int(float(found[1]) * unit)
