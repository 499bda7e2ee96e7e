"""``graph``: the tasks of a Dask collection, one box each, as the collection's own graph has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from dask._task_spec import _execute_subgraph
from dask.core import get_dependencies
from dask.utils import key_split

from unladen.inside.task_graph_drawn import as_svg
from unladen.show import Message
from unladen.svg import output

MOST = 40  # tasks that can be told apart in one drawing


class CannotDraw(Message, ValueError):
    """There is no graph, or none that could be read as a drawing."""


@dataclass(frozen=True)
class Box:
    """One task: ``name`` without the token that Dask gives it, ``index`` of its block or piece (empty if it has none).

    ``depth`` is how many tasks have to run one after the other before it; ``needs`` are the keys it waits for,
    ``fused`` the names of what it runs as one, ``state`` a word or empty, ``is_data`` whether there is nothing to run.
    """

    key: object
    name: str
    index: tuple[int, ...]
    depth: int
    needs: tuple[object, ...]
    fused: tuple[str, ...]
    is_data: bool
    state: str = ""


@dataclass(frozen=True)
class Graph:
    """A graph of tasks that shows itself: ``rows`` of boxes, in each those of one name, what runs first above."""

    rows: tuple[tuple[Box, ...], ...]

    @property
    def tasks(self) -> int:
        """How many tasks it has, without what is data already."""
        return sum(not box.is_data for row in self.rows for box in row)

    @property
    def edges(self) -> int:
        """How often a task waits for another, or for data."""
        return sum(len(box.needs) for row in self.rows for box in row)

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of its rows, from the first to the last."""
        return tuple(row[0].name for row in self.rows)

    @property
    def alt(self) -> str:
        """The drawing in words."""
        return in_words(self)

    def __repr__(self) -> str:
        return f"[drawing] {self.alt}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        return output(as_svg(self, self.alt), self.alt, repr(self))


def graph(collection: object, states: Mapping[object, str] | None = None) -> Graph:
    """Return the task graph of a Dask ``collection`` (array, bag, frame, delayed) as a drawing; nothing is computed.

    ``states`` gives tasks a state by their keys, in the words of Dask's scheduler ("memory", "processing", …); those
    that are not named have none. The same graph gives the same bytes in any process: names come without Dask's tokens.
    Raises ``CannotDraw`` for what has no graph, or more than 40 tasks, and for states of keys that are not in it.
    """
    found = _graph_of(collection)
    if len(found) > MOST:
        raise CannotDraw(
            f"graph(): this graph has {len(found):,} tasks, and more than {MOST} cannot be told apart in a drawing.\n"
            "Draw one with fewer chunks; len(dict(collection.__dask_graph__())) counts those of any."
        )
    states = dict(states or {})
    if unknown := [key for key in states if key not in found]:
        raise CannotDraw(
            f"graph(): {len(unknown)} of the keys in states= are of no task here, the first is {unknown[0]!r}.\n"
            "Take the keys from dict(collection.__dask_graph__()); a fused graph (dask.optimize) has other keys."
        )
    boxes = _boxes(found, states)
    places = {key: at for at, key in enumerate(found)}
    ordered = sorted(boxes.values(), key=lambda box: (box.depth, box.name, box.index, places[box.key]))
    rows = groupby(ordered, key=lambda box: (box.depth, box.name))
    return Graph(tuple(tuple(row) for _, row in rows))


def _graph_of(collection: object) -> dict:
    """The collection's graph as a plain dictionary of tasks by their keys."""
    ask = getattr(type(collection), "__dask_graph__", None)
    own = ask(collection) if ask else None
    if own is None:
        raise CannotDraw(
            f"graph({type(collection).__name__}): this has no graph of tasks.\n"
            "Give a collection of Dask's before compute(): an array, a bag, a delayed."
        )
    return dict(own)


def _boxes(found: dict, states: Mapping[object, str]) -> dict[object, Box]:
    needs = {key: tuple(other for other in found if other in get_dependencies(found, key)) for key in found}
    boxes: dict[object, Box] = {}
    for key in _sorted(needs):
        depth = 1 + max((boxes[need].depth for need in needs[key]), default=-1)
        index = tuple(part for part in key[1:] if isinstance(part, int)) if isinstance(key, tuple) else ()
        kind = _fused(found[key]), _is_data(found[key])
        boxes[key] = Box(key, key_split(key), index, depth, needs[key], *kind, states.get(key, ""))
    return boxes


def _sorted(needs: Mapping[object, Iterable[object]]) -> list:
    """The keys, each behind those that it needs."""
    done: dict[object, None] = {}
    while len(done) < len(needs):
        ready = [key for key, own in needs.items() if key not in done and all(need in done for need in own)]
        done |= dict.fromkeys(ready)
    return list(done)


def _fused(task: object) -> tuple[str, ...]:
    """The names of the tasks that Dask has fused into this one, what runs first in front; of any other, none."""
    if getattr(task, "func", None) is not _execute_subgraph:
        return ()
    inner = task.args[0]
    needs = {key: inner[key].dependencies & inner.keys() for key in inner}
    return tuple(key_split(key) for key in _sorted(needs))


def _is_data(task: object) -> bool:
    """Whether there is nothing to run: an array that is there, a value."""
    kinds = {"DataNode", "Alias"}
    return type(task).__name__ in kinds or not (hasattr(task, "func") or isinstance(task, tuple) and callable(task[0]))


def in_words(drawn: Graph) -> str:
    """The alternative text: how many tasks, layers and edges, then each layer."""
    told = []
    for row in drawn.rows:
        kind = "block" if row[0].is_data else "task"
        told.append(f"{row[0].name}, {_counted(len(row), kind, f'{kind}s')}{_fused_words(row)}{_states(row)}")
    boxes = sum(map(len, drawn.rows))
    data = f" and {_counted(boxes - drawn.tasks, 'block', 'blocks')} of data" if boxes > drawn.tasks else ""
    return (
        f"Task graph: {_counted(drawn.tasks, 'task', 'tasks')}{data} in {_counted(len(told), 'layer', 'layers')}, "
        f"{_counted(drawn.edges, 'edge', 'edges')}. {'; '.join(told)}."
    )


def _fused_words(row: tuple[Box, ...]) -> str:
    return f", each {' and '.join(row[0].fused)} in one" if row[0].fused else ""


def _states(row: tuple[Box, ...]) -> str:
    counts: dict[str, int] = {}
    for box in row:
        counts[box.state] = counts.get(box.state, 0) + 1
    told = ", ".join(f"{number} {state}" for state, number in counts.items() if state)
    return f" ({told})" if told else ""


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
