"""Exercises: `check` an answer, ask for a `hint`, `reset` one, look at `progress`; a folder of checks per chapter."""

from unladen.exercises.front import check, hint, progress, reset

__all__ = ["check", "hint", "progress", "reset"]
