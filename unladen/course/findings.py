"""What doctor finds out about one thing, and how all of it is told. Standard library only, Python 3.6 and newer."""

from collections import namedtuple

# state: "ok", "missing" or "broken"; fix: the command that changes it; needed: whether the course cannot run without
Finding = namedtuple("Finding", "state subject detail fix needed")
NOT_YET = "environment"  # the subject of what set-up makes


def ok(subject: str, detail: str) -> Finding:
    return Finding("ok", subject, detail, "", False)


def missing(subject: str, detail: str, fix: str, needed: bool = True) -> Finding:
    return Finding("missing", subject, detail, fix, needed)


def broken(subject: str, detail: str, fix: str, needed: bool = True) -> Finding:
    return Finding("broken", subject, detail, fix, needed)


def verdict(findings: list) -> str:
    """Whether the course runs on this machine, and what of it does not."""
    stopping = [f for f in findings if f.needed]
    optional = [f.subject for f in findings if f.fix and not f.needed]
    if stopping and all((f.state, f.subject, f.fix) == ("missing", NOT_YET, "make lab") for f in stopping):
        return "The course is not set up yet, and nothing is in its way:  make lab"
    if stopping:
        return "The course cannot run yet: follow the arrows, from the top."
    if optional:
        return f"The course can run. Only some of its cells or tests ask for the rest: {', '.join(optional)}."
    return "The course can run."


def report(findings: list) -> str:
    """The findings as text, one a line, each problem with the command that fixes it, and the verdict."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.state:8} {finding.subject:13} {finding.detail}")
        if finding.fix:
            lines.append(f"{'':8} {'':13} -> {finding.fix}")
    return "\n".join([*lines, "", verdict(findings)])
