"""First extents that a macro names (``double a[N]``): the compiler drops them from a parameter, and is asked again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from unladen.compiling.declared import Parameter, Signature

_NAMED = re.compile(r"[^\[(]*\[\s*(?:static\s+|const\s+|restrict\s+|volatile\s+)*([A-Za-z_]\w*)\s*\]")
_DEFINED = re.compile(r"^#define (\w+) \(*(\w+?)[uUlL]*\)*$", re.M)
_CHANGED = re.compile(r"^[ \t]*#[ \t]*(?:define|undef)[ \t]+(\w+)", re.M)


def with_extents(functions: Sequence[Signature], source: str, macros: Callable[[], str]) -> tuple[Signature, ...]:
    """Return ``functions`` with ``least`` where an extent is a macro that is a number.

    ``macros()`` returns all of the compiler's ``#define`` lines; it is called only if something has such an extent. A
    macro that the source defines twice, or drops, may have had another value where it was used: it says nothing.
    """
    wanted = {name for one in functions for p in one.parameters if (name := _name(p, one))}
    if not wanted:
        return tuple(functions)
    known = dict(_DEFINED.findall(macros()))
    changed = _CHANGED.findall(source)
    sizes = {name: _number(name, known) for name in wanted if changed.count(name) < 2}
    return tuple(
        replace(one, parameters=tuple(replace(p, least=sizes.get(_name(p, one)) or p.least) for p in one.parameters))
        for one in functions
    )


def _name(parameter: Parameter, one: Signature) -> str:
    """Return the name that is a parameter's first extent; "" if there is none, or it is another parameter's."""
    found = _NAMED.match(parameter.text) if parameter.type.kind == "pointer" else None
    return found[1] if found and found[1] not in {p.name for p in one.parameters} else ""


def _number(name: str, known: dict[str, str]) -> int:
    """Follow a macro to the number that it is in the end; 0 if it is none."""
    for _ in range(8):
        name = known.get(name, "")
        if name[:1].isdigit():
            try:
                return int(name, 8 if re.fullmatch(r"0\d+", name) else 0)
            except ValueError:
                return 0
    return 0
