"""The toy interpreter: what its language means, what it says when something is wrong, and that nothing crashes it."""

import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests.helpers import compilers
from unladen.compiling import native

pytestmark = [pytest.mark.long, pytest.mark.chapters(3)]

SOURCE = Path(__file__).parents[2] / "native" / "toy_interpreter.cpp"
SMALLEST = -(2**63)

FINE = {
    "add(1, mul(2, 3))": "7",
    "-5": "-5",
    "add(9223372036854775806, 1)": "9223372036854775807",
    "[1, [2, [3]], []]": "[1, [2, [3]], []]",
    "get(get([1, [2, 3]], 1), 0)": "2",
    "len([[], [], []])": "3",
    "len([])": "0",
    "add([1], [2, [3]])": "[1, 2, [3]]",
    "map(def(x) mul(x, x), [1, 2, 3])": "[1, 4, 9]",
    "map(len, [[1], []])": "[1, 0]",
    "map(add, [])": "[]",
    "reduce(add, [5])": "5",
    "reduce(def(total, x) add(total, x), [1, 2, 3, 4])": "10",
    "[1, 2, 3, 4, 5, 6, 7]": "[1, 2, 3, 4, 5, 6, ...] of 7",
    "def(x) x": "a function of 1",
    "add": "the function add",
    "  add( 1 ,2 )  # the rest is for people": "3",
}

WRONG = {
    "add(1,": "expected a number, a name or a list in column 7, found the end of the line",
    "add(1, 2": "expected ')' in column 9, found the end of the line",
    "add(1 2)": "expected ')' in column 7, found '2'",
    "1 2": "expected the end of the line in column 3, found '2'",
    "= 3": "expected a number, a name or a list in column 1, found '='",
    "x =": "expected a number, a name or a list in column 4, found the end of the line",
    "def(1) x": "expected a name in column 5, found '1'",
    "def = 3": "'def' is a word of the language: take another",
    "%": "expected a number, a name or a list in column 1, found '%'",
    "-": "expected a whole number that fits into 64 bits in column 1, found '-'",
    "9223372036854775808": "expected a whole number that fits into 64 bits in column 1, found '9'",
    'load("numbers.toy)': "expected '\"' in column 19, found the end of the line",
    "y": "unknown name 'y': give it a value first, as in y = 1",
    "sum(3)": "unknown name 'sum': give it a value first, as in sum = 1",
    "map(def(x) y, [1])": "unknown name 'y': give it a value first, as in y = 1",
    "add(1, [2])": "add needs a number there, not a list",
    "add([1], 2)": "add needs a list there, not a number",
    "add(add, 1)": "add does not know what to do with a function",
    "mul([1], 2)": "mul does not know what to do with a list",
    "map([1], [2])": "a list cannot be called: only a function can",
    "map(len, 3)": "map needs a list there, not a number",
    "reduce(add, 3)": "reduce needs a list there, not a number",
    "get([1], [0])": "get needs a number there, not a list",
    "get([1, 2], 2)": "there is no item 2 in a list of 2: count from 0",
    "get([1, 2], -1)": "there is no item -1 in a list of 2: count from 0",
    "len(5)": "len needs a list there, not a number",
    "add(1)": "add takes 2 argument(s) and was given 1",
    "map(def(x, y) x, [1])": "the function takes 2 argument(s) and was given 1",
    "reduce(add, [])": "reduce of an empty list has no answer: give it at least one item",
    "add(9223372036854775807, 1)": "the sum does not fit into 64 bits",
    "mul(9223372036854775807, -2)": "the product does not fit into 64 bits",
    "[" * 5000 + "]" * 5000: "the line is nested more than 100 deep: split it",
    "add(" * 5000: "the line is nested more than 100 deep: split it",
    "def(x) " * 5000: "the line is nested more than 100 deep: split it",
    'load("nowhere.toy")': "cannot open 'nowhere.toy': is the name right, seen from the current directory?",
}

ENDLESS = ["f = def(x) f(x)\nf(1)", "f = def(x) map(f, [x])\nf(1)", f"f = def(x) {'[' * 90}f(x){']' * 90}\nf(1)"]


@pytest.fixture(scope="module")
def toy():
    """The library, as a notebook has it."""
    compilers.needed("cpp")
    return native("toy_interpreter.cpp")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The program, built with the address and undefined-behaviour sanitisers; returns what a script printed."""
    folder = tmp_path_factory.mktemp("toy")
    compiler = compilers.needed("cpp")
    flags = ["-std=c++20", "-O0", "-g1", "-Wall", "-Wextra", "-Werror"]  # the optimiser would take half of the time
    built = compiler.run([*flags, "-fsanitize=address,undefined", str(SOURCE), "-o", "toy"], folder)
    if "sanitize" in built.stderr or "-lasan" in built.stderr:
        pytest.skip("the compiler has no sanitisers: install those of gcc (libasan, libubsan) or clang (compiler-rt)")
    assert built.returncode == 0, built.stderr

    def run(script, here=folder):
        file = folder / "script.toy"
        file.write_bytes(script if isinstance(script, bytes) else script.encode())
        done = subprocess.run([folder / "toy", file], cwd=here, capture_output=True, text=True, timeout=60)
        assert done.stderr == "", done.stderr[:2000]
        return SimpleNamespace(text=done.stdout, status=done.returncode, last=done.stdout.splitlines()[-1])

    run.itself = folder / "toy"
    return run


def data_file(path, numbers, promised=None):
    numbers = np.asarray(numbers, dtype="<i4")
    count = np.array(len(numbers) if promised is None else promised, dtype="<u4")
    path.write_bytes(b"TOY1" + count.tobytes() + numbers.tobytes())


def test_every_expression_has_its_value(program):
    told = program("\n".join(FINE))
    values = [re.sub(r"   ≈ .*", "", line).strip() for line in told.text.splitlines()[1::2]]
    assert dict(zip(FINE, values, strict=True)) == FINE
    assert told.status == 0


def test_every_line_is_timed_and_numbered(program):
    told = program("# a remark\nx = [1, 2]\n\nadd(x, x)").text
    assert (
        re.sub(r"≈ \d+\.\d{3} ms", "TIME", told)
        == "2  x = [1, 2]\n   [1, 2]   TIME\n4  add(x, x)\n   [1, 2, 1, 2]   TIME\n"
    )


def test_names_keep_values_until_they_get_others(program):
    assert "   12   " in program("x = 3\nx = mul(x, 4)\nx").text.splitlines()[-1]
    assert "   6   " in program("add = mul\nadd(2, 3)").text.splitlines()[-1]
    assert program("add = 3\nadd(1, 2)").last == "line 2: a number cannot be called: only a function can"


def test_a_function_sees_its_parameters_and_the_names_of_the_script(program):
    script = "x = 100\ny = 10\nf = def(x) add(x, y)\nf(1)\nx"
    assert [line.split()[0] for line in program(script).text.splitlines()[-3::2]] == ["11", "100"]
    assert program("f = def(x) map(def(y) add(x, y), [1])\nf(1)").last == (
        "line 2: unknown name 'x': give it a value first, as in x = 1"
    )


@pytest.mark.parametrize("line", WRONG, ids=lambda line: line[:24])
def test_what_is_wrong_is_said_with_its_line(toy, line):
    told = toy.run(f"x = 1\n{line}\nadd(1, 1)".encode()).decode()
    assert told.splitlines()[-1] == f"line 2: {WRONG[line]}"
    assert toy.run(b"add(1, 1)").startswith(b"1  add(1, 1)\n   2 ")  # and the next script runs


def test_every_wrong_line_is_clean_under_the_sanitisers(program):
    for line, message in WRONG.items():
        told = program(line)
        assert (told.last, told.status) == (f"line 1: {message}", 1)


@pytest.mark.parametrize("script", ENDLESS, ids=["itself", "through map", "through lists"])
def test_an_endless_recursion_ends_with_a_message(program, toy, script):
    message = "line 2: calls are nested more than 500 deep: does a function call itself?"
    assert program(script).last == message
    assert toy.run(script.encode()).decode().splitlines()[-1] == message


def test_values_that_grow_without_end_are_refused(program):
    nest = "reduce(def(all, x) [all, x], map(def(x) x, add(ten, add(ten, ten))))"
    ten = "ten = map(def(x) x, [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0])"
    assert program(f"{ten}\n{nest}").last == "line 2: lists are nested more than 100 deep: flatten them"
    assert "[[[[...], [...]], " in program("x = [1]\n" + "x = [x, x]\n" * 60).last


@pytest.mark.parametrize(
    "script", ["", "\n\n", "# nothing\n   \t\r\n", b"\0\0"], ids=["empty", "lines", "remarks", "zeros"]
)
def test_an_empty_script_is_an_error(program, script):
    told = program(script)
    assert re.fullmatch(r"line \d+: the script is empty: write a line such as add\(1, 2\)", told.last)
    assert told.status == 1


def test_bytes_that_are_no_text_are_an_error(program):
    message = "line 1: expected a number, a name or a list in column {}, found a character that has no meaning here"
    assert program(bytes(range(128, 256))).last == message.format(1)
    assert program("add(é, 1)").last == message.format(5)


def test_numbers_come_from_a_data_file(program, tmp_path):
    numbers = [0, -1, 2**31 - 1, -(2**31), 77]
    data_file(tmp_path / "a.toy", numbers)
    told = program('data = load("a.toy")\nreduce(add, data)\nlen(data)', tmp_path).text
    assert str(numbers) in told and f"   {sum(numbers)}   " in told and "   5   " in told
    data_file(tmp_path / "ø.toy", [])
    assert "   []   " in program('load("ø.toy")', tmp_path).last


def test_a_damaged_data_file_is_refused(program, tmp_path):
    def complaint():
        return program('load("a.toy")', tmp_path).last

    file = tmp_path / "a.toy"
    data_file(file, [1, 2, 3], promised=4)
    cut = "line 1: 'a.toy' promises 16 bytes of numbers and holds {}: it was cut short or damaged, write it again"
    assert complaint() == cut.format(12)
    file.write_bytes(file.read_bytes()[:-1])
    assert complaint() == cut.format(11)
    data_file(file, [1, 2, 3, 4, 5], promised=4)
    assert complaint() == cut.format(20)
    data_file(file, [], promised=2**32 - 1)  # must not be believed, and 16 GB asked for
    assert "promises 17179869180 bytes of numbers and holds 0" in complaint()
    for damaged in (b"", b"TOY1", b"TOY1\0\0\0", b"\x93NUMPY\1\0"):
        file.write_bytes(damaged)
        assert complaint() == "line 1: 'a.toy' is no data file of this language: it has to begin with TOY1 and a count"
    assert program('load(".")', tmp_path).last.startswith("line 1: ")


def test_the_program_says_how_it_is_called(program):
    alone = subprocess.run([program.itself], capture_output=True, text=True)
    lost = subprocess.run([program.itself, "no such script"], capture_output=True, text=True)
    assert (alone.returncode, alone.stderr) == (2, "usage: toy_interpreter FILE\n")
    assert (lost.returncode, lost.stderr) == (2, "cannot open 'no such script'\n")


def test_the_library_parses_once_and_evaluates_often(toy):
    ints = np.arange(-5, 100, dtype=np.int32)
    toy.give(b"data", ints, len(ints))
    line = toy.parse(b"reduce(def(total, x) add(total, x), data)")
    assert [toy.evaluate(line) for _ in range(3)] == [ints.sum()] * 3
    toy.give(b"data", ints[:2].copy(), 2)
    assert toy.evaluate(line) == -9


def test_the_library_says_what_is_wrong(toy):
    assert toy.parse(b"add(1,") == -1
    assert toy.complaint() == b"expected a number, a name or a list in column 7, found the end of the line"
    assert toy.evaluate(toy.parse(b"unheard_of")) == SMALLEST
    assert toy.complaint() == b"unknown name 'unheard_of': give it a value first, as in unheard_of = 1"
    assert toy.evaluate(toy.parse(b"[1]")) == SMALLEST
    assert toy.complaint() == b"evaluate needs a number there, not a list"
    assert toy.evaluate(10**6) == toy.evaluate(-1) == SMALLEST
    assert toy.complaint() == b"no such line: parse it first"
    assert (toy.evaluate(toy.parse(b"add(1, 1)")), toy.complaint()) == (2, b"")


def test_the_optimiser_warns_of_nothing(toy):
    assert not toy.build.warnings


def test_its_page_tells_the_truth(program):
    page = SOURCE.with_suffix(".md").read_text(encoding="utf-8")
    script = page.split("```")[1].replace('load("numbers.toy")', "[3, 4]")
    values = [re.sub(r"   ≈ .*", "", line).strip() for line in program(script).text.splitlines()[1::2]]
    assert values == ["[3, 4]", "2", "a function of 1", "[2, 4, 6]", "7"]
    for word in ("add", "mul", "len", "get", "map", "reduce"):
        assert f"| `{word}(" in page and f"the function {word}" in program(word).text
