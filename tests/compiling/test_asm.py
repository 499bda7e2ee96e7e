"""Machine code appears beside the source lines that it came from."""

import platform
import re
import shutil

import pytest

from tests.helpers import compilers
from unladen.compiling import assembler, build, disassemble
from unladen.show import FENCE

LOOP = """#include <stddef.h>
long long run(const int *numbers, size_t n) {
    long long sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += numbers[i];
    return sum;
}
long long twice(const int *numbers, size_t n) {
    return 2 * run(numbers, n);
}
"""


@pytest.fixture(scope="module")
def loop():
    if not shutil.which("objdump"):
        pytest.skip("needs objdump: sudo apt install binutils")
    compilers.needed("c")
    return build(LOOP, "c", name="loop", flags=("-O0",))


intel_only = pytest.mark.skipif(platform.machine() != "x86_64", reason="the instructions' names are those of x86-64")


@intel_only
def test_one_function_is_shown_with_its_source_lines(loop):
    code = disassemble(loop.run)
    rows = code.text.splitlines()
    assert any(row.strip() == "5  sum += numbers[i];" for row in rows)
    assert code.instructions[-1] == "ret" and "push rbp" in code.instructions
    assert not any("2 * run" in row for row in rows)


@intel_only
def test_a_call_names_its_function_and_a_jump_its_place(loop):
    assert any(i.startswith("call run") for i in disassemble(loop.twice).instructions)
    jumps = [i for i in disassemble(loop.run).instructions if i.startswith("j")]
    assert jumps and all(len(jump) < 12 and "<" not in jump for jump in jumps)


@intel_only
def test_a_loop_is_what_lies_before_the_jump_back(loop):
    slow = disassemble(loop.run, versus=("-O3", "-fno-tree-vectorize", "-fno-unroll-loops"))
    assert 4 <= len(slow.versus.loop) < len(slow.loop) < len(slow.instructions)
    assert slow.loop[-1].startswith("j") and not disassemble(loop.twice).loop


@intel_only
def test_the_other_build_is_beside_it_and_vectorised(loop):
    code = disassemble(loop.run, versus=["-O3"])
    assert any(i.startswith("paddq") for i in code.versus.instructions)
    assert not any(i.startswith("padd") for i in code.instructions)
    shown = repr(code)
    assert "-O0: " in shown and "-O3: " in shown


@intel_only
def test_the_notation_can_be_att(loop):
    assert "push %rbp" in disassemble(loop.run, att=True).instructions


def test_all_but_the_title_is_marked_as_varying(loop):
    text, page = repr(disassemble(loop.run)), disassemble(loop.run, versus=["-O2"])._repr_html_()
    title, *rest = text.splitlines()
    assert title == "loop.run: source line by line, and its machine code"
    assert rest[0] == rest[-1] == FENCE and FENCE not in rest[1:-1]
    head, _, body = page.partition('<pre class="v">')
    assert title in head and body.endswith("</pre></details>") and body.count("</pre>") == 1


def test_colour_is_not_the_only_carrier(loop):
    page = disassemble(loop.run)._repr_html_()
    assert "<b>5</b>  sum += numbers[i];" in page and "border-left:6px solid #" in page


def test_special_characters_of_the_source_are_escaped(loop):
    page = disassemble(loop.run)._repr_html_()
    assert "i &lt; n" in page and "i < n" not in page


def test_what_was_not_compiled_is_refused():
    with pytest.raises(TypeError, match="such as adder.run; got builtin_function_or_method"):
        disassemble(len)


def test_vector_arithmetic_is_recognised(loop):
    code = disassemble(loop.run, versus=("-O3",))
    assert not code.vectorised
    assert code.versus.vectorised


QUOTED = """
\t.file 1 "loop.c"
"run":
\t.loc 1 4 5
\tjmp\t.L2
.L2:
\t.loc 1 5 13
\tcall\t"other"@PLT
\tret
\t.size\t"run", .-"run"
"""


def test_names_that_the_compiler_quotes_are_read_as_the_others():
    rows = assembler._parsed(QUOTED, "run")
    assert [code for _, code, _, _ in rows] == ["jmp 1", "call other@PLT", "ret"]
    assert [line for _, _, line, _ in rows] == [4, 5, 5] and rows[0][3] == "loop.c"


def test_without_a_disassembler_the_compiler_writes_the_assembly(loop, monkeypatch):
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, *a, **k: None if "objdump" in name else which(name, *a, **k))
    code = disassemble(loop.run, versus=("-O3",))
    assert {i.line for i in code._code} >= {4, 5, 6}
    assert code.instructions[-1].startswith("ret")
    assert code.versus.vectorised and not code.vectorised
    assert all(re.fullmatch(r"j\w+ [0-9a-f]+", i) for i in code.instructions if i.startswith("j"))
    assert build(LOOP, "c", name="loop", flags=("-O0",)).build.cached  # what is kept was not touched
