"""Where there is no compiler, a test that needs one is skipped; what then does not build is a failure."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

import pytest

from unladen.compiling import BuildError, Toolchain, build, cache, toolchain

OUTSIDE = os.environ.get("UNLADEN_CACHE")  # before a test chooses another


def needed(language: str = "c") -> Toolchain:
    """Return the compiler for "c" or "cpp"; skips the test, with what to install, where this machine has none."""
    try:
        return toolchain(language)
    except BuildError as problem:
        pytest.skip(str(problem))


def lend_what_zig_made(zig: str, place: Path) -> None:
    """Put what the program ``zig`` makes once, for any C program of ours, into the empty cache ``place``.

    That takes five seconds of a core. It is made in the cache with which the tests were started, if it is not there.
    """
    with pytest.MonkeyPatch.context() as patch:
        if OUTSIDE is None:
            patch.delenv("UNLADEN_CACHE", raising=False)
        else:
            patch.setenv("UNLADEN_CACHE", OUTSIDE)
        patch.setenv("CC", f"{shlex.quote(zig)} cc")
        build("int lent(void) { return 1; }")
        made = cache.usable() / "zig"
    # Others may use it meanwhile: its lists first, as copies, for what they name is whole by then; last what was made
    parts = [part for part in made.iterdir() if part.name not in ("tmp", "o")]
    for part in (*parts, made / "o"):
        shutil.copytree(part, place / "zig" / part.name, copy_function=_linked if part.name == "o" else shutil.copy2)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # on another disk
        shutil.copy2(source, target)
