"""How a source words its functions: the declaration as it was written, and the comment above it.

What a function takes and returns is not read here (the compiler's debug information says that): this is for show, and
for the two things that a compiler does not keep, first extents (``double a[3]``) and default arguments.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from unladen.compiling.declared import CType, Parameter, Signature
from unladen.compiling.laid_out import plain

_BLANK = re.compile(
    r"""(?P<keep>extern\s*"C")|//[^\n]*|/\*.*?\*/|R"(?P<end>[^(\s"]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*\""""
    r"""|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'|^[ \t]*\#(?:\\\r?\n|[^\n])*|\[\[.*?\]\]""",
    re.S | re.M,
)
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\([^()]*(?:\([^()]*\)[^()]*)*\)\)|\balignas\s*\([^)]*\)")
_MODULE = re.compile(r"\b(?P<kind>PYBIND11_MODULE|NB_MODULE)\s*\(\s*(?P<name>\w+)|\bPyInit_(?P<plain>\w+)\s*\(")
_OPENING = re.compile(r"\s*\(")
_DEFAULTED = re.compile(r"(\w+)\s*\(([^(){};]*=[^;{}]*)\)[\s\w]*;")
_WORD = re.compile(r"\w")
_SCOPE = re.compile(r"\[[^]]*\]|\w+\s*::\s*")
_NAMES = re.compile(r"[^\W\d]\w*(?:<[^<>]*>)?")
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)\([^)\n]*\)[ \t\\\r\n]+(PYBIND11_MODULE|NB_MODULE)\b", re.M)
_IGNORED = {"const", "extern", "volatile", "register", "constexpr", "struct", "enum", "union", "class", "inline"}
_IGNORED |= {"restrict", "__restrict", "__restrict__", "_Atomic", "static", "typename"}
_EXTENT = re.compile(r"\[\s*(?:static\s+|const\s+|restrict\s+|volatile\s+)*(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\s*\]")


def module(source: str) -> tuple[str, str] | None:
    """Return ("pybind11" | "nanobind" | "python", name) if the source is an extension module, else None."""
    text = _blanked(source)
    found = _MODULE.search(text)
    if not found:
        return _behind_a_macro(source, text)
    kind = {"PYBIND11_MODULE": "pybind11", "NB_MODULE": "nanobind", None: "python"}[found["kind"]]
    return kind, found["name"] or found["plain"]


def _behind_a_macro(source: str, text: str) -> tuple[str, str] | None:
    """Find a module that a macro of the source's own defines: `#define MOD(n) PYBIND11_MODULE(n, m)`, `MOD(fast)`."""
    for macro, kind in _MACRO.findall(source):
        if found := re.search(rf"\b{macro}\s*\(\s*(\w+)", text):
            return {"PYBIND11_MODULE": "pybind11", "NB_MODULE": "nanobind"}[kind], found[1]
    return None


@lru_cache(maxsize=4)
def _blanked(source: str) -> str:
    """Replace what is not code by spaces, keeping every line and column where it is."""
    return _BLANK.sub(lambda m: m[0] if m["keep"] else re.sub(r"[^\n]", " ", m[0]), source)


def worded(source: str, functions: Sequence[Signature]) -> tuple[Signature, ...]:
    """Return ``functions`` with what the source says of them; what it says differently stays as it was compiled."""
    text = _blanked(source)
    lines = source.split("\n")
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    found = [_worded(one, source, text, lines, starts) for one in functions]
    # the first counts: a declaration stands before all calls
    earlier = {match[1]: match.start(2) for match in reversed(list(_DEFAULTED.finditer(text)))}
    return tuple(_with_defaults(one, source, text, earlier.get(one.name)) for one in found)


def _with_defaults(one: Signature, source: str, text: str, at: int | None) -> Signature:
    """Return a function with the default arguments of an earlier declaration, whose parameters begin ``at``."""
    rows = [] if at is None else list(_pieces(text, at))
    if len(rows) != len(one.parameters) or any(p.default for p in one.parameters):
        return one
    pairs = [(p, _tidy(text[slice(*row)]), row) for p, row in zip(one.parameters, rows, strict=True)]
    # what looks like a declaration may be a call: f(x = 2);
    if not all(_same(w.split("=")[0], p.name, p.type) or _same(w.split("=")[0], "", p.type) for p, w, _ in pairs):
        return one
    given = [_parameter(p, w, source[slice(*row)]) if "=" in w else p for p, w, row in pairs]
    head, _, _ = one.text.partition("(")
    return replace(one, parameters=tuple(given), text=f"{head}({', '.join(p.text for p in given)})")


def _worded(one: Signature, source: str, text: str, lines: list[str], starts: list[int]) -> Signature:
    found = _found(one, text, starts)
    if not found:
        return one
    line = bisect(starts, found.begin)
    one = replace(one, doc=_comment(lines, line - 1), line=line)
    if len(found.parameters) != len(one.parameters) or not _same(found.returns, "", one.returns):
        return one
    rows = [(p, found.text(row), row) for p, row in zip(one.parameters, found.parameters, strict=True)]
    if not all(_agrees(p, written) for p, written, _ in rows):
        return one
    parameters = tuple(_parameter(p, written, source[slice(*row)]) for p, written, row in rows)
    space = "" if found.returns.endswith("*") else " "
    return replace(
        one,
        parameters=parameters,
        text=f"{found.returns}{space}{one.name}({', '.join(p.text for p in parameters)})",
    )


@dataclass(frozen=True)
class _Head:
    """A declaration in the source: where it begins, what it returns, and where each of its parameters stands."""

    code: str
    begin: int
    returns: str
    parameters: list[tuple[int, int]]

    def text(self, row: tuple[int, int]) -> str:
        return _tidy(self.code[slice(*row)])


def _tidy(code: str) -> str:
    return " ".join(_ATTRIBUTE.sub(" ", code).split())


def _found(one: Signature, text: str, starts: list[int]) -> _Head | None:
    """Find the declaration at the line that the compiler named."""
    if not 0 < one.line <= len(starts):
        return None
    end = starts[one.line] if one.line < len(starts) else len(text)
    at = start = starts[one.line - 1]
    while (at := text.find(one.name, at, end)) >= 0:
        opening = _OPENING.match(text, at + len(one.name))
        if opening and not _WORD.fullmatch(text, max(at - 1, start), at):
            break
        at += 1
    else:
        return None
    begin = 0
    for mark in "};{":  # each looks no further back than the one before, or a long source would be read again and again
        begin = max(begin, text.rfind(mark, begin, at) + 1)
    returns = text[begin:at]
    begin += len(returns) - len(returns.lstrip())
    pieces = list(_pieces(text, opening.end()))
    if pieces and len(pieces) == 1 and text[slice(*pieces[0])].split() in ([], ["void"]):
        pieces = []
    return _Head(text, begin, _tidy(re.sub(r'extern\s*"C"', " ", returns)), pieces)


def _pieces(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield where each parameter stands, of a list that begins at ``at``, behind its parenthesis."""
    start, depth = at, 0
    for bracket in re.compile(r"[][(){}<>,;]").finditer(text, at):
        letter = bracket[0]
        if letter in ",)" and not depth:
            yield start, bracket.start()
            start = bracket.end()
            if letter == ")":
                return
        depth += (letter in "([{<") - (letter in ")]}>")
        if letter == ";" and depth <= 0:
            return


def _agrees(parameter: Parameter, written: str) -> bool:
    """Tell whether a parameter was compiled as it is written: the same name, the same type."""
    declared = written.split("=")[0].strip()
    name = "" if parameter.name.startswith("argument ") else parameter.name
    return _same(declared, name, parameter.type)


def _same(written: str, name: str, kind: CType) -> bool:
    """Tell whether a declaration is of ``name`` and its words are the compiler's type: the base type and the levels."""
    levels = written.count("*") + written.count("[") + written.count("&")
    while kind.kind in ("pointer", "array", "reference") and kind.of and not kind.name:
        levels, kind = levels - 1, kind.of
    words = _NAMES.findall(_SCOPE.sub(" ", written))
    if name:
        if name not in words:
            return False
        del words[len(words) - 1 - words[::-1].index(name)]
    if kind.kind == "function":
        return written.count("(") >= 2
    if "(" in written and "(*" not in written.replace(" ", ""):
        return False
    given = _SCOPE.sub("", kind.name).split()
    spoken, meant = ([word for word in either if word not in _IGNORED] for either in (words, given))
    # no word at all is no type: an old-style list of names
    return bool(spoken) and levels == 0 and plain(spoken) == plain(meant)


def _least(written: str, kind: CType) -> int:
    """Return the first extent that a parameter was declared with, if it is a number."""
    first = re.search(r"\[[^]]*\]", written)
    number = _EXTENT.fullmatch(first[0]) if first and kind.kind == "pointer" and "(" not in written else None
    if not number:
        return 0
    digits = number[1]
    return int(digits, 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10)


def _parameter(one: Parameter, written: str, code: str) -> Parameter:
    """Return a parameter as it is ``written``; ``code`` is the same with its strings, which a default may be."""
    if "=" not in written:
        return replace(one, text=written, least=_least(written, one.type))
    default = " ".join(code.partition("=")[2].split())
    text = f"{written.partition('=')[0]}={' ' * written.partition('=')[2].startswith(' ')}{default}"
    return replace(one, text=text, default=default)


def _comment(lines: list[str], end: int) -> str:
    """Return the comment that ends on the last of the first ``end`` lines, without its marks."""
    first = end
    if end and lines[end - 1].rstrip().endswith("*/"):
        first = next((n for n in range(end - 1, -1, -1) if lines[n].lstrip().startswith("/*")), end)
    else:
        while first and lines[first - 1].lstrip().startswith("//"):
            first -= 1
    above = lines[first:end]
    return "\n".join(re.sub(r"^\s*(?://+|/\*+|\*+(?!/))? ?|\s*\*/\s*$", "", line) for line in above).strip()
