"""A cache that root has filled for all: read by all, changed by none, believed while root alone can change it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from unladen.compiling import shared

pytestmark = pytest.mark.long

USERS = (1000, 1001)
# may read every file, as the interpreter may lie where others cannot look; may write what is its own
READER = ["--clear-groups", "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
CELL = """
import os, sys
from pathlib import Path
from unladen.compiling import build
cell = build("int answer(void) { return 42; }", name="cell", origin=Path.cwd())
print(cell.answer(), "cached" if cell.build.cached else "built", cell.build.path)
"""
CELLS = (
    CELL
    + '''
source = """#include <iostream>
#include <sstream>
extern "C" int longer() { std::stringstream text; text << 1234; return text.str().size(); }"""
print(build(source, "cpp", name="plain", origin=Path.cwd()).longer())
source = """#include <nanobind/nanobind.h>
NB_MODULE(bound, m) { m.def("seven", [] { return 7; }); }"""
print(build(source, "cpp", name="bound", origin=Path.cwd()).seven())
'''
)


@pytest.fixture
def machine():
    if os.geteuid() or not shutil.which("setpriv"):
        pytest.skip("only root can be several users, with setpriv (util-linux): sudo make test")
    place = Path(tempfile.mkdtemp(prefix="unladen-", dir="/var/tmp"))  # below pytest's own nobody else finds programs
    place.chmod(0o755)
    yield Several(place)
    shutil.rmtree(place)


class Several:
    """A machine with a folder for all, root, and two users with homes; each call of a compiler is noted."""

    def __init__(self, place: Path) -> None:
        self.place, self.for_all, self.calls = place, place / "for all", place / "calls"
        self.for_all.mkdir(mode=0o755)
        self.calls.touch()
        self.calls.chmod(0o666)
        for user in (0, *USERS):
            self.home(user).mkdir()
            os.chown(self.home(user), user, user)
        for name in ("cc", "c++"):
            script = place / name
            script.write_text(f'#!/bin/sh\necho "$@" >> "{self.calls}"\nexec {shutil.which(name)} "$@"\n')
            script.chmod(0o755)

    def home(self, user: int) -> Path:
        return self.place / f"home of {user}"

    def start(self, user: int, code: str = CELL, **more: str) -> subprocess.Popen:
        passed = ("XDG_CACHE_HOME", "CC", "CXX")
        environment = {k: v for k, v in os.environ.items() if k not in passed} | {
            "HOME": str(self.home(user)),
            "UNLADEN_CACHE": str(self.for_all),
            "PATH": f"{self.place}:{os.environ['PATH']}",
            **more,
        }
        become = ["setpriv", "--reuid", str(user), "--regid", str(user), *READER] if user else []
        command = [*become, sys.executable, "-c", code]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=environment, cwd=self.home(user), **pipes)

    def run(self, user: int, code: str = CELL, **more: str) -> tuple[str, str]:
        process = self.start(user, code, **more)
        said, problems = process.communicate(timeout=300)
        assert process.returncode == 0, problems
        return said, problems

    def compiled(self) -> list[str]:
        """What compilers were called for since this was asked last."""
        found = self.calls.read_text().splitlines()
        self.calls.write_text("")
        return found

    def state(self) -> dict[str, tuple]:
        """All of the folder for all but when it was read."""
        paths = [self.for_all, *self.for_all.rglob("*")]
        facts = {str(path): os.lstat(path) for path in paths}
        return {p: (f.st_mode, f.st_uid, f.st_size, f.st_mtime_ns, f.st_ctime_ns, f.st_ino) for p, f in facts.items()}


def folder_of(said: str) -> Path:
    return Path(said.splitlines()[0].split(maxsplit=2)[2]).parent


def test_what_root_has_built_and_precompiled_serves_all_and_nobody_compiles_it_again(machine):
    """Headers are made for who waits for nothing (`unladen.compiling.warm`), and are most of what a cache holds."""
    machine.run(0, "from unladen.compiling.warm import cells; cells()" + CELLS)
    assert machine.compiled()
    prepared = {path.parent.name for path in machine.for_all.glob("headers-*/inputs.json")}
    assert prepared
    before = machine.state()
    for user in USERS:
        said, problems = machine.run(user, CELLS)
        assert (said.split()[:2], said.split()[-2:], problems) == (["42", "cached"], ["4", "7"], "")
        assert folder_of(said).is_relative_to(machine.for_all)
        assert machine.compiled() == []
    source = '#include <iostream>\\nextern \\"C\\" int mine() { std::cout << 1; return 5; }'
    machine.run(
        USERS[0], f"""from unladen.compiling import build\nprint(build("{source}", "cpp", name="mine").mine())"""
    )
    calls = machine.compiled()
    assert any(str(machine.for_all / name) in call for call in calls for name in prepared)
    assert not any("c++-header" in call for call in calls)
    assert machine.state() == before


def test_what_others_may_read_is_readable_whatever_roots_mask(machine):
    machine.run(0, "import os; os.umask(0o077)" + CELL)
    for path in machine.for_all.rglob("*"):
        mode = path.stat().st_mode
        assert mode & 0o055 == 0o055 if path.is_dir() else mode & 0o044 == 0o044, path
        assert not mode & 0o022, path


def test_what_root_keeps_to_itself_stays_so(machine):
    machine.for_all.chmod(0o700)
    machine.run(0)
    assert not any(path.stat().st_mode & 0o077 for path in machine.for_all.rglob("*") if path.is_dir())


def test_what_a_user_builds_goes_to_the_users_own_place(machine):
    machine.run(0)
    before, other = machine.state(), CELL.replace("42", "43")
    for state in ("built", "cached"):
        said, problems = machine.run(1000, other)
        assert said.split()[:2] == ["43", state] and problems == ""
        assert folder_of(said).is_relative_to(machine.home(1000) / ".cache" / "unladen")
    assert machine.state() == before


def test_two_users_at_once_do_not_meet(machine):
    machine.run(0)
    both = CELL + CELL.replace("42", "43")
    for process in [machine.start(user, both) for user in USERS for _ in range(2)]:
        said, problems = process.communicate(timeout=300)
        assert [line.split()[0] for line in said.splitlines()] == ["42", "43"] and problems == ""
        assert said.split()[1] == "cached"


def give_away(path: Path) -> None:
    os.chown(path, 1000, -1)


def open_to_all(path: Path) -> None:
    path.chmod(0o777)


def open_to_the_group(path: Path) -> None:
    path.chmod(path.stat().st_mode | 0o020)


def replace_by_a_link(path: Path) -> None:
    place = next(folder for folder in path.parents if folder.name == "for all").parent
    path.symlink_to(path.rename(place / f"elsewhere {path.parent.name} {path.name}"))


def change(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"answer", b"anyone"))


DAMAGES = [
    *((give_away, where) for where in ("cell.so", "whole.json", "build.json", ".", "..")),
    *((open_to_the_group, where) for where in ("cell.so", "whole.json", ".", "..")),
    *((open_to_all, where) for where in ("cell.so", ".", "..")),
    *((replace_by_a_link, where) for where in ("cell.so", "whole.json", ".", "..")),
    *((change, where) for where in ("cell.so", "build.json")),
    (lambda path: path.unlink(), "cell.so"),
    (lambda path: os.truncate(path, 4096), "cell.so"),
    (lambda path: (path.unlink(), os.mkfifo(path)), "cell.so"),
    (lambda path: (path.unlink(), os.mkfifo(path)), "whole.json"),
    (lambda path: path.write_bytes(b"\xff"), "whole.json"),
    (lambda path: (shutil.rmtree(path), path.write_text("a file")), "."),
]


def test_entries_that_are_not_whole_or_not_roots_alone_are_built_privately(machine):
    names = [f"cell_{number}" for number in range(len(DAMAGES))]
    cells = "".join(CELL.replace("cell", name).replace("42", str(k)) for k, name in enumerate(names))
    said, _ = machine.run(0, cells)
    for (damage, where), line, name in zip(DAMAGES, said.splitlines(), names, strict=True):
        damage(Path(os.path.normpath(folder_of(line) / where.replace("cell", name))))
    before = machine.state()
    for state in ("built", "cached"):
        said, problems = machine.run(1000, cells)
        assert problems == ""
        for number, (damage, line) in enumerate(zip(DAMAGES, said.splitlines(), strict=True)):
            assert line.split()[:2] == [str(number), state], damage
            assert folder_of(line).is_relative_to(machine.home(1000)), damage
    assert machine.state() == before


def test_an_entry_that_was_made_from_another_header_is_built_privately(machine):
    header = machine.place / "number.h"
    cell = CELL.replace('"int answer', f'"#include <{header}>\\nint answer').replace("42", "NUMBER")
    for number in (1, 2):
        header.write_text(f"#define NUMBER {number}\n")
        os.utime(header, (0, 0))
        if number == 1:
            machine.run(0, cell)
    before = machine.state()
    said, _ = machine.run(1000, cell)
    assert said.split()[:2] == ["2", "built"]
    assert machine.state() == before


REFUSALS = [
    (lambda place: place.chmod(0o775), "it can be written by others than root"),
    (lambda place: place.chmod(0o1777), "it can be written by others than root"),
    (lambda place: place.parent.chmod(0o770), "can be written by others than root"),
    (lambda place: os.chown(place.parent, 1001, -1), "belongs to another user, who could replace what you run"),
    (lambda place: os.chown(place, 65534, 65534), "it belongs to nobody (user 65534)"),
]


@pytest.mark.parametrize(("spoil", "reason"), REFUSALS)
def test_a_folder_that_is_not_roots_alone_is_not_read_and_it_is_said_why(machine, spoil, reason):
    machine.run(0)
    spoil(machine.for_all)
    try:
        for state in ("built", "cached"):
            said, problems = machine.run(1000)
            assert said.split()[:2] == ["42", state]
            assert folder_of(said).is_relative_to(machine.home(1000))
            assert problems.startswith(f"The cache for all users, {machine.for_all}, is not read: ")
            assert reason in problems and problems.count("\n") == 1
    finally:
        machine.place.chmod(0o755)
        os.chown(machine.place, 0, -1)


def as_user(question, user: int = 1000):
    """Ask a child of this process, which is another user then, without any right to read what is not its own."""
    read, write = os.pipe()
    if not (child := os.fork()):
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        os.write(write, repr(question()).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return eval(said)


def test_what_only_root_may_read_comes_with_the_command_that_opens_it(machine):
    machine.for_all.chmod(0o700)
    place = str(machine.for_all)
    assert as_user(lambda: shared.is_of_root(place))
    why, fix = as_user(lambda: shared.problem_of(place))
    assert why == "it may be read by root alone"
    subprocess.run(fix.replace("sudo ", ""), shell=True, check=True)
    assert as_user(lambda: shared.problem_of(place)) == ("", "")


def test_roots_own_folder_is_roots_own(tmp_path):
    assert not shared.is_of_root(str(tmp_path))
    assert not shared.is_of_root(str(tmp_path / "nowhere"))


def test_a_shared_folder_from_which_nothing_may_be_run_is_not_read(machine):
    machine.run(0)
    inert = machine.place / "inert"
    inert.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "noexec,mode=755", "tmpfs", str(inert)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a file system needs a container that is allowed to mount")
    try:
        said, problems = machine.run(1000, UNLADEN_CACHE=str(inert))
        assert said.split()[:2] == ["42", "built"] and "noexec" in problems
    finally:
        subprocess.run(["umount", str(inert)], check=True)


def test_who_has_no_home_reads_it_too(machine):
    machine.run(0)
    code = "import os; del os.environ['HOME']\n" + CELL
    said, problems = machine.run(1001, code)
    assert said.split()[:2] == ["42", "cached"], problems
