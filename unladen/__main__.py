"""``python -m unladen WORD …``: everything about the course that is not done inside a notebook."""

from __future__ import annotations

import sys
from importlib import import_module

# word -> what it does; each is a module of unladen/course with main(argv), imported only when it is asked for
LEARNERS = {
    "lab": "open your copies of the course in JupyterLab",
    "update": "bring a newer course into your copies; what you wrote stays",
    "doctor": "look at this machine, and say what is missing and which command adds it",
    "slides": "export the notebooks as slides that need no network",
    "guesses": "say what a room guessed, and what it answered in the quizzes",
    "evidence": "compare what this machine measured with the published runs, or say how tight the claims are",
}
MAINTAINERS = {
    "suite": "prove all of it, or with --nb 03 one chapter, and say yes or no",
    "render": "execute the notebooks and store their outputs in canonical form",
    "record": "run anew what notebooks show as recorded runs, as far as it is here, and store it in results/",
    "derive": "make exercises/ out of solutions/",
    "words": "make docs/words.md out of the words' docstrings",
    "chapters": "list the chapters, those that are here and those that are planned",
    "new": "begin a chapter: write the smallest one that has every part",
    "lint": "check the notebooks against the course's style",
    "extras": "name what `make test-extras` misses on this machine, and which command adds it",
    "bench": "measure how long a cell takes to compile and a function to be called",
}


def usage() -> str:
    """All words, by who needs them."""
    lists = {"For whoever learns or teaches": LEARNERS, "For whoever maintains it": MAINTAINERS}
    said = [f"{who}\n" + "\n".join(f"  {w:8} {does}" for w, does in words.items()) for who, words in lists.items()]
    return "\n\n".join(["usage: python -m unladen WORD [OPTION …]", *said, "Each word has its own --help."])


def main(argv: list[str]) -> int:
    """Run the word ``argv[0]`` with the rest of ``argv``, and return the exit status (2 for an unknown word)."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0
    word, *rest = argv
    if word not in LEARNERS | MAINTAINERS:
        print(f"there is no word {word!r}\n\n{usage()}", file=sys.stderr)
        return 2
    try:
        course = import_module(f"unladen.course.{word}")
    except ModuleNotFoundError as missing:
        if missing.name != "unladen.course":
            raise
        print(f"`{word}` works in the course's own folder: clone the course, and run it there", file=sys.stderr)
        return 2
    return course.main(rest) or 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
