"""What exercises 13.1, 13.3 and 13.7 are held against: times of a job, the size of a message, a speed-up."""

from __future__ import annotations

import math


def ways(job: dict, machine: dict) -> dict[str, float]:
    """The seconds that a job takes in one loop ("neither"), by threads, and by processes."""
    alone, share = job["seconds"], job["seconds"] / machine["cores"]
    return {
        "neither": alone,
        "threads": max(job["locked"] * alone, share),
        "processes": machine["start"] + job["bytes"] / machine["rate"] + share,
    }


def fastest(job: dict, machine: dict) -> tuple[str, float]:
    """The way that takes least, and its seconds: the first of them where they tie."""
    times = ways(job, machine)
    way = min(times, key=times.__getitem__)
    return way, times[way]


def best_chunk(one: tuple, other: tuple, items: int, workers: int) -> int:
    """The smallest message whose price is an eighth of its work or less, and which leaves no worker without any.

    ``one`` and ``other`` are (items in a message, what it took), with different numbers of items.
    """
    cost = (other[1] - one[1]) / (other[0] - one[0])
    price = one[1] - one[0] * cost
    most = max(1, -(-items // workers))
    if cost <= 0:
        return most
    return min(most, max(1, math.ceil(8 * price / cost)))


def predicted(profile: dict, limits: dict, workers: float) -> float:
    """How many times as fast a program is if ``workers`` share each part, at most ``limits[part]`` of them."""
    before = sum(profile.values())
    after = sum(seconds / min(workers, limits.get(part, 1)) for part, seconds in profile.items())
    if not before:
        return 1.0
    return before / after if after else math.inf
