"""The steps in HTML: a table that reads by itself, which a small script turns into a stepper where scripts run."""

from __future__ import annotations

import json
import linecache
import textwrap
from functools import cache
from html import escape
from pathlib import Path
from types import CodeType

from unladen.inside.depths import instructions
from unladen.inside.recorder import Step, argument, name_of


def strip(steps, first: int) -> str:
    """One piece of HTML for a ``Steps``: the table, of which ``first`` rows are seen without scripts; and the script.

    It is the same text in every run: nothing in it is drawn by lot, and the script finds the table that is around it.
    """
    codes = list(dict.fromkeys(step.code for step in steps.steps))
    several = len(codes) > 1
    heads = ["step", *["function"] * several, "line", "instruction", "value stack, its top to the right", "locals"]
    head = "".join(f'<th style="text-align:left">{words}</th>' for words in heads)
    rows = [_row(steps.first + at, step, codes, several, at < first) for at, step in enumerate(steps.steps)]
    rest = f"<tbody hidden>{''.join(rows[first:])}</tbody>" if rows[first:] else ""
    more = f'<p class="more">{steps.more(first)}</p>' if rest else ""
    note = f"<p>{escape(steps.note)}</p>" if steps.note else ""
    return (
        f'<div class="unladen-steps" data-total="{steps.total}"><style>{_file("stepper.css")}</style>'
        f"<p><b>{escape(steps.title)}</b></p>"
        f'<table class="strip"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows[:first])}</tbody>{rest}</table>{more}{note}"
        f'<script type="application/json">{_data(codes)}</script><script>{_file("stepper.js")}</script></div>'
    )


def _row(number: int, step: Step, codes: list[CodeType], several: bool, seen: bool) -> str:
    indent = f' style="--depth:{step.depth}"' if step.depth else ""
    instruction = f'<code class="plain"{indent}>{escape(f"{step.opname} {step.argrepr}".strip())}</code>'
    values = step.stack if step.meanwhile is None else step.meanwhile
    stack = " ".join(f"<code>{escape(value)}</code>" for value in values) or "(empty)"
    note = f" <i>{escape(step.note)}</i>" if step.note else ""
    bound = " ".join(f"<code>{escape(name)}={escape(value)}</code>" for name, value in step.locals.items())
    line = "-" if step.line is None else step.line
    left = ' style="text-align:left"' * seen  # a notebook that is not trusted drops our rules, and has one of its own
    cells = [f"<td>{cell}</td>" for cell in (number, *[escape(step.function)] * several, line)]
    cells += [f"<td{left}>{cell}</td>" for cell in (instruction, stack + note, bound)]
    return f'<tr data-at="{codes.index(step.code)} {step.offset} {step.depth}">{"".join(cells)}</tr>'


def _data(codes: list[CodeType]) -> str:
    """What the stepper shows beyond the table: every instruction of the functions that ran, and their source."""
    return json.dumps([_listing(code) for code in codes], ensure_ascii=False).replace("<", "\\u003c")


def _listing(code: CodeType) -> dict:
    lines = [
        [offset, one.positions.lineno, f"{one.opname} {argument(one)}".strip()]
        for offset, one in instructions(code).items()
    ]
    numbers = sorted({line for _, line, _ in lines if line})
    texts = textwrap.dedent("".join(linecache.getline(code.co_filename, n).rstrip("\n") + "\n" for n in numbers))
    source = {n: text for n, text in zip(numbers, texts.splitlines(), strict=False) if text}
    return {"name": name_of(code), "lines": lines, "source": source}


@cache
def _file(name: str) -> str:
    """A file beside this one, its lines without their indentation."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return "\n".join(line.strip() for line in text.splitlines() if not line.strip().startswith("// "))
