"""Write the reference of the course's words, docs/words.md, from their docstrings: ``python -m unladen words``."""

from __future__ import annotations

import argparse
import inspect
import re
import textwrap
from functools import cached_property
from importlib import import_module

import unladen
from unladen.course.outputs import ROOT
from unladen.magics import Unladen

PAGE = ROOT / "docs" / "words.md"
OPENING = """# The words

A notebook begins with `%load_ext unladen`, and imports the few words it uses: `from unladen import race, claim`. This
page is made from their docstrings (`make derive`), so it says what `race?` says in a cell.
"""
# What the words return, where more can be asked of it than to show itself.
RESULTS = {
    "race": ("timing.race", "Race", "Ratio"),
    "machine": ("timing.machine", "Machine"),
    "peek": ("inside.peek", "Peek"),
    "strided": ("inside.strided_view", "Strided"),
    "tree": ("inside.tree_nodes", "Tree"),
    "step_through": ("inside.step_through", "Steps"),
}


def page() -> str:
    """The reference as Markdown: the words, in the order of the alphabet, then the magics."""
    parts = [OPENING]
    for word in sorted(unladen.__all__):
        function = getattr(unladen, word)
        parts.append(f"## {word}\n\n```python\n{signature(word, function)}\n```\n\n{prose(function)}\n")
        room, *names = RESULTS.get(word, ("",))
        parts += [about(getattr(import_module(f"unladen.{room}"), name)) for name in names]
    parts.append("# The magics\n")
    for kind, sign in (("cell", "%%"), ("line", "%")):
        for name in sorted(Unladen.magics[kind]):
            parts.append(f"## {sign}{name}\n\n{prose(getattr(Unladen, name))}\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts))


def signature(name: str, function: object) -> str:
    """How it is called: the names and defaults of its parameters, in lines of at most 100 columns."""
    bare = inspect.signature(function)
    given = [p.replace(annotation=inspect.Parameter.empty) for n, p in bare.parameters.items() if n != "self"]
    text = f"{name}{inspect.Signature(given)}"
    return "\n".join(textwrap.wrap(text, 100, subsequent_indent=" " * (len(name) + 1), break_long_words=False))


def about(result: type) -> str:
    """What a result is, and a line for each thing that can be asked of it."""
    lines = [f"`{result.__name__}`: {prose(result)}", ""]
    for name, asked in vars(result).items():
        answers = callable(asked) or isinstance(asked, property | cached_property)
        if name[0] != "_" and answers and inspect.getdoc(asked):
            call = signature(name, asked) if callable(asked) else name
            lines.append(f"- `.{call}`: {' '.join(prose(asked).split())}")
    return "\n".join([*lines, ""])


def prose(documented: object) -> str:
    """A docstring as Markdown."""
    return re.sub(r"``(.+?)``", r"`\1`", inspect.getdoc(documented) or "")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m unladen words", description="Write docs/words.md from the docstrings.")
    parser.parse_args(argv)
    text = page()
    changed = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text
    PAGE.write_text(text, encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {'written' if changed else 'unchanged'}")
    return 0
