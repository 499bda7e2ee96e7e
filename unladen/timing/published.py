"""Other people's figures for the work of this course, each with its source, to put beside what is measured here.

The figures are facts taken from public talks; ``published.csv`` holds them as published, ``sources.csv`` says where.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from unladen.show import Table, duration, three_digits
from unladen.timing.unknown import Unknown

_HERE = Path(__file__).parent
_PURE = ("Pure Python", "CPython")


@dataclass(frozen=True)
class Figure:
    """One published figure: ``value`` in ``unit``; ``ratio`` to the baseline of the same source, where it has one.

    ``printed`` tells whether the source prints that ratio; else it is worked out from the source's own times.
    """

    problem: str
    size: str
    method: str
    value: float
    unit: str
    ratio: float | None
    printed: bool
    source: str
    author: str
    year: str


class Published(Table):
    """The published figures for one problem, as a table; ``rows`` are texts, ``figures`` the numbers."""

    def __init__(self, problem: str, figures: list[Figure]) -> None:
        self.problem, self.figures = problem, figures
        sizes = [figure.size for figure in figures if figure.size]
        base = next((figure.method for figure in figures if figure.ratio == 1), _PURE[0])
        super().__init__(
            ["method", "published", f"ratio to {'pure Python' if base in _PURE else base}", "source"],
            [(f.method, _value(f), _ratio(f), f"{f.author}, {f.year}") for f in figures],
            f"{problem}, published" + (f": {sizes[0]}" if sizes else ""),
            _note(figures),
            right=(1, 2),
        )

    def ratio(self, method: str) -> float:
        """How many times faster the method was than the baseline of its source (the row whose ratio is 1)."""
        figure = next((f for f in self.figures if f.method == method), None)
        if figure is None:
            raise Unknown(f"published figure on {self.problem} for", method, [f.method for f in self.figures])
        if figure.ratio is None:
            raise LookupError(f"the source of {method!r} in {self.problem!r} gives no pure Python to compare it with")
        return figure.ratio


def published(problem: str | None = None) -> Table:
    """Return the published figures for a problem as a table that shows itself; without one, list the problems.

    The table has ``rows`` and ``ratio(method)``. A ratio that its source does not print is worked out from the
    source's own times. Raises ``Unknown``, naming the known problems.
    """
    figures = _figures()
    problems = list(dict.fromkeys(figure.problem for figure in figures))
    if problem is None:
        rows = []
        for name in problems:
            of_it = [figure for figure in figures if figure.problem == name]
            authors = ", ".join(dict.fromkeys(f"{figure.author}, {figure.year}" for figure in of_it))
            rows.append((name, str(len(of_it)), authors))
        return Table(
            ["problem", "figures", "source"], rows, "Published figures", 'One of them: published("fractal").', (1,)
        )
    if problem not in problems:
        raise Unknown("published problem", problem, problems)
    return Published(problem, [figure for figure in figures if figure.problem == problem])


@cache
def _figures() -> tuple[Figure, ...]:
    sources = {row["key"]: row for row in _read("sources.csv")}
    rows = _read("published.csv")
    # The pure Python of a problem is the row whose published ratio is 1.
    base = {row["problem"]: float(row["value"]) for row in rows if row["ratio_to_pure_python"] == "1"}
    figures = []
    for row in rows:
        problem, value, printed = row["problem"], float(row["value"]), row["ratio_to_pure_python"]
        ratio = float(printed) if printed else base[problem] / value if problem in base else None
        source = sources[row["source"]]
        what = (problem, row["size"], row["method"], value, row["unit"], ratio, bool(printed))
        figures.append(Figure(*what, row["source"], source["author"], source["year"]))
    return tuple(figures)


def _read(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _note(figures: list[Figure]) -> str:
    """Say which talks the figures are from, on which machine where that is known, and what is not printed there."""
    keys = {figure.source for figure in figures}
    talks = [row for row in _read("sources.csv") if row["key"] in keys]
    said = "; ".join(f"{t['author']}: {t['talk']}" + (f" ({t['machine']})" if t["machine"] else "") for t in talks)
    worked_out = any(figure.ratio and not figure.printed for figure in figures)
    return f"{said}." + " * worked out from its times." * worked_out


def _value(figure: Figure) -> str:
    """A figure as published, but for more than four digits, and seconds in the unit that reads best."""
    if figure.unit == "s" and figure.value < 1e-3:
        return str(duration(figure.value))
    text = f"{figure.value:g}"
    digits = text.replace(".", "").lstrip("0")
    text = text if len(digits) <= 4 or "." not in text else three_digits(figure.value)
    return f"{text} {'µs' if figure.unit == 'us' else figure.unit}"


def _ratio(figure: Figure) -> str:
    if figure.ratio is None:
        return ""
    return f"{figure.ratio:.7g} ×" if figure.printed else f"{three_digits(figure.ratio)} × *"
