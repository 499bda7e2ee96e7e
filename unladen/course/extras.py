"""Name the tools that ``make test-extras`` would use and this machine has not: ``python -m unladen extras``."""

from __future__ import annotations

import argparse

from unladen.host.missing import Missing
from unladen.timing import machine

TOOLS = ("gfortran", "PyPy", "a free-threaded Python")


def missing_tools() -> list[Missing]:
    """Those of the tools that are not here, each with what it is good for and how to get it."""
    return [tool for tool in machine().missing if tool.what in TOOLS]


def main(argv: list[str]) -> int:
    argparse.ArgumentParser("python -m unladen extras", description=__doc__.partition(":")[0]).parse_args(argv)
    gone = missing_tools()
    for tool in gone:
        print(f"missing  {tool}\n         (what needs it is skipped, or shows a recorded run)")
    if not gone:
        print(f"Nothing is missing: {', '.join(TOOLS)} are here.")
    return 0
