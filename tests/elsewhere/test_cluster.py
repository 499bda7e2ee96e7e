"""A cluster of one's own, and one that somebody else started: who runs, who listens, what is left, what goes wrong."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import dask
import psutil
import pytest
from distributed import Client

from tests.helpers.browser import browser_context, save_picture
from tests.helpers.foreign_cluster import certificates, foreign_cluster
from tests.helpers.lab_server import free_port
from unladen.elsewhere import foreign
from unladen.elsewhere.cluster import cluster, dashboard, logs
from unladen.elsewhere.recorded import Elsewhere
from unladen.host.leavings import leavings
from unladen.sandbox.stand_in import StandIn
from unladen.show import three_digits

pytestmark = pytest.mark.chapters(14)

# whether some figure of a page of Bokeh's has been given data in which a name occurs
FED = """name => window.Bokeh && Bokeh.documents.some(page => [...page._all_models.values()].some(
    model => model.type == "ColumnDataSource" && JSON.stringify([...(model.data.name ?? [])]).includes(name)))"""
LOOPBACK = ("127.0.0.1", "::1")


@pytest.fixture(autouse=True)
def nowhere_yet(monkeypatch):
    """No address is set, and Dask's configuration is the environment's, before and after."""
    for name in list(os.environ):
        if name.startswith(("UNLADEN_SCHEDULER", "DASK_", "JUPYTERHUB_")):
            monkeypatch.delenv(name)
    dask.config.refresh()
    yield
    monkeypatch.undo()
    dask.config.refresh()


@pytest.fixture(scope="module")
def own():
    """One cluster of our own for all tests that do it no harm."""
    with cluster(own=True) as client:
        yield client


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """Certificates: good ones, those of somebody else, and expired ones."""
    days = {"good": 1, "other": 1, "old": -1}
    return {name: certificates(tmp_path_factory.mktemp(name), valid) for name, valid in days.items()}


def there(variables: dict[str, str], monkeypatch) -> Client:
    """The client that a notebook with these variables gets."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    dask.config.refresh()
    return cluster()


def refused(variables: dict[str, str], monkeypatch) -> str:
    """The one line that a notebook with these variables gets, within ten seconds, and that says what to do."""
    start = time.monotonic()
    with pytest.raises(Elsewhere) as raised:
        there(variables, monkeypatch)
    assert time.monotonic() - start < 10
    said = str(raised.value)
    assert "\n" not in said and said.endswith("or unset UNLADEN_SCHEDULER to run on this machine.")
    return said


def tls(keys, **other) -> dict[str, str]:
    names = {"ca": "CA_FILE", "cert": "CLIENT__CERT", "key": "CLIENT__KEY"}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{names[n]}": str(path) for n, path in (keys | other).items()}


def processes(client) -> list[psutil.Process]:
    return psutil.Process(client.nodes.pid).children(recursive=True)


# -- one's own -------------------------------------------------------------------------------------------------------


def test_a_scheduler_and_two_workers_are_processes_of_their_own(own):
    pids = {os.getpid(), own.run_on_scheduler(os.getpid), *own.run(os.getpid).values()}
    assert len(pids) == 4 and pids - {os.getpid()} <= {process.pid for process in processes(own)}
    workers = own.scheduler_info(n_workers=-1)["workers"].values()
    assert sorted((w["name"], w["nthreads"], w["memory_limit"]) for w in workers) == [
        ("worker-0", 1, 400_000_000), ("worker-1", 1, 400_000_000),
    ]  # fmt: skip


def test_each_worker_has_a_nanny_that_replaces_it_when_it_is_killed():
    with cluster(workers=1, own=True) as client:
        (before,) = client.run(os.getpid).values()
        os.kill(before, 9)
        end = time.monotonic() + 30
        while time.monotonic() < end and logs(client)["worker-0"].count("Registered to") < 2:
            time.sleep(0.05)
        (after,) = client.run(os.getpid).values()
        assert after != before and "killed by signal 9" in logs(client)["worker-0"]


def test_what_they_talk_about_is_protected_and_nobody_listens_beyond_loopback(own):
    assert own.scheduler.address.startswith("tls://127.0.0.1:")
    assert all(address.startswith("tls://127.0.0.1:") for address in own.nthreads())
    found = [c.laddr.ip for process in processes(own) for c in process.net_connections("all") if c.status == "LISTEN"]
    assert len(found) >= 8  # two of the scheduler, one of each nanny, two of each worker
    assert set(found) <= set(LOOPBACK)


def test_nobody_without_its_certificate_is_let_in(own, keys, monkeypatch):
    address = own.scheduler.address
    assert "does not vouch for" in refused(tls(keys["good"]) | {"UNLADEN_SCHEDULER": address}, monkeypatch)
    assert "speaks TLS" in refused({"UNLADEN_SCHEDULER": address.replace("tls:", "tcp:")}, monkeypatch)
    key = own.security.tls_client_key
    told = [" ".join(process.cmdline()) for process in psutil.process_iter()]
    stored = [p.read_bytes() for p in own.nodes.folder.rglob("*") if p.is_file()]
    secret = key.splitlines()[5]
    assert not any(secret in line for line in told) and not any(secret.encode() in text for text in stored)


def test_options_of_dask_reach_scheduler_and_workers():
    option = "distributed.worker.memory.spill"
    with cluster(workers=1, memory="300 MB", own=True, config={option: 0.31}) as client:
        assert client.run_on_scheduler(dask.config.get, option) == 0.31
        assert list(client.run(dask.config.get, option).values()) == [0.31]
        assert [w["memory_limit"] for w in client.scheduler_info(n_workers=-1)["workers"].values()] == [300_000_000]


def test_workers_agree_on_the_hashes_of_texts(own):
    assert len(set(own.run(hash, "grouped by its hash").values())) == 1


def test_it_says_nothing_and_what_it_logs_can_be_read(own, capfd):
    assert own.submit(sum, [1, 2]).result() == 3
    with pytest.raises(ZeroDivisionError):
        own.submit(lambda: 1 / 0).result()
    assert capfd.readouterr() == ("", "")
    assert set(logs(own)) == {"scheduler", "worker-0", "worker-1"}
    assert "ZeroDivisionError" in logs(own)["worker-0"] + logs(own)["worker-1"]


def test_closed_it_leaves_no_process_no_thread_no_folder():
    before = leavings()
    client = cluster(workers=1, own=True)
    family, folder = processes(client), client.nodes.folder
    assert client.submit(len, bytes(10)).result() == 10
    names = semaphores(family)
    client.close()
    client.close()
    assert len(family) >= 3 and not any(process.is_running() for process in family)
    assert not folder.exists() and not any(Path(name).exists() for name in names)
    assert not leavings(since=before)


def test_a_cell_that_is_run_again_replaces_its_cluster():
    first = cluster(workers=1)
    family = processes(first)
    with cluster(workers=1) as second:
        assert not any(process.is_running() for process in family)
        assert first.status == "closed" and second.submit(sum, [1, 2]).result() == 3


SOURCE = """
import os, psutil, sys, tempfile, time
from unladen.elsewhere import foreign
from unladen.elsewhere.cluster import cluster
print("imported")
try:
    client = cluster(own=True)
    print(client.nodes.folder, *[p.pid for p in psutil.Process().children(recursive=True)])
    if sys.stdin is not None and {wait}:
        time.sleep(100)
except KeyboardInterrupt:
    print("interrupted")
else:
    client.close()
    print("up")
print(len(psutil.Process().children(recursive=True)), "processes", os.listdir(tempfile.gettempdir()))
"""


def semaphores(family) -> set[str]:
    """The named semaphores in /dev/shm that these processes use."""
    found = set()
    for process in family if sys.platform == "linux" else []:
        with contextlib.suppress(OSError):
            found |= set(re.findall(r" (/dev/shm/sem\.\S+)$", Path(f"/proc/{process.pid}/maps").read_text(), re.M))
    return found


@pytest.mark.parametrize("alone", [True, False])
def test_it_ends_with_a_kernel_that_is_killed(alone):
    with StandIn(SOURCE.format(wait=True)) as kernel:
        assert kernel.line() == "imported"
        folder, *pids = kernel.line().split()
        family = [psutil.Process(int(pid)) for pid in pids]
        names = semaphores(family)
        assert len(family) >= 6 and (names or sys.platform != "linux")
        os.kill(kernel.pid, 9) if alone else os.killpg(kernel.pid, 9)
        _, alive = psutil.wait_procs(family, timeout=20)
        end = time.monotonic() + 10
        while time.monotonic() < end and (Path(folder).exists() or any(Path(name).exists() for name in names)):
            time.sleep(0.05)
        assert not [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        assert not Path(folder).exists() and not any(Path(name).exists() for name in names)


@pytest.mark.parametrize("when", ["tmp", "scheduler.log", "scheduler.ready"])
def test_interrupted_while_it_starts_it_leaves_nothing(when, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with StandIn(SOURCE.format(wait=False)) as kernel:
        assert kernel.line() == "imported"
        end = time.monotonic() + 30
        while time.monotonic() < end and not list(tmp_path.glob(f"*/{when}")):
            time.sleep(0.01)
        kernel.interrupt()
        lines = [kernel.line()]
        while "processes" not in lines[-1]:
            lines.append(kernel.line())
        assert "interrupted" in lines and lines[-1] == "0 processes []", lines


def test_interrupted_while_it_connects_it_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "interrupt.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("DASK_DISTRIBUTED__CLIENT__PRELOAD", f"['{tmp_path / 'interrupt.py'}']")
    with StandIn(SOURCE.format(wait=False)) as kernel:
        assert [kernel.line() for _ in range(3)] == ["imported", "interrupted", "0 processes []"]


# -- somebody else's -------------------------------------------------------------------------------------------------


def test_an_address_is_all_that_a_notebook_needs(monkeypatch):
    with foreign_cluster() as theirs:
        mine = {process.pid for process in psutil.Process().children(recursive=True)}
        with there(theirs.variables, monkeypatch) as client:
            factor = 3
            assert client.gather(client.map(lambda x: factor * x, range(4))) == [0, 3, 6, 9]
            assert len(client.nthreads()) == 2
            assert client.submit(three_digits, 1234.5).result() == "1234"  # of a package that nobody has there
            assert any("scheduler" in text.lower() for text in logs(client).values())
            assert dashboard(client) == f"http://127.0.0.1:{theirs.dashboard}/status"
            asked = client.run_on_scheduler(os.getpid)
            assert asked in theirs.pids and {p.pid for p in psutil.Process().children(recursive=True)} <= mine
        with there(theirs.variables, monkeypatch) as client:  # it is still there
            assert client.submit(sum, [1, 2]).result() == 3
        page = theirs.variables["UNLADEN_SCHEDULER"].rpartition(":")[0] + f":{theirs.dashboard}"
        assert "a page for browsers" in refused({"UNLADEN_SCHEDULER": page}, monkeypatch)
        secret = theirs.address.replace("tcp:", "tls:")
        keys = tls(certificates(theirs.folder / "keys"))
        assert "does not speak TLS" in refused(keys | {"UNLADEN_SCHEDULER": secret}, monkeypatch)


def test_its_certificates_come_from_dasks_own_variables(keys, monkeypatch):
    with foreign_cluster(workers=1, tls=keys["good"]) as theirs:
        with there(theirs.variables, monkeypatch) as client:
            assert client.submit(sum, [1, 2]).result() == 3
        at = {"UNLADEN_SCHEDULER": theirs.address}
        theirs = {"ca": keys["good"]["ca"]}
        assert "refuses our certificate" in refused(tls(keys["other"], **theirs) | at, monkeypatch)
        assert "does not vouch for" in refused(tls(keys["other"]) | at, monkeypatch)
        assert "expired on" in refused(tls(keys["old"]) | at, monkeypatch)
        assert "do not fit together" in refused(tls(keys["good"], key=keys["old"]["key"]) | at, monkeypatch)
        assert "there is no file" in refused(tls(keys["good"], ca="/nowhere/ca.pem") | at, monkeypatch)


def test_a_scheduler_whose_certificate_has_expired_is_named(keys, monkeypatch):
    with foreign_cluster(workers=0, tls=keys["old"]) as theirs:
        variables = tls(keys["good"], ca=keys["old"]["ca"]) | {"UNLADEN_SCHEDULER": theirs.address}
        assert "scheduler" in (said := refused(variables, monkeypatch)) and "has expired" in said


def test_a_scheduler_without_workers_is_no_cluster_yet(monkeypatch):
    assert foreign.SECONDS < 10
    monkeypatch.setattr(foreign, "SECONDS", 2.0)  # for its workers, too
    with foreign_cluster(workers=0) as theirs:
        assert "has no workers" in refused(theirs.variables, monkeypatch)


def test_a_version_that_differs_is_named_with_whose_it_is(monkeypatch):
    with foreign_cluster(workers=1, workers_have={"numpy": "1.0"}) as theirs:
        assert "a worker has numpy 1.0, and this notebook" in refused(theirs.variables, monkeypatch)
    with foreign_cluster(workers=1, scheduler_has={"dask": "2020.1"}) as theirs:
        assert "the scheduler has dask 2020.1, and this notebook" in refused(theirs.variables, monkeypatch)


def test_an_address_at_which_nobody_answers_is_told_at_once(monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert "nobody listens" in refused({"UNLADEN_SCHEDULER": f"tcp://127.0.0.1:{port}"}, monkeypatch)
        with socket.create_server(("127.0.0.1", 0)) as mute:
            at = {"UNLADEN_SCHEDULER": f"tcp://127.0.0.1:{mute.getsockname()[1]}"}
            assert "says nothing" in refused(at, monkeypatch)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse whom they have no room for")
def test_a_host_that_never_answers_is_told(monkeypatch):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as waiting:
        for _ in range(3):  # nobody takes them, and there is room for no more
            link = waiting.enter_context(socket.socket())
            link.setblocking(False)
            link.connect_ex(full.getsockname())
        at = {"UNLADEN_SCHEDULER": f"tcp://127.0.0.1:{full.getsockname()[1]}"}
        assert "does not answer" in refused(at, monkeypatch)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("localhost:8786", "is no scheduler's address: write tcp://HOST:PORT"),
        ("tcp://localhost", "is no scheduler's address"),
        ("tcp://localhost:99999", "is no scheduler's address"),
        ("http://localhost:8787/status", "is the address of a dashboard"),
        ("gateway://hub:8786", "see docs/cluster.md"),
        ("tcp://no-such-host.invalid:8786", "no-such-host.invalid"),
        ("tls://localhost:8786", "needs certificates: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE"),
    ],
)
def test_what_is_no_address_is_told(address, said, monkeypatch):
    assert said in refused({"UNLADEN_SCHEDULER": address}, monkeypatch)


# -- the dashboard ---------------------------------------------------------------------------------------------------


def test_a_link_that_somebody_has_configured_is_used(own, monkeypatch):
    port = dashboard(own).rpartition(":")[2].partition("/")[0]
    assert dashboard(own) == f"http://127.0.0.1:{port}/status" and repr(dashboard(own)).startswith("≈http://")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    assert dashboard(own) == f"/user/ada/proxy/{port}/status"
    with dask.config.set({"distributed.dashboard.link": "https://hub{JUPYTERHUB_SERVICE_PREFIX}at/{port}"}):
        assert dashboard(own) == f"https://hub/user/ada/at/{port}"
    with dask.config.set({"distributed.dashboard.link": "{NOWHERE}/{port}"}), pytest.raises(Elsewhere, match="NOWHERE"):
        dashboard(own)


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A Jupyter server as a hub starts it for a user called ada, who has the token "secret"; returns its host."""
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    port = free_port()
    command = [sys.executable, "-m", "jupyter_server", f"--port={port}", "--ip=127.0.0.1", "--no-browser"]
    command += ["--ServerApp.base_url=/user/ada/", "--IdentityProvider.token=secret", "--allow-root"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    homes = {n: str(tmp_path) for n in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    server = subprocess.Popen(command, cwd=tmp_path, env=kept | homes, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def test_behind_a_hub_its_proxy_serves_the_dashboard_to_who_is_logged_in(own, hub):
    link = f"{hub}{dashboard(own)}"
    assert "individual-task-stream" in _fetched(f"{link}?token=secret")
    assert "individual-task-stream" not in (login := _fetched(link)) and "Password or token" in login


def _fetched(link: str) -> str:
    """The page, as soon as somebody answers."""
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(link, timeout=20) as page:
                return page.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.mark.parametrize("behind", [False, True], ids=["without a hub", "behind one"])
def test_the_dashboard_shows_tasks_in_a_browser(own, behind, request):
    link = dashboard(own)
    if behind:
        hub = request.getfixturevalue("hub")
        link = f"{hub}{dashboard(own)}?token=secret"
        _fetched(link)
    with browser_context(width=1280, height=800) as context:
        page = context.new_page()
        page.goto(link)
        page.wait_for_selector(".bk-Figure canvas", state="attached", timeout=30_000)
        own.gather(own.map(lambda x: time.sleep(0.1), range(20), key="nap"))
        page.wait_for_function(FED, arg="nap", timeout=30_000)
        save_picture(page, f"14-dashboard-{'behind' if behind else 'plain'}")
