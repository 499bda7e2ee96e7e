"""What a learner sees of a check: one line with the verdict, then what helps next."""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass
from typing import Literal

from unladen.show import Volatile, in_html, marked

State = Literal["TODO", "WRONG", "OK", "TOO NOISY", "NOT CHECKED"]
WIDTH = 100  # characters of a line, as on a slide

# Dark enough for white letters (contrast above 4.5), and told apart by the word, not by the colour.
_BADGES = {"TODO": "#555555", "WRONG": "#A84300", "OK": "#00694B", "TOO NOISY": "#555555", "NOT CHECKED": "#555555"}


@dataclass(frozen=True)
class Verdict:
    """The verdict on one answer; it shows itself. ``earned`` is the speed reached, a ratio, where speed was asked."""

    state: State
    id: str
    title: str
    lines: tuple[str, ...] = ()
    hint: str = ""
    why: str = ""
    earned: float | None = None
    against: str = ""

    def _paragraphs(self) -> list[tuple[str, tuple[object, ...]]]:
        """The paragraphs below the verdict: a label and the pieces of text that follow it."""
        told: list[tuple[str, tuple[object, ...]]] = [("", (line,)) for line in self.lines]
        if self.earned is not None:
            told.append(("Speed", (Volatile(f"{self.earned:.1f} ×"), f" {self.against}")))
        if self.hint:
            told.append(("Hint", (self.hint,)))
        if self.why:
            told.append(("Why it works", (self.why,)))
        return told

    def __repr__(self) -> str:
        text = [" ".join(filter(None, [self.state, self.id, self.title]))]
        for label, pieces in self._paragraphs():
            told = "".join(marked(p) if isinstance(p, Volatile) else str(p) for p in pieces)
            told = f"{label}: {told}" if label else told
            text += textwrap.wrap(told, WIDTH, break_long_words=False, break_on_hyphens=False)
        return "\n".join(text)

    def _repr_html_(self) -> str:
        style = f"background:{_BADGES[self.state]};color:white;padding:0.1em 0.6em;border-radius:0.3em"
        text = [f'<p><b style="{style}">{self.state}</b> <b>{html.escape(f"{self.id} {self.title}".strip())}</b></p>']
        for label, pieces in self._paragraphs():
            told = "".join(map(in_html, pieces))
            if not label and self.state == "WRONG":  # a call and what came of it, as it is: no backtick of ours
                told = f'<code style="white-space:pre-wrap">{told}</code>'
            else:
                told = _code(told)
            text.append(f"<p><b>{label}:</b> {told}</p>" if label else f"<p>{told}</p>")
        return "".join(text)


def _code(text: str) -> str:
    """Set what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return text
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
