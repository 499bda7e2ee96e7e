"""The roofline: a slope of bandwidth, a flat roof of arithmetic, and kernels at their places below."""

from __future__ import annotations

import numpy as np
import pytest

from unladen.show import Volatile
from unladen.timing import claim, machine, race
from unladen.timing.roofline import Roofline, Work
from unladen.timing.unknown import Unknown

pytestmark = [pytest.mark.measures, pytest.mark.chapters(2)]


@pytest.fixture
def roof():
    return Roofline({"moves": Work(1e6, 8e6, 1e-3), "computes": Work(1e9, 1e6, 0.1)})


def test_the_roof_is_the_lower_of_both_limits(roof):
    ridge = roof.peak / roof.bandwidth
    assert roof.roof(ridge / 10) == pytest.approx(roof.peak / 10)
    assert roof.roof(ridge * 10) == roof.roof(ridge * 1000) == roof.peak
    assert roof.peak <= machine().peak
    assert roof.bandwidth >= machine().bandwidth.now.triad


def test_a_kernel_has_its_share_of_the_roof_above_it(roof):
    assert roof.work["moves"].intensity == 0.125
    assert roof.share("moves") == pytest.approx(8e9 / roof.bandwidth)
    assert roof.share("computes") == pytest.approx(1e10 / roof.peak)
    with pytest.raises(Unknown, match="moves"):
        roof.share("move")


def test_what_varies_is_marked_and_what_is_counted_is_not(roof, capsys):
    for name, intensity, speed, share in roof.table().rows:
        assert not isinstance(intensity, Volatile)
        assert isinstance(speed, Volatile) and isinstance(share, Volatile), name
    roof._ipython_display_()
    assert "below it moves, computes." in capsys.readouterr().out


def test_names_and_limits_stand_in_the_chart(roof):
    texts = [text.get_text() for text in roof.chart().axes[0].texts]
    assert texts[-2:] == ["moves", "computes"]
    assert texts[0].startswith("bandwidth: ") and texts[1].startswith("peak: ")


def test_a_sum_by_numpy_stays_near_the_slope():
    a = np.ones(2**23)
    best = race({"sum": a.sum}, seconds=0.4, show=False).best("sum")
    share = Roofline({"sum": Work(a.size, a.nbytes, best)}).share("sum")
    claim("a sum is near the slope", share, at_least=0.2, at_most=3, timed=True)
