"""``make lab`` opens the course on this machine only, whatever else this user has configured."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import psutil
import pytest

from tests.lab_server import running_lab
from tests.processes import answers, family
from unladen.course import lab


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
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
    environment = lab.server_environment(server.repository, "token")
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


def test_a_server_that_cannot_start_is_reported_in_a_few_lines(tmp_path):
    own = tmp_path / "unladen-lab" / "config"
    own.mkdir(parents=True)
    (own / "jupyter_server_config.py").write_text("raise SystemExit('this JupyterLab is broken')")
    done = subprocess.run(
        [sys.executable, "-m", "unladen", "lab", "--no-browser"],
        env=os.environ | {"UNLADEN_STATE": str(tmp_path)},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "this JupyterLab is broken" in done.stderr and "make doctor" in done.stderr
    assert "Traceback" not in done.stderr
