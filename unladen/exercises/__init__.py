"""Exercises: `check` an answer, ask for a `hint`, look at the `progress` made; one file of checks per chapter."""

from unladen.exercises.front import check, hint, progress

__all__ = ["check", "hint", "progress"]
