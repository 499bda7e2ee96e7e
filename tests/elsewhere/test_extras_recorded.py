"""Where the package of an extra is missing, the recorded run stands in, and says so."""

from __future__ import annotations

import importlib.util

import pytest

from unladen.elsewhere import extras, records
from unladen.elsewhere.pythons import Elsewhere


@pytest.fixture
def without_packages(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


@pytest.mark.parametrize("package", extras.SCRIPTS)
def test_every_script_has_a_record_of_its_present_source(package, without_packages):
    found = extras.with_extra(package)
    assert not found.here and found.of_this_cell
    assert found["here"]["most"] == 216
    assert f"{package} is not installed" in repr(found) and "make lab WITH=jit" in repr(found)


def test_only_what_is_fixed_is_left_for_comparison(without_packages):
    shown = repr(extras.with_extra("taichi")).splitlines()
    assert shown[0].startswith("≈") and shown[0].endswith("≈")
    assert [line for line in shown if not line.startswith("≈")][0].startswith("here")


def test_without_a_record_it_says_how_to_get_the_package(without_packages, monkeypatch, tmp_path):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    with pytest.raises(Elsewhere, match="make lab WITH=jit"):
        extras.with_extra("pythran")


@pytest.mark.extras
@pytest.mark.parametrize("package", extras.SCRIPTS)
def test_where_the_package_is_installed_its_script_runs(package):
    if not importlib.util.find_spec(package):
        pytest.skip(f"needs {package}: make test-extras, or make lab WITH=jit")
    found = extras.with_extra(package)
    assert found.here and found["here"]["most"] == 216
