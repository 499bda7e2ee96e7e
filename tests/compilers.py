"""Where there is no compiler, a test that needs one is skipped; what then does not build is a failure."""

from __future__ import annotations

import pytest

from unladen.build import BuildError, Toolchain, toolchain


def needed(language: str = "c") -> Toolchain:
    """Return the compiler for "c" or "cpp"; skips the test, with what to install, where this machine has none."""
    try:
        return toolchain(language)
    except BuildError as problem:
        pytest.skip(str(problem))
