"""The other side of ``cluster.py``: the process that minds a cluster, and one node of it (the scheduler, or a nanny).

Started as ``PYTHON -I -S node.py --mind PARENT`` it reads from its input what it is to start, one line of JSON, starts
each node as ``PYTHON node.py NAME`` with a line of JSON in turn, and waits. When its input ends, or its parent is gone,
it ends them all and removes their folder. A node, and all that it has started, ends when its own input does. So the
certificates stand on no command line, and nothing outlives the kernel.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time

LINE = 2**16  # bytes read at a time


def read_line(fd: int) -> dict:
    """One line of JSON from a pipe that stays open."""
    text = b""
    while not text.endswith(b"\n"):
        more = os.read(fd, LINE)
        if not more:
            os._exit(1)
        text += more
    return json.loads(text)


# -- the minder ------------------------------------------------------------------------------------------------------


def mind(parent: int) -> None:
    """Start the nodes, and end them when there is nobody left to serve."""
    adopt_orphans()
    task = read_line(0)
    nodes = {}
    try:
        for name, spec in task["nodes"].items():
            nodes[name] = started(name, spec, task)
        while os.getppid() == parent:
            ready, _, _ = select.select([0], [], [], 0.2)
            if ready and not os.read(0, LINE):
                break
            for name, node in nodes.items():
                if node.poll() is not None:
                    write(os.path.join(task["folder"], f"{name}.gone"), str(node.returncode))
    finally:
        end(nodes.values())
        import shutil

        shutil.rmtree(task["folder"], ignore_errors=True)


def started(name: str, spec: dict, task: dict) -> subprocess.Popen:
    """A node, in a process group of its own; what it prints goes to NAME.log."""
    with open(os.path.join(task["folder"], f"{name}.log"), "wb") as log:
        command = [task["python"], os.path.abspath(__file__), name]
        node = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=task["environment"], start_new_session=True
        )
    with contextlib.suppress(OSError):
        node.stdin.write(json.dumps({"folder": task["folder"], "path": task["path"], **spec}).encode() + b"\n")
        node.stdin.flush()
    return node


def end(nodes) -> None:
    """Terminate the nodes with their workers; kill what is left after a moment.

    Nobody of them handles SIGTERM, so it ends all at once, but Python's resource trackers, which ignore it, and
    remove the semaphores that the others leave in /dev/shm.
    """
    nodes = list(nodes)
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 1.0)):
        deadline = time.monotonic() + patience
        for node in nodes:
            signalled(node.pid, number)
        while any(signalled(node.pid, 0) for node in nodes) and time.monotonic() < deadline:
            reap()
            time.sleep(0.01)


def signalled(group: int, number: int) -> bool:
    """Whether there is such a process group, and it was sent that signal."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS: a group of zombies is not permitted
        return False
    return True


def reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def adopt_orphans() -> None:
    """Have the workers of a nanny that has gone be our children, whom we can reap; only Linux can do so."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


# -- a node ----------------------------------------------------------------------------------------------------------


def serve(name: str) -> None:
    """Be the scheduler or a nanny, until the input ends."""
    task = read_line(0)
    threading.Thread(target=end_with_minder, daemon=True).start()
    sys.path[:] = task["path"]  # what the notebook can import, its workers can
    import asyncio

    import dask

    dask.config.update(dask.config.config, task["config"])
    asyncio.run(scheduler(name, task) if name == "scheduler" else nanny(name, task))


def end_with_minder() -> None:
    while os.read(0, LINE):
        pass
    os.killpg(0, signal.SIGTERM)


async def scheduler(name: str, task: dict) -> None:
    from distributed import Scheduler, Security

    async with Scheduler(
        host="127.0.0.1", port=0, protocol="tls", security=Security(**task["security"]), dashboard=True,
        dashboard_address="127.0.0.1:0",
    ) as node:  # fmt: skip
        write(os.path.join(task["folder"], "scheduler.ready"), node.address)
        await node.finished()


async def nanny(name: str, task: dict) -> None:
    import asyncio

    from distributed import Nanny, Security

    place = os.path.join(task["folder"], "scheduler.ready")
    while not os.path.exists(place):
        await asyncio.sleep(0.02)
    with open(place, encoding="utf-8") as file:
        address = file.read()
    async with Nanny(
        address, name=name, nthreads=1, memory_limit=task["memory"], security=Security(**task["security"]),
        host="127.0.0.1", dashboard=False, dashboard_address="127.0.0.1:0",
        local_directory=os.path.join(task["folder"], "scratch"),
    ) as node:  # fmt: skip
        write(os.path.join(task["folder"], f"{name}.ready"), node.address)
        await node.finished()


def write(place: str, text: str) -> None:
    """Write a small file, whole or not at all."""
    with open(place + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(place + ".new", place)


if __name__ == "__main__":
    if sys.argv[1] == "--mind":
        mind(int(sys.argv[2]))
    else:
        serve(sys.argv[1])
