"""Exercises: `check` an answer, ask for a `hint`, `reset` one, look at `progress`; a folder of checks per chapter."""

from unladen.exercises.front import check, hint, progress, reset
from unladen.exercises.guesses import guess
from unladen.exercises.quizzes import quiz

__all__ = ["check", "guess", "hint", "progress", "quiz", "reset"]
