"""Objects that are a plain structure of pointers: function, bound method, cell, range, slice."""

from __future__ import annotations

import types

from unladen.inside.fields import LayoutError, Ruler
from unladen.inside.layout import VERSION, has_base
from unladen.inside.object_memory import Look
from unladen.short import cut

_FUNCTION = "globals builtins name qualname code defaults kwdefaults closure doc dict weakreflist module annotations"
_SINCE_312 = " typeparams"
_SINCE_314 = " annotate typeparams"
_FIELDS = {
    range: "start stop step length",
    slice: "start stop step",
    types.MethodType: "im_func im_self im_weakreflist vectorcall",
    types.CellType: "ob_ref",
}
PLAIN = tuple(_FIELDS)


def look_at_function(look: Look) -> Ruler:
    """A function: pointers to its code, its names, its defaults, its closure; and how to call it."""
    look.kind = f"function {cut(str.__str__(look.obj.__name__))}"
    ruler = look.own(look.form.basicsize)
    more = "" if VERSION == (3, 11) else _SINCE_314 if VERSION >= (3, 14) else _SINCE_312
    for name in (_FUNCTION + more).split():
        _pointer(look, ruler, f"func_{name}")
    if ruler.block["func_code"].value != id(look.obj.__code__):
        raise LayoutError("func_code is not the function's code")
    ruler.pointer("vectorcall", "→ the machine code that calls it")
    ruler.number("func_version", "I", "for the specialising interpreter", volatile=True)
    ruler.padding(ruler.at + 4)
    return ruler


def look_at_structure(look: Look) -> Ruler:
    """One of the small structures that hold nothing but pointers."""
    base = next(base for base in PLAIN if has_base(look.cls, base))
    look.kind = base.__name__
    ruler = look.own(look.form.basicsize)
    if base is range:  # the collector, which names what an object refers to, does not look into a range
        numbers = [getattr(range, name).__get__(look.obj) for name in ("start", "stop", "step")]
        look.knows([*numbers, len(range(*numbers)) if abs(numbers[1] - numbers[0]) < 1 << 60 else 0])
    for name in _FIELDS[base].split():
        _pointer(look, ruler, name)
    return ruler


def _pointer(look: Look, ruler: Ruler, name: str) -> None:
    address = ruler.peek("Q")
    ruler.pointer(name, f"→ {look.name(address)}" if look.name(address) else "")
