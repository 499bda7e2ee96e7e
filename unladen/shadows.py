"""A file beside the notebook that bears the name of a package is imported in its place: that is said at once."""

from __future__ import annotations

import os
from importlib.machinery import PathFinder

from unladen.show import Message

_NEEDED = ("numpy", "psutil", "matplotlib")  # what the course cannot do without; each is a folder, and no single file


class Shadowed(Message, ImportError):
    """A package that the course needs is hidden by a file of the learner's."""


def nothing_in_the_way() -> None:
    """Raise ``Shadowed``, which names the file, if one stands before a package that the course needs."""
    for name in _NEEDED:
        spec = PathFinder.find_spec(name)
        if spec and spec.origin and os.path.basename(spec.origin) == f"{name}.py":
            told = f"the file {name}.py in {os.path.basename(os.path.dirname(os.path.abspath(spec.origin))) or '/'} is"
            raise Shadowed(f"{told} imported in place of the package {name}: rename it, and restart the kernel.")
