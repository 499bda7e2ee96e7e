"""Unladen: why is Python slow, and what are the ways out? The course's helper package.

A notebook begins with ``%load_ext unladen`` and imports the few words it uses from here.
"""

from __future__ import annotations

from unladen.lazy import at_first_use

__version__ = "2026.12"  # by teaching term: the year and month in which it begins

# word -> the room it comes from; imported on first use, so that `import unladen` costs nothing
_WORDS = {
    "race": "timing",
    "claim": "timing",
    "machine": "timing",
    "published": "timing",
    "peek": "inside",
    "step_through": "inside",
    "strided": "inside",
    "tree": "inside",
    "guess": "exercises",
    "quiz": "exercises",
    "check": "exercises",
    "hint": "exercises",
    "reset": "exercises",
    "progress": "exercises",
}
__all__ = sorted(_WORDS)
_word, __dir__ = at_first_use(__name__, _WORDS)


def __getattr__(word: str):
    if word in _WORDS:
        from unladen.shadows import nothing_in_the_way

        nothing_in_the_way()
    return _word(word)


def load_ipython_extension(shell) -> None:
    """Register the course's magics, and let what C prints keep its place: what ``%load_ext unladen`` calls."""
    import sys

    from unladen.shadows import nothing_in_the_way

    nothing_in_the_way()
    from unladen import magics

    magics.register(shell)
    # Without the import, IPython would take this word for its own %reset, which is there to forget all variables.
    shell.user_ns.setdefault("reset", __getattr__("reset"))
    if "ipykernel" in sys.modules:
        from unladen import printed

        printed.in_order(shell)
