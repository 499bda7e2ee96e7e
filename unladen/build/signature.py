"""What a C or C++ source exports: its functions, their parameters and the comment above each.

Not a compiler's front end: comments, strings, preprocessor lines and bodies are blanked out, and what is left of a
file whose functions are meant to be called from outside is simple enough to read with a few patterns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

_BLANK = re.compile(
    r"""(?P<keep>extern\s*"C")|//[^\n]*|/\*.*?\*/|R"(?P<end>[^(\s"]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*\""""
    r"""|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'|^[ \t]*\#(?:\\\n|[^\n])*|\[\[.*?\]\]""",
    re.S | re.M,
)
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\([^()]*(?:\([^()]*\)[^()]*)*\)\)|\balignas\s*\([^)]*\)|\bnoexcept\b")
_HEAD = re.compile(r"(?P<returns>[\w\s:<>,*&]+?[\s*&])(?P<name>[A-Za-z_]\w*)\s*\((?P<parameters>.*)\)\s*$", re.S)
_ALIAS = re.compile(r"\btypedef\s+([\w\s:<>*]+?[\s*])(\w+)\s*;|\busing\s+(\w+)\s*=\s*([\w\s:<>*]+?)\s*;")
_MODULE = re.compile(r"\b(?P<kind>PYBIND11_MODULE|NB_MODULE)\s*\(\s*(?P<name>\w+)|\bPyInit_(?P<plain>\w+)\s*\(")
_WORDS = ("unsigned", "signed", "short", "long", "int", "char", "float", "double", "complex", "bool", "_Bool", "void")
_IGNORED = {"const", "extern", "volatile", "register", "constexpr", "struct", "enum", "union"}
_IGNORED |= {"restrict", "__restrict", "__restrict__"}


@dataclass(frozen=True)
class CType:
    """A type: its plain ``name`` ("unsigned char"), ``stars``, and whether what it points to is ``const``."""

    name: str
    stars: int = 0
    const: bool = False


@dataclass(frozen=True)
class Parameter:
    """A parameter: its ``name``, ``type`` and the ``text`` it was declared with."""

    name: str
    type: CType
    text: str


@dataclass(frozen=True)
class Signature:
    """A function that other languages can call: ``line`` is where it begins, ``doc`` the comment above it."""

    name: str
    returns: CType
    parameters: tuple[Parameter, ...]
    text: str
    doc: str
    line: int


def module(source: str) -> tuple[str, str] | None:
    """Return ("pybind11" | "nanobind" | "python", name) if the source is an extension module, else None."""
    found = _MODULE.search(_blanked(source))
    if not found:
        return None
    kind = {"PYBIND11_MODULE": "pybind11", "NB_MODULE": "nanobind", None: "python"}[found["kind"]]
    return kind, found["name"] or found["plain"]


@lru_cache(maxsize=64)
def signatures(source: str, language: str = "c") -> tuple[Signature, ...]:
    """Return the functions of ``source`` that can be called from outside, in the order they appear."""
    text = _blanked(source)
    aliases = {a or b: _type(t or u, {}) for t, a, b, u in _ALIAS.findall(text)}
    found: dict[str, Signature] = {}
    for start, end, linkage in _heads(text, language == "c"):
        begin = end - len(text[start:end].lstrip())
        one = _signature(_ATTRIBUTE.sub(" ", text[begin:end]), linkage, aliases)
        if one and one.name not in found:
            line = source.count("\n", 0, begin)
            found[one.name] = replace(one, doc=_comment(source.splitlines()[:line]), line=line + 1)
    return tuple(found.values())


def _blanked(source: str) -> str:
    """Replace what is not code by spaces, keeping every line and column where it is."""
    return _BLANK.sub(lambda m: m[0] if m["keep"] else re.sub(r"[^\n]", " ", m[0]), source)


def _heads(text: str, c: bool):
    """Yield (start, end, callable from outside) of what stands before each body at file scope."""
    start, depth = 0, 0
    scopes = [c]  # inside an `extern "C" { }`, names are as in C
    for brace in re.finditer(r"[{};]", text):
        what, at = brace[0], brace.start()
        if depth:
            depth += {"{": 1, "}": -1, ";": 0}[what]
        elif what == "{":
            head = text[start:at]
            if re.search(r'extern\s*"C"\s*$', head):
                scopes.append(True)
            elif re.search(r"\bnamespace\b[\w\s:]*$", head):
                scopes.append(scopes[-1] and "namespace" in head.split() and len(head.split()) > 1)
            else:
                yield start, at, scopes[-1] or bool(re.search(r'extern\s*"C"', head))
                depth = 1
        elif what == "}" and len(scopes) > 1:
            scopes.pop()
        if not depth:
            start = at + 1


def _signature(head: str, linkage: bool, aliases: dict[str, CType]) -> Signature | None:
    plain = " ".join(re.sub(r'extern\s*"C"', " ", head).split())
    match = _HEAD.match(plain)
    words = set(re.findall(r"\w+", plain.split("(")[0]))
    if not linkage or not match or words & {"static", "inline", "template", "operator", "typedef"}:
        return None
    texts = [t.strip() for t in _split(match["parameters"])]
    if texts in ([""], ["void"]):
        texts = []
    parameters = tuple(_parameter(t, n, aliases) for n, t in enumerate(texts))
    returns = " ".join(match["returns"].split())
    text = f"{returns}{'' if returns.endswith('*') else ' '}{match['name']}({', '.join(texts)})"
    return Signature(match["name"], _type(returns, aliases), parameters, text, "", 0)


def _split(text: str) -> list[str]:
    """Split at the commas that are not inside brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "(<[") - (letter in ")>]")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _parameter(text: str, position: int, aliases: dict[str, CType]) -> Parameter:
    declared, brackets = re.subn(r"\[[^]]*\]", "", text.split("=")[0])
    if "(" in declared:
        return Parameter(f"argument {position + 1}", CType("function", 1), text)
    match = re.match(r"(?P<type>.*[\s*&])(?P<name>[A-Za-z_]\w*)$", declared.strip(), re.S)
    if not match or match["name"] in _WORDS:  # `unsigned int` without a name
        kind, name = declared, f"argument {position + 1}"
    else:
        kind, name = match["type"], match["name"]
    # `int grid[10][10]` is a pointer to ints in a row, whatever its dimensions
    return Parameter(name, _type(kind + "*" * bool(brackets), aliases), text)


def _type(text: str, aliases: dict[str, CType]) -> CType:
    """Read a type; what it was called in ``aliases`` is looked up."""
    before, star, after = text.partition("*")
    words = before.replace("std::", "").split()
    const = "const" in words
    name = _plain([word for word in words if word not in _IGNORED])
    stars = (star + after).count("*")
    if "&" in text:
        return CType(f"{name} &", stars)
    alias = aliases.get(name, CType(name))
    stars += alias.stars
    return CType(alias.name, stars, bool(stars) and (alias.const if alias.stars else const))


def _plain(words: list[str]) -> str:
    """Name a type in one way: `long unsigned int` is "unsigned long", `signed` is "int"."""
    words = ["complex" if word == "_Complex" else word for word in words]
    if not set(words) <= set(_WORDS):
        return " ".join(words)
    words = [word for word in words if word != "signed" or "char" in words] or ["int"]
    return " ".join(sorted([word for word in words if word != "int"] or ["int"], key=_WORDS.index))


def _comment(above: list[str]) -> str:
    """Return the comment that ends on the last of the lines ``above``, without its marks."""
    first = len(above)
    if above and above[-1].rstrip().endswith("*/"):
        first = max((n for n, line in enumerate(above) if line.lstrip().startswith("/*")), default=first)
    else:
        while first and above[first - 1].lstrip().startswith("//"):
            first -= 1
    return "\n".join(re.sub(r"^\s*(?://+|/\*+|\*+(?!/))? ?|\s*\*/\s*$", "", line) for line in above[first:]).strip()
