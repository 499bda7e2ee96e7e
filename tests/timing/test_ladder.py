"""The ladder from the toy interpreter to C: every rung the same sum, every rung faster than the one before."""

import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from tests.helpers import compilers
from unladen.compiling import native
from unladen.timing import claim

pytestmark = pytest.mark.chapters(3)

SOURCE = Path(__file__).parents[2] / "native" / "ladder.cpp"
RUNGS = ("everything_dynamic", "without_hash_table", "without_boxes", "without_types", "without_tree")


@pytest.fixture(scope="module")
def ladder():
    compilers.needed("cpp")
    return native("ladder.cpp")


@pytest.fixture(scope="module")
def toy():
    return native("toy_interpreter.cpp")


def best(functions, rounds=25):
    """Return the shortest time of each function, called in turns so that a busy moment hits all of them.

    The calls have to be short: on a busy machine one that outlasts its turn on the processor is timed with the wait.
    """
    shortest = dict.fromkeys(functions, float("inf"))
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            shortest[name] = min(shortest[name], time.perf_counter() - start)
    return shortest


def claim_ratio(functions, slower, faster, at_least):
    """Claim that ``slower`` takes ``at_least`` times as long as ``faster``."""

    def ratio():
        measured = best({name: functions[name] for name in (slower, faster)})
        return measured[slower] / measured[faster]

    claim(f"{slower} takes longer than {faster}", ratio, at_least=at_least)


def test_its_functions_are_the_rungs_in_order(ladder):
    assert ladder.build.functions == ("prepare", *RUNGS)
    assert not ladder.build.warnings


@pytest.mark.parametrize("n", [0, 1, 2, 1001])
def test_every_rung_has_the_same_sum(ladder, n):
    ints = np.random.default_rng(n).integers(-(2**31), 2**31, n).astype(np.int32)
    ladder.prepare(ints, n)
    assert {name: getattr(ladder, name)() for name in RUNGS} == dict.fromkeys(RUNGS, int(ints.sum(dtype=np.int64)))


@pytest.mark.measures
def test_every_rung_is_faster_than_the_one_before(ladder):
    ints = np.random.default_rng(3).integers(0, 1000, 30_000).astype(np.int32)
    ladder.prepare(ints, len(ints))
    functions = {name: getattr(ladder, name) for name in RUNGS}
    for slower, faster in zip(RUNGS, RUNGS[1:], strict=False):
        claim_ratio(functions, slower, faster, at_least=1.3)


@pytest.mark.measures
def test_the_toy_interpreter_stands_beside_the_first_rung_and_behind_python(ladder, toy):
    ints = np.random.default_rng(4).integers(0, 1000, 30_000).astype(np.int32)
    ladder.prepare(ints, len(ints))
    toy.give(b"data", ints, len(ints))
    line = toy.parse(b"reduce(def(total, x) add(total, x), data)")
    numbers = ints.tolist()

    def python():
        total = 0
        for x in numbers:
            total = total + x
        return total

    functions = {"toy": lambda: toy.evaluate(line), "first": ladder.everything_dynamic, "Python": python}
    assert toy.evaluate(line) == ladder.everything_dynamic() == python() == ints.sum()
    claim_ratio(functions, "toy", "Python", at_least=2)
    # the first rung is the toy interpreter's model without its comforts (messages, limits): near it, not far below
    claim_ratio(functions, "first", "toy", at_least=0.5)


def test_the_ladder_is_clean_under_the_sanitisers(tmp_path):
    compiler = compilers.needed("cpp")
    main = f"""
        #include "{SOURCE.name}"
        int main() {{
            const int32_t ints[] = {{1, -2, 2147483647, -2147483647 - 1, 5}};
            for (size_t n : {{5, 0, 3}}) {{
                prepare(ints, n);
                int64_t sum = without_tree();
                if (everything_dynamic() != sum || without_hash_table() != sum) return 1;
                if (without_boxes() != sum || without_types() != sum) return 2;
            }}
        }}
    """
    (tmp_path / "main.cpp").write_text(main)
    (tmp_path / SOURCE.name).write_bytes(SOURCE.read_bytes())
    flags = ["-std=c++20", "-O0", "-g1", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    built = compiler.run([*flags, "main.cpp", "-o", "ladder"], tmp_path)
    if "sanitize" in built.stderr or "-lasan" in built.stderr:
        pytest.skip("the compiler has no sanitisers: install those of gcc (libasan, libubsan) or clang (compiler-rt)")
    assert built.returncode == 0, built.stderr
    done = subprocess.run([tmp_path / "ladder"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
