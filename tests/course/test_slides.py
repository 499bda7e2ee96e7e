"""The slides: complete, self-contained, and readable; measured in a browser where that decides."""

from __future__ import annotations

import base64
import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import nbformat
import pandas
import pytest
from matplotlib.figure import Figure

from tests.helpers.browser import browser_context, save_picture
from tests.helpers.checkout import REPOSITORY
from tests.helpers.sample import LOOP, cell, picture, shown, write_lecture
from unladen.course import browser, prose, slide_cells, slide_report, slides
from unladen.course.slide_report import Look
from unladen.show import Table, duration

pytestmark = pytest.mark.chapters

LECTURES = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))

SIZE = {"width": 1280, "height": 720}


@dataclass
class Shown:
    """A deck as it is open, what was seen of it, all that is wrong with it, every request that it makes of anyone."""

    page: object
    seen: Look
    wrong: list[str]
    requests: list[str]


def look(context, deck) -> Shown:
    """Open a deck and step through it with the key →."""
    requests: list[str] = []
    errors: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = browser.open_deck(context, deck)
    seen = slide_report.look(page)
    own = deck.resolve().as_uri()
    return Shown(page, seen, errors + seen.wrong, [r for r in requests if not r.startswith(("data:", own))])


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
    slide_cells.arrange(notebook)
    assert [slide_cells.slide_type(c) for c in notebook.cells] == ["slide", "-", "slide", "-"]


def test_a_removed_cell_leaves_its_slide_to_the_next_one():
    removed = cell("x = 1", (), "slide", ("remove-cell",))
    notebook = nbformat.v4.new_notebook(cells=[cell("y = 1", (), "slide"), removed, cell("z = 1")])
    slide_cells.arrange(notebook)
    assert [(c.source, slide_cells.slide_type(c)) for c in notebook.cells] == [("y = 1", "slide"), ("z = 1", "slide")]


def test_a_line_below_marks_a_heading_as_well_as_signs_before_it(tmp_path):
    opens = ["Title\n=====", "Two\n---\n\nwords", " ## Three ##", "\n## Four", "#\tFive"]
    does_not = ["- a\n---", "> b\n---", "words\n\n---", "| a | b |\n|---|---|", "```\n## c\n```", "#d", "### e", "---"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text) for text in opens + does_not])
    nbformat.write(notebook, tmp_path / "t.ipynb")
    assert "<title>Title</title>" in slides.export(tmp_path / "t.ipynb")
    slide_cells.arrange(notebook)
    assert [slide_cells.slide_type(c) for c in notebook.cells] == ["slide"] * len(opens) + ["-"] * len(does_not)


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


def test_the_measure_finds_what_is_wrong(sample):
    page = sample.page
    before = slide_report.measure(page)
    worse = "<p style=height:800px>x</p><img><p style=font-size:9px>tiny</p>"
    page.evaluate(f"Reveal.getCurrentSlide().insertAdjacentHTML('beforeend', '{worse}')")
    page.evaluate("Reveal.getCurrentSlide().querySelectorAll('h1, h2, h3').forEach(h => { h.hidden = true; })")
    found = slide_report.measure(page)
    page.evaluate("for (let n = 0; n < 3; n++) Reveal.getCurrentSlide().lastElementChild.remove()")
    page.evaluate("Reveal.getCurrentSlide().querySelectorAll('[hidden]').forEach(h => { h.hidden = false; })")
    assert not before["wrong"] and before["heading"] and before["smallest"] >= 14
    assert any(w.startswith("too tall") for w in found["wrong"])
    assert "a picture without alternative text" in found["wrong"]
    assert (found["smallest"], found["where"], found["heading"]) == (9, "tiny", False)
    assert slide_report.measure(page) == before


def test_an_answer_is_folded_until_it_is_asked_for(sample):
    folds = sample.page.evaluate("[...document.querySelectorAll('.jp-MarkdownOutput details')].map(d => d.open)")
    assert folds == [False]


def test_a_deck_prints_one_page_a_slide(sample, deck, tmp_path):
    total = sample.page.evaluate("Reveal.getTotalSlides()")
    with ThreadPoolExecutor(1) as beside:  # it starts a browser of its own, and a thread can have only one
        beside.submit(browser.print_pdf, deck, tmp_path / "deck.pdf").result()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", (tmp_path / "deck.pdf").read_bytes())) == total


def test_the_right_arrow_reaches_every_slide_and_step_and_the_left_arrow_goes_back_the_same_way(sample):
    page, seen = sample.page, sample.seen.seen
    total = page.evaluate("Reveal.getTotalSlides()")
    assert whole_walk(page, sample.seen) and len(seen) > total
    page.evaluate("Reveal.slide(...Object.values(Reveal.getIndices(Reveal.getSlides().at(-1))), 99)")
    back = []
    for _ in seen:
        back.append(slide_report.where(page))
        page.keyboard.press("ArrowLeft")
    assert back[::-1] == seen


def whole_walk(page, seen: Look) -> bool:
    """Whether the key → has shown each slide once, in order, and each of its steps."""
    slides_seen = list(dict.fromkeys(slide for slide, _ in seen.seen))
    steps = page.evaluate(
        "Reveal.getSlides().map(slide => [...slide.querySelectorAll('.fragment')])"
        ".map(found => new Set(found.map(fragment => fragment.dataset.fragmentIndex)).size)"
    )
    shown = page.evaluate("[...document.querySelectorAll('.slides .fragment')].every(f => f.matches('.visible'))")
    return slides_seen == list(range(len(steps))) and len(seen.seen) == len(steps) + sum(steps) and shown


RACE = """times = race({"Python": f, "C": g})"""


def race_of(code: str):
    """A race as it is stored: a table, a chart of two bars, and what a claim said."""
    chart = io.BytesIO()
    Figure(figsize=(9, 2.4)).savefig(chart, format="png", dpi=144)
    table = Table(["contender", "best"], [["Python", duration(0.0312)], ["C", duration(0.0011)]])
    figure = {"image/png": base64.b64encode(chart.getvalue()).decode(), "text/plain": "[figure]"}
    metadata = {"image/png": {"alt": "Two bars", "smallest": 12}}
    said = nbformat.v4.new_output("stream", name="stdout", text="✓ C wins: measured ≈ 28.4 ×, claimed at least 4 ×\n")
    return cell(code, [*shown(table), nbformat.v4.new_output("display_data", data=figure, metadata=metadata), said])


def test_an_answer_waits_for_a_key_and_what_is_said_of_it_for_one_more_and_paper_has_all(tmp_path, context):
    question = (
        "## Which wins?\n\nPython, or C?\n\n<details><summary>Choose before you run</summary>\n\n- C.\n\n</details>"
    )
    guess = cell('guess("03.1", ...)', [nbformat.v4.new_output("stream", name="stdout", text="waits for your guess")])
    deck = exported(tmp_path, question, guess, race_of(RACE), "It was C.")
    page = browser.open_deck(context, deck)
    words, keys = ["Choose before", "times = race", "31.2 ms", "C wins: measured 28.4 ×", "It was C."], []
    for _ in range(3):
        slide = page.evaluate("Reveal.getCurrentSlide().innerText")  # of what is visible
        keys.append([word in " ".join(slide.split()) for word in words])
        page.keyboard.press("ArrowRight")
    opened = page.evaluate("document.querySelector('details').open")
    printed = browser.open_deck(context, deck, "?print-pdf")
    printed.wait_for_selector(".pdf-page")
    paper = " ".join(printed.evaluate("document.body.innerText").split())
    assert keys == [[True, True, False, False, False], [True, True, True, True, False], [True] * 5]
    assert opened and all(word in paper for word in words)
    assert "waits for your guess" not in deck.read_text(encoding="utf-8").partition("</main>")[0]


def test_code_that_claims_the_answer_waits_for_a_key_of_its_own(tmp_path, context):
    said = [nbformat.v4.new_output("stream", name="stdout", text="✓ C wins: measured 28.4 ×, claimed at least 4 ×\n")]
    deck = exported(tmp_path, "## One\n\nWhich wins?", cell('claim("C wins", 28.4, at_least=4)', said))
    page, keys = browser.open_deck(context, deck), []
    for _ in range(3):
        keys.append([word in page.evaluate("Reveal.getCurrentSlide().innerText") for word in ("claim(", "✓ C wins")])
        page.keyboard.press("ArrowRight")
    assert keys == [[False, False], [True, False], [True, True]]


def test_a_cell_of_the_slide_type_fragment_waits_as_well(tmp_path, context):
    later = nbformat.v4.new_markdown_cell("Later.", metadata={"slideshow": {"slide_type": "fragment"}})
    page = browser.open_deck(context, exported(tmp_path, "## One", "Now.", later))
    before = page.evaluate("Reveal.getCurrentSlide().innerText")
    page.keyboard.press("ArrowRight")
    assert "Now." in before and "Later." not in before
    assert "Later." in page.evaluate("Reveal.getCurrentSlide().innerText")


def test_a_slide_uses_its_width_a_table_stands_beside_its_chart(tmp_path, context):
    page = browser.open_deck(context, exported(tmp_path, "## A race", race_of(RACE)))
    code, table, chart = (
        page.evaluate(f"document.querySelector('.slides {what}').closest('.block').getBoundingClientRect().toJSON()")
        for what in (".jp-InputArea-editor", "table", "img")
    )
    assert page.evaluate("Reveal.getTotalSlides()") == 1
    beside = [one["right"] < chart["left"] and one["bottom"] > chart["top"] for one in (code, table)]
    assert any(beside) or code["right"] < table["left"]


def test_a_picture_is_made_no_smaller_than_its_letters_can_be_read(tmp_path, context):
    letters = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 800" width="1200" height="800">{}</svg>'
    (tmp_path / "small.svg").write_text(letters.format('<text x="9" y="99" font-size="19">Read me</text>'))
    paragraph = "Much is said of it before it is shown. " * 12
    shown = look(context, exported(tmp_path, f"## A picture\n\n{paragraph}\n\n![Letters](small.svg)", paragraph))
    (tmp_path / "small.svg").write_text(letters.format('<text x="9" y="99" font-size="9">Read me</text>'))
    worse = look(context, exported(tmp_path, "## A picture\n\n![Letters](small.svg)"))
    assert not shown.wrong and not shown.seen.small and not shown.seen.headless
    assert len(worse.seen.small) == 1 and worse.seen.small[0].endswith("px, picture: Letters")


def test_a_name_in_code_a_line_of_a_listing_and_a_factor_are_not_broken(tmp_path, context):
    wide = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 930 540" width="930" height="540">{}</svg>'
    (tmp_path / "p.svg").write_text(wide.format('<text x="9" y="99" font-size="14">Read me</text>'))
    long = "x = " + "1 + " * 26 + "1"
    listing = f'<div class="highlight"><pre>{long}</pre></div>'
    source = nbformat.v4.new_output("display_data", data={"text/html": listing, "text/plain": ""})
    factor = nbformat.v4.new_output("stream", name="stdout", text=f"✓ {'a' * 93} 28.4 ×\n")
    text = f"## One\n\n{'Some words here. ' * 12} `native/ladder.cpp` has them.\n\n![p](p.svg)"
    page = browser.open_deck(context, exported(tmp_path, text, cell("source", [source]), cell("claim", [factor])))
    lines = page.evaluate(
        """() => [document.querySelector('p code').getClientRects().length,
            ...[...document.querySelectorAll('.slides .jp-OutputArea-child pre')].map(pre =>
                Math.round(pre.offsetHeight / parseFloat(getComputedStyle(pre).lineHeight)))]"""
    )
    assert lines[:2] == [1, 1]
    assert "28.4\u00a0×" in page.evaluate("document.querySelector('.slides').textContent")


def test_keys_are_told_and_a_screen_reader_reads_line_by_line(sample):
    page = sample.page
    page.keyboard.press("?")
    told = page.evaluate("document.querySelector('.r-overlay-help')?.innerText")
    page.keyboard.press("Escape")
    assert "Next slide" in told
    assert page.evaluate("document.querySelector('[role=application]')") is None


def test_the_speaker_sees_notes_a_clock_and_the_whole_next_heading(tmp_path, context):
    note = nbformat.v4.new_markdown_cell("**For the speaker, 4 minutes.** Ask for hands.", metadata={"tags": ["notes"]})
    page = browser.open_deck(context, exported(tmp_path, "# A title", "## One", note, cell(LOOP), "## Two", "words"))
    timings = page.evaluate("Reveal.getSlides().map(slide => slide.dataset.timing)")
    with context.expect_page() as opened:
        page.keyboard.press("s")
    view = opened.value
    page.keyboard.press("ArrowRight")
    view.wait_for_function("document.querySelector('.speaker-controls-notes .value')?.innerText.includes('hands')")
    label = view.evaluate(
        "() => { const box = selector => document.querySelector(selector).getBoundingClientRect();"
        " return (box('#upcoming-slide .label').top - box('#upcoming-slide').top) / box('#upcoming-slide').height; }"
    )
    pacing = view.evaluate("getComputedStyle(document.querySelector('.pacing')).display")
    save_picture(view, "deck-speaker")
    assert timings == [None, "240", None]
    assert label > 0.7 and pacing != "none"
    assert "hands" not in page.evaluate("Reveal.getCurrentSlide().innerText")


def test_a_route_is_a_word_and_its_decks_a_folder(tmp_path, capsys):
    assert slides.main(["03", "--route", "90", "--to", str(tmp_path)]) == 0
    assert [path.name for path in (tmp_path / "route-90").iterdir()] == ["03-dynamic-features.html"]
    assert slides.main(["05", "--route", "90", "--to", str(tmp_path)]) == 1
    assert slides.main(["--route", "45", "--to", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "its chapters are 00, 03, 10" in told and "there are 90, half-day, two-days" in told


def test_all_slides_are_put_on_one_sheet_with_a_line_about_them(deck, tmp_path):
    with ThreadPoolExecutor(1) as beside:
        told = beside.submit(slide_report.report, deck, tmp_path).result()
    slides_shown = len(list(tmp_path.glob("90-sample-[0-9]*.png")))
    assert told.startswith(f"{slides_shown} slides, ") and "0 without a heading" in told
    assert (tmp_path / "90-sample-sheet.png").stat().st_size > 10_000


@pytest.mark.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
def test_every_lecture_fits_its_slides_and_asks_nobody(lecture, tmp_path, context):
    assert slides.main([str(lecture), "--to", str(tmp_path)]) == 0
    deck = tmp_path / f"{lecture.stem}.html"
    looked = look(context, deck)
    seen, page = looked.seen, looked.page
    assert not looked.wrong
    assert not looked.requests
    assert whole_walk(page, seen)
    assert not seen.headless
    assert len(seen.low) <= slide_report.MANY * len(seen.filled), seen.low
    assert not seen.small
    assert "≈" not in page.evaluate("document.querySelector('.slides').textContent")
    assert not page.evaluate(TORN_APART)
    assert hidden_answers(page, lecture)
    assert not page.evaluate(PARTED)
    if lecture.stem == "04-bytecode":
        assert looked.page.locator(".stepper").count() >= 4
        assert not page.evaluate(CUT_STEPS)
        prints_each_step_in_a_table(context, deck)


# Races (cells whose results begin with a table and a chart) of which these two are not on one slide.
TORN_APART = """() => {
    const results = {};
    for (const block of document.querySelectorAll('.slides .block:has(> .jp-OutputArea-child)'))
        (results[block.dataset.cell] ||= []).push(block);
    const places = Object.values(results).map(blocks => ['table:not(pre table)', '.picture'].map(what =>
        blocks.find(block => block.querySelector(what))));
    return places.filter(([table, chart]) => table && chart && table.closest('section') !== chart.closest('section'))
        .map(([table]) => table.dataset.cell);
}"""


# Choices at the top of a slide whose question is on the one before.
PARTED = """() => [...document.querySelectorAll('.slides .continued + .block:has(> ul > li > strong:first-child)')]
    .map(block => block.textContent.trim()).filter(text => /^a\\s/.test(text))"""
# Lines of the steppers' listings, at any step, that end in "…".
CUT_STEPS = """() => [...document.querySelectorAll('.unladen-steps')].flatMap(steps => {
    const { h, v } = Reveal.getIndices(steps.closest('section')), slider = steps.querySelector('input'), cut = [];
    Reveal.slide(h, v);
    for (slider.value = 0; ; slider.value++) {
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        const lines = [...steps.querySelectorAll('.listing div')];
        cut.push(...lines.filter(line => line.scrollWidth > line.clientWidth + 1).map(line => line.textContent));
        if (slider.value === slider.max) return cut;
    }
})"""


def hidden_answers(page, lecture) -> bool:
    """Whether no result that answers a question is in sight together with its code before a key is pressed."""
    notebook = nbformat.read(lecture, as_version=4)
    slide_cells.arrange(notebook)
    asked = [f"cell-id={c.id}" for c in notebook.cells if slide_cells.ANSWERS in c.metadata.get("tags", [])]
    together = page.evaluate(
        """asked => asked.filter(cell => {
            const blocks = [...document.querySelectorAll(`.slides .block[data-cell="${cell}"]`)];
            const slide = blocks.find(block => block.querySelector('.jp-InputArea-editor'))?.closest('section');
            const shown = blocks.filter(block => block.matches(':has(> .jp-OutputArea-child):not(.fragment)'));
            return slide && shown.some(block => block.closest('section') === slide);
        })""",
        asked,
    )
    return bool(asked) and not together


def prints_each_step_in_a_table(context, deck) -> None:
    """On paper nobody clicks: the steps of a function are all there."""
    printed = browser.open_deck(context, deck, "?print-pdf")
    assert printed.locator(".stepper").count() == 0
    assert printed.locator(".strip tr[data-at]").count() >= 50
    save_picture(printed, "deck-printed")
    pdf = printed.pdf(prefer_css_page_size=True)
    assert len(pdf) > 100_000
