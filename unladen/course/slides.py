"""Export notebooks as slides, one self-contained file each: ``make slides``, ``python -m unladen slides [NOTEBOOK …]``.

Nothing is executed: the decks show the outputs stored in the notebooks. reveal.js and MathJax come out of installed
packages and are written into the deck, so it opens anywhere, with no request to any server.

Which cells are shown, and what waits for a key, is decided in ``slide_cells.py``; how they are laid out, and where a
slide ends, where it can be measured: in the deck itself (``slides_template/pages.js``).
"""

from __future__ import annotations

import argparse
import base64
import functools
import importlib.util
import mimetypes
import re
import sys
from html import unescape
from pathlib import Path

from unladen.course import prose, routes
from unladen.course.notebooks import NotebookError, find
from unladen.course.slide_cells import arrange

REPOSITORY = Path(__file__).resolve().parent.parent.parent
TEMPLATE = Path(__file__).with_name("slides_template")
MATHJAX = r"""window.MathJax = {
  tex: { inlineMath: [["$", "$"], ["\\(", "\\)"]] },
  options: {
    enableMenu: false,
    ignoreHtmlClass: "jp-InputArea-editor|jp-OutputArea-child",
    processHtmlClass: "jp-RenderedLatex",
  },
  svg: { fontCache: "local" },
};"""
# The speaker view's labels would cover the heading of the slide that is to come.
LABEL = ".overlay-element {"
ASIDE = "#upcoming-slide .label, #speaker-layout { top: auto !important; bottom: 10px; right: auto; } "
POINTS = 12  # the smallest letters of the course's charts
FORMULA = re.compile(r"\$\$|\\\(|\\\[|\\begin\{|(?<!\\)\$[^\s$](?:[^$\n]*[^\s$\\])?\$")


class SlidesError(Exception):
    """A deck cannot be made; the text says what is missing and what to do."""


def package_folder(module: str) -> Path:
    """Folder of an installed package that need not be importable by name."""
    found = importlib.util.find_spec(module)
    if not found or not found.origin:
        raise SlidesError(
            f"the package {module} is not installed: run `make slides`, which installs what the lock names"
        )
    return Path(found.origin).parent


def as_data(path: Path) -> str:
    """A file as a ``data:`` address."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def reveal_folder() -> Path:
    return package_folder("sphinx_revealjs") / "_static" / "revealjs"


def style_sheet() -> str:
    """reveal.js's own rules, the fonts and ours, as one sheet."""
    fonts = reveal_folder() / "dist" / "theme" / "fonts" / "source-sans-pro"
    faces = []
    for shape, weight, style in (("regular", 400, "normal"), ("italic", 400, "italic"), ("semibold", 600, "normal")):
        source = as_data(fonts / f"source-sans-pro-{shape}.woff")
        rule = f'font-family:"Source Sans Pro";font-weight:{weight};font-style:{style};src:url({source}) format("woff")'
        faces.append(f"@font-face{{{rule}}}")
    sheets = [reveal_folder() / "dist" / "reset.css", reveal_folder() / "dist" / "reveal.css", TEMPLATE / "course.css"]
    return "\n".join([*faces, *(p.read_text(encoding="utf-8") for p in sheets)])


def scripts(formulas: bool) -> list[str]:
    """The programs of a deck in the order they run; MathJax (2 MB) only where there is a formula."""
    files = [
        reveal_folder() / "dist" / "reveal.js",
        reveal_folder() / "plugin" / "notes" / "notes.js",
        *(TEMPLATE / f"{name}.js" for name in ("fit", "rows", "pages", "deck")),
    ]
    mathjax = package_folder("sphinx-mathjax-offline") / "static" / "mathjax" / "tex-svg.js"
    files = [mathjax] * formulas + files
    texts = [MATHJAX] * formulas + [p.read_text(encoding="utf-8") for p in files]
    texts = [text.replace(LABEL, ASIDE + LABEL, 1) for text in texts]
    return [re.sub(r"</(?=script)|<(?=!--)", lambda m: m.group()[0] + "\\" + m.group()[1:], t) for t in texts]


def smallest_text(svg: str) -> float:
    """The size of the smallest letters of a drawing, as a share of its width; 0 if it has none."""
    sizes = [float(size) for size in re.findall(r"font(?:-size)?\s*[:=][\s\"']*(?:[a-z]+ +|\d{3} +)*([\d.]+)", svg)]
    box = re.search(r"<svg\b[^>]*?\bviewBox=[\"']\s*[\d.-]+[\s,]+[\d.-]+[\s,]+([\d.]+)", svg)
    width = box or re.search(r"<svg\b[^>]*?\bwidth=[\"']([\d.]+)", svg)
    return min(sizes) / float(width[1]) if sizes and width else 0.0


def smallest_in_figure(output: dict) -> float:
    """The same of a figure stored as PNG, which ``unladen.show.figure`` told: in points, drawn with two pixels each."""
    stored = output["metadata"].get("image/png", {})
    png = base64.b64decode(output["data"]["image/png"])
    return 2 * stored.get("smallest", POINTS) / int.from_bytes(png[16:20], "big")


def embed_pictures(page: str, folder: Path) -> str:
    """Write every picture the deck points to into it; ``SlidesError`` for one that is not there."""

    def embedded(tag: re.Match) -> str:
        address = unescape(tag["source"])
        if re.match(r"(https?:)?//", address):
            raise SlidesError(
                f"a picture is on the web: {address}; a deck needs no network: save it beside the notebook"
            )
        path = prose.linked(address, folder)
        if not path or not path.is_file():
            raise SlidesError(f"a picture is missing: {address}, as seen from {folder.resolve().name}/")
        small = smallest_text(path.read_text(encoding="utf-8")) if path.suffix.lower() == ".svg" else 0.0
        return f'{tag["before"]}{as_data(path)}{tag["after"]} data-small="{small:.5f}"'

    slides, end, programs = page.partition("</main>")
    pattern = r'(?P<before><img\b[^>]*?\bsrc=")(?!data:)(?P<source>[^"]*)(?P<after>")'
    return re.sub(pattern, embedded, slides) + end + programs


@functools.cache  # its templates are compiled once for all decks
def exporter():
    """What writes a notebook as the HTML of a deck."""
    from nbconvert.exporters import SlidesExporter
    from traitlets.config import Config

    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_input_tags = {"hide-input"}
    config.HighlightMagicsPreprocessor.enabled = True
    config.HighlightMagicsPreprocessor.languages = {"%%cpp": "cpp", "%%c": "c"}
    config.HTMLExporter.exclude_anchor_links = True
    made = SlidesExporter(template_name=TEMPLATE.name, extra_template_basedirs=[str(TEMPLATE.parent)], config=config)
    # What Pygments wrote is cleaned by no one: that took longer than all the rest of a deck.
    made.register_filter("clean_html", lambda text: text)
    made.register_filter("smallest_text", smallest_text)
    made.register_filter("smallest_in_figure", smallest_in_figure)
    return made


def export(path: Path, route: str = "") -> str:
    """The deck of the notebook at ``path``, or of those of its cells that are on a route, as HTML."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    try:
        arrange(notebook, route)
    except ValueError as problem:
        raise SlidesError(f"{path.name}: {problem}") from None
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}  # else magics are not seen
    openings = [prose.opening(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    title = next((text for level, text in openings if level == 1), path.stem)
    latex = any("text/latex" in o.get("data", {}) for c in notebook.cells for o in c.get("outputs", []))
    formulas = latex or any(c.cell_type == "markdown" and FORMULA.search(c.source) for c in notebook.cells)
    deck = {"title": title, "css": style_sheet(), "scripts": scripts(formulas)}
    page, _ = exporter().from_notebook_node(
        notebook, {"deck": deck, "metadata": {"name": path.stem, "path": str(path.parent)}}
    )
    return embed_pictures(page, path.parent)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="unladen slides", description="Export notebooks as slides.")
    parser.add_argument("notebooks", nargs="*", help="which, by path or chapter: 03 (default: all of notebooks/)")
    parser.add_argument("--to", type=Path, default=REPOSITORY / "slides", metavar="DIR", help="where the decks go")
    parser.add_argument(
        "--screenshots", type=Path, metavar="DIR", help="also save every slide there, and a sheet of all"
    )
    parser.add_argument("--route", default="", metavar="NAME", help=f"a shorter way: {', '.join(routes.ROUTES)}")
    parser.add_argument("--pdf", action="store_true", help="also save each deck as PDF")
    options = parser.parse_args(arguments)
    try:
        paths = routes.chapters_of(options.route, find(options.notebooks, ["notebooks"]))
        folder = options.to / f"route-{options.route}" if options.route else options.to
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            deck = folder / f"{path.stem}.html"
            deck.write_text(export(path, options.route), encoding="utf-8")
            print(f"{deck}  ({deck.stat().st_size / 2**20:.1f} MiB)")
            if options.screenshots or options.pdf:
                from unladen.course import browser, slide_report

                if options.screenshots:
                    print(f"  {slide_report.report(deck, options.screenshots)}")
                if options.pdf:
                    browser.print_pdf(deck, deck.with_suffix(".pdf"))
    except (SlidesError, NotebookError, OSError, ImportError, RuntimeError) as problem:
        print(f"no slides: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
