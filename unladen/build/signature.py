"""What a C or C++ source exports: its functions, their parameters and the comment above each.

Not a compiler's front end: comments, strings, preprocessor lines and bodies are blanked out, and what is left of a
file whose functions are meant to be called from outside is simple enough to read with a few patterns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_BLANK = re.compile(
    r"""(?P<keep>extern\s*"C")|//[^\n]*|/\*.*?\*/|R"(?P<end>[^(\s"]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*\""""
    r"""|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'|^[ \t]*\#(?:\\\n|[^\n])*|\[\[.*?\]\]""",
    re.S | re.M,
)
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\([^()]*(?:\([^()]*\)[^()]*)*\)\)|\balignas\s*\([^)]*\)|\bnoexcept\b")
_HEAD = re.compile(r"(?P<returns>[\w\s:<>,*&]+?[\s*&])(?P<name>[A-Za-z_]\w*)\s*\((?P<parameters>.*)\)\s*$", re.S)
_ALIAS = re.compile(r"\btypedef\s+([\w\s:<>*]+?[\s*])(\w+)\s*;|\busing\s+(\w+)\s*=\s*([\w\s:<>*]+?)\s*;")
_COMMENT = re.compile(
    r"/\*(?P<block>(?:(?!\*/).)*)\*/[ \t]*\n?[ \t]*$|(?P<lines>(?:^[ \t]*//[^\n]*\n)+)[ \t]*$", re.S | re.M
)
_MODULE = re.compile(r"\b(?P<kind>PYBIND11_MODULE|NB_MODULE)\s*\(\s*(?P<name>\w+)|\bPyInit_(?P<plain>\w+)\s*\(")
_IGNORED = {
    "extern",
    "volatile",
    "register",
    "restrict",
    "__restrict",
    "__restrict__",
    "constexpr",
    "struct",
    "enum",
    "union",
}


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
        head = _ATTRIBUTE.sub(" ", text[start:end])
        signature = _signature(head, linkage, aliases)
        if signature and signature.name not in found:
            begin = start + len(head) - len(head.lstrip()) if head == text[start:end] else start
            doc, line = _comment(source[:begin]), source.count("\n", 0, begin) + 1
            found[signature.name] = Signature(**{**signature.__dict__, "doc": doc, "line": line})
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
    declared = text.split("=")[0]
    arrays = len(re.findall(r"\[[^]]*\]", declared)) > 0
    declared = re.sub(r"\[[^]]*\]", "", declared).strip()
    if "(" in declared:
        return Parameter(f"argument {position + 1}", CType("function", 1), text)
    match = re.match(r"(?P<type>.*[\s*&])(?P<name>[A-Za-z_]\w*)$", declared, re.S)
    kind, name = (match["type"], match["name"]) if match else (declared, "")
    if name in _SIMPLE:  # `unsigned int` without a name
        kind, name = declared, ""
    found = _type(kind, aliases)
    # int grid[10][10] is a pointer to ints in a row, whatever its dimensions
    found = CType(found.name, found.stars + arrays, found.const or arrays and "const" in kind.split())
    return Parameter(name or f"argument {position + 1}", found, text)


_SIMPLE = {
    "int",
    "char",
    "short",
    "long",
    "float",
    "double",
    "bool",
    "_Bool",
    "void",
    "size_t",
    "signed",
    "unsigned",
    "const",
}


def _type(text: str, aliases: dict[str, CType]) -> CType:
    """Read a type: const counts where it protects what is pointed to, the order of `unsigned long` does not."""
    before, star, after = text.partition("*")
    words = before.replace("std::", "").split()
    const = "const" in words
    words = [w for w in words if w not in _IGNORED and w != "const"]
    stars = (star + after).count("*")
    name = (
        " ".join(sorted(words))
        if len(words) > 1 and set(words) <= _SIMPLE | {"complex", "_Complex"}
        else " ".join(words)
    )
    if "&" in text:
        return CType(f"{name} &", stars)
    if name in aliases:
        alias = aliases[name]
        return CType(alias.name, alias.stars + stars, alias.const or const)
    return CType(name, stars, const and bool(stars))


def _comment(before: str) -> str:
    """Return the comment that ends where ``before`` ends, without its marks."""
    found = _COMMENT.search(before.rstrip(" \t\n") + "\n") if not re.search(r"\n[ \t]*\n\s*$", before) else None
    if not found:
        return ""
    text = found["block"] if found["block"] is not None else found["lines"]
    return "\n".join(re.sub(r"^\s*(?://+|\*+)? ?", "", line).rstrip() for line in text.strip().splitlines()).strip()
