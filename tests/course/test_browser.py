"""The course as a learner meets it: the real JupyterLab in a real browser, notebooks run, answers typed."""

from __future__ import annotations

import base64
import contextlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.reader import NotJSONError

from tests.helpers.browser import browser_context, save_picture
from tests.helpers.checkout import REPOSITORY
from tests.helpers.lab_server import Lab, running_lab
from tests.wrong_answers.chapter03 import WRONG

LECTURES = sorted(path.stem for path in (REPOSITORY / "notebooks").glob("*.ipynb"))
# nbval runs every lecture. Here run the cells in which the one that builds and crashes most does so and, in the copy,
# what a learner runs first. All lectures follow in `make test-extras`.
CRASHING = "09-native"
CRASHES = (
    *("setup", "bounds-c", "bounds-run", "bounds-sanitised", "exception-cpp", "exception-run", "exception-cured"),
)
EXERCISES = "03-dynamic-features"
# A PNG of one white point.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f0001010100b138f6140000000049454e44ae426082"
)
ANY_BOUNDARY = re.compile(r"^.*### (BEGIN SOLUTION|END SOLUTION|STUB:).*\n?", re.MULTILINE)

# Scrolls through the open notebook, which builds what is in sight only; returns the number of outputs that each cell
# was seen with, by the cell's position, the pictures that were not shown, and the positions of cells with a picture
# that has no alternative text.
SCROLL = """async () => {
    const panel = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
    const pane = panel.querySelector('.jp-WindowedPanel-outer');
    const outputs = {}, broken = [], silent = [];
    for (let before = -1; pane.scrollTop > before; pane.scrollTop += 0.9 * pane.clientHeight) {
        before = pane.scrollTop;
        await new Promise(resolve => setTimeout(resolve, 80));
        for (const cell of panel.querySelectorAll('.jp-Cell')) {
            const shown = [...cell.querySelectorAll('.jp-OutputArea-output')].filter(output => output.offsetHeight > 0);
            const index = cell.dataset.windowedListIndex;
            outputs[index] = Math.max(outputs[index] || 0, shown.length);
            if (cell.querySelector('img:not([alt]), img[alt=""]')) silent.push(index);
            for (const image of cell.querySelectorAll('img'))
                if (image.complete && !image.naturalWidth) broken.push(image.alt || image.src.slice(0, 80));
        }
    }
    pane.scrollTop = 0;
    return [outputs, [...new Set(broken)], [...new Set(silent)]];
}"""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A running lab, a browser beside it, and the list of requests that went anywhere else."""
    with browser_context(width=1400, height=1000) as context:
        elsewhere: list[str] = []
        with running_lab(tmp_path_factory.mktemp("desk")) as lab:
            own = (f"http://127.0.0.1:{lab.port}/", f"ws://127.0.0.1:{lab.port}/", "data:", "blob:")
            context.on("request", lambda r: elsewhere.append(r.url) if not r.url.startswith(own) else None)
            yield lab, context, elsewhere


def wait_for(condition: Callable[[], object], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.25)


def forget_outputs(path: Path) -> None:
    """Remove the stored outputs of a copy, so that only what this run makes can be seen."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)


def open_lab(lab: Lab, page) -> None:
    """Open JupyterLab without a notebook."""
    page.goto(lab.address("/lab") + "&reset")
    page.wait_for_selector(".jp-Launcher, .jp-NotebookPanel", timeout=90_000)


def open_notebook(page, name: str) -> None:
    """Open the notebook ``name`` (its path in the repository) from the menu and wait for its kernel."""
    choose(page, "File", "Open from Path…")
    page.locator(".jp-Dialog input").fill(name)
    page.keyboard.press("Enter")
    tab = f'.lm-DockPanel-tabBar [aria-selected="true"] >> text={Path(name).name}'
    page.wait_for_selector(tab, timeout=90_000)
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell", timeout=90_000)
    wait_for_idle(page, 90)


def wait_for_idle(page, seconds: float) -> None:
    """Wait until the status bar says so: it alone tells a kernel that waits from one that is not there yet."""
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=seconds * 1000)


def saved(page, path: Path) -> nbformat.NotebookNode:
    """What the notebook holds now, by way of the learner's own Save."""
    page.keyboard.press("Control+s")
    found: list[nbformat.NotebookNode] = []

    def whole() -> bool:
        time.sleep(0.5)
        with contextlib.suppress(NotJSONError):  # it is being written at this moment
            found.append(nbformat.read(path, as_version=4))
        return bool(found)

    wait_for(whole, 30, f"{path.name} has been saved")
    return found[0]


def choose(page, menu: str, entry: str) -> None:
    """Choose an entry of one of the lab's menus."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.locator(".lm-Menu").get_by_text(entry, exact=True).click()


def run_all(page, path: Path, seconds: float) -> nbformat.NotebookNode:
    """Run every cell from the menu and wait until the last one has run; the saved notebook."""
    choose(page, "Run", "Run All Cells")
    last = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code" and c.source.strip()][-1].id

    idle = page.locator("#jp-main-statusbar").get_by_text("| Idle")

    def done() -> bool:
        if not idle.count():  # saving is work, and so is reading what was saved
            return False
        notebook = saved(page, path)  # an error ends the run, so there is nothing more to wait for
        return errors_in(notebook) or any(c.id == last and c.execution_count for c in notebook.cells)

    wait_for(done, seconds, "every cell has run")
    wait_for_idle(page, 60)
    return saved(page, path)


def errors_in(notebook: nbformat.NotebookNode) -> list[str]:
    """The errors that no tag announces."""
    return [
        f"{cell.id}: {output.ename}: {output.evalue}"
        for cell in notebook.cells
        if cell.cell_type == "code" and "raises-exception" not in cell.metadata.get("tags", [])
        for output in cell.outputs
        if output.output_type == "error"
    ]


@pytest.fixture(scope="module")
def start(desk):
    """The lab as it was opened, once for all, and how much popped up in its first seconds."""
    lab, context, _ = desk
    page = context.new_page()
    open_lab(lab, page)
    page.wait_for_timeout(3000)
    save_picture(page, "lab-start")
    yield page, page.locator(".Toastify__toast, .jp-Dialog").count()
    page.close()


@pytest.fixture
def page(desk, start):
    """The lab without a notebook: each test opens one in it, and closes it."""
    lab, _, _ = desk
    page, _ = start
    if page.locator(".jp-NotebookPanel, .jp-Dialog").count():  # of a test that failed
        open_lab(lab, page)
    return page


def look_through(page, name: str, expected: list[list]) -> list[list]:
    """Open one more notebook in ``page`` and scroll through it; what `SCROLL` found.

    A busy machine may need more than one passage to draw all of it, so less than ``expected`` is looked for again.
    """
    open_notebook(page, name)
    end = time.monotonic() + 60
    while (found := page.evaluate(SCROLL)) != expected and time.monotonic() < end:
        time.sleep(1)
    save_picture(page, f"lab-stored-{Path(name).stem}")
    close_tab(page)  # what is open goes on being drawn
    return found


def close_tab(page) -> None:
    """Close the notebook in sight as somebody does who wants nothing of it kept."""
    choose(page, "File", "Close Tab")
    closed_or_asked = "!document.querySelector('.jp-NotebookPanel') || document.querySelector('.jp-Dialog')"
    page.wait_for_function(closed_or_asked)
    if (discard := page.locator(".jp-Dialog").get_by_role("button", name="Discard")).count():
        discard.click()
    page.wait_for_selector(".jp-NotebookPanel", state="detached")


@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_shows_all_that_is_stored_in_it(desk, page, name):
    stored = nbformat.read(REPOSITORY / "notebooks" / f"{name}.ipynb", as_version=4)
    expected = [{str(i): len(cell.get("outputs", ())) for i, cell in enumerate(stored.cells)}, [], []]
    found = look_through(page, f"notebooks/{name}.ipynb", expected)
    assert found == expected
    _, _, elsewhere = desk
    assert not elsewhere


def test_outputs_and_pictures_that_do_not_show_or_have_no_words_are_found(desk, page):
    lab, _, _ = desk
    nothing = nbformat.v4.new_output("display_data", {"application/x-nobody-draws-this": "x"})
    dot = {"image/png": base64.b64encode(DOT).decode()}
    silent = nbformat.v4.new_output("display_data", dot)
    told = nbformat.v4.new_output("display_data", dot, metadata={"image/png": {"alt": "a dot"}})
    named = nbformat.v4.new_output("display_data", dot | {"text/plain": "<Figure>"})
    text = nbformat.v4.new_markdown_cell("![not there](not-there.png)")
    cells = [text, *(nbformat.v4.new_code_cell("1", outputs=[one]) for one in (nothing, silent, told, named))]
    lecture = nbformat.read(REPOSITORY / "notebooks" / f"{LECTURES[0]}.ipynb", as_version=4)
    damaged = nbformat.v4.new_notebook(cells=cells, metadata=lecture.metadata)
    nbformat.write(damaged, lab.repository / "damaged.ipynb")
    expected = [{"0": 0, "1": 0, "2": 1, "3": 1, "4": 1}, ["not there"], ["2"]]
    assert look_through(page, "damaged.ipynb", expected) == expected


def test_what_is_built_and_crashes_costs_no_kernel(desk, page):
    lab, _, elsewhere = desk
    lecture = nbformat.read(REPOSITORY / "notebooks" / f"{CRASHING}.ipynb", as_version=4)
    cells = {cell.id: cell for cell in lecture.cells}
    path = lab.repository / "crashes.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cells[i] for i in CRASHES], metadata=lecture.metadata), path)
    forget_outputs(path)
    open_notebook(page, path.name)
    notebook = run_all(page, path, seconds=180)
    save_picture(page, "lab-crashes")
    assert not errors_in(notebook)
    assert [cell.execution_count for cell in notebook.cells] == list(range(1, len(CRASHES) + 1))
    for cell in notebook.cells[1:]:  # each shows as many outputs as where it is stored
        assert len(cell.outputs) == len(cells[cell.id].outputs) > 0, cell.id
    assert not elsewhere
    close_tab(page)


@pytest.mark.measures
@pytest.mark.extras
@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_runs_to_its_end_without_an_error(desk, page, name):
    lab, _, elsewhere = desk
    path = lab.repository / "notebooks" / f"{name}.ipynb"
    forget_outputs(path)
    open_notebook(page, f"notebooks/{name}.ipynb")
    notebook = run_all(page, path, seconds=180)
    save_picture(page, f"lab-{name}")
    assert not errors_in(notebook)
    assert all(c.execution_count for c in notebook.cells if c.cell_type == "code" and c.source.strip())
    assert not elsewhere
    close_tab(page)


class Typist:
    """Types into the cells of an open notebook and runs them, as a learner does."""

    def __init__(self, page, path: Path):
        self.page = page
        self.ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]

    def cell(self, identity: str):
        found = self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{self.ids.index(identity)}"]')
        found.scroll_into_view_if_needed(timeout=30_000)
        return found

    def type(self, identity: str, source: str) -> None:
        self.cell(identity).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def run(self, identity: str) -> str:
        """Run one cell; the text of its output."""
        cell = self.cell(identity)
        cell.locator(".cm-content").click()
        before = cell.locator(".jp-InputPrompt").inner_text()
        self.page.keyboard.press("Control+Enter")
        now = lambda: cell.locator(".jp-InputPrompt").inner_text()  # noqa: E731
        wait_for(lambda: now() != before and "*" not in now(), 120, f"cell {identity} has run")
        wait_for_idle(self.page, 30)
        return cell.locator(".jp-Cell-outputArea").inner_text()


def test_a_learner_types_a_wrong_answer_sees_the_hint_types_the_right_one_and_sees_ok(desk, page):
    lab, _, elsewhere = desk
    path = lab.repository / "exercises" / f"{EXERCISES}.ipynb"
    answers = {c.id: c.source for c in nbformat.read(REPOSITORY / "solutions" / path.name, as_version=4).cells}
    open_notebook(page, f"exercises/{path.name}")
    run_all(page, path, seconds=120)
    typist = Typist(page, path)
    for exercise in ("3.1", "3.2"):
        answer, check = f"{exercise.replace('.', '')}-answer", f"{exercise.replace('.', '')}-check"
        right = ANY_BOUNDARY.sub("", answers[answer])
        magic = right.splitlines()[0] + "\n" if right.startswith("%%") else ""
        wrong, hint = WRONG[exercise][0]
        assert typist.run(check).strip().startswith("TODO")
        typist.type(answer, magic + wrong.strip())
        typist.run(answer)
        said = typist.run(check)
        save_picture(page, f"lab-exercise-{exercise}-wrong")
        assert said.strip().startswith("WRONG") and hint in said, said
        typist.type(answer, right)
        typist.run(answer)
        said = typist.run(check)
        save_picture(page, f"lab-exercise-{exercise}-right")
        assert said.strip().startswith("OK"), said
    assert not elsewhere
    close_tab(page)


def test_the_original_of_an_exercise_comes_into_a_new_cell_below(desk, page):
    lab, _, elsewhere = desk
    path = lab.repository / "exercises" / "00-start-here.ipynb"
    forget_outputs(path)
    original = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}["worth-answer"]
    open_notebook(page, f"exercises/{path.name}")
    typist = Typist(page, path)
    typist.run("setup")
    typist.type("worth-answer", "hours_saved = 'my answer'")
    typist.type("worth-hint", 'reset("0.1")')
    said = typist.run("worth-hint")
    assert said.strip() == "0.1: its original is in the new cell below; your answer stays above."
    save_picture(page, "lab-reset")
    cells = saved(page, path).cells
    asked = typist.ids.index("worth-hint")
    assert cells[asked + 1].source == original and cells[asked + 2].id == "worth-check"
    assert cells[typist.ids.index("worth-answer")].source == "hours_saved = 'my answer'"
    assert not elsewhere
    close_tab(page)


def test_a_function_is_stepped_through_by_click_and_by_key(desk, page):
    lab, _, elsewhere = desk
    path = lab.repository / "notebooks" / "04-bytecode.ipynb"
    forget_outputs(path)
    open_notebook(page, f"notebooks/{path.name}")
    typist = Typist(page, path)
    for identity in ("setup", "own-loop", "own-loop-run", "step-straight"):
        typist.run(identity)
    stepper = typist.cell("step-straight").locator(".stepper")
    assert "step 1 of" in stepper.inner_text()
    for _ in range(3):
        stepper.get_by_role("button", name="Forward").click()
    assert "step 4 of" in stepper.inner_text() and "9" in stepper.inner_text()
    save_picture(page, "lab-stepper")
    stepper.focus()
    page.keyboard.press("ArrowLeft")
    assert "step 3 of" in stepper.inner_text() and "9" not in stepper.locator(".stack").inner_text()
    assert not elsewhere
    close_tab(page)


def test_a_learner_opens_the_course_for_the_first_time_and_runs_the_first_chapter(tmp_path, desk):
    """By the learner's door: their own copy, without an answer below its question, and all that it shows."""
    _, beside, _ = desk
    fresh = beside.browser.new_context(viewport={"width": 1400, "height": 1000})
    with fresh as context, running_lab(tmp_path, on="") as lab:
        path = lab.root / "notebooks" / f"{LECTURES[0]}.ipynb"
        original = (lab.repository / "notebooks" / path.name).read_bytes()
        page = context.new_page()
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(re.search(r"http://\S+", lab.printed)[0])
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=90_000)
        wait_for_idle(page, 90)
        outputs, broken, _ = page.evaluate(SCROLL)
        save_picture(page, "learner-first-start")
        assert page.title().startswith(path.stem[:2]) and not broken and not any(outputs.values())
        assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0
        notebook = run_all(page, path, seconds=180)
        shown, broken, silent = page.evaluate(SCROLL)
        save_picture(page, "learner-first-chapter")
        assert not errors_in(notebook) and not broken and not silent and sum(shown.values()) > 10
        assert all(c.execution_count for c in notebook.cells if c.cell_type == "code" and c.source.strip())
        assert page.locator(".Toastify__toast, .jp-Dialog").count() == 0
        assert all(url.startswith((f"http://127.0.0.1:{lab.port}/", "data:", "blob:")) for url in requests)
        assert (lab.repository / "notebooks" / path.name).read_bytes() == original


def test_nothing_pops_up_when_the_course_is_opened(desk, start):
    _, popped_up = start
    assert popped_up == 0
    _, _, elsewhere = desk
    assert not elsewhere
