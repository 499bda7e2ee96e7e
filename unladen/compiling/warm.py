"""What the first C++ cells would have to wait for, made ready by building two small ones."""

from __future__ import annotations

import contextlib
from importlib.util import find_spec

from unladen.compiling import behind, prepared
from unladen.compiling.errors import BuildError
from unladen.compiling.toolchains import toolchain

_PLAIN = '#include <iostream>\nextern "C" int warm() { return 1; }\n'
_NANOBIND = "#include <nanobind/nanobind.h>\nNB_MODULE(warm, m) { (void)m; }\n"


def start() -> None:
    """Have it made behind, where there is a compiler."""
    with contextlib.suppress(BuildError):
        # Zig holds a lock while it makes its C++ library, once: a cell that waits for that must not be waited for
        behind.start(cells, stands=toolchain("cpp").kind != "zig")


def cells() -> None:
    """Build one cell with the usual headers and one with nanobind, and all that such cells share."""
    from unladen.compiling import build

    prepared.in_place = True
    for source in (_PLAIN, _NANOBIND)[: 2 if find_spec("nanobind") else 1]:
        with contextlib.suppress(BuildError):
            build(source, "cpp", name="warm")
