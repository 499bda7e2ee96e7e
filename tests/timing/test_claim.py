"""A claim holds what was measured against what is said, measures again before it fails, and says why it failed."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from unladen.timing import ClaimFailed, busy, claim, race
from unladen.timing.race import Seconds

pytestmark = pytest.mark.measures


@pytest.fixture
def quiet(monkeypatch):
    """Whatever else runs on this machine, let the claims of a test think that nothing does."""
    monkeypatch.setattr(busy.Busy, "disturbance", "")


class Measured(float):
    """A number that comes out as the next of ``later`` when it is measured again."""

    def __new__(cls, value: float, *later: float):
        number = super().__new__(cls, value)
        number.later = later
        return number

    def again(self) -> Measured:
        return Measured(*self.later)


def test_a_claim_that_holds_prints_one_line(capsys):
    claim("C wins", 25.13, at_least=10)
    assert capsys.readouterr().out == "✓ C wins: measured ≈ 25.1, claimed at least 10\n"


def test_a_ratio_is_told_in_times_and_a_time_in_its_unit(capsys):
    times = race({"a": lambda: 1, "b": lambda: 1}, rounds=1, show=False)
    claim("about the same", times.ratio("a", "b"), at_least=0.01, at_most=100, both_ways=True)
    claim("soon done", Seconds(0.0123), at_most=0.05)
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"✓ about the same: measured ≈ \S+ ×, claimed at least 0.01 × and at most 100 ×", first)
    assert second == "✓ soon done: measured ≈ 12.3 ms, claimed at most 50.0 ms"


@pytest.mark.parametrize("bounds", [{"at_least": 2}, {"at_most": 2}, {"at_least": 2, "at_most": 2}])
def test_a_bound_is_part_of_what_is_claimed(bounds):
    claim("two", 2, **bounds)


@pytest.mark.parametrize(
    ("measured", "bounds"),
    [
        (1.99, {"at_least": 2}),
        (2.01, {"at_most": 2}),
        (5, {"at_least": 2, "at_most": 4}),
        (float("nan"), {"at_least": 0}),
        (Fraction(199, 100), {"at_least": 2}),
        (Decimal("2.01"), {"at_most": Fraction(2)}),
        (10**400, {"at_most": 2}),
    ],
)
def test_a_claim_that_does_not_hold_fails(measured, bounds, capsys):
    with pytest.raises(ClaimFailed):
        claim("two", measured, **bounds)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("quiet")
def test_a_failure_says_what_was_measured_and_claimed_and_what_to_do():
    with pytest.raises(AssertionError) as failure:
        claim("C wins", Measured(3.0, 4.0, 5.0), at_least=10)
    message = str(failure.value)
    assert message.startswith("C wins: measured ≈ 5.00, claimed at least 10.")
    for words in ("measured 3 times", "busy", "compiler", "run the cell again"):
        assert words in message
    assert len(message.splitlines()) < 8


def test_a_failure_is_shown_without_a_traceback():
    with pytest.raises(ClaimFailed) as failure:
        claim("C wins", 3.0, at_least=10)
    assert failure.value._render_traceback_()[0].startswith("ClaimFailed: C wins: measured")


@pytest.mark.usefixtures("quiet")
def test_a_ratio_is_measured_again_before_it_fails(capsys):
    claim("C wins", Measured(3.0, 4.0, 12.0), at_least=10)
    assert "≈ 12.0" in capsys.readouterr().out
    with pytest.raises(ClaimFailed):
        claim("C wins", Measured(3.0, 4.0, 5.0, 12.0), at_least=10)


@pytest.mark.parametrize("true", [True, np.True_, np.bool_(1), np.array(True), jnp.array(True)])
def test_a_fact_is_claimed_without_a_number(true, capsys):
    claim("the loop is vectorised", true)
    assert capsys.readouterr().out == "✓ the loop is vectorised\n"


@pytest.mark.parametrize("false", [False, np.False_, jnp.array(False)])
def test_a_fact_that_is_none_fails(false):
    with pytest.raises(ClaimFailed, match="the loop is vectorised: not so"):
        claim("the loop is vectorised", false)


@pytest.mark.parametrize(
    "number", [3, 3.0, np.float32(3), np.int64(3), Measured(3), Fraction(3), Decimal(3), np.array(3.0), jnp.array(3)]
)
def test_any_kind_of_number_can_be_claimed(number, capsys):
    for bound in (2.5, Fraction(5, 2), Decimal("2.5")):
        claim("three", number, at_least=bound, at_most=10**400)
    assert capsys.readouterr().out.startswith("✓ three: measured ≈ 3.00, claimed at least 2.5 and at most 1000")


def test_numbers_beyond_all_floats_can_be_claimed(capsys):
    claim("many", 10**400, at_least=1)
    claim("few", Fraction(1, 10**400), at_most=1)
    assert capsys.readouterr().out.splitlines() == [
        "✓ many: measured ≈ 1.00e+400, claimed at least 1",
        "✓ few: measured ≈ 0, claimed at most 1",
    ]


@pytest.mark.parametrize("number", [Measured(float("nan"), 3.0), Decimal("NaN"), Decimal("sNaN")], ids=repr)
def test_what_is_no_number_is_not_put_down_to_a_busy_machine(number):
    with pytest.raises(ClaimFailed, match=r"not a number \(NaN\)") as failure:
        claim("three", number, at_least=2)
    assert "busy" not in str(failure.value)


@pytest.mark.parametrize(
    ("bound", "typed"),
    [
        (1234566, "1234566"),
        (1234566.5, "1234566.5"),
        (0.05, "0.05"),
        (2.0, "2"),
        (Fraction(3, 2), "3/2"),
        (1e-7, "1e-07"),
    ],
)
def test_a_bound_is_told_as_it_was_typed(bound, typed, capsys):
    claim("more", 10**9, at_least=bound)
    assert capsys.readouterr().out.endswith(f"claimed at least {typed}\n")


@pytest.mark.parametrize(
    ("measured", "bounds", "words"),
    [
        (3.0, {}, "needs a bound"),
        (3.0, {"at_least": float("nan")}, "at_least=nan"),
        (3.0, {"at_least": "2"}, "at_least='2'"),
        (3.0, {"at_most": True}, "at_most=True"),
        (3.0, {"at_least": 5, "at_most": 2}, "nothing is at least 5 and at most 2"),
        (True, {"at_least": 1}, "True is no number"),
        (np.ones(3), {"at_least": 1}, "measured is ndarray"),
        (np.array([True]), {}, "measured is ndarray"),
        (3 + 0j, {"at_least": 1}, "measured is complex"),
        (3.0, {"at_least": Decimal("NaN")}, "at_least=Decimal('NaN')"),
        (3.0, {"at_least": Decimal("sNaN")}, "at_least=Decimal('sNaN')"),
        (None, {"at_least": 1}, "measured is NoneType"),
        ("12", {"at_least": 1}, "measured is str"),
    ],
)
def test_a_claim_that_cannot_be_judged_is_refused(measured, bounds, words):
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        claim("three", measured, **bounds)


@pytest.mark.usefixtures("quiet")
def test_a_ratio_of_unequal_work_is_measured_again_as_such():
    calls = {"once": lambda: sum(range(3000)), "ten times": lambda: [sum(range(3000)) for _ in range(10)]}
    times = race(calls, same=False, seconds=0.1, show=False)
    each = times.ratio("ten times", "once") / 10
    assert 0.5 < each < 2 and float(each * 10) == times.ratio("ten times", "once") == float(10 * each)
    assert (each.again() / 2).work == 20 and each / each == 1.0
    with pytest.raises(ClaimFailed, match="measured 3 times"):
        claim("each takes longer", each, at_least=50)
