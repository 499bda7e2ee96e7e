"""What the scheduler of a Dask cluster saw of a mishap, and what the cluster's processes occupy.

diary = keep_diary(client)
…
diary.computed()  # how often each task was run to its end
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from distributed import Client
from distributed.diagnostics.plugin import SchedulerPlugin

from unladen.elsewhere.cluster import OwnClient
from unladen.show import Message

NAME = "diary of unladen"
PATIENCE = 60.0  # seconds that a state may take to come about on a busy machine


class NotSeen(Message, TimeoutError):
    """A state of the cluster did not come about in time."""


class Step(NamedTuple):
    """A task's ``key`` went from one state to another, as the scheduler has it; ``nbytes`` of a result that it got."""

    key: object
    start: str
    finish: str
    nbytes: int


class _Diary(SchedulerPlugin):
    """Runs inside of the scheduler, which calls it at each step of each task."""

    def __init__(self) -> None:
        self.name, self.steps, self.kept = NAME, [], []

    async def start(self, scheduler) -> None:
        self.scheduler = scheduler

    def transition(self, key, start, finish, *args, nbytes=0, **kwargs) -> None:
        self.steps.append((key, start, finish, nbytes or 0))

    def remove_worker(self, scheduler, worker, **kwargs) -> None:
        """Called in the same breath in which the worker's tasks are given up: what is in memory now is with others."""
        self.kept.append([key for key, task in scheduler.tasks.items() if task.state == "memory"])


class Diary:
    """The steps of all tasks since the diary was begun, and the workers that were lost meanwhile."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def steps(self) -> list[Step]:
        """All steps so far, in order."""
        return [Step(*step) for step in self._ask(lambda diary: list(diary.steps))]

    def states(self) -> dict[object, str]:
        """The state that each task is in, or was in when it was forgotten."""
        return {s.key: s.finish for s in self.steps() if s.finish != "forgotten"}

    def started(self) -> Counter:
        """How often each task was given to a worker."""
        return Counter(s.key for s in self.steps() if s.finish == "processing")

    def computed(self) -> Counter:
        """How often each task came to a result."""
        return Counter(s.key for s in self.steps() if (s.start, s.finish) == ("processing", "memory"))

    def lost(self) -> set:
        """The results that went with a worker, and that no other had."""
        return {key for event in removals(self.client) for key in event["lost-computed-tasks"]}

    def kept(self) -> set:
        """The results that were there still when a worker was gone."""
        return {key for keys in self._ask(lambda diary: list(diary.kept)) for key in keys}

    def most_held(self) -> int:
        """How many bytes of results there were at once, at most."""
        return most_held(self.steps())

    def _ask(self, question: Callable) -> list:
        def asked(dask_scheduler, question=question, name=NAME):
            return question(dask_scheduler.plugins[name])

        return self.client.run_on_scheduler(asked)


def most_held(steps: Iterable[Step]) -> int:
    """How many bytes of results there were at once, at most, in the course of these steps."""
    held: dict[object, int] = {}
    most = 0
    for step in steps:
        held.pop(step.key, None)
        if step.finish == "memory":
            held[step.key] = step.nbytes
            most = max(most, sum(held.values()))
    return most


def keep_diary(client: Client) -> Diary:
    """Have the scheduler write down each step of each task from now on; a diary that it kept before is put away."""
    client.register_plugin(_Diary())
    return Diary(client)


def removals(client: Client) -> list[dict]:
    """What the scheduler noted of each worker that left: its address, what it was doing, and what was lost with it."""
    return [event for _, event in client.get_events("all") if event.get("action") == "remove-worker"]


def kill(client: OwnClient, name: str) -> None:
    """Kill the worker of that name (SIGKILL), and return as soon as the scheduler misses it.

    Only in a cluster that ``cluster(own=True)`` started: ``TypeError`` for any other, whose workers are somebody's.
    """
    if not isinstance(client, OwnClient):
        raise TypeError(
            f"kill() was given a {type(client).__name__}, and kills in a cluster of one's own: cluster(own=True)."
        )
    workers = {worker["name"]: address for address, worker in client.scheduler_info()["workers"].items()}
    if name not in workers:
        raise ValueError(f"kill(): there is no worker {name!r} here; there are {', '.join(sorted(workers))}.")
    before = len(removals(client))
    os.kill(client.run(os.getpid, workers=[workers[name]])[workers[name]], signal.SIGKILL)
    seen(lambda: len(removals(client)) > before, f"the scheduler misses {name}")


def seen(condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> object:
    """Wait until a condition holds, and return what it gave; ``NotSeen`` names ``what`` was waited for.

    ``condition`` is asked every 50 ms for ``seconds`` at most.
    """
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise NotSeen(f"{what}: not seen within {seconds:g} s. Run the cell again; if it stays, look at its log.")
        time.sleep(0.05)
    return found


def rss() -> int:
    """What this process occupies of the machine's memory, in bytes. For ``client.run``."""
    import psutil

    return psutil.Process(os.getpid()).memory_info().rss


def peak() -> int:
    """What this process has occupied at most since it began, in bytes. For ``client.run``.

    Linux counts into ``ru_maxrss`` what the process was before it became this program, so its own number is read there.
    """
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
