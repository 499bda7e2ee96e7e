"""The locks: which packages, at which versions and hashes, the environment is to hold. Standard library, Python 3.6."""

import hashlib
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
CORE = "requirements.txt"


class SetUpError(Exception):
    """Set-up cannot go on; the text says what to do."""


def lock_of(extra: str) -> str:
    return f"requirements-{extra}.txt"


def extra_of(lock: str) -> str:
    """The extra that ``lock`` belongs to; empty for the core's."""
    return lock[len("requirements-") : -len(".txt")]


def known_extras() -> list:
    """Names of the extras that have a lock."""
    return sorted(extra_of(path.name) for path in REPOSITORY.glob(lock_of("*")))


def wanted_locks(extras: list) -> dict:
    """The lock files to install, each with the hash of its content; ``SetUpError`` for an unknown extra."""
    for extra in extras:
        if extra not in known_extras():
            raise SetUpError(f"There is no extra called {extra!r}; WITH= knows: {' '.join(known_extras())}")
    files = [CORE, *map(lock_of, extras)]
    return {f: hashlib.sha256((REPOSITORY / f).read_bytes()).hexdigest() for f in files}


def text_of(lock: str) -> str:
    return (REPOSITORY / lock).read_text(encoding="utf-8")


def names_in(locks) -> set:
    """The names of the packages in ``locks``, as the folders of their metadata spell them."""
    return {n.replace("-", "_") for lock in locks for n in re.findall(r"^([^\s=]+)==", text_of(lock), re.MULTILINE)}


def installer() -> tuple:
    """Version of uv in the lock, and what pip has to be told to install just that: ``(version, lines)``."""
    block = re.search(r"^uv==(\S+)(?:.*\\\n)*.*\n", text_of(CORE), re.MULTILINE)
    return block.group(1), block.group()
