"""What is written of an Awkward Array's layout: single values, the tree as text, and words in place of the drawing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from unladen.short import cut

if TYPE_CHECKING:
    from unladen.inside.tree_nodes import Buffer, Node, Tree

DEEPEST, MOST = 12, 8  # levels that are shown, and children of one node; of more children, the first seven
_LONGEST = 20  # characters of one value
_SHOWN, _TOLD = 12, 6  # values of a buffer in the text, and in the words
_ALT = 900  # characters of the words at most


def shown_value(value: object, kind: str | None = None) -> str:
    """Write one value of a buffer in a few characters: a number to six digits, a byte of text as its letter."""
    if kind == "char":
        return chr(value) if 33 <= value < 127 else f"{value:02x}"
    if kind == "byte":
        return f"{value:02x}"
    if isinstance(value, np.complexfloating):
        return f"{complex(value):.4g}"
    if isinstance(value, np.floating):
        return f"{float(value):.6g}"
    return cut(str(value), _LONGEST)


def title(node: Node) -> str:
    """A node's place in its parent and its kind: ``samples: ListOffsetArray``."""
    return f"{cut(node.label, 24)}: {node.kind}" if node.label else node.kind


def subtitle(node: Node) -> str:
    """How many entries, and what is particular: ``3 lists, each of size 2``."""
    noun = {"entries": "entry", "bytes of text": "byte of text"}.get(node.noun, node.noun.removesuffix("s"))
    many = f"1 {noun}" if node.length == 1 else f"{node.length:,} {node.noun}"
    return f"{many}, {node.note}" if node.note else many


def bytes_of(buffer: Buffer) -> str:
    """The dtype and bytes of a buffer: ``int64, 32 bytes``."""
    if buffer.remark:
        return buffer.dtype
    return f"{buffer.dtype}, {buffer.nbytes:,} byte{'s' * (buffer.nbytes != 1)}"


def total(tree: Tree) -> str:
    """The sum below a tree: ``2 nodes, 2 buffers, 72 bytes``."""
    nodes = tree.nodes
    buffers = sum(len(node.buffers) for node in nodes)
    return (
        f"{len(nodes)} node{'s' * (len(nodes) != 1)}, {buffers} buffer{'s' * (buffers != 1)}, "
        f"{tree.nbytes:,} byte{'s' * (tree.nbytes != 1)}"
    )


def walk(node: Node, depth: int = 0) -> Iterator[tuple[int, Node | str]]:
    """The nodes that are shown, with their depth; a text in place of those that are left out says so."""
    yield depth, node
    if node.children and depth + 1 == DEEPEST:
        yield depth + 1, f"… {left_out(node.children)} below"
        return
    shown = node.children if len(node.children) <= MOST else node.children[: MOST - 1]
    for child in shown:
        yield from walk(child, depth + 1)
    if rest := node.children[len(shown) :]:
        yield depth + 1, f"… {len(rest)} more children: {left_out(rest)}"


def left_out(nodes: list[Node]) -> str:
    """How much is not shown: ``3 nodes, 96 bytes``."""
    inner = [below for node in nodes for below in node.all()]
    nbytes = sum(buffer.nbytes for node in inner for buffer in node.buffers)
    return f"{len(inner)} node{'s' * (len(inner) != 1)}, {nbytes:,} bytes"


def as_text(tree: Tree) -> str:
    """The tree in lines, one for each node and buffer, indented by depth."""
    lines = []
    for depth, node in walk(tree.root):
        space = "  " * depth
        if isinstance(node, str):
            lines.append(space + node)
            continue
        lines.append(f"{space}{title(node)}, {subtitle(node)}")
        lines += [f"{space}  {b.name}: {bytes_of(b)}: {values(b, _SHOWN)}" for b in node.buffers]
    return "\n".join([*lines, total(tree)])


def values(buffer: Buffer, most: int) -> str:
    """The first values in a row, and how many more there are."""
    if buffer.remark:
        return buffer.remark
    shown = buffer.first[:most]
    more = buffer.length - len(shown)
    return " ".join(shown) + f" … {more:,} more" * (more > 0) if buffer.length else "none"


def described(tree: Tree) -> str:
    """The tree in a few sentences, for those who do not see the drawing."""
    told = [f"Layout of an array: {total(tree)}."]
    for depth, node in walk(tree.root):
        if isinstance(node, str):
            told.append(f"{node}.")
            continue
        buffers = "".join(f"; {b.name} {values(b, _TOLD)}" for b in node.buffers)
        told.append(f"Level {depth + 1}: {title(node)}, {subtitle(node)}{buffers}.")
        if sum(map(len, told)) > _ALT:
            told.append("And so on.")
            break
    return " ".join(told)
