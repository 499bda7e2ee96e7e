"""The doors of chapter 09: ways to call one compiled function, what each costs, and the table that compares them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from unladen.compiling import BuildError
from unladen.compiling.absent import Absent
from unladen.compiling.errors import NoHeaders
from unladen.compiling.excerpt import Source
from unladen.show import Table, Volatile, duration
from unladen.timing.race import Race


@dataclass(frozen=True)
class Door:
    """A way to call ``quadratic(a, b, c, root)``, which writes into ``root``.

    ``glue`` is what was written for it: a Python function, a ``Source``, or just the number of lines. ``seconds`` is
    how long it took to build. A door that is not here has an ``Absent`` for its ``call``, which says how to get it;
    ``optional`` ones are here on some machines only.
    """

    call: Callable | Absent
    glue: object = 0
    seconds: float = 0.0
    optional: bool = False

    @property
    def lines(self) -> int:
        """How many lines of glue there are, without empty ones and comments."""
        if isinstance(self.glue, int):
            return self.glue
        return (self.glue if isinstance(self.glue, Source) else Source(inspect.getsource(self.glue), "python")).lines


def optional(make: Callable[[], tuple[Callable, float]], glue: object, how: str) -> Door:
    """Return the door that ``make`` builds, as (call, seconds), or one that says ``how`` to get what it needs."""
    try:
        call, seconds = make()
    except (BuildError, ImportError) as problem:
        return Door(Absent(str(problem) if isinstance(problem, NoHeaders) else how), glue, optional=True)
    return Door(call, glue, seconds, optional=True)


def here(doors: Mapping[str, Door]) -> dict[str, Callable]:
    """Return the calls of those doors that this machine has."""
    return {name: door.call for name, door in doors.items() if door.call}


def door_table(
    doors: Mapping[str, Door], small: Race, large: Race, elements: int, tried: Mapping[str, tuple[str, ...]]
) -> Table:
    """Compare doors: lines, build time, a call on one element (``small``), an element of ``large``, and mistakes.

    ``large`` raced calls of so many ``elements``; ``tried`` has, for each door, what became of an array of the wrong
    dtype and of one that is not contiguous. What depends on the machine is marked as volatile.
    """
    rows = []
    for name, door in doors.items():
        if not door.call:
            how = str(door.call).rpartition(": ")[2]  # such a line ends with the command
            rows.append([name, str(door.lines), *map(Volatile, ("not here:", how, "", "", ""))])
            continue
        built = duration(door.seconds) if door.seconds else Volatile("–")
        words = [Volatile(word) if door.optional else word for word in tried[name]]
        rows.append([name, str(door.lines), built, duration(small.best(name)), duration(large.best(name) / elements)])
        rows[-1] += words
    columns = ["door", "glue", "built in", "a call", "an element", "integers", "every second"]
    note = "glue: lines written by hand. a call: for one element. integers, every second: what became of such an array."
    return Table(columns, rows, "One function, many doors", note, right=(1, 2, 3, 4))
