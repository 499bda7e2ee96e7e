"""What is asked of the compiler, in one piece."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from unladen.compiling.toolchains import Toolchain

_ENDINGS = {"c": ".c", "cpp": ".cpp"}


@dataclass(frozen=True)
class Order:
    """A source to compile: ``recipe`` has all flags, ``module`` is its (kind, name) if it defines a Python module."""

    source: str
    language: str
    name: str
    recipe: tuple[str, ...]
    origin: Path | None
    compiler: Toolchain
    module: tuple[str, str] | None

    @property
    def stem(self) -> str:
        """The name as the stem of a file's name."""
        return re.sub(r"\W+", "_", self.name)[:60] or "cell"

    @property
    def file(self) -> str:
        """What the source is called where it is compiled, and in the compiler's messages."""
        return self.stem + _ENDINGS[self.language]

    @property
    def library(self) -> str:
        """What the compiled library is called."""
        return self.stem + (".dylib" if sys.platform == "darwin" else ".so")

    @property
    def shown(self) -> str:
        """What to call the source in our own messages: a file by its name; a cell's lines need none."""
        return self.origin.name if self.origin and self.origin.is_file() else ""
