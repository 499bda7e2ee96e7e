"""How a look at an object shows itself: tables in text; in HTML the bytes as coloured boxes above a list of fields."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unladen.inside.fields import Block, Field
from unladen.show import PALETTE, Table, Volatile, in_html
from unladen.svg import channels

if TYPE_CHECKING:
    from unladen.inside.peek import Peek

_LONGEST, _BEGINNING = 24, 8  # so many bytes of a field are shown whole; of more, the first ones
_MOST, _FIRST, _LAST = 20, 12, 3  # so many fields of a block are shown; of more, the first and the last ones
_COLUMNS = ("offset", "bytes", "field", "value", "note")
# Neighbours far apart in the palette; behind the text they are thin enough for black and for white.
_TINTS = tuple("{},{},{}".format(*channels(PALETTE[at])) for at in (0, 5, 2, 3, 4, 1))


def as_text(peek: Peek) -> str:
    """The blocks as tables: offset, bytes in memory order, field, value, note."""
    tables = [Table(_COLUMNS, [_row(f) for f in _shown(b)], _title(peek, b), right=(0,)) for b in peek.blocks]
    return "\n\n".join([*map(str, tables), *_last_words(peek)])


def _shown(block: Block) -> Iterator[Field]:
    """The fields to show: all, or the first and the last ones with one between that stands for the others."""
    fields = block.fields
    if len(fields) <= _MOST:
        yield from fields
        return
    yield from fields[:_FIRST]
    left_out = fields[_FIRST:-_LAST]
    nbytes = sum(field.size for field in left_out)
    yield Field("…", left_out[0].offset, nbytes, b"", None, f"{len(left_out):,} more fields, {nbytes:,} bytes")
    yield from fields[-_LAST:]


def _row(field: Field) -> tuple[object, ...]:
    """A field's offset, bytes, name, value and note, each as volatile text where it may differ in the next run."""
    kind = Volatile if field.volatile else str
    value = kind(field.shown) if field.shown else ""
    note = Volatile(field.note) if field.moving else field.note
    return (f"{field.offset}", kind(_bytes(field)), field.name, value, note)


def _bytes(field: Field) -> str:
    if field.size <= _LONGEST or not field.raw:
        return field.raw.hex(" ") or "…"
    return f"{field.raw[:_BEGINNING].hex(' ')} … {field.size - _BEGINNING:,} more bytes"


def _title(peek: Peek, block: Block) -> str:
    if block is peek.blocks[0]:
        return f"{peek.kind}: {peek.size:,} bytes"
    note = f", {block.note}" if block.note else ""
    counted = "" if block.counted == block.size else f"; sys.getsizeof counts {block.counted or 'none'} of them"
    return f"{block.name}: {block.size:,} bytes{note}{counted}"


def _last_words(peek: Peek) -> list[str]:
    return [*peek.remarks, *[f"not divided into fields: {peek.why_raw}"] * bool(peek.why_raw)]


# Two blocks stand side by side where there is room, and the fields of a single one in two columns.
_STYLE = (
    "<style>.peek{display:flex;flex-wrap:wrap;gap:4px 24px;font-size:14px;line-height:1.35}"
    ".peek>div{flex:1 1 36em}.peek .s{display:flex;flex-wrap:wrap;gap:2px;margin:4px 0}"
    ".peek .s div{padding:1px 5px;font-family:monospace;word-spacing:-.25em}.peek .s b{display:block}"
    ".peek .r{columns:36em;column-gap:24px}.peek .r div{break-inside:avoid;display:flex;gap:8px;margin:1px 0}"
    ".peek i{flex:none;width:2.5em;text-align:right;font-style:normal}"
    ".peek .r b{flex:none;min-width:9em;padding:0 5px;font-weight:400}"
    ".peek u{flex:none;min-width:3em;text-decoration:none}"
    + "".join(f".peek .f{at}{{background:rgba({tint},.3)}}" for at, tint in enumerate(_TINTS))
    + "</style>"
)


def as_html(peek: Peek) -> str:
    """The blocks, each as boxes of bytes above a list of its fields."""
    blocks = "".join(f"<div>{_block(peek, block)}</div>" for block in peek.blocks)
    words = "".join(f"<p>{html.escape(line)}</p>" for line in _last_words(peek))
    return f'{_STYLE}<div class="peek">{blocks}</div>{words}'


def _block(peek: Peek, block: Block) -> str:
    boxes, rows = [], []
    for at, field in enumerate(_shown(block)):
        _, raw, name, value, note = (in_html(text) for text in _row(field))
        tint = f'class="f{at % len(_TINTS)}"'
        boxes.append(f"<div {tint}><b>{name}</b>{raw}</div>")
        if field.name != "(padding)":
            rows.append(f"<div><i>{field.offset}</i><b {tint}>{name}</b><u>{value}</u><span>{note}</span></div>")
    strip, rows = f'<div class="s">{"".join(boxes)}</div>', f'<div class="r">{"".join(rows)}</div>'
    return f"<b>{html.escape(_title(peek, block))}</b>{strip}{rows}"
