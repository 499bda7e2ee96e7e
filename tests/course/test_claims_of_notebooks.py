"""The notebooks' claims about time have a control, exchanged they fail, and what comes from a clock says so."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*.ipynb")])
# what a measured expression says where its number comes from a clock
CLOCK = {"best", "cpu", "first", "median", "perf_counter", "process_time", "ratio", "seconds", "share"}
CLOCK |= {"hand_overs", "pauses", "thread_time", "time_of", "timed", "wall"}


class Claim(NamedTuple):
    where: str
    measured: ast.expr
    bounds: tuple[float, float]
    timed: bool
    both_ways: bool

    def admits(self, number: float) -> bool:
        return self.bounds[0] <= number <= self.bounds[1]


def claims_of(path: Path) -> Iterator[Claim]:
    """Read the claims from the sources of a notebook; names are replaced by what the cell last assigned to them."""
    for number, cell in enumerate(nbformat.read(path, 4).cells):
        if cell.cell_type == "code" and "claim(" in cell.source and not cell.source.startswith("%%"):
            where = f"{path.parent.name}/{path.stem}, cell {number}"
            yield from claims_in(TransformerManager().transform_cell(cell.source), where)


def claims_in(source: str, where: str) -> Iterator[Claim]:
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim"]
    for call in calls:
        known = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and node.lineno < call.lineno and isinstance(node.targets[0], ast.Name):
                known[node.targets[0].id] = node.value
        words = {keyword.arg: keyword.value for keyword in call.keywords}
        bounds = bound(words.get("at_least"), -math.inf), bound(words.get("at_most"), math.inf)
        told = {name: isinstance(words.get(name), ast.Constant) for name in ("timed", "both_ways")}
        measured = Known(known).visit(call.args[1])
        yield Claim(f"{where}: {ast.unparse(call)}", measured, bounds, **told)


class Known(ast.NodeTransformer):
    def __init__(self, known: dict[str, ast.expr]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.known.get(node.id, node)


def bound(told: ast.expr | None, none: float) -> float:
    """A bound as a number; one that is computed, of cores, is none that excludes anything."""
    return ast.literal_eval(told) if isinstance(told, ast.Constant) else none


def names(part: ast.expr) -> set[str]:
    return set(re.findall(r"\w+", ast.unparse(part)))


def is_ratio(claim: Claim) -> bool:
    """Whether it is a race's ratio, by itself, for so much work, or one of a dictionary of them."""
    found, so_many = claim.measured, ast.Div | ast.Mult
    while isinstance(found, ast.BinOp) and isinstance(found.op, so_many) and "ratio" not in names(found.right):
        found = found.left
    if isinstance(found, ast.Subscript) and isinstance(found.value, ast.DictComp):
        found = found.value.value
    return isinstance(found, ast.Call) and getattr(found.func, "attr", "") == "ratio"


def of_a_clock(*parts: ast.expr) -> bool:
    """Whether some expression names what comes from a clock; how fine its numbers are (their ulp) is no measurement."""
    words = set().union(*map(names, parts))
    return bool(words & CLOCK) and "ulp" not in words


def compares(claim: Claim) -> bool:
    """Whether two things that were measured are compared: a race's ratio, or a division by what is no constant."""
    divides = isinstance(claim.measured, ast.BinOp) and isinstance(claim.measured.op, ast.Div)
    return is_ratio(claim) or divides and any(isinstance(n, ast.Name) for n in ast.walk(claim.measured.right))


def is_share(claim: Claim) -> bool:
    """Whether it is a / (a + b): exchanged, it is one minus that."""
    parts = claim.measured if compares(claim) and not is_ratio(claim) else None
    return parts is not None and ast.unparse(parts.right).startswith(f"{ast.unparse(parts.left)} + ")


def holds_exchanged(claim: Claim) -> bool:
    """Whether there is a result with which it holds, and holds as well with the two contenders exchanged."""
    return claim.admits(0.5 if is_share(claim) else 1)


CLAIMS = [claim for path in NOTEBOOKS for claim in claims_of(path)]


def test_there_are_claims_to_judge():
    assert len(CLAIMS) > 350
    assert sum(is_ratio(claim) for claim in CLAIMS) > 80 and sum(claim.timed for claim in CLAIMS) > 60


@pytest.mark.parametrize(
    "claim", [c for c in CLAIMS if (c.timed or is_ratio(c)) and compares(c)], ids=lambda c: c.where
)
def test_exchanged_a_comparison_fails_or_says_that_it_is_a_bound_on_a_quantity(claim):
    assert claim.both_ways == holds_exchanged(claim), claim.where


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.bounds != (-math.inf, math.inf)], ids=lambda c: c.where)
def test_a_number_that_comes_from_a_clock_says_so(claim):
    assert claim.timed or is_ratio(claim) or not of_a_clock(claim.measured), claim.where


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.bounds == (-math.inf, math.inf)], ids=lambda c: c.where)
def test_what_is_told_of_a_clock_is_a_number_with_a_bound(claim):
    compared = [node for node in ast.walk(claim.measured) if isinstance(node, ast.Compare)]
    orders = [n for n in compared if any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in n.ops)]
    assert not orders or not of_a_clock(claim.measured, *orders), claim.where


def test_a_comparison_that_holds_both_ways_is_found():
    text = 'claim("no gain", times.ratio("a", "b"), at_most=1.5)\nclaim("gain", times.ratio("a", "b"), at_least=1.5)'
    loose, tight = claims_in(text, "here")
    assert holds_exchanged(loose) and not holds_exchanged(tight)
    share, most = claims_in(
        'claim("most", a / (a + b), at_least=0.6)\nclaim("some", a / (a + b), at_least=0.4)', "here"
    )
    assert not holds_exchanged(share) and holds_exchanged(most)


def test_a_ratio_for_so_much_work_is_one_and_a_ratio_of_two_is_none():
    text = 'each = times.ratio("a", "b") * n / 2500\nclaim("each", each, at_least=2)\n'
    each, two = claims_in(text + 'claim("more", x.ratio("a", "b") / x.ratio("c", "d"), at_least=2, timed=True)', "here")
    assert is_ratio(each) and compares(each) and not is_ratio(two) and compares(two)


def test_a_number_of_a_clock_is_found_behind_a_name():
    (found,) = claims_in('gain = first.best("a") / 2\nclaim("gain", gain, at_least=3)', "here")
    assert of_a_clock(found.measured) and not found.timed
