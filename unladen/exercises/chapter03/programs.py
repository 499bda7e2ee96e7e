"""The calculator's programs (`native/calculator.c`), for exercise 3.3: what one computes, random ones, translations."""

from __future__ import annotations

import operator
import re

from unladen.exercises.values import short
from unladen.exercises.words import call, called, wrong

_OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def value(program: str, x: int, swapped: bool = False) -> int:
    """The value of a correct program for one element; ``swapped``: with the operands the wrong way round."""
    stack: list[int] = []
    for letter in program:
        if letter in _OPERATORS:
            right, left = stack.pop(), stack.pop()
            stack.append(_OPERATORS[letter](*((right, left) if swapped else (left, right))))
        else:
            stack.append(x if letter == "x" else int(letter))
    return stack.pop()


def random_program(rng, operators: int) -> str:
    """A correct program with so many operators: two programs and an operator, over and over."""
    if operators == 0:
        return str(rng.choice(list("xxx0123456789")))
    left = int(rng.integers(operators))
    last = str(rng.choice(list(_OPERATORS)))
    return random_program(rng, left) + random_program(rng, operators - 1 - left) + last


def translated_rightly(answer, program: str) -> None:
    """The answer's text for one program must be an expression of x[i] with the program's value, for several x[i]."""
    shown = called([program])
    got = call(answer, (program,), hint="Every letter is x, a digit, or one of + - *. Which one was not expected?")
    if not isinstance(got, str):
        evaluated = "Do not compute: write down what is to be computed, as text. The numbers come later, in the loop."
        wrong(f"{shown} returned {short(got)}, expected a piece of C text", evaluated)
    if "run_program" in got or '"' in got or "'" in got:
        inside = (
            "The letters of the program are still in there, to be read inside the loop. Replace them by what they mean."
        )
        wrong(f"{shown} returned {short(got)}", inside)
    if not re.fullmatch(r"(x\[i\]|[0-9]|[-+*() ])*", got):
        element = "The expression may contain x[i], digits, + - * and parentheses: the element at hand is x[i], not x."
        wrong(f"{shown} returned {short(got)}", element)
    for element in (0, 1, -3, 10):
        try:
            result = eval(got, {"__builtins__": {}}, {"x": [element], "i": 0})
        except Exception:
            wrong(
                f"{shown} returned {short(got)}, which is no expression",
                "When the program ends, one text is left: that one.",
            )
        expected = value(program, element)
        if result != expected:
            told = f"{shown} returned {short(got)}, which is {short(result)} for x[i] = {element}; expected {expected}"
            wrong(told, _translation_mistake(program, element, result, got))


def _translation_mistake(program: str, element: int, result: int, got: str) -> str:
    if result == value(program, element, swapped=True):
        return "The operands are the wrong way round. The one pushed last is popped first: it is the right one."
    if "(" not in got and len(program) > 3:
        return "C multiplies before it adds, whatever the program said first: put parentheses around each result."
    return "Does your text depend on every letter of the program, in its order?"
