"""``tree``: the layout of an Awkward Array, node by node, each with the flat buffers that it is made of."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from unladen.inside.tree_texts import as_text, described, shown_value
from unladen.svg import output

READ = 24  # values that are read of a buffer; the drawing shows as many of them as have room
_NUMBERS = {"char": "bytes of text", "byte": "bytes"}
_LISTS = {"string": "strings", "bytestring": "byte strings"}


@dataclass(frozen=True)
class Buffer:
    """A flat array in memory: ``first`` are the texts of its first values, ``length`` is how many there are.

    ``values`` are the first values as integers where they point into another node, else empty. A buffer that has no
    values yet (an array of types alone, or one that is read on demand) has the ``remark`` that says so.
    """

    name: str
    dtype: str
    nbytes: int
    length: int
    first: tuple[str, ...] = ()
    values: tuple[int, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Arrow:
    """Place ``cell`` of a node belongs to the entries from ``start`` to ``stop`` of its child number ``child``.

    ``stop`` is None where it is one entry that is meant, and not a range; ``edge`` marks an offset, which is a border
    between two entries.
    """

    cell: int
    child: int
    start: int
    stop: int | None = None
    edge: bool = False


@dataclass
class Node:
    """One node: its ``kind``, how many entries it has, its buffers, its children, and where its cells point."""

    kind: str
    length: int
    noun: str = "entries"
    label: str = ""
    note: str = ""
    buffers: list[Buffer] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    step: int = 1  # so many values make one entry

    def all(self) -> Iterator[Node]:
        """This node and those below it, in the order in which they are drawn."""
        yield self
        for child in self.children:
            yield from child.all()


@dataclass
class Tree:
    """The layout of an array as it was at the moment of the call; it shows itself, and keeps no reference to the array.

    ``root`` is the outermost node, ``nodes`` are all of them from the outside in, ``nbytes`` is what their buffers
    take together, as ``array.nbytes`` counts it.
    """

    root: Node

    @property
    def nodes(self) -> list[Node]:
        return list(self.root.all())

    @property
    def nbytes(self) -> int:
        return sum(buffer.nbytes for node in self.nodes for buffer in node.buffers)

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        from unladen.inside.tree_drawn import as_svg

        alt = described(self)
        return output(as_svg(self, alt), alt, repr(self))


def tree(array: object) -> Tree:
    """Draw the layout of ``array``: its nodes, and their buffers with dtype, bytes and first values.

    Takes an ``ak.Array``, an ``ak.Record`` or a layout of Awkward Array 2. Lines lead from the places of a buffer to
    what they mean in the next one. A buffer that is read on demand is read for it only if nothing else tells how long
    the next one is. Raises ``TypeError`` for anything else.
    """
    return Tree(_node(_layout(array)))


def _layout(array: object):
    ak = sys.modules.get("awkward")  # who has an Awkward Array has imported it
    if ak is not None:
        layout = array.layout if isinstance(array, (ak.Array, ak.Record)) else array
        if isinstance(layout, ak.record.Record):
            layout = layout.array
        if isinstance(layout, ak.contents.Content):
            return _on_cpu(layout)
        if isinstance(array, ak.ArrayBuilder):
            raise TypeError("tree() draws an Awkward Array; take the builder's snapshot(), which is one")
    kind = f"{type(array).__module__}.{type(array).__qualname__}".removeprefix("builtins.")
    made = "peek(x) shows its bytes, " if isinstance(array, np.ndarray) else ""
    raise TypeError(f"tree() draws an Awkward Array, and was given a {kind}; {made}ak.Array(x) makes one of data")


def _on_cpu(layout):
    """Bring an array of a GPU, or of JAX, to where its values can be read; one without values stays as it is."""
    return layout if layout.backend.name in ("cpu", "typetracer") else layout.to_backend("cpu")


# -- nodes -----------------------------------------------------------------------------------------------------------


def _node(layout, label: str = "") -> Node:
    kind = type(layout).__name__
    node = Node(kind, _known(layout.length), label=label)
    _KINDS[kind](layout, node)
    if (extra := layout.parameter("__array__")) and extra not in ("char", "byte", *_LISTS):
        node.note = ", ".join(filter(None, [node.note, str(extra)]))
    if name := layout.parameter("__list__") or layout.parameter("__record__"):
        node.note = ", ".join(filter(None, [node.note, f"named {name}"]))
    return node


def _numbers(layout, node: Node) -> None:
    kind = layout.parameter("__array__")
    node.noun = _NUMBERS.get(kind, "values")
    inner = [_known(size) for size in layout.inner_shape]
    node.step = int(np.prod(inner))
    if inner:
        node.noun, node.note = "entries", f"each {' × '.join(map(str, inner))} values"
    node.buffers = [_buffer("data", layout.data if layout.backend.name == "cpu" else layout._data, kind)]


def _offsets(layout, node: Node) -> None:
    node.noun = _LISTS.get(layout.parameter("__array__"), "lists")
    node.buffers = [_buffer("offsets", layout.offsets)]
    node.children = [_node(layout.content)]
    node.arrows = [Arrow(cell, 0, at, edge=True) for cell, at in enumerate(node.buffers[0].values)]


def _starts_and_stops(layout, node: Node) -> None:
    node.noun = _LISTS.get(layout.parameter("__array__"), "lists")
    # one of the two may be longer than the other: what counts are the first `length` of each
    node.buffers = [_buffer("starts", layout.starts), _buffer("stops", layout.stops)]
    node.children = [_node(layout.content)]
    pairs = zip(node.buffers[0].values, node.buffers[1].values, range(node.length), strict=False)
    node.arrows = [Arrow(cell, 0, start, stop) for start, stop, cell in pairs]


def _regular(layout, node: Node) -> None:
    size = _known(layout.size)
    node.noun, node.note = _LISTS.get(layout.parameter("__array__"), "lists"), f"each of size {size}, so no offsets"
    node.children = [_node(layout.content)]
    node.arrows = [Arrow(cell, 0, cell * size, (cell + 1) * size) for cell in range(min(node.length, READ))]


def _index(layout, node: Node) -> None:
    node.note = "an index below 0 is None" if layout.is_option else ""
    node.buffers = [_buffer("index", layout.index)]
    node.children = [_node(layout.content)]
    node.arrows = [Arrow(cell, 0, at) for cell, at in enumerate(node.buffers[0].values) if at >= 0]


def _byte_mask(layout, node: Node) -> None:
    node.note = f"None unless the mask is {int(layout.valid_when)}"
    node.buffers = [_buffer("mask", layout.mask)]
    node.children = [_node(layout.content)]
    there = [(value != 0) == layout.valid_when for value in node.buffers[0].values]
    node.arrows = [Arrow(cell, 0, cell) for cell, valid in enumerate(there[: node.length]) if valid]


def _bit_mask(layout, node: Node) -> None:
    node.note = f"None unless the bit is {int(layout.valid_when)}"
    whole = _buffer("mask", layout.mask)
    order = "little" if layout.lsb_order else "big"
    bits = np.unpackbits(np.array(whole.values, dtype=np.uint8), bitorder=order)[: min(node.length, READ)].tolist()
    dtype, texts = f"bits of {whole.dtype}", tuple(map(str, bits))
    node.buffers = [Buffer("mask", dtype, whole.nbytes, node.length, texts, tuple(bits), whole.remark)]
    node.children = [_node(layout.content)]
    node.arrows = [Arrow(cell, 0, cell) for cell, bit in enumerate(bits) if bool(bit) == layout.valid_when]


def _unmasked(layout, node: Node) -> None:
    node.note = "could be None, and none is"
    node.children = [_node(layout.content)]
    node.arrows = [Arrow(cell, 0, cell) for cell in range(min(node.length, READ))]


def _record(layout, node: Node) -> None:
    node.noun = "tuples" if layout.is_tuple else "records"
    node.note = "entry i is made of entry i of each field" if layout.fields else "without fields"
    contents = zip(layout.fields, layout.contents, strict=True)
    # fields may be longer than the record array, which then ends before them
    node.children = [_node(content, name) for name, content in contents]


def _union(layout, node: Node) -> None:
    node.note = "the tag says in which child, the index at which place"
    node.buffers = [_buffer("tags", layout.tags), _buffer("index", layout.index)]
    node.children = [_node(content, f"tag {tag}") for tag, content in enumerate(layout.contents)]
    pairs = zip(node.buffers[0].values, node.buffers[1].values, range(node.length), strict=False)
    node.arrows = [Arrow(cell, tag, at) for tag, at, cell in pairs]


def _empty(layout, node: Node) -> None:
    node.note = "no values, so no type"


_KINDS = {
    "NumpyArray": _numbers,
    "ListOffsetArray": _offsets,
    "ListArray": _starts_and_stops,
    "RegularArray": _regular,
    "IndexedArray": _index,
    "IndexedOptionArray": _index,
    "ByteMaskedArray": _byte_mask,
    "BitMaskedArray": _bit_mask,
    "UnmaskedArray": _unmasked,
    "RecordArray": _record,
    "UnionArray": _union,
    "EmptyArray": _empty,
}


# -- buffers ---------------------------------------------------------------------------------------------------------


def _buffer(name: str, source, kind: str | None = None) -> Buffer:
    """Look at an index, or at the data of a node, without reading what is read on demand."""
    raw = getattr(source, "_data", source)  # an index wraps the array; its `data` would read a virtual one
    length = _known(raw.shape[0]) if raw.shape else 1
    dtype, values = str(raw.dtype), int(np.prod([_known(size) for size in raw.shape]))
    if not isinstance(raw, np.ndarray) and not getattr(raw, "is_materialized", False):
        lazy = hasattr(raw, "is_materialized")
        remark = "not read yet" if lazy else "only the type is known"
        return Buffer(name, dtype, values * raw.dtype.itemsize * lazy, values, remark=remark)
    array = raw if isinstance(raw, np.ndarray) else np.asarray(raw.materialize())
    first = array[: READ if length else 0].reshape(-1)[:READ]
    pointing = tuple(first.tolist()) if name != "data" else ()
    return Buffer(name, dtype, array.nbytes, values, tuple(shown_value(v, kind) for v in first), pointing)


def _known(length: object) -> int:
    """The number of entries; one that is not known, in an array of types alone, counts as none."""
    try:
        return int(length)
    except TypeError:
        return 0
