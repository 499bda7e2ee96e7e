"""Inside: live drawings of real objects, and of code while it runs."""

from unladen.inside.peek import peek

__all__ = ["peek"]
