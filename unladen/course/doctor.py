"""Look at this machine and say what is missing, with the command that adds it: ``make doctor``.

Needs the standard library only, because it is asked when something is not there. Ends with status 1 if the course
cannot run; what only some cells or the maintainers need is named too, and does not count. ``make doctor`` looks at
``.venv``; ``python -m unladen doctor`` at the environment it runs in, if the course's packages are there (a hub's).
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys

if __package__:
    from . import browser, ceilings, host, inventory, network, storage, toolchain, variables
    from .findings import broken, missing, ok, report
else:  # run by its path: the package's own dependencies may be missing
    import browser
    import ceilings
    import host
    import inventory
    import network
    import storage
    import toolchain
    import variables
    from findings import broken, missing, ok, report


def check_variables(facts: dict) -> list:
    """Variables that lead to another Python or alter this one, and what becomes of the course's Python with them."""
    foreign = variables.foreign(os.environ)
    if not foreign:
        return []
    subject, values = " ".join(foreign), ", ".join(foreign.values())
    if not inventory.course().ours:
        altering = [name for name in foreign if name in variables.ALTERING]
        if not altering or not inventory.importable(facts):  # what cannot be imported is told with its variable
            return []
        detail = f"{variables.shown(' '.join(altering))}: Python and its libraries do not do what the course shows"
        return [broken("variables", detail, "unset " + " ".join(altering), needed=False)]
    with_them = {} if not facts else inventory.imports(dict(os.environ))
    problems = with_them.get("failing", []) + [f"imported from there: {name}" for name in with_them.get("outside", [])]
    if not facts or (with_them and not problems):
        return [ok(subject, f"{values}: `make` starts the course without it")]
    said = problems[0] if problems else "the course's Python does not start with it"
    detail = f"{values}: {said}; `make` starts the course without it, nothing else does"
    return [broken(subject, detail, "unset " + subject, needed=False)]


def check_tools(facts: dict) -> list:
    """What some cells and the maintainers' tests use: each optional."""
    found = []
    dumper = next((t for t in ("objdump", "llvm-objdump") if shutil.which(t)), "")
    if dumper:
        found.append(ok("machine code", dumper))
    else:
        detail = "no objdump: %asm has nothing to show"
        found.append(missing("machine code", detail, host.install_command("objdump"), False))
    if not inventory.course().ours:
        return found  # the tests are run from a clone
    if not browser.find_chromium():
        detail = "no Chromium: the tests of slides and lab are skipped"
        return [*found, missing("browser", detail, host.install_command("browser"), False)]
    if not facts.get("playwright"):
        return [*found, missing("browser", "nothing to drive it with", "make lab WITH=browser", False)]
    found.append(ok("browser", browser.find_chromium()))
    if shutil.which("fc-list") and not subprocess.run(["fc-list", ":"], stdout=subprocess.PIPE).stdout.strip():
        found.append(missing("fonts", "none: the browser's text stays empty", host.install_command("fonts"), False))
    return found


def check_port(port: int) -> list:
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return [ok("port", f"{port} is in use; `make lab` takes the next free one")]
    return [ok("port", f"{port} is free")]


def examine() -> list:
    """All findings about this machine, in the order in which they should be repaired."""
    first = ceilings.check_processes()
    first += [] if any(f.needed for f in first) else storage.check_temporary()
    if any(f.needed for f in first):  # what comes next starts programs that write temporary files
        return first
    facts = inventory.facts()
    limits = ceilings.check_ceilings()
    space = storage.check_space(installed=bool(facts))
    packages = explained(inventory.check_packages(facts), [*limits, *space])
    incomplete = any(f.state != "ok" and f.subject in ("environment", "packages") for f in packages)
    hub = not inventory.course().ours
    return [
        *inventory.check_python(),
        *check_variables(facts),
        *ceilings.check_threads(os.environ),
        *first,
        *limits,
        *space,
        *(network.check_network(needed=incomplete) if not hub else []),
        *packages,
        *toolchain.check_compilers(facts),
        *storage.check_cache(),
        *storage.check_work(),
        *check_tools(facts),
        *(check_port(8888) if not hub else []),
    ]


def explained(packages: list, causes: list) -> list:
    """The findings about ``packages``; with the cure of what may be the cause, where installing anew would be none."""
    cures = {f.subject: f.fix for f in causes if f.subject in ("memory", "mount")}
    found = []
    for finding in packages:
        anew = finding.state != "ok" and finding.fix.startswith(("rm ", "make setup"))
        for subject, fix in cures.items() if anew else ():
            finding = finding._replace(detail=f"{finding.detail}; see {subject}", fix=fix)
        found.append(finding)
    return found


def main(arguments: list = None) -> int:
    parser = argparse.ArgumentParser(
        prog="unladen doctor", description="Say what this machine is missing for the course."
    )
    parser.parse_args(arguments)
    if host.unsupported():
        print(host.unsupported())
        return 1
    findings = examine()
    print(report(findings))
    return int(any(f.needed for f in findings))


if __name__ == "__main__":
    sys.exit(main())
