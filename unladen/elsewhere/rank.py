"""The other side of ``%%mpi``: one rank, which runs the cell as a plain script; and what starts ``mpiexec``.

Started as ``PYTHON -I rank.py FOLDER SIZE SECONDS`` by ``mpiexec``: reads ``work/cell.py`` in FOLDER, and writes there,
each with the rank's number: ``pid``, ``library``, ``printed``, ``answer`` (JSON) and, when a signal asks for it,
``where`` it is just now. Started as ``PYTHON -I -S rank.py --start PARENT COMMAND …`` it becomes that command, and ends
with its parent.
"""

import faulthandler
import json
import os
import signal
import sys
import time

SEGMENTS = "/dev/shm/"  # where MPICH keeps what its ranks share; a rank that is killed leaves it behind


def end_with_parent(parent: int = 0) -> None:
    """Ask Linux to end this process when the one that started it goes away, and go if it has gone already."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if parent and os.getppid() != parent:
            os._exit(1)


def begin(folder: str, rank: int, at_most: float) -> None:
    """Leave the pid, print into a file of one's own, and answer a signal with the lines where one is just now."""

    def opened(name: str):
        return open(os.path.join(folder, f"{name}.{rank}"), "w", encoding="utf-8")

    with opened("pid") as file:
        file.write(str(os.getpid()))
    printed, where = opened("printed"), opened("where")
    for number in (1, 2):
        os.dup2(printed.fileno(), number)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    globals()["_open"] = where  # stays open for the handler
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, where, all_threads=False)
    # where no system ends it with its parent: the end, whatever it does
    faulthandler.dump_traceback_later(at_most, exit=True, file=open(os.devnull, "w"))  # noqa: SIM115


def joined(size: int) -> str:
    """Start MPI and leave nothing of it behind, however this ends; say what is wrong with it, or nothing."""
    from mpi4py import MPI

    world = MPI.COMM_WORLD
    if world.size != size:
        return f"mpiexec started {size} ranks, and mpi4py sees {world.size}: they belong to two different MPIs"
    world.barrier()
    if world.rank == 0 and os.path.isdir(SEGMENTS):
        # all have it open by now, and need its name no more
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            names = {line.split()[-1] for line in maps if f" {SEGMENTS}mpich" in line and "(deleted)" not in line}
        for name in names:
            os.unlink(name)
    world.barrier()
    return ""


def library() -> str:
    """The MPI, and the package that calls it."""
    import re

    import mpi4py
    from mpi4py import MPI

    said = MPI.Get_library_version()
    mpich = re.match(r"MPICH Version:\s*(\S+)", said)
    return f"{f'MPICH {mpich[1]}' if mpich else said.split(',')[0].strip()}, mpi4py {mpi4py.__version__}"


def main(folder: str, size: int, at_most: float) -> None:
    """Run the cell as this rank; write the answer, which is small, whole or not at all."""
    end_with_parent()
    rank = int(os.environ.get("PMI_RANK") or os.environ.get("OMPI_COMM_WORLD_RANK") or 0)
    begin(folder, rank, at_most)
    import types

    from unladen.elsewhere import guest

    answer = {"problem": joined(size)}
    if not answer["problem"]:
        with open(os.path.join(folder, f"library.{rank}"), "w", encoding="utf-8") as file:
            file.write(library())
        script = types.ModuleType("__main__")
        path = script.__file__ = os.path.join(folder, "work", "cell.py")
        sys.modules["__main__"] = script
        sys.argv[:] = [path]
        sys.path.insert(0, os.path.dirname(path))
        answer.update(guest.run(path, script.__dict__))
        result = script.__dict__.get("result")
        if "error" not in answer and rank == 0:
            unfit = guest.unfit(result, "result")
            answer.update({"error": f"TypeError: {unfit}", "trace": ""} if unfit else {"result": result})
    place = os.path.join(folder, f"answer.{rank}")
    with open(place + ".new", "w", encoding="utf-8") as file:
        json.dump(answer, file)
    os.replace(place + ".new", place)
    while answer["problem"] or "error" in answer:
        time.sleep(1)  # whoever started the ranks ends them all, and knows by then who has failed


if __name__ == "__main__":
    if sys.argv[1] == "--start":
        end_with_parent(int(sys.argv[2]))
        os.execv(sys.argv[3], sys.argv[3:])
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
