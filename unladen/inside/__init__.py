"""Inside: live drawings of real objects, and of code while it runs."""

from unladen.inside.peek import peek
from unladen.inside.steps import step_through
from unladen.inside.strided import strided
from unladen.inside.tree import tree

__all__ = ["peek", "step_through", "strided", "tree"]
