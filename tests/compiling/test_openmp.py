"""OpenMP where the compiler has it, and one line that says how to get it where not."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from tests.helpers import compilers
from unladen.compiling import build, generated
from unladen.compiling.absent import Absent
from unladen.compiling.errors import BuildError, NoOpenMP, lacks_openmp

pytestmark = pytest.mark.chapters(13)

COUNT = """#include <omp.h>
#include <stdint.h>
int64_t crew(int32_t threads) {
    int64_t count = 0;
    #pragma omp parallel num_threads(threads) reduction(+ : count)
    count += 1;
    return count;
}
"""
WORDS = {
    "gcc": "cell.c:1:10: fatal error: omp.h: No such file or directory",
    "clang": "cell.c:1:10: fatal error: 'omp.h' file not found",
    "a linker": "/usr/bin/ld: cannot find -lomp: No such file or directory",
    "Zig": "ld.lld: error: undefined symbol: __kmpc_fork_call",
    "Apple": "clang: error: unsupported option '-fopenmp'",
}


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    place = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLADEN_CACHE", str(place))
        yield place


@pytest.fixture(scope="module")
def zig(own_cache) -> str:
    spec = find_spec("ziglang")
    if not spec:
        pytest.skip('needs the extra "zig": make test WITH=zig')
    binary = str(spec.origin).replace("__init__.py", "zig")
    compilers.lend_what_zig_made(binary, own_cache)
    return binary


@pytest.fixture
def without(zig, monkeypatch):
    """A compiler that has no OpenMP: Zig's."""
    monkeypatch.setenv("CC", f"'{zig}' cc")


def test_so_many_threads_take_part_as_are_asked_for():
    try:
        cell = build(COUNT, flags=["-fopenmp"])
    except NoOpenMP as problem:
        pytest.skip(str(problem))
    assert [cell.crew(n) for n in (1, 2, 3)] == [1, 2, 3]


def test_a_compiler_without_it_says_in_one_line_how_to_get_it(without):
    with pytest.raises(NoOpenMP, match=r"^cell: OpenMP is not in the compiler of this machine \(zig .*; to get it: .+"):
        build(COUNT, flags=["-fopenmp"])
    with pytest.raises(NoOpenMP) as caught:
        build(COUNT.replace("#include <omp.h>\n", ""), flags=["-fopenmp"])
    assert "\n" not in str(caught.value)


def test_cython_without_it_is_not_here_and_says_so(without, capsys):
    made = generated.cython("collatz.pyx", ("-O1", "-fopenmp"))
    assert isinstance(made.module, Absent)
    assert "OpenMP" in capsys.readouterr().out or "Python.h" in str(made.module)


def test_cython_shares_the_loop_out():
    made = generated.cython("collatz.pyx", ("-O1", "-fopenmp"))
    if isinstance(made.module, Absent):
        pytest.skip(str(made.module))
    steps = np.zeros(5, np.int64)
    made.module.lengths(steps, 5, 2)  # 5 16 8 4 2 1; 6 3 10 5 …
    assert steps.tolist() == [5, 8, 16, 3, 19]


@pytest.mark.parametrize("who", WORDS)
def test_its_absence_is_known_by_the_words_of(who):
    assert lacks_openmp(WORDS[who], ["-O3", "-fopenmp"])


@pytest.mark.parametrize("who", WORDS)
def test_nobody_who_did_not_ask_for_it_is_told_of_it(who):
    assert not lacks_openmp(WORDS[who], ["-O3"])


def test_another_mistake_beside_the_flag_is_that_mistake():
    with pytest.raises(BuildError, match="did not compile") as caught:
        build("int f(int x) { return x +* y z; }", flags=["-fopenmp"])
    assert not isinstance(caught.value, NoOpenMP)
