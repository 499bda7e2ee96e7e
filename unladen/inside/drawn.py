"""How a look at an object shows itself: tables in text; in HTML the bytes as coloured boxes above a table."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from unladen.inside.fields import Block, Field
from unladen.show import Table, Volatile, in_html

if TYPE_CHECKING:
    from unladen.inside.peek import Peek

_LONGEST = 24  # so many bytes of a field are shown whole
_COLUMNS = ("offset", "bytes", "field", "value", "note")


def as_text(peek: Peek) -> str:
    """The blocks as tables: offset, bytes in memory order, field, value, note."""
    tables = [str(Table(_COLUMNS, [_row(f) for f in b.fields], _title(peek, b), right=(0,))) for b in peek.blocks]
    return "\n\n".join([*tables, *_last_words(peek)])


def _row(field: Field) -> tuple[object, ...]:
    kind = Volatile if field.volatile else str
    value = kind(field.shown) if field.shown else ""
    note = Volatile(field.note) if field.moving else field.note
    return (f"{field.offset}", kind(_hex(field)), field.name, value, note)


def _hex(field: Field) -> str:
    if field.size <= _LONGEST:
        return field.raw.hex(" ")
    half = 8
    return f"{field.raw[:half].hex(' ')} … {field.size - half:,} more bytes"


def _title(peek: Peek, block: Block) -> str:
    if block is peek.blocks[0]:
        return f"{peek.kind}: {peek.size:,} bytes"
    counted = "" if block.counted == block.size else f"; sys.getsizeof counts {block.counted or 'none'} of them"
    return f"{block.name}: {block.size:,} bytes{', ' + block.note if block.note else ''}{counted}"


def _last_words(peek: Peek) -> list[str]:
    return [*peek.remarks, *[f"not divided into fields: {peek.why_raw}"] * bool(peek.why_raw)]


_TINTS = ("0,114,178", "230,159,0", "0,158,115", "204,121,167", "86,180,233", "213,94,0")


def as_html(peek: Peek) -> str:
    """The blocks, each as boxes of bytes above a table of fields."""
    blocks = "".join(f"<div>{_block(peek, block)}</div>" for block in peek.blocks)
    words = "".join(f"<p>{html.escape(line)}</p>" for line in _last_words(peek))
    return f'<div class="peek">{_STYLE}{blocks}{words}</div>'


_STYLE = (
    "<style>.peek{font-size:14px;line-height:1.35}.peek .bytes{display:flex;flex-wrap:wrap;gap:2px;margin:4px 0}"
    ".peek .bytes div{padding:1px 5px;font-family:monospace}.peek .bytes b{display:block;font-size:14px}"
    ".peek table{font-size:14px;margin:0}.peek td{text-align:left!important;padding:1px 8px!important}"
    + "".join(f".peek .f{at}{{background:rgba({tint},.3)}}" for at, tint in enumerate(_TINTS))
    + "</style>"
)


def _block(peek: Peek, block: Block) -> str:
    boxes, rows = [], []
    for at, field in enumerate(block.fields):
        _, raw, name, value, note = (in_html(text) for text in _row(field))
        tint = f'class="f{at % len(_TINTS)}"'
        boxes.append(f"<div {tint}><b>{name}</b>{raw}</div>")
        rows.append(f"<tr><td>{field.offset}</td><td {tint}>{name}</td><td>{value}</td><td>{note}</td></tr>")
    table = f"<table>{''.join(rows)}</table>"
    return f'<b>{html.escape(_title(peek, block))}</b><div class="bytes">{"".join(boxes)}</div>{table}'
