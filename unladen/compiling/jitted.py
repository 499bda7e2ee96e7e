"""What Numba says about a function that it cannot compile, in a form that can be shown: without colours and paths."""

from __future__ import annotations

import re
from collections.abc import Callable

# colours for a terminal, addresses, and where something stands
_NOISE = re.compile(r"\x1b\[[\d;]*m| at 0x\w+| from '[^']*'|[,.]* *(defined at|Raised from) (None|\S+ \(\d+\))")
# lines about a file, or about the compiler
_ABOUT = re.compile(
    r"File \"|.*[/\\]\S*\.py\b|.*[/\\]ipykernel_|During: |<source (elided|missing)|-? ?Resolution failure"
)


def refusal(function: Callable, *arguments: object) -> list[str]:
    """Return the lines of Numba's message on compiling ``function`` for these arguments; none if it compiles.

    Left out are blank lines, colours, and the names of files. What the compiled function itself raises is
    raised here too.
    """
    import numba
    from numba.core.errors import NumbaError, UnsupportedBytecodeError

    compiled = numba.njit(function)
    try:
        compiled.compile(tuple(map(numba.typeof, arguments)))
    except (NumbaError, UnsupportedBytecodeError, TypeError, ValueError) as error:
        lines = map(str.strip, _NOISE.sub("", str(error)).splitlines())
        return [line for line in lines if line and not _ABOUT.match(line)]
    return []
