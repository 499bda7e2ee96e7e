"""The slides: complete, self-contained, and readable; measured in a browser where that decides."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import nbformat
import pandas
import pytest

from tests.helpers.browser import browser_context, save_picture
from tests.helpers.checkout import REPOSITORY
from tests.helpers.sample import LOOP, cell, picture, write_lecture
from unladen.course import browser, prose, slides

pytestmark = pytest.mark.chapters

LECTURES = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))

# What is wrong with a slide as it is shown, in pixels of a 1280 × 720 screen.
MEASURE = """() => {
    const slide = Reveal.getCurrentSlide(), scale = Reveal.getScale(), wrong = [];
    const range = document.createRange();
    const walk = document.createTreeWalker(slide, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const holder = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        if (holder.closest('aside, details:not([open]) > :not(summary)')) continue; // folded away: not on the slide
        range.selectNode(node);
        for (const box of node === holder ? [node.getBoundingClientRect()] : range.getClientRects()) {
            if (box.bottom / scale > 720) wrong.push(`too tall: ${Math.round(box.bottom / scale)} px`);
            if (box.right / scale > 1280) wrong.push(`too wide: ${Math.round(box.right / scale)} px`);
        }
    }
    for (const pre of slide.querySelectorAll('pre')) {
        const words = pre.textContent.slice(0, 60);
        if (pre.offsetParent && pre.scrollWidth > pre.clientWidth + 1) wrong.push(`clipped: ${words}`);
        if (parseFloat(getComputedStyle(pre).fontSize) < 14) wrong.push(`too small: ${words}`);
    }
    for (const code of slide.querySelectorAll('.jp-InputArea-editor'))
        if (code.scrollWidth > code.clientWidth + 1) wrong.push(`clipped: ${code.textContent.slice(0, 60)}`);
    for (const image of slide.querySelectorAll('img')) {
        if (!image.alt.trim()) wrong.push('a picture without alternative text');
        if (!image.naturalWidth) wrong.push(`a picture that is not shown: ${image.alt}`);
    }
    if (!slide.innerText.trim() && !slide.querySelector('img')) wrong.push('an empty slide');
    return [...new Set(wrong)];
}"""


SIZE = {"width": 1280, "height": 720}


@dataclass
class Shown:
    """A deck as it is open, all that is wrong with its slides, and every request that it makes of anyone."""

    page: object
    wrong: list[str]
    requests: list[str]


def look(context, deck) -> Shown:
    """Open a deck and look at each of its slides."""
    requests: list[str] = []
    errors: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = browser.open_deck(context, deck)
    for number in range(page.evaluate("Reveal.getTotalSlides()")):
        browser.show_slide(page, number)
        errors += [f"slide {number + 1}: {words}" for words in page.evaluate(MEASURE)]
    own = deck.resolve().as_uri()
    return Shown(page, errors, [r for r in requests if not r.startswith(("data:", own))])


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """The sample lecture as a deck."""
    folder = tmp_path_factory.mktemp("sample")
    lecture = write_lecture(folder)
    assert slides.main([str(lecture), "--to", str(folder / "out ü")]) == 0
    return folder / "out ü" / "90-sample.html"


@pytest.fixture(scope="module")
def chromium():
    """One browser for all; each test has a context in it that is as good as new."""
    with browser_context() as context:
        yield context.browser


@pytest.fixture
def context(chromium):
    """A place of its own for the pages of one test."""
    with chromium.new_context(viewport=SIZE) as made:
        yield made


@pytest.fixture(scope="module")
def sample(chromium, deck):
    """The sample's deck, opened and looked through; tests that read it leave it as it was."""
    with chromium.new_context(viewport=SIZE) as made:
        yield look(made, deck)


def test_a_deck_is_one_file_that_names_no_other(deck):
    page = deck.read_text(encoding="utf-8")
    shown, _, _ = page.partition("</main>")
    assert not re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', shown)
    assert "url(http" not in page and "@import" not in shown
    assert list(deck.parent.iterdir()) == [deck]


def test_nothing_is_executed_and_what_is_stored_is_shown(deck):
    page = deck.read_text(encoding="utf-8")
    assert "31.2 ms" in page and "28.4 ×" in page


def test_tags_decide_what_is_shown(deck):
    page = deck.read_text(encoding="utf-8")
    assert "secret" not in page
    assert "load_ext" not in page
    assert 'alt="Two bars: Python takes 28 times as long as C"' in page
    assert re.search(r'<aside class="notes">.*?swallow weighs', page, re.DOTALL)


def test_a_cell_in_c_is_highlighted_as_c(tmp_path):
    path = tmp_path / "c.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[cell("%%c adder\nlong long run(const int *numbers);", (), "slide")])
    nbformat.write(notebook, path)
    assert '<span class="kt">long</span>' in slides.export(path)


def test_formulas_bring_mathjax_and_only_they(tmp_path, deck):
    assert "window.MathJax = " in deck.read_text(encoding="utf-8")
    plain = tmp_path / "plain.ipynb"
    heading = nbformat.v4.new_markdown_cell("# It costs $5\n\nand `$HOME` is no formula")
    nbformat.write(nbformat.v4.new_notebook(cells=[heading]), plain)
    assert slides.main([str(plain), "--to", str(tmp_path)]) == 0
    assert "window.MathJax = " not in (tmp_path / "plain.html").read_text(encoding="utf-8")


def test_a_notebook_without_slide_tags_begins_one_at_each_heading(tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# One"),
            cell(LOOP),
            nbformat.v4.new_markdown_cell("## Two"),
            nbformat.v4.new_markdown_cell("### not a third"),
        ]
    )
    slides.arrange(notebook)
    assert [slides.slide_type(c) for c in notebook.cells] == ["slide", "-", "slide", "-"]


def test_a_removed_cell_leaves_its_slide_to_the_next_one():
    removed = cell("x = 1", (), "slide", ("remove-cell",))
    notebook = nbformat.v4.new_notebook(cells=[cell("y = 1", (), "slide"), removed, cell("z = 1")])
    slides.arrange(notebook)
    assert [(c.source, slides.slide_type(c)) for c in notebook.cells] == [("y = 1", "slide"), ("z = 1", "slide")]


def test_a_line_below_marks_a_heading_as_well_as_signs_before_it(tmp_path):
    opens = ["Title\n=====", "Two\n---\n\nwords", " ## Three ##", "\n## Four", "#\tFive"]
    does_not = ["- a\n---", "> b\n---", "words\n\n---", "| a | b |\n|---|---|", "```\n## c\n```", "#d", "### e", "---"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text) for text in opens + does_not])
    nbformat.write(notebook, tmp_path / "t.ipynb")
    assert "<title>Title</title>" in slides.export(tmp_path / "t.ipynb")
    slides.arrange(notebook)
    assert [slides.slide_type(c) for c in notebook.cells] == ["slide"] * len(opens) + ["-"] * len(does_not)


PICTURES = {
    "![x](my%20pic.png)": "my pic.png",
    "![x](<my pic.png>)": "my pic.png",
    "![x][one]\n\n[one]: my%20pic.png": "my pic.png",
    '<img src="my%20pic.png" alt="x">': "my pic.png",
    "![x](pic.png?size=2#part)": "pic.png",
    "![x](a%23b%3F.png)": "a#b?.png",
    "![x](50%25.png)": "50%.png",
    "![x](%C3%BC.png)": "\u00fc.png",
    "![x](\u00fc.png)": "u\u0308.png",
    "![x](u\u0308/\u00fc.png)": "\u00fc/u\u0308.png",
    "![x](a&b.png)": "a&b.png",
    '<img src="a&amp;b.png" alt="x">': "a&b.png",
    "![x](my%20pic.png) ": "my%20pic.png",
}


@pytest.mark.parametrize("text, name", PICTURES.items())
def test_a_picture_is_found_by_its_address(tmp_path, text, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(picture())
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# One\n\n" + text)])
    nbformat.write(notebook, tmp_path / "t.ipynb")
    assert slides.export(tmp_path / "t.ipynb").count('src="data:image/png;base64,') == 1
    assert not [said for said in prose.complaints(text, tmp_path) if "not there" in said]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("no%20such.png", "a picture is missing: no%20such.png, as seen from lessons/"),
        ("https://example.org/a.png", "save it beside the notebook"),
        ("//example.org/a.png", "save it beside the notebook"),
    ],
)
def test_a_picture_that_is_not_there_is_named_with_its_folder(tmp_path, monkeypatch, capsys, address, words):
    (tmp_path / "lessons").mkdir()
    monkeypatch.chdir(tmp_path / "lessons")
    text = nbformat.v4.new_markdown_cell(f"# One\n\n![x]({address})")
    nbformat.write(nbformat.v4.new_notebook(cells=[text]), "t.ipynb")
    assert slides.main(["t.ipynb", "--to", str(tmp_path)]) == 1
    assert words in capsys.readouterr().err


def test_a_missing_picture_is_named(tmp_path, capsys):
    lecture = write_lecture(tmp_path)
    (tmp_path / "dot.png").unlink()
    assert slides.main([str(lecture), "--to", str(tmp_path)]) == 1
    assert "dot.png" in capsys.readouterr().err


def test_the_sample_fits_its_slides_and_asks_nobody(sample):
    assert not sample.wrong
    assert not sample.requests


def test_a_long_listing_goes_on_to_the_next_slides_and_loses_no_line(sample):
    shown = sample.page.evaluate("[...document.querySelectorAll('pre.v')].map(pre => pre.textContent).join('')")
    titles = sample.page.evaluate("[...document.querySelectorAll('summary')].map(s => s.textContent)")
    columns = sample.page.evaluate("getComputedStyle(document.querySelector('pre.v')).columnCount")
    assert [line.split(":")[0].strip() for line in shown.splitlines() if line] == [f"{4 * n:x}" for n in range(70)]
    assert "adder.run, cc -O3 (continued)" in titles
    assert columns == "2"


def test_a_long_table_goes_on_under_its_headings(sample):
    tables = sample.page.evaluate(
        "[...document.querySelectorAll('table')].map(t => [...t.rows].map(r => r.cells[1].textContent))"
    )
    powers = [t for t in tables if t[0] == "its square"]
    assert len(powers) > 1
    assert [row for table in powers for row in table[1:]] == [str(n * n) for n in range(40)]


def exported(folder, *cells):
    """A deck of these cells."""
    texts = [nbformat.v4.new_markdown_cell(c) if isinstance(c, str) else c for c in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=texts), folder / "t.ipynb")
    assert slides.main([str(folder / "t.ipynb"), "--to", str(folder)]) == 0
    return folder / "t.html"


def test_a_slide_that_goes_on_carries_the_heading_that_is_in_force_there(tmp_path, context):
    paragraphs = "\n\n".join(f"Paragraph {n}. {'word ' * 60}" for n in range(8))
    deck = exported(tmp_path, f"## First\n\n{paragraphs}", f"### Second\n\n{paragraphs}", "### Third\n\nshort")
    headings = browser.open_deck(context, deck).evaluate(
        "Reveal.getSlides().map(s => [...s.querySelectorAll('h2, h3')]"
        ".map(h => h.textContent + (h.closest('.continued') ? ' …' : '')))"
    )
    flat = [heading for slide in headings for heading in slide]
    assert flat[0] == "First" and flat.count("Second") == flat.count("Third") == 1
    assert set(flat[1 : flat.index("Second")]) == {"First …"}
    assert set(flat[flat.index("Second") + 1 : flat.index("Third")]) == {"Second …"}


def wide(rows: int, columns: int) -> tuple[list, str]:
    """The numbers of a table, each once, and the table as pandas writes it."""
    frame = pandas.DataFrame(
        [[1_000_000 + 1000 * row + column for column in range(columns)] for row in range(rows)],
        columns=[f"column {n}" for n in range(columns)],
        index=[f"row {n}" for n in range(rows)],
    )
    return [str(number) for number in frame.to_numpy().flat], frame._repr_html_()


@pytest.mark.parametrize(("columns", "parts"), [(16, 1), (40, 3)])
def test_a_table_wider_than_a_slide_shows_all_of_its_columns(tmp_path, context, columns, parts):
    with pandas.option_context("display.max_columns", 100, "display.show_dimensions", True):
        numbers, table = wide(4, columns)
    output = nbformat.v4.new_output("display_data", data={"text/html": table, "text/plain": ""})
    headings = "|".join(f" heading {n} " for n in range(columns))
    marked_down = f"{headings}\n{'|'.join(['---'] * columns)}\n{'|'.join(f' {2_000_000 + n} ' for n in range(columns))}"
    texts = f"## Text\n\n{marked_down}", "## Word\n\n" + "x" * 400
    deck = exported(tmp_path, "## A frame", cell("frame", [output]), *texts)
    looked = look(context, deck)
    page = looked.page
    shown = page.evaluate("[...document.querySelectorAll('td')].map(cell => cell.textContent)")
    labels = page.evaluate("[...document.querySelectorAll('tbody th')].map(label => label.textContent)")
    ends = page.evaluate("[...document.querySelectorAll('p')].filter(p => p.textContent.includes('columns')).length")
    save_picture(page, f"deck-wide-{columns}")
    assert not looked.wrong
    assert sorted(shown) == sorted(numbers + [str(2_000_000 + n) for n in range(columns)])
    assert labels == [f"row {n}" for n in range(4)] * parts
    assert ends == 1


def test_a_table_whose_headings_are_joined_can_be_scrolled(tmp_path, context):
    cells = "".join(f"<td>number{10**9 + n}</td>" for n in range(24))
    table = f"<table><tr><th colspan=24>all of them</th></tr><tr>{cells}</tr></table>"
    output = nbformat.v4.new_output("display_data", data={"text/html": table, "text/plain": ""})
    deck = exported(tmp_path, "## One", cell("table", [output]))
    looked = look(context, deck)
    area = looked.page.locator(".jp-OutputArea-child")
    area.evaluate("area => { area.scrollLeft = 1e6; }")
    reached = area.evaluate("area => area.querySelector('td:last-child').getBoundingClientRect().right")
    assert any(w.startswith("slide 1: too wide") for w in looked.wrong)  # and whoever looks at the decks hears of it
    assert reached <= 1280


def test_the_measure_finds_a_slide_that_is_too_full(sample):
    page = sample.page
    page.evaluate("Reveal.getCurrentSlide().insertAdjacentHTML('beforeend', '<p style=height:800px>x</p><img>')")
    wrong = page.evaluate(MEASURE)
    page.evaluate("for (let n = 0; n < 2; n++) Reveal.getCurrentSlide().lastElementChild.remove()")
    assert not page.evaluate(MEASURE)
    assert any(w.startswith("too tall") for w in wrong)
    assert "a picture without alternative text" in wrong


def test_an_answer_is_folded_until_it_is_asked_for(sample):
    folds = sample.page.evaluate("[...document.querySelectorAll('.jp-MarkdownOutput details')].map(d => d.open)")
    assert folds == [False]


def test_a_deck_prints_one_page_a_slide(sample, deck, tmp_path):
    total = sample.page.evaluate("Reveal.getTotalSlides()")
    with ThreadPoolExecutor(1) as beside:  # it starts a browser of its own, and a thread can have only one
        beside.submit(browser.print_pdf, deck, tmp_path / "deck.pdf").result()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", (tmp_path / "deck.pdf").read_bytes())) == total


@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_every_lecture_fits_its_slides_and_asks_nobody(lecture, tmp_path, context):
    assert slides.main([str(lecture), "--to", str(tmp_path)]) == 0
    deck = tmp_path / f"{lecture.stem}.html"
    looked = look(context, deck)
    assert not looked.wrong
    assert not looked.requests
    if lecture.stem == "04-bytecode":
        assert looked.page.locator(".stepper").count() >= 4
        prints_each_step_in_a_table(context, deck)


def prints_each_step_in_a_table(context, deck) -> None:
    """On paper nobody clicks: the steps of a function are all there."""
    printed = browser.open_deck(context, deck, "?print-pdf")
    assert printed.locator(".stepper").count() == 0
    assert printed.locator(".strip tr[data-at]").count() >= 50
    save_picture(printed, "deck-printed")
    pdf = printed.pdf(prefer_css_page_size=True)
    assert len(pdf) > 100_000
