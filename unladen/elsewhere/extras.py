"""Run a script that needs a package of an extra, or show the recorded run where the package is not installed.

``python -m unladen.elsewhere.extras`` makes the records anew, with the packages that are installed where it runs; they
lie in ``results/extras/``, for they belong to scripts of ``native/``, not to cells.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from unladen.elsewhere import pythons, records
from unladen.elsewhere.interpreters import present
from unladen.elsewhere.pythons import HERE
from unladen.elsewhere.recorded import Results, here_or_recorded
from unladen.elsewhere.records import Record

NATIVE = Path(__file__).resolve().parents[2] / "native"
# package: the extra that installs it, the script that uses it, and the notebook that shows it
SCRIPTS = {
    "pythran": ("jit", "longest_pythran.py", "notebooks/10-jit.ipynb"),
    "taichi": ("jit", "longest_taichi.py", "notebooks/10-jit.ipynb"),
}


def with_extra(package: str) -> Results:
    """Run the script for ``package`` with this Python, in a process of its own; without the package, the record.

    The result shows itself and is a dictionary: ``["here"]`` holds what the script left in ``result``.
    Raises ``KeyError`` for a package that no script is for, ``Elsewhere`` if the script fails or has no record.
    """
    extra, script, _ = SCRIPTS[package]
    source = (NATIVE / script).read_text(encoding="utf-8")
    here = importlib.util.find_spec(package)
    missing = "" if here else f"{package} is not installed; to get it: make lab WITH={extra}"
    return here_or_recorded(_key(script), (HERE,), source, missing, lambda: _made_now(source), "version of the script")


def _made_now(source: str, notebook: str = "") -> Record:
    return records.made_now((HERE,), source, [pythons.run(HERE, present(), source)], notebook)


def _key(script: str) -> str:
    return f"extras/{Path(script).stem}"


def main() -> None:
    for package, (_, script, notebook) in SCRIPTS.items():
        if importlib.util.find_spec(package):
            source = (NATIVE / script).read_text(encoding="utf-8")
            records.save(_key(script), _made_now(source, notebook), remake="python -m unladen.elsewhere.extras")
            print(f"{package}: recorded")
        else:
            print(f"{package}: not installed here, the record stays")


if __name__ == "__main__":
    main()
