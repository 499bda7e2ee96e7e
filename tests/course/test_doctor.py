"""doctor names what a machine is missing, with the command that adds it, whatever is missing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.checkout import REPOSITORY, small_copy
from unladen.compiling import cache
from unladen.course import bootstrap, doctor, findings, host, inventory, places, storage, toolchain, variables

pytestmark = pytest.mark.long


@pytest.fixture
def nowhere(tmp_path) -> Path:
    """A folder with no command in it, to be the whole of PATH."""
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


@pytest.fixture(scope="module")
def offline() -> dict[str, str]:
    """Variables that point every index and proxy at a port of this machine where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    own = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_")) and "proxy" not in k.lower()}
    return own | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": address,
        "UV_DEFAULT_INDEX": address,
        "HTTP_PROXY": address,
        "HTTPS_PROXY": address,
    }


def ask(repository: Path, environment: dict[str, str]) -> tuple[int, str]:
    command = [sys.executable, str(repository / "unladen" / "course" / "doctor.py")]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=120)
    assert not done.stderr
    return done.returncode, done.stdout


def found_by(check: str, repository: Path, **environment: str) -> str:
    """What one check of doctor's (Python that makes a list of findings) reports about ``repository``."""
    folder = str(repository / "unladen" / "course")
    program = f"import sys; sys.path.insert(0, {folder!r}); import findings, inventory; print(findings.report({check}))"
    command = [sys.executable, "-E", "-c", program]
    done = subprocess.run(command, env=os.environ | environment, cwd="/", capture_output=True, text=True, timeout=120)
    assert not done.stderr
    return done.stdout


def line_of(report: str, subject: str) -> str:
    """The finding about ``subject``, with its arrow."""
    lines = report.splitlines()
    at = next(n for n, line in enumerate(lines) if subject in line)
    return "\n".join(lines[at : at + 2])


def test_a_machine_that_can_run_the_course_is_told_so_even_without_network(offline):
    status, report = ask(REPOSITORY, offline)
    assert status == 0, report
    assert "not needed" in line_of(report, "network")
    assert report.splitlines()[-1].startswith("The course can run.")
    for subject in ("Python", "disk", "packages", "imports", "kernel", "C compiler", "C++ compiler", "cache", "port"):
        assert line_of(report, subject).startswith("ok"), report


def test_it_needs_no_package_at_all(tmp_path):
    copy = small_copy(tmp_path / "here")
    folder = str(copy / "unladen" / "course")
    program = f"import sys; sys.path.insert(0, {folder!r}); import doctor; doctor.main(['--help'])"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "missing" in done.stdout


@pytest.fixture(scope="module")
def bare(tmp_path_factory, offline) -> tuple[int, str]:
    """What doctor says of a fresh clone where there is nothing: no environment, no program on PATH, no network."""
    place = tmp_path_factory.mktemp("bare")
    (place / "empty").mkdir()
    copy = small_copy(place / "ohne Compiler ü")
    chosen = {k: v for k, v in offline.items() if k not in ("CC", "CXX")}
    return ask(copy, chosen | {"PATH": str(place / "empty")})


def test_before_set_up_a_missing_compiler_is_no_fault_as_set_up_brings_one(bare):
    _, report = bare
    for language in ("C compiler", "C++ compiler"):
        assert line_of(report, language).startswith("ok") and "set-up brings one" in line_of(report, language)


def test_after_set_up_a_missing_compiler_stops_only_the_cells_that_need_one(nowhere, monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(nowhere))
    finding = toolchain.check_compilers({"headers": sys.prefix, "version": [3, 13]})[0]
    assert finding.state == "missing" and not finding.needed
    assert host.install_command("compiler") in finding.fix and "make lab" in finding.fix


def test_a_compiler_that_fails_is_broken_not_missing(tmp_path, monkeypatch):
    wrong = tmp_path / "cc-without-headers"
    wrong.write_text("#!/bin/sh\necho 'fatal error: stdint.h: No such file' >&2\nexit 1\n")
    wrong.chmod(0o755)
    monkeypatch.setenv("CC", str(wrong))
    finding = toolchain.check_compilers({})[0]
    assert (finding.state, finding.subject) == ("broken", "C compiler") and "stdint.h" in finding.detail


def test_without_network_it_says_so_where_something_is_to_be_installed(bare):
    status, report = bare
    assert status == 1
    assert line_of(report, "network").startswith("missing")
    assert "HTTPS_PROXY" in line_of(report, "network")


def test_missing_packages_are_named(tmp_path, offline):
    copy = small_copy(tmp_path / "here")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(copy / ".venv")], check=True)
    status, report = ask(copy, offline)
    assert status == 1
    assert "missing  packages" in report
    assert "anyio" in report
    assert "make setup" in line_of(report, "missing  packages")
    (copy / ".venv" / bootstrap.UNFINISHED).touch()
    report = found_by("inventory.check_packages(inventory.facts())", copy)
    assert line_of(report, "environment").startswith("broken") and "interrupted" in line_of(report, "environment")
    assert "cannot run yet" in report


@pytest.fixture
def old_numpy(tmp_path) -> Path:
    """A folder with another Python's NumPy, as ROS and the modules of computing centres put one on PYTHONPATH."""
    (tmp_path / "ros" / "numpy").mkdir(parents=True)
    (tmp_path / "ros" / "numpy" / "__init__.py").write_text("raise ImportError('old numpy')")
    return tmp_path / "ros"


WELL = {"failing": [], "outside": []}  # what all the course's packages import as, without these variables


def test_packages_of_another_python_are_named_with_the_variable_that_leads_to_them(old_numpy, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(old_numpy))
    (finding,) = doctor.check_variables(WELL)
    assert (finding.state, finding.subject, finding.needed) == ("broken", "PYTHONPATH", False)
    assert str(old_numpy) in finding.detail and "old numpy" in finding.detail
    assert finding.fix == "unset PYTHONPATH"


def test_a_package_that_shadows_one_of_the_course_is_found_out(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (finding,) = doctor.check_variables(WELL)
    assert finding.fix == "unset PYTHONPATH" and str(tmp_path) in finding.detail
    (outside,) = inventory.imports(dict(os.environ), ("numpy",))["outside"]
    assert outside == f"numpy from {tmp_path / 'numpy.py'}"


def test_a_folder_of_the_learners_own_is_no_problem(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(REPOSITORY), str(tmp_path)]))
    (finding,) = doctor.check_variables(WELL)
    assert (finding.state, finding.subject) == ("ok", "PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    assert doctor.check_variables({}) == []


def test_make_works_with_variables_that_would_end_any_python(old_numpy, tmp_path):
    environment = os.environ | {"PYTHONHOME": str(tmp_path), "PYTHONPATH": str(old_numpy)}
    command = ["make", "doctor", f"PYTHON={sys.executable}"]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "unset PYTHONPATH PYTHONHOME" in line_of(done.stdout, "PYTHONHOME")
    assert line_of(done.stdout, "imports").startswith("ok")  # `make` does without them
    assert "The course can run." in done.stdout and "rm -rf" not in done.stdout


@pytest.mark.parametrize("variable, header", [("CPATH", "stdint.h"), ("CPLUS_INCLUDE_PATH", "vector")])
def test_a_variable_that_spoils_a_good_compiler_is_to_blame(tmp_path, monkeypatch, variable, header):
    (tmp_path / header).write_text("#error made for another compiler\n")
    monkeypatch.setenv(variable, str(tmp_path))
    found = [finding for finding in toolchain.check_compilers({}) if finding.state == "broken"]
    assert found and all(finding.fix == f"unset {variable}" for finding in found)
    assert all(str(tmp_path) in finding.detail for finding in found)


def test_a_library_of_another_system_is_to_blame_for_what_cannot_be_imported(tmp_path):
    """Modules of computing centres put an older libstdc++ first; here it is an empty one."""
    if sys.platform != "linux":
        pytest.skip("LD_LIBRARY_PATH is Linux's")
    library = str(tmp_path / "libstdc++.so.6")
    empty = [*host.find_compiler("CC"), "-shared", "-fPIC", "-xc", os.devnull, "-o", library]
    subprocess.run(empty, check=True)
    _, report = ask(REPOSITORY, os.environ | {"LD_LIBRARY_PATH": str(tmp_path)})
    for subject in ("imports", "C++ compiler"):
        assert str(tmp_path) in line_of(report, subject) and "-> unset LD_LIBRARY_PATH" in line_of(report, subject)
    assert "rm -rf" not in report and host.install_command("compiler") not in report


@pytest.mark.parametrize("chosen", ["false", "no-such-compiler", "gcc '"])
def test_a_compiler_that_was_chosen_and_does_not_work_is_to_be_chosen_no_more(monkeypatch, chosen):
    monkeypatch.setenv("CC", chosen)
    finding = toolchain.check_compilers({})[0]
    assert finding.state != "ok" and finding.fix == "unset CC" and chosen in finding.detail


def test_a_compiler_may_be_in_a_folder_with_a_blank(tmp_path, monkeypatch):
    monkeypatch.delenv("CC", raising=False)
    (tmp_path / "my tools").mkdir()
    (tmp_path / "my tools" / "cc").symlink_to(shutil.which(host.find_compiler("CC")[0]))
    monkeypatch.setenv("CC", str(tmp_path / "my tools" / "cc"))
    assert toolchain.check_compilers({})[0].state == "ok"


def test_a_cache_that_cannot_be_written_does_not_stop_the_course(tmp_path, monkeypatch):
    (tmp_path / "a file").touch()
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path / "a file" / "cache"))
    (finding,) = storage.check_cache()
    assert finding.state == "broken" and "UNLADEN_CACHE" in finding.fix
    assert not finding.needed


def test_a_cache_that_the_builds_do_not_trust_is_not_called_fine(tmp_path, monkeypatch, capfd):
    shared = tmp_path / "our cache"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("UNLADEN_CACHE", str(shared))
    assert cache.usable() != shared and "other users" in capfd.readouterr().err
    (finding,) = storage.check_cache()
    assert finding.state == "broken" and "other users" in finding.detail
    assert finding.fix == f"chmod 700 '{shared}'"
    shared.chmod(0o700)
    assert storage.check_cache()[0].state == "ok"


def test_where_chmod_changes_nothing_it_is_not_the_advice(tmp_path, monkeypatch):
    """On a drive of Windows, as WSL shows it, every folder is everybody's."""
    tmp_path.chmod(0o777)
    monkeypatch.setenv("UNLADEN_CACHE", str(tmp_path))
    monkeypatch.setattr(places, "heeds_modes", lambda folder: False)
    (finding,) = storage.check_cache()
    assert "chmod changes nothing" in finding.detail
    assert finding.fix.startswith("export UNLADEN_CACHE=") and "Linux" in finding.fix


BUILDING = """
import sys
sys.path.insert(0, sys.argv[1])
import findings, storage, toolchain
print(findings.report([*storage.check_temporary(), *storage.check_cache(), *toolchain.check_compilers({})]))
"""


def without_execution(folder: Path, **environment: str) -> str:
    """What doctor says of building where ``folder`` is mounted noexec, in a name space of mounts of its own."""
    script = 'mount -t tmpfs -o noexec,mode=700 tmpfs "$1" || exit 77\nexec "$2" -E -c "$3" "$4"'
    course = str(REPOSITORY / "unladen" / "course")
    command = ["unshare", "-m", "sh", "-c", script, "sh", str(folder), sys.executable, BUILDING, course]
    if not shutil.which("unshare"):
        pytest.skip("this system mounts nothing for a single process (Linux can)")
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=120)
    if not done.stdout:
        pytest.skip(f"this user may mount nothing: {done.stderr.strip()}")
    return done.stdout


def test_a_cache_from_which_nothing_can_be_loaded_is_the_cause_and_not_the_compiler(tmp_path):
    report = without_execution(tmp_path, UNLADEN_CACHE=str(tmp_path))
    assert "libraries cannot be loaded from there" in line_of(report, "cache")
    assert "UNLADEN_CACHE=" in line_of(report, "cache")
    assert line_of(report, "C compiler").startswith("ok") and "The course can run." in report


def test_where_nothing_can_be_loaded_from_anywhere_no_compiler_is_to_be_installed(tmp_path):
    report = without_execution(tmp_path, UNLADEN_CACHE=str(tmp_path / "cache"), TMPDIR=str(tmp_path))
    assert "no cell that compiles can run" in line_of(report, "cache")
    assert line_of(report, "C compiler").startswith("ok") and "cannot run yet" in report


def test_a_place_for_temporary_files_is_asked_for_where_there_is_none(monkeypatch):
    def nowhere():
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(storage.tempfile, "gettempdir", nowhere)
    found = doctor.examine()
    assert found[-1].needed and "TMPDIR" in found[-1].fix


def test_a_port_in_use_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "in use" in doctor.check_port(taken.getsockname()[1])[0].detail


def test_a_python_without_venv_is_told_before_set_up_stumbles_over_it(tmp_path, offline):
    """As Debian's is without python3-venv; with a working environment there is nothing to make."""
    hidden = "import sys; sys.modules['ensurepip'] = None; sys.path.insert(0, {!r}); import doctor; doctor.main([])"
    folder = small_copy(tmp_path / "here") / "unladen" / "course"
    said = [sys.executable, "-I", "-c", hidden.format(str(folder))]
    finding = line_of(subprocess.run(said, env=offline, capture_output=True, text=True).stdout, "venv ")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert finding.startswith("missing") and finding.endswith(host.install_command("venv", version))
    check = "sys.modules.__setitem__('ensurepip', None) or inventory.check_python()"
    assert "ensurepip" not in found_by(check, REPOSITORY) and "The course can run." in found_by(check, REPOSITORY)


def test_in_an_environment_that_is_not_makes_that_one_is_judged(tmp_path):
    """A hub's: the course in a folder that only root can write to, the packages elsewhere."""
    copy = small_copy(tmp_path / "srv")
    command = [sys.executable, "-m", "unladen.course.doctor"]
    environment = variables.own(os.environ) | {"PYTHONPATH": str(copy), "PYTHONHASHSEED": "1"}
    done = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sys.prefix in line_of(done.stdout, "environment") and "The course can run" in done.stdout
    assert "make" not in done.stdout and "network" not in done.stdout
    assert line_of(done.stdout, "variables").endswith("-> unset PYTHONHASHSEED")


def test_what_set_up_alone_will_mend_is_no_fault_of_the_machine(tmp_path):
    missing = [findings.missing("environment", "none yet", "make lab"), findings.missing("fonts", "none", "…", False)]
    assert findings.verdict(missing).endswith("nothing is in its way:  make lab")
    assert "cannot run yet" in findings.verdict([*missing, findings.missing("venv", "none", "apt-get …")])
    assert findings.verdict(missing[1:]).startswith("The course can run.") and "fonts" in findings.verdict(missing[1:])


def test_copies_go_where_this_user_may_write(tmp_path, monkeypatch):
    monkeypatch.setenv("UNLADEN_WORK", str(tmp_path / "not yet" / "mine"))
    assert str(tmp_path / "not yet" / "mine") in storage.check_work()[0].detail
    (tmp_path / "a file").touch()
    monkeypatch.setenv("UNLADEN_WORK", str(tmp_path / "a file" / "mine"))
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path / "a file" / "state"))
    work, progress = storage.check_work()
    assert work.needed and "UNLADEN_WORK" in work.fix
    assert not progress.needed and "UNLADEN_STATE" in progress.fix


def test_a_course_on_a_mount_from_which_nothing_is_run_is_told_before_it_is_installed(tmp_path):
    copy = small_copy(tmp_path / "here")
    script = 'mount --bind "$1" "$1" && mount -o remount,bind,noexec "$1" || exit 77; cd "$3"; exec "$2" -E -c "$4"'
    check = "import findings, storage; print(findings.report(storage.check_space(installed=False)))"
    arguments = [copy, sys.executable, copy / "unladen" / "course", check]
    if not shutil.which("unshare"):
        pytest.skip("this system mounts nothing for a single process (Linux can)")
    command = ["unshare", "-m", "sh", "-c", script, "sh", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if not done.stdout:
        pytest.skip(f"this user may mount nothing: {done.stderr.strip()}")
    assert f"{copy} is mounted noexec" in line_of(done.stdout, "mount") and "cannot run yet" in done.stdout


def test_every_problem_comes_with_a_command(bare):
    _, report = bare
    lines = report.splitlines()
    problems = [n for n, line in enumerate(lines) if line.startswith(("missing", "broken"))]
    assert len(problems) >= 4
    assert all(lines[n + 1].strip().startswith("->") for n in problems), report
