"""Drive an installed Chromium: to look at the slides, to print them, and to use JupyterLab as a learner does.

Needs the extra ``browser`` (``make slides WITH=browser``) and a Chromium or Chrome of the system's.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

if __package__:
    from . import host
else:  # run by its path: the environment may be missing
    import host

FLAGS = (
    "--no-sandbox",  # Chromium refuses root otherwise, and a container has no other user
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ON_A_MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium() -> str:
    """Path of a Chromium: ``UNLADEN_BROWSER``, else on PATH, else in its usual place; empty if there is none."""
    places = [os.environ.get("UNLADEN_BROWSER", ""), *map(shutil.which, COMMANDS), *ON_A_MAC]
    return next((str(p) for p in places if p and Path(p).exists()), "")


@contextlib.contextmanager
def chromium(width: int = 1280, height: int = 720) -> Iterator:
    """A headless browser context, its pages ``width`` × ``height`` pixels. ``RuntimeError`` says what is missing."""
    path = find_chromium()
    if not path:
        how = host.install_command("browser")
        raise RuntimeError(f"no Chromium found: install it ({how}), or name it in UNLADEN_BROWSER")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise RuntimeError('the extra "browser" is not installed: add WITH=browser to the make command') from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser.new_context(viewport={"width": width, "height": height})
        finally:
            browser.close()


def open_deck(context, deck: Path, query: str = ""):
    """Open an exported deck and wait until it is laid out; the page."""
    page = context.new_page()
    page.goto(deck.resolve().as_uri() + query)
    page.wait_for_function("document.documentElement.dataset.ready === 'yes'", timeout=60_000)
    return page


def print_pdf(deck: Path, target: Path) -> None:
    """Print ``deck`` as a tagged PDF, one page a slide."""
    with chromium() as context:
        page = open_deck(context, deck, "?print-pdf")
        page.wait_for_selector(".pdf-page")
        page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
