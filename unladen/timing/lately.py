"""How busy it was lately: in the cell before this one, and in this one so far, for there a claim's number was measured.

Without cells (in a script, in a test) it is since the last claim, or since this module was imported.
"""

from __future__ import annotations

import sys
from collections import deque

from unladen.timing.busy import Busy, Reading, between, read

_shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
_spells: deque[list[Reading]] = deque([[read()]], maxlen=2)  # of each its beginning and, once it is over, its end


def begin(*_: object) -> None:
    _spells.append([read()])


def end(*_: object) -> None:
    if _spells:
        _spells[-1][1:] = [read()]


def busy() -> Busy:
    """The busier of both cells, in each respect."""
    now = read()
    found = [between(spell[0], spell[1] if len(spell) > 1 else now) for spell in _spells]
    both = found[0].with_(found[-1])
    if not _shell:
        _spells.clear()
        _spells.append([now])
    return both


if _shell:
    _shell.events.register("pre_run_cell", begin)
    _shell.events.register("post_run_cell", end)
