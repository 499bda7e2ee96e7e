"""The words of the package complete before anything is imported for them; so do those of the rooms that wait."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import unladen

COMPLETED = """
import json, sys
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
shell.Completer.use_jedi = sys.argv[1] == "jedi"
shell.run_cell("import unladen")
with provisionalcompleter():
    offered = [found.text.lstrip(".") for found in shell.Completer.completions("unladen.", 8)]
print(json.dumps([offered, [name for name in sys.modules if name.startswith("unladen.")]]))
"""


def fresh(program: str, *arguments: str) -> str:
    """What a fresh Python prints that runs ``program``."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("completer", ["jedi", "ipython's own"])
def test_a_tab_after_unladen_offers_its_words_and_nothing_else(completer):
    offered, imported = json.loads(fresh(COMPLETED, completer))
    assert offered == unladen.__all__
    if completer != "jedi":  # which looks at each word, to say what kind of thing it is
        assert imported == ["unladen.lazy"]


@pytest.mark.parametrize(
    ("package", "costly"),
    [
        ("unladen", "unladen.exercises unladen.inside unladen.timing IPython numpy"),
        ("unladen.compiling", "unladen.compiling.bind unladen.compiling.assembly numpy"),
        ("unladen.sandbox", "unladen.sandbox.isolated cloudpickle"),
        ("unladen.inside", "unladen.inside.tree_nodes numpy"),
    ],
)
def test_words_are_listed_without_being_imported_and_are_there_when_asked_for(package, costly):
    program = f"""
import sys, {package} as package
listed = dir(package)
print(set(package.__all__) <= set(listed), [name for name in {costly.split()} if name in sys.modules])
print(all(getattr(package, word).__name__ == word for word in package.__all__))
"""
    assert fresh(program) == "True []\nTrue\n"


@pytest.mark.parametrize("package", ["unladen", "unladen.compiling", "unladen.sandbox", "unladen.inside"])
def test_what_is_no_word_is_told_with_those_that_are(package):
    program = f"import {package} as package\ntry: package.rice\nexcept AttributeError as error: print(error)"
    words = fresh(f"import {package} as package; print(*package.__all__, sep=', ')").strip()
    assert fresh(program).strip() == f"{package} has no word 'rice'; it has {words}"
