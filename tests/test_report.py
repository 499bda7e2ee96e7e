"""What a build or a crash shows: marks where outputs are compared, and none of them where a person reads HTML."""

import re

import pytest

from unladen.course.outputs import sanitised
from unladen.show import FENCE, MARK, Report, Table, Volatile, against, marked

BUILT = Report("adder: long add(long a)", "cc -O3 adder.c  (97.7 ms)", "compiled in 97.7 ms; the command")
CRASHED = Report("", "terminate called\nThe child process ended with SIGABRT.")


def test_in_text_what_varies_is_marked():
    assert repr(BUILT) == f"adder: long add(long a)\n{MARK}cc -O3 adder.c  (97.7 ms){MARK}".replace("  ", " ")
    assert repr(CRASHED).splitlines()[0] == repr(CRASHED).splitlines()[-1] == FENCE


@pytest.mark.parametrize("report", [BUILT, CRASHED], ids=["built", "crashed"])
def test_in_html_no_mark_is_seen_and_all_that_varies_is_in_one(report):
    html = report._repr_html_()
    assert MARK not in html
    assert "97.7" not in sanitised(html) and "SIGABRT" not in sanitised(html)


def test_a_build_is_a_quiet_line_that_unfolds():
    html = BUILT._repr_html_()
    assert re.search(
        r"<details><summary[^>]*>.*compiled in 97.7 ms.*</summary><code[^>]*><span class=\"v\">cc -O3", html
    )
    assert "adder: long add(long a)</pre>" in html


def test_what_comes_out_of_a_program_is_no_markup():
    assert "<script>" not in Report("<script>", "<script>", "<script>")._repr_html_()


@pytest.mark.parametrize(
    ("ratio", "told"),
    [(25.13, "25.1 × faster"), (0.0000861, "11,600 × slower"), (1.04, "just as fast"), (0.96, "just as fast")],
)
def test_a_ratio_is_said_as_one_says_it(ratio, told):
    assert against(ratio) == told and isinstance(against(ratio), Volatile)
    assert sanitised(marked(against(ratio))) == sanitised(marked("12.3 ms"))


def test_a_heading_without_words_is_no_heading():
    table = Table(["", "ns"], [["add", "12"]])
    assert table._repr_html_().count("<th ") == 1
    assert "<td style" in table._repr_html_().split("<tbody>")[0]
