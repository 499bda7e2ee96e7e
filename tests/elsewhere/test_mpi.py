"""``%%mpi`` runs a cell as ranks of MPI, says who failed and where, and leaves nothing behind; or shows the record."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.helpers.processes import ends
from unladen.compiling.absent import Absent
from unladen.course import record
from unladen.course.notebooks import NotebookError
from unladen.course.outputs import sanitised
from unladen.elsewhere import mpi, ranks, records
from unladen.elsewhere.mpi import asked, launch
from unladen.elsewhere.ranks import run
from unladen.elsewhere.recorded import Elsewhere
from unladen.magics import CellError

here = pytest.mark.skipif(bool(mpi.missing()), reason=mpi.missing() or "MPI is here")
WORLD = "from mpi4py import MPI\nworld = MPI.COMM_WORLD\n"  # in a cell these are lines 2 and 3


pytestmark = pytest.mark.usefixtures("results")


def shared() -> set[str]:
    """What lies in the machine's shared memory under MPICH's name."""
    place = Path("/dev/shm")
    return {path.name for path in place.glob("mpich*")} if place.is_dir() else set()


def mine() -> list[psutil.Process]:
    """The processes that this one has started, and theirs."""
    return psutil.Process().children(recursive=True)


@pytest.fixture
def nothing_left():
    """No process more and no segment more after the test than before."""
    before, segments = {process.pid for process in mine()}, shared()
    yield
    left = [process.pid for process in mine() if process.pid not in before]
    assert all(ends(pid, zombie=True) for pid in left)
    assert shared() <= segments


def fails(count: int, source: str, **options) -> str:
    with pytest.raises(Elsewhere) as failure:
        run(count, WORLD + source, **options)
    return str(failure.value)


# -- one run


@here
def test_each_rank_knows_its_number_and_what_rank_0_leaves_in_result_comes_back(nothing_left):
    for count in (1, 2, 4):
        done = run(count, WORLD + "result = world.gather((world.rank, world.size))")
        assert done.result == [[rank, count] for rank in range(count)]
        assert done.name == mpi.called(count) and "mpi4py" in done.by


@here
def test_prints_come_in_the_order_of_ranks_whoever_printed_first(nothing_left):
    later = (
        "import os, time\ntime.sleep(0.1 * (world.size - world.rank))\nos.system('echo C')\nprint(world.rank, 'ä')\n"
    )
    assert run(3, WORLD + later).printed == "[0] C\n[0] 0 ä\n[1] C\n[1] 1 ä\n[2] C\n[2] 2 ä"


@here
def test_it_is_a_plain_script_in_a_fresh_folder_that_no_variable_steers(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PMI_RANK", "7")  # of an MPI that runs around all this
    source = "import os, sys\nresult = [__name__, os.listdir('.'), str(os.environ.get('PYTHONPATH')), world.rank]"
    assert run(1, WORLD + source).result == ["__main__", ["cell.py"], "None", 0]


@here
def test_messages_arrive_and_a_reduction_is_that_of_all_ranks(nothing_left):
    ring = "import numpy as np\nnext = (world.rank + 1) % world.size\n"
    ring += "got = world.sendrecv(world.rank, next, source=(world.rank - 1) % world.size)\n"
    ring += "total = np.zeros(1)\nworld.Allreduce(np.full(1, got + 0.5), total)\nresult = [got, total[0].item()]\n"
    assert run(4, WORLD + ring).result == [3, 8.0]


@here
def test_a_rank_that_raises_ends_the_others_and_is_named_with_its_line(nothing_left):
    first, *rest = fails(4, "if world.rank == 2:\n    raise ValueError('no')\nworld.barrier()").splitlines()
    assert first == "rank 2 of 4 raised ValueError: no (line 5 of the cell), and the others were ended."
    assert rest[:2] == ["Traceback (most recent call last):", '  File "the cell", line 5, in <module>']
    assert "rank.py" not in " ".join(rest)


@here
@pytest.mark.parametrize(
    ("source", "first"),
    [
        ("1 / 0", "ranks 0 and 1 of 2 raised ZeroDivisionError: division by zero (line 4 of the cell)."),
        (
            "import time\ntime.sleep(0.2 * world.rank)\n1 / 0",
            "ranks 0 and 1 of 2 raised ZeroDivisionError: division by zero (line 6 of the cell).",
        ),
        ("x = = 1", "ranks 0 and 1 of 2 raised SyntaxError: invalid syntax (line 4 of the cell)."),
        ("raise SystemExit(3)", "ranks 0 and 1 of 2 raised SystemExit: 3."),
        (
            "import os\nif world.rank: os._exit(4)\nworld.barrier()",
            "rank 1 of 2 ended with status 4 before it was done, and the other was ended.",
        ),
        (
            "import os\nif world.rank: os.kill(os.getpid(), 11)\nworld.barrier()",
            "rank 1 of 2 was ended by SIGSEGV before it was done, and the other was ended.",
        ),
        (
            "import os\nif world.rank: os.kill(os.getpid(), 9)\nworld.barrier()",
            "one of 2 ranks was ended by SIGKILL before it was done, and the other was ended.",
        ),
        ("if world.rank: world.Abort(3)\nworld.barrier()", "rank 1 of 2 called Abort(3), and the other was ended."),
        (
            "result = {1: 2}",
            "rank 0 of 2 raised TypeError: result has the key 1; JSON knows texts only: use str(…), "
            "and the other was ended.",
        ),
    ],
)
def test_every_other_end_is_told_in_a_sentence(source, first, nothing_left):
    assert fails(2, source).splitlines()[0] == first


@here
def test_ranks_that_wait_for_each_other_are_ended_and_say_in_which_lines(nothing_left):
    said = fails(2, "if world.rank:\n    world.recv(source=0)\nelse:\n    world.recv(source=1)", seconds=1.5)
    where = "rank 0 in line 7 of the cell, rank 1 in line 5 of the cell"
    assert said == f"after 1.5 s the cell had not ended, and was ended: {where}."


@here
def test_an_end_that_is_expected_is_the_result_and_a_cell_that_comes_through_is_then_refused(nothing_left):
    told = run(1, WORLD + "print('before')\nworld.Abort(3)", dies=True)
    assert told.result == "rank 0 of 1 called Abort(3)."
    assert told.printed == "[0] before\nrank 0 of 1 called Abort(3)."
    assert "--dies says that one would not" in fails(1, "pass", dies=True)


@here
def test_an_interrupt_leaves_neither_mpiexec_nor_rank_nor_shared_memory(tmp_path, nothing_left):
    come = tmp_path / "come"
    source = WORLD + f"world.barrier()\nopen({str(come)!r}, 'w')\nimport time\ntime.sleep(300)"

    def interrupt():
        while not come.exists():
            time.sleep(0.05)
        assert len([process for process in mine() if "rank.py" in " ".join(process.cmdline())]) >= 2
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run(2, source)
    thread.join()


@here
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_with_a_kernel_that_is_killed_all_of_it_goes(tmp_path):
    segments = shared()
    source = (
        WORLD + f"world.barrier()\nopen({str(tmp_path)!r} + '/' + str(world.rank), 'w')\nimport time\ntime.sleep(300)"
    )
    kernel = subprocess.Popen([sys.executable, "-c", f"from unladen.elsewhere import ranks; ranks.run(2, {source!r})"])
    while not ((tmp_path / "0").exists() and (tmp_path / "1").exists()):
        assert kernel.poll() is None
        time.sleep(0.05)
    family = psutil.Process(kernel.pid).children(recursive=True)
    assert len(family) >= 4  # mpiexec, its proxy, two ranks
    kernel.kill()
    kernel.wait()
    assert all(ends(process.pid, zombie=True) for process in family)
    assert shared() <= segments


@here
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be kept on one core here")
def test_four_ranks_on_one_core_get_through_many_messages():
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        source = "to, come = (world.rank + 1) % 4, (world.rank - 1) % 4\n"
        source += "for _ in range(2000):\n    world.sendrecv(0, to, source=come)\nresult = 1"
        assert run(4, WORLD + source, seconds=30).result == 1
    finally:
        os.sched_setaffinity(0, before)


@here
def test_ranks_that_believe_to_be_alone_are_found_out(tmp_path, monkeypatch):
    """As when mpiexec belongs to another MPI than mpi4py: each process is rank 0 of 1."""
    alone = tmp_path / "mpiexec"
    alone.write_text('#!/bin/sh\nwhile [ "$1" != -n ]; do shift; done\nshift 2\nexec "$@"\n')
    alone.chmod(0o755)
    monkeypatch.setattr(ranks, "mpiexec", lambda: str(alone))
    assert "mpiexec started 2 ranks, and mpi4py sees 1: they belong to two different MPIs." in fails(2, "pass")


# -- the bare command


@here
def test_the_bare_command_is_shown_with_what_it_printed_in_order(capsys, nothing_left):
    said = launch(2, WORLD + "print('rank', world.rank, 'of', world.size)")
    assert said == "rank 0 of 2\nrank 1 of 2"
    assert capsys.readouterr().out == f"$ mpiexec -n 2 python program.py\n{said}\n"
    with pytest.raises(Elsewhere, match="division by zero"):
        launch(2, "1 / 0")


# -- missing, and recorded


@pytest.fixture
def without_mpi(monkeypatch):
    monkeypatch.setattr(ranks, "mpiexec", lambda: "")


def kept(source: str = "print(1)") -> None:
    runs = [records.Run(f"{n} ranks", "MPICH 9.9", f"[0] {n}", n * 10) for n in (2, 4)]
    made = records.made_now(("2 ranks", "4 ranks"), source, runs, "notebooks/13.ipynb", "make record")
    records.save("mpi/heat", made)


def test_without_mpiexec_the_record_is_shown_and_how_to_get_it(without_mpi, ipython):
    kept()
    ipython.run_cell_magic("mpi", "2,4 heat", "print(1)\n")
    heat = ipython.user_ns.pop("heat")
    assert heat == {2: 20, 4: 40} and not heat.here and heat.of_this_cell
    assert "mpiexec is not here; to get it: python -m pip install mpich mpi4py. This is the recorded run" in repr(heat)


def test_without_mpiexec_the_bare_command_says_so_and_the_notebook_goes_on(without_mpi, capsys):
    said = launch(2, "print(1)")
    assert isinstance(said, Absent) and not said
    assert capsys.readouterr().out == "mpiexec is not here; to get it: python -m pip install mpich mpi4py\n"


@here
def test_a_run_and_a_record_are_the_same_to_nbval():
    kept()
    ran = mpi.mpi(asked("2,4 heat"), "print(1)")
    old = mpi.ByRanks(mpi.Results(records.load("mpi/heat"), False, "Recorded once."))
    assert sanitised(repr(ran)) == sanitised(repr(old))
    assert sanitised(ran._repr_html_()) == sanitised(old._repr_html_())


@here
def test_its_cells_are_recorded_under_their_names(write_notebook, results, capsys):
    path = write_notebook("%%mpi 1,2 sizes\n" + WORLD + "result = world.size", "1 + 1")
    assert record.main([str(path)]) == 0
    found = records.load("mpi/sizes")
    assert [(run.name, run.result) for run in found.runs] == [("1 rank", 1), ("2 ranks", 2)]
    assert json.loads((results / "mpi" / "sizes.json").read_text())["source"][0] == "from mpi4py import MPI"


def test_two_cells_of_one_name_and_a_line_that_cannot_be_read_are_refused_before_anything_is_run(
    write_notebook, results, capsys
):
    assert record.main([str(write_notebook("%%mpi 2 same\n1", "%%mpi 4 same\n2"))]) == 2
    assert "more than one %%mpi cell is called same" in capsys.readouterr().err
    with pytest.raises(NotebookError, match="cell 1 .*%%mpi takes numbers of ranks"):
        list(record.mpi_cells([write_notebook("%%mpi heat\n1")]))
    assert not results.exists()


# -- the magic


@here
def test_the_magic_shows_the_runs_and_binds_the_results_by_the_number_of_ranks(ipython, capsys):
    ipython.run_cell_magic("mpi", "1, 2 sizes", WORLD + "print('hello')\nresult = world.size\n")
    assert ipython.user_ns.pop("sizes") == {1: 1, 2: 2}
    assert capsys.readouterr().out.count("[0] hello") == 2


@here
def test_a_failure_is_an_error_whose_first_line_is_fixed(ipython):
    with pytest.raises(CellError) as failure:
        ipython.run_cell_magic("mpi", "1 answer", "assert False, 'no'\n")
    first = "%%mpi: rank 0 of 1 raised AssertionError: no (line 2 of the cell)."
    assert str(failure.value).startswith(f"{first}\n≈≈≈\nTraceback")
    assert "answer" not in ipython.user_ns


def test_a_line_is_read_with_its_limit_and_its_expected_end():
    assert asked("2,4 heat") == mpi.Asked((2, 4), "heat")
    assert asked("1 2 lost --dies --seconds 3") == mpi.Asked((1, 2), "lost", 3.0, True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "%%mpi takes numbers of ranks and a NAME, as in `%%mpi 2,4 heat`; got none."),
        ("2", "got 2."),
        ("2 4", "binds the results to a NAME that Python can use, such as adder; got 4."),
        ("0 heat", "from 1 to 16, each once; got 0."),
        ("2,2 heat", "each once; got 2, 2."),
        ("17 heat", "got 17."),
        ("two heat", "got two."),
        ("2 heat --seconds none", "--seconds is a number above 0 and up to 3600, such as --seconds 10; got none."),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_in_a_sentence(line, words):
    with pytest.raises(CellError) as refused:
        asked(line)
    assert words in refused.value.args[0] and "\n" not in refused.value.args[0]


def test_the_magic_explains_itself(ipython):
    assert "%%mpi 2,4 NAME" in ipython.find_magic("mpi", "cell").__doc__


# -- what the chapter relies on


@here
def test_slabs_with_a_halo_give_the_bits_of_the_whole_grid():
    source = """
import numpy as np
above = world.rank - 1 if world.rank else MPI.PROC_NULL
below = world.rank + 1 if world.rank + 1 < world.size else MPI.PROC_NULL
grid, rows = np.random.default_rng(1).random((14, 9)), 12 // world.size
slab = grid[world.rank * rows : (world.rank + 1) * rows + 2].copy()
for _ in range(5):
    slab[1:-1, 1:-1] = (slab[:-2, 1:-1] + slab[2:, 1:-1] + slab[1:-1, :-2] + slab[1:-1, 2:]) / 4
    world.Sendrecv(slab[1], above, recvbuf=slab[-1], source=below)
    world.Sendrecv(slab[-2], below, recvbuf=slab[0], source=above)
whole = world.gather(slab[1:-1])
if world.rank == 0:
    result = np.concatenate(whole).tolist()
"""
    grid = np.random.default_rng(1).random((14, 9))
    for _ in range(5):
        grid[1:-1, 1:-1] = (grid[:-2, 1:-1] + grid[2:, 1:-1] + grid[1:-1, :-2] + grid[1:-1, 2:]) / 4
    for count in (2, 3, 4):
        assert run(count, WORLD + source).result == grid[1:-1].tolist()
