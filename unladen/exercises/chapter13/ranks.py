"""Ranks that send and receive, as generators: a message passes when one sends it and the other one receives.

It is how MPI's `Ssend` behaves, and its `Send` with messages that are too large to be kept in between.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

MOST = 1000  # rounds, after which ranks are said never to end


class Deadlock(Exception):
    """Every rank that is not done waits for another one; the message says who for whom."""


class NoMessage(Exception):
    """A rank has yielded something that is neither ``("send", to, value)`` nor ``("receive", source)``."""


def run(program: Callable[..., Generator], each: Sequence[tuple]) -> tuple[list, int]:
    """Run ``program(rank, size, *each[rank])`` on all ranks; return what each returned, and the number of rounds.

    In a round pass all messages whose two ranks are both ready. Raises `Deadlock`, `NoMessage`, and what a rank raises.
    """
    size, rounds = len(each), 0
    ranks = [program(rank, size, *each[rank]) for rank in range(size)]
    results: list = [None] * size
    wanted: dict[int, tuple] = {}  # what each rank that is not done waits for

    def go_on(rank: int, value: object) -> None:
        try:
            wanted[rank] = _message(rank, size, ranks[rank].send(value))
        except StopIteration as end:
            results[rank] = end.value

    for rank in range(size):
        go_on(rank, None)
    while wanted:
        passing = [(a, w[1], w[2]) for a, w in wanted.items() if w[0] == "send" and _awaits(wanted.get(w[1]), a)]
        if not passing:
            raise Deadlock("; ".join(f"rank {rank} {_told(w, wanted)}" for rank, w in sorted(wanted.items())))
        if (rounds := rounds + 1) > MOST:
            raise Deadlock(f"after {MOST} rounds, messages are still sent")
        for sender, receiver, value in passing:
            del wanted[sender], wanted[receiver]
            go_on(receiver, value)
            go_on(sender, None)
    return results, rounds


def _awaits(wants: tuple | None, sender: int) -> bool:
    return wants is not None and wants[:2] == ("receive", sender)


def _told(wants: tuple, wanted: dict) -> str:
    other = wants[1]
    gone = "" if other in wanted else ", which is done"
    return f"waits to send to {other}{gone}" if wants[0] == "send" else f"waits to receive from {other}{gone}"


def _message(rank: int, size: int, wants: object) -> tuple:
    kind = wants[0] if isinstance(wants, tuple) and wants else None
    if {"send": 3, "receive": 2}.get(kind if isinstance(kind, str) else "") != (
        len(wants) if isinstance(wants, tuple) else -1
    ):
        raise NoMessage(f"rank {rank} yielded {wants!r}")
    if isinstance(wants[1], bool) or not isinstance(wants[1], int) or not 0 <= wants[1] < size:
        raise NoMessage(f"rank {rank} of {size} yielded {wants!r}, and there is no such rank")
    return wants
