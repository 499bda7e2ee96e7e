"""Whether an answer is still what stood there before anybody answered, and which compiled libraries it uses."""

from __future__ import annotations

import dis
import re
from types import FunctionType, ModuleType

from unladen.compiling import Library

_TRIVIAL = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST", "POP_TOP", "CACHE"}


def unwritten(answer: object) -> bool:
    """Tell whether an answer is still a stub.

    That is: ``...`` or None, a dictionary with such a value, a Python function whose body is ``...``, ``pass`` or
    nothing, or a compiled function whose source has the word TODO in it. A function that raises NotImplementedError
    is found out when it is called.
    """
    if answer is ... or answer is None:
        return True
    if type(answer) is dict:
        return any(value is ... or value is None for value in answer.values())
    if isinstance(answer, FunctionType):
        steps = list(dis.get_instructions(answer))
        constants = [s.argval for s in steps if s.opname in ("LOAD_CONST", "RETURN_CONST")]
        return {s.opname for s in steps} <= _TRIVIAL and constants[-1:] in ([None], [...])
    # The solution's own cell keeps the line that says what its stub looks like.
    return any(re.search(r"^(?!.*### STUB:).*\bTODO\b", lib.build.source, re.M) for lib in libraries(answer))


def libraries(answer: object) -> list[Library]:
    """The compiled libraries that an answer is, or is a function of, or names."""
    own = attribute(answer, "library")
    if isinstance(answer, FunctionType):
        code = answer.__code__
        known = [answer.__globals__.get(name) for name in code.co_names]
        known += [cell.cell_contents for cell in answer.__closure__ or () if _filled(cell)]
        known += [attribute(value, "library") for value in known if not isinstance(value, ModuleType)]
    else:
        known = [answer, own]
    return [value for value in known if isinstance(value, Library)]


def attribute(thing: object, name: str) -> object:
    """The attribute of an object whose class may answer with any exception; None if it has none."""
    try:
        return getattr(thing, name, None)
    except Exception:
        return None


def _filled(cell) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False
