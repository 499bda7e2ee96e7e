"""Two models of memory: what a stride sweep shows where lines have a given size, and how often a cache misses."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Iterable

STRIDES = (8, 16, 32, 64, 128, 256, 512, 1024)


def climb(line: int, base: float = 0.8, miss: float = 6.0) -> dict[int, float]:
    """Time per access in ns by stride in bytes, undisturbed: ``base``, and as much of a miss as there is of a line."""
    return {stride: base + miss * min(stride, line) / line for stride in STRIDES}


def sweep(line: int, dice: random.Random, base: float = 0.8, miss: float = 6.0) -> dict[int, list[float]]:
    """The same as five samples each. Noise only adds: a little always, a lot to about one in four, never to all."""
    samples = {}
    for stride, quiet in climb(line, base, miss).items():
        times = [quiet * (1 + dice.uniform(0, 0.02))]
        times += [quiet * (1 + dice.uniform(0, 0.05)) * dice.choice([1, 1, 1, dice.uniform(2, 9)]) for _ in range(4)]
        dice.shuffle(times)
        samples[stride] = [round(t, 2) for t in times]
    return samples


def missed(addresses: Iterable[int], lines: int, *, line: int = 64, refresh: bool = True, newest: bool = False) -> int:
    """Count the misses of a cache of ``lines`` lines of ``line`` bytes each that throws out the least recently used.

    With ``refresh=False`` it throws out the line that came in first, with ``newest=True`` the latest: two mistakes.
    """
    cache: OrderedDict[int, None] = OrderedDict()
    misses = 0
    for address in addresses:
        number = address // line
        if number in cache:
            if refresh:
                cache.move_to_end(number)
            continue
        misses += 1
        if len(cache) >= lines:
            cache.popitem(last=newest)
        cache[number] = None
    return misses


def in_its_place(addresses: Iterable[int], lines: int) -> int:
    """Count the misses of a cache in which each line may be in one place only; a mistake, here."""
    places: dict[int, int] = {}
    misses = 0
    for number in (address // 64 for address in addresses):
        misses += places.get(number % lines) != number
        places[number % lines] = number
    return misses
