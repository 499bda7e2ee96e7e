"""A source as it was given: read from a file, made plain, and searched for characters that only look like C."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from unladen.compiling.errors import BuildError, Diagnostic

# what word processors, web pages and PDF files put in the place of what was typed
_INSTEAD = {"\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u00b4": "'", "\u2032": "'"}
_INSTEAD |= {"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"', "\u2033": '"'}
_INSTEAD |= dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63", "-")
_INSTEAD |= {"\u00d7": "*", "\u22c5": "*", "\u2217": "*", "\u00f7": "/", "\u2215": "/", "\u2044": "/"}
_INSTEAD |= {"\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\u2192": "->", "\u2026": "...", "\u037e": ";"}
# letters of other alphabets that look like Latin ones
_ALIKE = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u03bf\u0391\u0412\u0415",
        "aeopcyxijsoABE",
        strict=True,
    )
)
_ALIKE |= dict(zip("\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425", "ABEKMHOPCTX", strict=True))
_NOTHING = {"Cf", "Cc"}  # formats and controls: zero-width spaces and joiners, marks of direction and of byte order
# where any character may stand: comments, texts, single characters, and the names of headers
_FREE = re.compile(
    r"""//[^\n]*|/\*.*?(?:\*/|\Z)|R"(?P<end>[^(\s"]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
    r"""|(?<=include)[ \t]*<[^>\n]*>""",
    re.S,
)
_MARK = "\ufeff"  # which some editors of Windows put before a text


def read(path: Path) -> str:
    """Return what is in a source file; raises ``BuildError``, with the line, if that is not UTF-8."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise BuildError(
            f"{path.name}, line {line}: byte 0x{content[problem.start]:02x} is no UTF-8; if the file is in Latin-1:\n"
            f"  iconv -f LATIN1 -t UTF-8 {path.name} > new && mv new {path.name}"
        ) from None


def plain(source: str) -> str:
    """Return a source with the ends of lines that C knows, and without a byte order mark before it.

    Raises ``BuildError``, with the line, for half a character (a surrogate), which no file can hold.
    """
    source = re.sub(r"\r\n?", "\n", source)
    if source.lstrip("\n").startswith(_MARK):
        source = source.replace(_MARK, "", 1)
    if broken := re.search(r"[\ud800-\udfff]", source):
        line = source.count("\n", 0, broken.start()) + 1
        raise BuildError(f"line {line}: half a character, {ascii(broken[0])}, which cannot be written; type it anew")
    return source


def strange(source: str, shown: str = "") -> list[Diagnostic]:
    """Name the characters of a source that stand where C has no use for them, and say what to type instead.

    ``shown`` is what to call the source ("" for a cell). Each kind of character is told once a line.
    """
    code = _FREE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    told = []
    for number, (line, original) in enumerate(zip(code.split("\n"), source.split("\n"), strict=True), 1):
        for letter in dict.fromkeys(re.findall(r"[^\t\f\v\x20-\x7e]", line)):
            if words := _advice(letter):
                text = f"the character U+{ord(letter):04X}, {_name(letter)}, {words}"
                told.append(Diagnostic(number, line.index(letter) + 1, "error", text, original, shown))
    return told


def _name(letter: str) -> str:
    return "BYTE ORDER MARK" if letter == _MARK else unicodedata.name(letter, "a control character")


def _advice(letter: str) -> str:
    """Say what to type instead of ``letter``; '' for one that may be part of a name."""
    kind, usual = unicodedata.category(letter), unicodedata.normalize("NFKC", letter)
    if letter in _INSTEAD:
        return f"looks like C but is not: type {_INSTEAD[letter]}"
    if letter in _ALIKE:
        return f"looks like the Latin letter and is another one: type {_ALIKE[letter]}"
    if kind in _NOTHING:
        return "is in the way, though nothing is to be seen: delete it"
    if kind[0] == "Z":
        return "looks like a space but is none: type a space"
    if usual.isascii() and usual.isprintable() and usual != letter:
        return f"looks like C but is not: type {usual}"
    return "" if f"a{letter}".isidentifier() else "is not one of C's: delete it, or type what was meant"
