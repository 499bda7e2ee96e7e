"""The machine code of a compiled function, beside the source lines that it came from."""

from __future__ import annotations

import html
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from unladen.compiling import assembler
from unladen.compiling.bind import Build, Function
from unladen.compiling.errors import BuildError
from unladen.host.packages import install_command
from unladen.show import PALETTE, Listing

_SOURCE = re.compile(r"^(?P<file>\S.*?):(?P<line>\d+)(?: \(discriminator \d+\))?$")
_INSTRUCTION = re.compile(r"^ *(?P<at>[0-9a-f]+):\s+(?P<text>\S.*?)\s*$")
_TARGET = re.compile(r"\b(?:0x)?[0-9a-f]+ <(?P<name>[^>+]+?)(?:@plt|@@\w+|-0x[0-9a-f]+)?(?:\+0x(?P<at>[0-9a-f]+))?>")
# arithmetic on several numbers at once: on x86-64 by the mnemonic (paddd, vaddpd …), on ARM by the operands (v0.4s),
# which Apple writes behind the mnemonic (fadd.2d)
_VECTOR = re.compile(
    r"^v?(p(add|sub|mul)\w*|(add|sub|mul|div|sqrt|fn?m(add|sub)\d+)p[sd])\b"
    r"|^\w+\s+v\d+\.\d*[bhsd]\b|^f(add|sub|mul|div|mla|mls|sqrt)\.\d+[hsd]\b"
)
# a jump inside the function, by its target's place (x86-64 and ARM)
_JUMP = re.compile(r"(?:j\w+|b(?:\.\w+)?|cbn?z|tbn?z)\b(?:.*[ ,])?(?P<at>[0-9a-f]+)")
_COLUMN = 56  # characters of a column where two builds stand side by side


@dataclass(frozen=True)
class Instruction:
    """One instruction: how far into the function it stands (bytes), its text, and its source line (0: unknown)."""

    at: int
    text: str
    line: int
    file: str


class MachineCode:
    """The machine code of one function; displays itself, with another build of it beside it if there is one.

    ``instructions`` are the texts of the instructions ("add rax, rbx"), ``text`` the whole listing, ``versus`` the
    other build's MachineCode or None. ``vectorised`` tells whether its arithmetic works on several numbers at once.
    """

    def __init__(
        self, title: str, code: Sequence[Instruction], build: Build, versus: MachineCode | None = None
    ) -> None:
        self.title, self.versus = title, versus
        self.instructions = [i.text for i in code]
        self._code, self._build = code, build
        self._lines = build.source.split("\n")
        self.text = "\n".join(self._rows())

    def __len__(self) -> int:
        return len(self.instructions)

    @property
    def vectorised(self) -> bool:
        """Whether there is arithmetic in it that works on several numbers at once."""
        return any(_VECTOR.search(text) for text in self.instructions)

    @property
    def loop(self) -> list[str]:
        """The instructions of its last loop: from where the last jump back leads, to that jump; empty without one."""
        jumps = [(_JUMP.fullmatch(one.text), one.at) for one in self._code]
        back = [(int(jump["at"], 16), at) for jump, at in jumps if jump and int(jump["at"], 16) <= at]
        return [one.text for one in self._code if back and back[-1][0] <= one.at <= back[-1][1]]

    def _bands(self) -> list[tuple[int, str, list[Instruction]]]:
        """Runs of instructions from the same source line: (line, its text, instructions)."""
        bands: list[tuple[int, str, list[Instruction]]] = []
        own = Path(self._build.path).stem
        for one in self._code:
            mine = Path(one.file).stem == own or (self._build.origin and Path(one.file).name == self._build.origin.name)
            line = one.line if mine and one.line <= len(self._lines) else 0
            source = self._lines[line - 1].strip() if line else (f"({Path(one.file).name})" if one.file else "")
            if bands and bands[-1][:2] == (line, source):
                bands[-1][2].append(one)
            else:
                bands.append((line, source, [one]))
        return bands

    def _rows(self) -> list[str]:
        rows = []
        for line, source, code in self._bands():
            rows.append(f"{line or '':>4}  {source}")
            rows += [f"      {i.at:>5x}  {i.text}" for i in code]
        return rows

    def listing(self) -> Listing:
        """The listing as it is displayed: all of it may differ between compilers."""
        numbers = sorted({line for one in (self, self.versus or self) for line, _, _ in one._bands() if line})
        colours = {line: PALETTE[at % (len(PALETTE) - 1)] for at, line in enumerate(numbers)}
        if not self.versus:
            return Listing(self.title, self.text, markup=self._table(colours))
        pair = [[one._flags(), *one._rows()] for one in (self, self.versus)]
        rows = zip_longest(*pair, fillvalue="")
        text = "\n".join(f"{left[: _COLUMN - 2]:<{_COLUMN}}{right}".rstrip() for left, right in rows)
        style = (
            "vertical-align:top;text-align:left;padding:0 1em 0 0;color:inherit;white-space:pre;font-family:monospace"
        )
        both = [f"{html.escape(one._flags())}\n{one._bars(colours)}" for one in (self, self.versus)]
        cells = "".join(f'<td style="{style}">{one}</td>' for one in both)
        return Listing(self.title, text, markup=f'<table style="color:inherit"><tr>{cells}</tr></table>')

    def _flags(self) -> str:
        flags = [f for f in self._build.flags if not f.startswith("-W")] or ["-O3"]
        return f"{' '.join(flags)}: {len(self)} instructions"

    def _table(self, colours: dict[int, str]) -> str:
        """Two columns, source line and machine code; a line keeps its colour wherever its instructions went."""
        rows = []
        for line, source, code in self._bands():
            style = f"{_band(colours.get(line))};text-align:left;vertical-align:top"
            left = f"<b>{line or ''}</b>  {html.escape(source)}"
            right = "\n".join(f"{i.at:>4x}  {html.escape(i.text)}" for i in code)
            rows.append(f'<tr><td style="{style}">{left}</td><td style="{style}">{right}</td></tr>')
        table = 'style="border-collapse:collapse;color:inherit;white-space:pre;font-family:monospace"'
        head = '<tr><th style="text-align:left">source</th><th style="text-align:left">machine code</th></tr>'
        return f"<table {table}>{head}{''.join(rows)}</table>"

    def _bars(self, colours: dict[int, str]) -> str:
        """One column, half as wide: each source line above its instructions, in its colour."""
        bars = []
        for line, source, code in self._bands():
            rows = [f"<b>{line or ''}</b>  {html.escape(source)}"]
            rows += [f"{i.at:>5x}  {html.escape(i.text)}" for i in code]
            lines = "".join(f"{row}\n" for row in rows)
            bars.append(f'<div style="{_band(colours.get(line))}">{lines}</div>')
        return "".join(bars)

    def __repr__(self) -> str:
        return repr(self.listing())

    def _repr_html_(self) -> str:
        return self.listing()._repr_html_()


def _band(colour: str | None) -> str:
    """The style of a band: a tint that can be read on light and dark pages; the line number carries the meaning."""
    return f"border-left:6px solid {colour or '#888888'};background:{colour or '#888888'}22;color:inherit"


def packed(listing: str) -> list[str]:
    """Return the lines of an assembly listing that do arithmetic on several numbers at once, without their padding.

    For listings of whichever compiler, such as Numba's ``f.inspect_asm(f.signatures[0])``.
    """
    lines = (" ".join(line.split()) for line in listing.splitlines())
    return [line for line in lines if _VECTOR.search(line)]


def disassemble(function: Function, *, versus: Sequence[str] | None = None, att: bool = False) -> MachineCode:
    """Return the machine code of a compiled ``function`` of a Library, beside its source lines.

    With ``versus``, a sequence of compiler flags, the same source is built with them too, and both are shown side by
    side. ``att`` asks for AT&T's notation in place of Intel's. Where there is no disassembler, the compiler is asked
    for assembly, and instructions are numbered instead of placed.
    """
    from unladen.compiling.compile import build

    if not isinstance(function, Function):
        raise TypeError(f"disassemble takes a compiled function, such as adder.run; got {type(function).__name__}")
    record, name = function.library.build, function.__name__
    title = f"{record.name}.{name}: source line by line, and its machine code"
    other = None
    if versus is not None:
        flags = (*(f for f in record.flags if not f.startswith("-O")), *versus)
        lib = build(record.source, record.language, name=record.name, flags=flags, origin=record.origin)
        other = MachineCode(title, _code(lib.build, name, att), lib.build)
    return MachineCode(title, _code(record, name, att), record, other)


def _code(record: Build, name: str, att: bool) -> list[Instruction]:
    found = _disassembler()
    if not found:  # numbers in place of addresses, else the same
        written = assembler.instructions(record, name, att)
        if not written:
            how = install_command("objdump")
            raise BuildError(f"There is no objdump here to turn machine code into text. Install it:\n  {how}")
        return [Instruction(*row) for row in written]
    command, is_llvm = found
    symbol = f"_{name}" if sys.platform == "darwin" else name
    only = f"--disassemble-symbols={symbol}" if is_llvm else f"--disassemble={symbol}"
    intel = ["-M", "intel"] if platform.machine() in ("x86_64", "AMD64", "i686") and not att else []
    done = subprocess.run(
        [*command, "-d", "-l", "--no-show-raw-insn", *intel, only, str(record.path)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    code = _parsed(done.stdout, symbol)
    if not code:
        said = done.stderr.strip().splitlines()[-1:] or ["nothing"]
        raise BuildError(f"The disassembler found no code of {record.name}.{name}; it said: {said[0]}")
    return code


def _disassembler() -> tuple[list[str], bool] | None:
    """The command to disassemble with, and whether it is LLVM's; None where there is none."""
    for name in ("objdump", "llvm-objdump", "gobjdump"):
        if path := shutil.which(name):
            # macOS has LLVM's under the plain name
            return [path], sys.platform == "darwin" and name != "gobjdump" or name.startswith("llvm")
    return None


def _parsed(text: str, function: str) -> list[Instruction]:
    """Read objdump's output, of gcc's or of LLVM's make."""
    found: list[tuple[int, str, int, str]] = []
    file, line = "", 0
    for row in text.splitlines():
        row = row.removeprefix("; ")
        if source := _SOURCE.match(row):
            file, line = source["file"], int(source["line"])
        elif instruction := _INSTRUCTION.match(row):
            found.append((int(instruction["at"], 16), instruction["text"], line, file))
    while found and re.match(r"(data16 |cs )*(nop|xchg +ax,ax|int3)", found[-1][1]):
        found.pop()  # filling up to the next function
    start = found[0][0] if found else 0
    return [Instruction(at - start, _readable(text, function), line, file) for at, text, line, file in found]


def _readable(text: str, function: str) -> str:
    """Shorten an instruction: one space after the mnemonic, a jump's target as its place in the function."""

    def target(found: re.Match) -> str:
        return found["name"] if found["name"] != function else found["at"] or "0"

    return _TARGET.sub(target, re.sub(r"\s+", " ", text.partition(" #")[0]).strip())
