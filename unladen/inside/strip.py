"""The steps in HTML: a table that reads by itself, which a small script turns into a stepper."""

from __future__ import annotations

from html import escape


def strip(steps) -> str:
    return "<pre>" + escape(repr(steps)) + "</pre>"
