"""Inside: live drawings of real objects, and of code while it runs."""

from __future__ import annotations

from unladen.inside.peek import peek
from unladen.inside.step_through import step_through
from unladen.lazy import at_first_use

# word -> the file it comes from, which has another name, for an imported file would stand in the place of the word;
# imported on first use, because these need NumPy and the others need no package
_WORDS = {"strided": "strided_view", "tree": "tree_nodes", "collection": "collection_steps"}
__all__ = ["peek", "step_through", *_WORDS]
__getattr__, __dir__ = at_first_use(__name__, _WORDS)
