"""What the claims of the lectures measured, run after run: which are too tight, and how this machine compares.

``python -m unladen evidence`` compares this machine with the published evidence. With ``--runs`` it executes lectures
and says what their ledger tells of each claim, with ``--from`` what ledgers tell that are there already.
"""

from unladen.course.evidence.command import main

__all__ = ["main"]
