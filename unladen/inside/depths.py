"""How deep the value stack is before each instruction of a function: worked out from its bytecode, without running it.

The compiler guarantees that the depth depends on the place alone, not on the way there, and ``dis.stack_effect`` says
what each instruction does to it. CPython itself reckons like this (``mark_stacks`` in ``Objects/frameobject.c``).
"""

from __future__ import annotations

import dis
from collections.abc import Iterable
from functools import lru_cache
from types import CodeType

_NEVER_GO_ON = {"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE"}
_ALWAYS_JUMP = {"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"}
_JUMPS = {*dis.hasjrel, *dis.hasjabs}


@lru_cache(maxsize=256)
def instructions(code: CodeType) -> dict[int, dis.Instruction]:
    """The instructions of a code object as compiled, by offset in bytes."""
    return {one.offset: one for one in dis.get_instructions(code)}


@lru_cache(maxsize=256)
def depths(code: CodeType) -> dict[int, int]:
    """The number of values on the stack before each instruction, by offset in bytes; what cannot be reached is absent.

    Raises ``ValueError`` where two ways lead to one place with different depths, which no compiler of CPython does.
    """
    listing = instructions(code)
    following = dict(zip(listing, [*list(listing)[1:], None], strict=True))
    handlers = exception_table(code)
    found: dict[int, int] = {}
    pending = [(0, 0)]
    while pending:
        offset, depth = pending.pop()
        if offset in found:
            if found[offset] != depth:
                raise ValueError(f"{code.co_name} at {offset}: the stack holds {found[offset]} or {depth} values")
            continue
        found[offset] = depth
        # where an exception at this place leads: the handler finds the stack cut, [the place,] and the exception
        pending += [(target, keep + 1 + lasti) for start, end, target, keep, lasti in handlers if start <= offset < end]
        pending += _successors(listing[offset], following[offset], depth)
    return found


def _successors(one: dis.Instruction, following: int | None, depth: int) -> Iterable[tuple[int, int]]:
    argument = one.arg if one.opcode >= dis.HAVE_ARGUMENT else None
    if one.opcode in _JUMPS:
        yield one.argval, depth + dis.stack_effect(one.opcode, argument, jump=True)
    if one.opname in _NEVER_GO_ON or one.opname in _ALWAYS_JUMP or following is None:
        return
    if one.opname == "RETURN_GENERATOR":  # goes on when the generator is first asked, and finds None on its stack
        yield following, depth + 1
    else:
        yield following, depth + _effect(one.opname, one.opcode, argument)


def _effect(opname: str, opcode: int, argument: int | None) -> int:
    """What an instruction does to the depth when it does not jump."""
    if "PRECALL" in dis.opmap:  # Python 3.11: dis has it take the arguments, but it is CALL that does
        if opname == "PRECALL":
            return 0
        if opname == "CALL":
            return -argument - 1
    return dis.stack_effect(opcode, argument, jump=False)


def exception_table(code: CodeType) -> list[tuple[int, int, int, int, int]]:
    """A code object's exception table: start, end, target (in bytes), depth to keep, 1 if the place is saved.

    The format is described in CPython's ``Objects/exception_handling_notes.txt`` (3.13: ``InternalDocs``).
    """
    numbers, value = [], 0
    for byte in code.co_exceptiontable:
        value = (0 if byte & 0x80 else value) << 6 | byte & 0x3F
        if not byte & 0x40:
            numbers.append(value)
            value = 0
    rows = zip(*[iter(numbers)] * 4, strict=True)
    return [(2 * at, 2 * (at + size), 2 * to, rest >> 1, rest & 1) for at, size, to, rest in rows]
