"""A refusal of Numba's is shown by what it says, without the names of files and folders."""

from __future__ import annotations

import json

import pytest

from unladen.compiling.jitted import refusal

pytestmark = pytest.mark.chapters(10)


def opened(n):
    with open("file") as file:
        return file.read()


def test_what_compiles_is_not_refused():
    assert refusal(lambda x: x + 1, 1) == []


def test_it_says_which_types_do_not_go_together():
    said = " ".join(refusal(lambda x: x if x > 0 else "none", 1))
    assert "int64" in said and "str" in said and "unify" in said


def test_what_has_no_type_is_named():
    assert "dict" in " ".join(refusal(lambda d: d["scale"], {"scale": 2.0, "name": "north"}))
    assert "json" in " ".join(refusal(lambda n: json.dumps(n), 1)) or "dumps" in " ".join(
        refusal(lambda n: json.dumps(n), 1)
    )


def test_what_is_not_translated_is_a_refusal_too():
    assert refusal(opened, 1)
    assert refusal(lambda x: f"{x:.2f}", 0.5)


def test_no_file_is_named():
    for function, argument in ((lambda n: json.dumps(n), 1), (opened, 1), (lambda x: x if x else "none", 1)):
        said = "\n".join(refusal(function, argument))
        assert __file__ not in said and ".py" not in said and "ipykernel" not in said
