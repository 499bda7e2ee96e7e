"""``make lab`` opens the course on this machine only, whatever else this user has configured."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import psutil
import pytest

from tests.helpers.lab_server import environment_of, running_lab
from tests.helpers.processes import answers, family
from unladen.course import lab, listening

TOKEN = "a token of one's own, with blanks"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="module")
def learners(tmp_path_factory):
    """The learner's door, opened on every address, as in a container."""
    with running_lab(tmp_path_factory.mktemp("learner"), on="", ip="::", JUPYTER_TOKEN=TOKEN) as running:
        yield running


def get(address: str):
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.loads(answer.read())


def test_it_prints_an_address_that_opens_the_first_chapter(server):
    assert server.address("/lab/tree/notebooks/00-start-here.ipynb") in server.printed
    assert "Traceback" not in server.printed


def test_it_listens_on_this_machine_only(server):
    connections = answers(lambda process: process.net_connections("inet"), family(server.process.pid))
    listening = [c.laddr for of_one in connections for c in of_one if c.status == psutil.CONN_LISTEN]
    assert [a.ip for a in listening if a.port == server.port] == ["127.0.0.1"]
    assert {a.ip for a in listening} == {"127.0.0.1"}


def test_the_token_is_required_and_is_not_on_a_command_line(server):
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"http://127.0.0.1:{server.port}/api/contents")
    assert refused.value.code == 403
    commands = answers(psutil.Process.cmdline, family(server.process.pid))
    assert any("jupyterlab" in command for command in commands)
    assert not any(server.token in " ".join(command) for command in commands)


def test_its_folder_is_the_repository(server):
    names = {entry["name"] for entry in get(server.address("/api/contents"))["content"]}
    assert {"notebooks", "exercises", "solutions", "native"} <= names


def test_the_kernel_is_the_environments_and_finds_its_commands(server):
    spec = get(server.address("/api/kernelspecs"))["kernelspecs"]["python3"]["spec"]
    assert spec["argv"][0] != "/nowhere/python"
    environment = lab.server_environment(server.repository)
    assert environment["PATH"].split(os.pathsep)[0] == os.path.dirname(sys.executable)


def test_no_news_no_update_check_and_numbered_lines(server):
    address = server.address("/lab/api/settings/@jupyterlab/apputils-extension:notification")
    asked = get(address)["schema"]["properties"]
    assert asked["fetchNews"]["default"] == "false"
    assert asked["checkForUpdates"]["default"] is False


def test_the_stored_drawings_are_trusted(server):
    from nbformat import read
    from nbformat.sign import NotebookNotary

    paths = [p for room in ("notebooks", "exercises", "solutions") for p in (server.repository / room).glob("*.ipynb")]
    assert paths
    notary = NotebookNotary(data_dir=str(server.state / "data"))
    assert all(notary.check_signature(read(path, as_version=4)) for path in paths)


def status(host: str, port: int, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status


def authorised(token: str = TOKEN, **headers: str) -> dict[str, str]:
    return {"Authorization": f"token {token}", **headers}


def test_the_learners_door_shows_the_copies_and_nothing_else(learners):
    address = f"http://127.0.0.1:{learners.port}/api/contents"
    with urllib.request.urlopen(urllib.request.Request(address, headers=authorised()), timeout=30) as answer:
        names = {entry["name"] for entry in json.loads(answer.read())["content"]}
    assert {"notebooks", "exercises", "solutions", "img"} <= names
    assert not names & {"unladen", "native", "work", ".course"}
    path = "/api/contents/notebooks/00-start-here.ipynb"
    assert status("127.0.0.1", learners.port, path, **authorised()) == 200
    assert "/lab/tree/notebooks/00-start-here.ipynb" in learners.printed


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_on_every_address_nobody_comes_in_without_the_token(learners, host):
    if host == "::1" and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    for path in ("/api/contents", "/api/kernels", "/api/terminals", "/api/sessions"):
        assert status(host, learners.port, path) == 403
        assert status(host, learners.port, path, **authorised(TOKEN[:-1])) == 403
        assert status(host, learners.port, path, **authorised()) == 200


def test_a_published_port_may_have_any_name_on_the_other_side(learners):
    for name in ("localhost:9999", "classroom.example:80", "203.0.113.7:8888"):
        assert status("127.0.0.1", learners.port, "/api/contents", **authorised(Host=name)) == 200
        assert status("127.0.0.1", learners.port, "/api/contents", Host=name) == 403


def test_a_server_for_this_machine_answers_to_no_other_name(server):
    for name, expected in (("localhost", 200), ("127.0.0.1", 200), ("evil.example", 403)):
        headers = authorised(server.token, Host=f"{name}:{server.port}")
        assert status("127.0.0.1", server.port, "/api/contents", **headers) == expected


def test_no_password_can_be_put_in_the_place_of_the_token(learners):
    with urllib.request.urlopen(f"http://127.0.0.1:{learners.port}/login", timeout=30) as page:
        assert "new_password" not in page.read().decode()


def test_a_token_for_others_is_said_nowhere_where_others_could_read_it(learners):
    assert "token in JUPYTER_TOKEN" in learners.printed and f"-p 127.0.0.1:{learners.port}" in learners.printed
    log = (learners.state / f"server-{learners.port}.log").read_text()
    commands = answers(psutil.Process.cmdline, family(learners.process.pid))
    for text in (learners.printed, log, *map(" ".join, commands)):
        assert TOKEN not in text and urllib.parse.quote(TOKEN) not in text
    _, *started = answers(psutil.Process.environ, family(learners.process.pid))
    assert started and not any(TOKEN in variables.values() for variables in started)  # a cell may print them
    assert learners.state.stat().st_mode & 0o077 == 0 and not list(learners.state.glob("token*"))


def run_lab(folder, *words: str, **variables: str) -> subprocess.CompletedProcess:
    """What the lab says that is not to start."""
    return subprocess.run(
        [sys.executable, "-m", "unladen", "lab", "--no-browser", *words],
        env=environment_of(folder, lab.REPOSITORY) | variables,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("words", "variables", "expected"),
    [
        (["--ip", "0.0.0.0"], {}, "16 characters or more; JUPYTER_TOKEN holds none"),
        (["--ip", "::"], {"JUPYTER_TOKEN": "short"}, "the one in JUPYTER_TOKEN has 5"),
        (["--ip", "0.0.0.0"], {"JUPYTER_TOKEN": " " * 40}, "secrets.token_hex(24)"),
        (["--ip", "203.0.113.1"], {}, "16 characters or more"),
        (["--ip", "foo"], {}, "'foo' is not the address of a network interface"),
        (["--ip", "255.255.255.255"], {"JUPYTER_TOKEN": TOKEN}, "is not the address of a network interface"),
        (["--ip", "fe80::1%lo"], {"JUPYTER_TOKEN": TOKEN}, "is not the address of a network interface"),
        (["--port", "abc"], {}, "'abc' is not a port: a number from 1 to 65535"),
        (["--port", "70000"], {}, "'70000' is not a port"),
        (["--port", "-1"], {}, "'-1' is not a port"),
        (["--on", "foo"], {}, "no originals called 'foo', but there are:"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_few_lines(tmp_path, words, variables, expected):
    done = run_lab(tmp_path, *words, **variables)
    assert done.returncode == 2
    assert expected in done.stderr and "Traceback" not in done.stderr and not done.stdout
    assert "make lab" not in done.stderr
    assert not (tmp_path / "state").exists()


def test_an_address_of_another_machine_is_said_to_be_one(tmp_path):
    done = run_lab(tmp_path, "--ip", "203.0.113.1", JUPYTER_TOKEN=TOKEN)
    assert done.returncode == 1
    assert "203.0.113.1 is no address of this machine" in done.stderr and "Traceback" not in done.stderr


def test_a_port_for_root_alone_is_not_taken_for_a_busy_one():
    become = "" if os.geteuid() else "import os; os.setresuid(54321, 54321, 54321); "
    program = f"from unladen.course import listening; {become}print(listening.free_port('127.0.0.1', 80))"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)
    if done.returncode == 0:
        pytest.skip("here every user may listen on port 80")
    assert "port 80 is one that only root may use" in done.stderr and "--port 8888" in done.stderr


def test_whoever_came_by_make_is_answered_in_its_words(monkeypatch):
    monkeypatch.setenv("MAKELEVEL", "1")
    assert listening.said("lab", port="9000") == "make lab PORT=9000"
    monkeypatch.delenv("MAKELEVEL")
    assert listening.said("lab", port="9000").endswith(" -m unladen lab --port 9000")


@pytest.mark.parametrize(
    ("ip", "begins"),
    [
        ("127.0.0.1", "http://127.0.0.1:8888"),
        ("0.0.0.0", "http://127.0.0.1:8888"),
        ("::", "http://127.0.0.1:8888"),
        ("::1", "http://[::1]:8888"),
        ("203.0.113.1", "http://203.0.113.1:8888"),
    ],
)
def test_the_address_that_is_announced_leads_there(ip, begins):
    assert listening.in_url(listening.address_of(ip), 8888) == begins


@pytest.mark.parametrize(("taken", "asked"), [("127.0.0.1", "0.0.0.0"), ("0.0.0.0", "127.0.0.1"), ("::1", "::")])
def test_a_port_is_busy_where_the_server_could_not_be_reached_on_it(taken, asked):
    family_of = socket.AF_INET6 if ":" in taken else socket.AF_INET
    try:
        other = socket.socket(family_of)
        other.bind((taken, 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    with other:
        other.listen()
        assert not listening.is_free(asked, other.getsockname()[1])


def test_a_busy_port_is_said_and_the_next_one_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        with running_lab(tmp_path, busy) as running:
            assert running.port > busy
            assert f"Port {busy} is in use" in running.printed
            _, *children = family(running.process.pid)
            assert children
            running.process.terminate()
            assert running.process.wait(30) == 0
            _, alive = psutil.wait_procs(children, timeout=15)
            assert not alive


def broken(folder, line: str) -> None:
    """A configuration that the server reads, as one of the whole machine's would be."""
    own = folder / "state" / "unladen-lab" / "config"
    own.mkdir(parents=True)
    (own / "jupyter_server_config.py").write_text(line)


def test_a_server_that_cannot_start_is_reported_in_a_few_lines(tmp_path):
    broken(tmp_path, "raise SystemExit('this JupyterLab is broken')")
    done = run_lab(tmp_path, "--on", "notebooks")
    assert done.returncode == 1
    assert "this JupyterLab is broken" in done.stderr and "unladen doctor" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_would_let_everybody_in_is_stopped(tmp_path):
    broken(tmp_path, "c.IdentityProvider.token = ''")
    done = run_lab(tmp_path, "--on", "notebooks", "--ip", "0.0.0.0", JUPYTER_TOKEN=TOKEN)
    assert done.returncode == 1
    assert "without the token, and was stopped" in done.stderr and "is open" not in done.stdout


def test_a_port_that_is_lost_to_another_server_is_left_to_it(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        server = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
        server.wait()
        with pytest.raises(lab.PortLost):
            lab.wait_until_ready(server, "127.0.0.1", taken, tmp_path, tmp_path / "log")


def test_state_is_kept_where_only_this_user_looks(tmp_path, monkeypatch):
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path))
    (tmp_path / "unladen-lab").mkdir(mode=0o755)
    assert lab.own_folder() == tmp_path / "unladen-lab"
    assert (tmp_path / "unladen-lab").stat().st_mode & 0o077 == 0


def test_anothers_state_is_not_used(tmp_path, monkeypatch):
    if os.geteuid():
        pytest.skip("only root can make a folder of another user's")
    monkeypatch.setenv("UNLADEN_STATE", str(tmp_path))
    (tmp_path / "unladen-lab").mkdir()
    os.chown(tmp_path / "unladen-lab", 54321, 54321)
    assert not lab.own_folder().is_relative_to(tmp_path)
