"""The charts' style is theirs alone: it holds wherever they are drawn, and leaves every other figure as it was."""

import pytest
from matplotlib import pyplot, rcParams
from matplotlib.figure import Figure

from unladen.show import chart_style
from unladen.timing.curve import chart

POINTS = {1: 10.0, 2: 19.0, 4: 30.0}


def sizes(axes):
    return [text.get_fontsize() for text in (axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels())]


def test_a_chart_has_letters_for_the_back_row_and_no_frame_on_the_right():
    axes = chart(POINTS, "threads", "GB/s").axes[0]
    assert sizes(axes) == [13, 13, 12, 12, 12]
    assert [name for name, spine in axes.spines.items() if spine.get_visible()] == ["left", "bottom"]


def test_the_numbers_at_an_axis_lose_the_zeros_of_their_fractions_and_no_others():
    axes = chart({1: 140.0, 2: 35.0, 4: 60.0}, "tasks", "ms", log=False).axes[0]
    shown = [axes.yaxis.get_major_formatter()(value, 0) for value in (0, 0.25, 1, 2.5, 10, 100, 120, 1500)]
    assert shown == ["0", "0.25", "1", "2.5", "10", "100", "120", "1500"]


def test_a_chart_leaves_the_settings_as_it_found_them():
    before = dict(rcParams)
    chart(POINTS, "threads", "GB/s")
    assert dict(rcParams) == before


def test_a_figure_of_ones_own_keeps_its_style_beside_ours():
    chart(POINTS, "threads", "GB/s")
    axes = Figure().subplots()
    assert axes.xaxis.label.get_fontsize() == 10 and axes.spines["right"].get_visible()


def test_what_the_learner_set_holds_in_our_charts_where_they_say_nothing():
    with pyplot.rc_context({"axes.facecolor": "black", "axes.labelsize": 30}):
        axes = chart(POINTS, "threads", "GB/s").axes[0]
    assert axes.get_facecolor() == (0, 0, 0, 1) and sizes(axes)[0] == 13


def test_the_style_ends_where_drawing_fails():
    with pytest.raises(ZeroDivisionError), chart_style():
        raise ZeroDivisionError
    assert rcParams["font.size"] == 10
