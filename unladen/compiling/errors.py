"""What a compiler complained about, told in terms of the source that was given."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from unladen.compiling import python_headers
from unladen.host.packages import install_command

# gcc, clang and zig agree on this much: "adder.c:3:12: error: …"; a linker leaves the column out
_KINDS = "(?P<kind>fatal error|error|warning|note)"
_HEAD = re.compile(rf"^(?P<file>[^\n:]+):(?P<line>\d+):(?:(?P<column>\d+):)? {_KINDS}: (?P<text>.*)")
_PLACELESS = re.compile(r"^(?:[\w+.-]+: )?(?P<kind>fatal error|error): (?P<text>.*)")
_UNDEFINED = re.compile(
    r"undefined (?:reference to|symbol:?) [`'\"]?(?P<name>[^`'\"\n,]+)"  # GNU ld, lld
    r"|^ +\"_(?P<mac>\w+)\", referenced from"  # macOS
)
_LIBRARY = re.compile(r"(?:cannot find|library not found for|unable to find library) ['`]?-l(?P<name>[^\s:']+)")
_FILE = re.compile(r"cannot find (?!-l)(?P<ld>[^\s:]+):|no such file or directory: '(?P<clang>[^']+)'")
_WHERE = re.compile(r"(?P<file>[^\s:()]+):(?P<line>\d+)\b")
_FLAG = re.compile(
    r"(?:unrecognized|unknown|invalid|unsupported).*?(?:option|argument)[^'\"‘`]*['\"‘`](?P<flag>-[^'\"’`]+)"
    r"|bad value [(‘'](?P<value>[^)’']*)[)’'] for [‘'](?P<of>-[^'’]+)"
)
# the headers of Python itself, which systems have in a package apart; cffi's and Cython's C asks for them, too
_PYTHON = re.compile(r"error: '?(?:Python|pyconfig)\.h'?(?:: No such file| file not found)")
# what OpenMP's header, library or functions are called, where a compiler has to do without one of them
_OPENMP = re.compile(
    r"['\"‘]?omp\.h['\"’]?(?:: No such file| file not found)|-l(?:omp|gomp|iomp5)\b|_kmpc_|libgomp\.spec"
    r"|unsupported option ['‘]-fopenmp"
)
_NOISE = ("ld returned", "linker command failed", "each undeclared identifier is reported", "linking with")


@dataclass(frozen=True)
class Diagnostic:
    """One complaint: ``line`` and ``column`` count from 1 in the given source; 0 where the compiler named no place."""

    line: int
    column: int
    kind: str
    text: str
    source: str = ""
    file: str = ""

    def __str__(self) -> str:
        if not self.line:
            return f"{self.kind}: {self.text}"
        text = self.text if len(self.text) < 300 else self.text[:300] + " …"
        head = f"{self.file + ', ' if self.file else ''}line {self.line}: {self.kind}: {text}"
        if not self.source.strip():
            return head
        caret = "\n    " + " " * (self.column - 1) + "^" if self.column else ""
        return f"{head}\n    {self.source.expandtabs(8).rstrip()}{caret}"


class BuildError(Exception):
    """A source could not be compiled or loaded; ``str()`` says why, in terms of the source, on one screen.

    ``diagnostics`` holds the compiler's complaints, first to last.
    """

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = list(diagnostics)

    def __reduce__(self):
        return type(self), (self.args[0], self.diagnostics)


class NoHeaders(BuildError):
    """Python's own headers are missing, so that no module can be compiled; ``str()`` says how to get them."""


class NoOpenMP(BuildError):
    """The compiler has no OpenMP, for which a flag asks; ``str()`` says how to get one that has."""


def diagnostics(stderr: str, source: str, file: str, shown: str = "") -> list[Diagnostic]:
    """Read what a compiler printed about ``file``, whose text is ``source``; headers keep their own name.

    ``shown`` is what to call the file in the message ("" for a notebook cell, whose lines need no name).
    """
    lines = source.split("\n")  # as compilers count, to which a form feed is no end of a line
    found: list[Diagnostic] = []
    for text in stderr.splitlines():
        if any(words in text for words in _NOISE):
            continue
        if head := _HEAD.match(text):
            name, line, column = _base(head["file"]), int(head["line"]), int(head["column"] or 0)
            own = name == file and 0 < line <= len(lines)
            label = shown if name == file else name
            found.append(Diagnostic(line, column, head["kind"], head["text"], lines[line - 1] if own else "", label))
        elif undefined := _UNDEFINED.search(text):
            found.append(_missing(undefined["name"] or undefined["mac"], text, lines, file, shown))
        elif text.startswith(">>> referenced by") and found and not found[-1].line:
            found[-1] = _missing(found[-1].text.split("`")[1], text, lines, file, shown)
        elif library := _LIBRARY.search(text):
            words = f"there is no library {library['name']} (-l{library['name']}); install it, or correct its name"
            found.append(Diagnostic(0, 0, "error", words))
        elif absent := _FILE.search(text):
            name = absent["ld"] or absent["clang"]
            words = f"there is no file {name}; if it is meant as a flag, write -{name}"
            found.append(Diagnostic(0, 0, "error", words))
        elif plain := _PLACELESS.match(text):
            found.append(Diagnostic(0, 0, plain["kind"], plain["text"]))
    return list(dict.fromkeys(found))


def _base(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _missing(name: str, text: str, lines: list[str], file: str, shown: str) -> Diagnostic:
    words = f"`{name.strip()}` is used but defined nowhere; define it, or add the library that has it (-lNAME)"
    for where in _WHERE.finditer(text):
        if _base(where["file"]) == file and 0 < int(where["line"]) <= len(lines):
            line = int(where["line"])
            return Diagnostic(line, 0, "error", words, lines[line - 1], shown)
    return Diagnostic(0, 0, "error", words)


def lacks_python(text: str) -> bool:
    """Tell whether a compiler's words mean that Python's own headers are missing."""
    return bool(_PYTHON.search(text)) and not python_headers.folders()


def lacks_openmp(text: str, flags: Sequence[str]) -> bool:
    """Tell whether a compiler's words mean that it was asked for OpenMP, and has none."""
    return any(flag.startswith("-fopenmp") for flag in flags) and bool(_OPENMP.search(text))


def wanting_openmp(compiler: str) -> str:
    """Say in one line that ``compiler`` has no OpenMP, and how to get one that has."""
    brewed = sys.platform == "darwin"
    how = f"{install_command('gcc')}, then CC=gcc-15" if brewed else install_command("compiler")
    return f"OpenMP is not in the compiler of this machine ({compiler}); to get it: {how}"


def insist_on_headers(what: str) -> None:
    """Raise ``NoHeaders`` where the Python module ``what`` cannot be compiled for want of them."""
    if not python_headers.folders():
        raise NoHeaders(f"{what}: {python_headers.wanting()}")


def explain(stderr: str, found: Sequence[Diagnostic], what: str) -> str:
    """Say on one screen why ``what`` did not compile."""
    if lacks_python(stderr):
        return f"{what}: {python_headers.wanting()}"
    if flag := _FLAG.search(stderr):
        word = flag["flag"] or f"{flag['of']}{flag['value']}"
        return (
            f"{what}: the compiler does not know the flag {word}\n"
            "  Check its spelling (flags begin with one dash: -O3, -march=native, -fopenmp), or leave it out."
        )
    # what the source's own lines have to do with it; the depths of a header only if there is nothing else
    own = [d for d in found if d.kind != "warning" and (d.source or not d.line)]
    complaints = own if any("error" in d.kind for d in own) else [d for d in found if "error" in d.kind]
    if not complaints:
        return f"{what} did not compile; the compiler said:\n{stderr.strip()[-1500:]}"
    more = [f"… and {len(complaints) - 6} more, which often follow from the first"] if len(complaints) > 6 else []
    return "\n".join([f"{what} did not compile", *map(str, complaints[:6]), *more])
