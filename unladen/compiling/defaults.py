"""Arguments by their parameters' names, and the default arguments of C++ where they are plain literals."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from unladen.compiling.declared import Parameter

_NUMBER = re.compile(r"([+-]?)\s*(0[xX][\da-fA-F]+|0[bB][01]+|[\d.]+(?:[eE][+-]?\d+)?)([uUlLfFzZ]*)")
_WORDS = {"true": True, "false": False, "nullptr": None, "NULL": None}


def whole(arguments: tuple, named: dict[str, object], parameters: Sequence[Parameter]) -> list:
    """Return a value for each of ``parameters``: given in order, by name, or by default.

    Raises TypeError, in words that follow on a function's name, if that does not come out even.
    """
    if unknown := named.keys() - {p.name for p in parameters}:
        raise TypeError(f"has no parameter {min(unknown)!r}")
    if len(arguments) > len(parameters):
        raise TypeError(f"takes {_counted(parameters)}, got {len(arguments)}")
    if twice := [p.name for p in parameters[: len(arguments)] if p.name in named]:
        raise TypeError(f"got two values for {twice[0]}")
    rest = parameters[len(arguments) :]
    if missing := [p for p in rest if p.name not in named and not p.default]:
        if not named:
            raise TypeError(f"takes {_counted(parameters)}, got {len(arguments)}")
        raise TypeError(f"got no value for {missing[0].name}")
    return [*arguments, *(named[p.name] if p.name in named else _value(p) for p in rest)]


def _counted(parameters: Sequence[Parameter]) -> str:
    most = len(parameters)
    least = sum(not p.default for p in parameters)
    return f"{'' if least == most else f'{least} to '}{most or 'no'} argument{'s' * (most != 1)}"


def _value(parameter: Parameter) -> object:
    """Work out a default argument; what is more than a literal only a C++ compiler can."""
    text = parameter.default
    if text in _WORDS:
        return _WORDS[text]
    try:
        if number := _NUMBER.fullmatch(text.replace("'", "")):
            return _number(*number.groups())
        if re.fullmatch(r"'(\\?.|\\x[0-9a-fA-F]{2})'|\"(\\.|[^\"\\])*\"", text):
            return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        pass
    raise TypeError(f"needs a value for {parameter.name}: its default ({text}) is more than a number, so pass it")


def _number(sign: str, digits: str, suffix: str) -> int | float:
    if digits[:2].lower() in ("0x", "0b"):
        value: int | float = int(digits, 0)
    elif digits.isdigit() and "f" not in suffix.lower():
        value = int(digits, 8 if digits[0] == "0" else 10)
    else:
        value = float(digits)
    return -value if sign == "-" else value
