"""How the steps look: as text, without scripts, and as a stepper in a real browser."""

from __future__ import annotations

import pytest

from tests.helpers.browser import browser_context, save_picture
from tests.helpers.stepped import REAL, sum_of_squares
from unladen import step_through
from unladen.inside.step_through import Steps

pytestmark = pytest.mark.chapters(4)


def test_the_text_is_a_table_that_says_how_much_is_left_out():
    lines = repr(step_through(sum_of_squares, [1, 2, 3])).splitlines()
    assert lines[0].startswith("sum_of_squares([1, 2, 3]): ") and lines[0].endswith("gives 14")
    assert lines[-1].startswith("… and ") and lines[-1].endswith(" more instructions")
    assert max(map(len, lines)) < 260


def test_only_shows_a_part_with_its_own_numbers():
    steps = step_through(sum_of_squares, [1, 2])
    part = steps.only(4, 6)
    assert [s.opname for s in part.steps] == steps.opnames[3:6] and part.title == steps.title
    assert repr(part).splitlines()[3].split()[0] == "4"
    assert len(part.only(5).steps) == 2 and len(steps.only(len(steps) - 1)) == 2
    with pytest.raises(ValueError, match="1 <= first <= last"):
        steps.only(3, 2)


def test_html_that_needs_nothing_and_hides_nothing_from_those_without_scripts():
    page = step_through(lambda x: "</script><b>" + x, "<i>")._repr_html_()
    table = page[: page.index("<script")]
    assert page.count("</script>") == 2 and "<b>'" not in table and "&lt;i&gt;" in table
    assert "http" not in page and "id=" not in page
    assert "value stack" in table and "BINARY_OP" in table


@pytest.fixture(scope="module")
def context():
    with browser_context(width=1280, height=720) as context:
        yield context


def opened(context, tmp_path, steps: Steps, scripts: bool = True):
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    html = steps._repr_html_()
    if not scripts:
        html = html[: html.index("<script")]
    (tmp_path / "steps.html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{html}", encoding="utf-8")
    page.goto((tmp_path / "steps.html").as_uri())
    return page, errors


def boxes(page) -> list[str]:
    """The value stack as it is seen, from the bottom to the top."""
    seen = page.locator(".stack > div:not(.empty)").all_inner_texts()
    return seen[::-1]


@REAL
def test_in_a_browser_the_stack_is_followed_by_buttons_slider_and_keys(context, tmp_path):
    steps = step_through(sum_of_squares, [3, 4])
    page, errors = opened(context, tmp_path, steps)
    assert page.get_by_text(f"step 1 of {len(steps)}").is_visible() and boxes(page) == []
    forward = page.get_by_role("button", name="Forward")
    for step in steps.steps[1:14]:
        forward.click()
        assert boxes(page) == (step.stack if step.meanwhile is None else step.meanwhile)
        assert step.opname in page.locator(".listing .now").inner_text()
    save_picture(page, "stepper")
    assert page.get_by_text("waiting in sum_of_squares").is_visible()
    page.get_by_role("button", name="Last").click()
    assert page.locator(".note").get_by_text("returns 25").is_visible()
    page.get_by_role("button", name="First").click()
    page.locator(".stepper").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.get_by_text(f"step 3 of {len(steps)}").is_visible()
    page.get_by_role("slider").fill("3")
    assert boxes(page) == ["[3, 4]"]
    assert page.locator(".locals").inner_text().split("\n") == ["numbers\t[3, 4]", "total\t0"]
    page.get_by_text("all steps in a table").click()
    assert page.locator("tr[data-at]").last.is_visible()
    assert not errors
    page.close()


def test_in_a_browser_without_scripts_the_table_is_there(context, tmp_path):
    steps = step_through(sum_of_squares, [3, 4, 5])
    page, _ = opened(context, tmp_path, steps, scripts=False)
    save_picture(page, "steps-without-script")
    rows = page.locator("tr[data-at]")
    assert rows.first.is_visible() and not rows.last.is_visible()
    assert page.get_by_text("more instructions").is_visible()
    page.close()
