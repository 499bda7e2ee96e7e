"""A real browser for tests: an installed Chromium, or a skip that says what to install."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from unladen.course import browser


@contextlib.contextmanager
def browser_context(**size: int) -> Iterator:
    """A headless browser context; skips the test where there is no browser."""
    pytest.importorskip("playwright", reason='needs the extra "browser": make test WITH=browser')
    if not browser.find_chromium():
        pytest.skip("needs a Chromium: apt-get install chromium, or UNLADEN_BROWSER=/path/to/one")
    with browser.chromium(**size) as context:
        yield context


def save_picture(page, name: str) -> None:
    """Keep a picture of what the browser shows, if the variable UNLADEN_SCREENSHOTS names a folder."""
    folder = os.environ.get("UNLADEN_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")
