"""How many cores' worth of work several threads get done here just now: the measured answer to "how many cores?"."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from unladen.compiling import BuildError, native
from unladen.host import allowance

ROUND = 0.005  # seconds of work of one thread: short, so that one of some rounds is likely to be disturbed by nobody
ROUNDS = 24
# A quota is shared out in periods, of 0.1 s mostly: what is over before the group is stopped has not felt it.
ROUND_OF_QUOTA, ROUNDS_OF_QUOTA = 0.3, 3


def at_once(threads: int = 2) -> float:
    """Return how many cores' worth of work so many threads of C get done, beside one alone: 2.0 for two free cores.

    Each does the same work (``native/at_once.c``), which shares nothing and touches no memory; rounds of all and of
    one alone take turns, and the best of each count. Two threads of one core (hyper-threads) are little more than one
    alone. Without a C compiler the work is a key derivation of Python's ``hashlib``, which lets the lock go as well.
    Takes about 0.4 s, with a quota 2 s. Raises ``ValueError`` for less than one thread.
    """
    if threads < 1:
        raise ValueError(f"at_once({threads}): give the number of threads, 1 or more")
    limited = allowance.share_of_cores() < threads
    length, rounds = (ROUND_OF_QUOTA, ROUNDS_OF_QUOTA) if limited else (ROUND, ROUNDS)
    work = _work(length)
    with ThreadPoolExecutor(threads) as pool:
        taken = [(_together(pool, work, threads), _together(pool, work, 1)) for _ in range(rounds)]
    together, alone = (min(seconds) for seconds in zip(*taken, strict=True))
    return threads * alone / together


def _work(seconds: float) -> Callable[[], object]:
    """Some work that takes one thread about so long, and lets Python's lock go throughout."""
    steps = _steps()
    unit, amount = (_derived, 1000) if steps is None else (lambda turns: steps(turns, 13), 200_000)
    best = min(_timed(lambda: unit(amount)) for _ in range(5))
    enough = math.ceil(amount * seconds / best)
    return lambda: unit(enough)


def _steps() -> Callable[[int, int], int] | None:
    try:
        return native("at_once.c").steps
    except BuildError:
        return None


def _derived(turns: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", b"swallow", b"unladen", turns)


def _together(pool: ThreadPoolExecutor, work: Callable[[], object], threads: int) -> float:
    """Seconds from the first start to the last end of so many threads that set out together."""
    gate = threading.Barrier(threads)

    def run(_: int) -> tuple[float, float]:
        gate.wait()
        start = time.perf_counter()
        work()
        return start, time.perf_counter()

    starts, ends = zip(*pool.map(run, range(threads)), strict=True)
    return max(ends) - min(starts)


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
