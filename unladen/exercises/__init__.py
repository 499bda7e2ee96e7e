"""Exercises: `check` an answer, ask for a `hint`, `reset` one, look at `progress`; a folder of checks per chapter."""

from unladen.exercises.front import check, hint, progress, reset
from unladen.exercises.guesses import guess

__all__ = ["check", "guess", "hint", "progress", "reset"]
