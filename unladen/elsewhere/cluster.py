"""A cluster of Dask: the one whose address ``UNLADEN_SCHEDULER`` holds, or one that is started on this machine.

The own one is a scheduler and workers, each minded by a nanny, all processes of their own. They listen on 127.0.0.1
alone, and talk to nobody who has not the certificate that was made for them a moment before. They end with whoever
started them, whatever happens to that, and leave no folder behind. What runs inside of each is ``node.py``.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import dask
from distributed import Client, Security
from distributed.utils import format_dashboard_link

from unladen.elsewhere.foreign import VARIABLE, joined
from unladen.elsewhere.recorded import Elsewhere
from unladen.sandbox.interrupts import Held, held
from unladen.sandbox.process import Child
from unladen.show import marked

NODE = str(Path(__file__).with_name("node.py"))
PATIENCE = 60.0  # seconds that our own may take to be up on a busy machine
_OPTION, _USUAL = "distributed.dashboard.link", "{scheme}://{host}:{port}/status"
_shared: list[Client] = []  # the one that a notebook has, if it is open
_TLS = ("tls_ca_file", "tls_scheduler_cert", "tls_scheduler_key", "tls_worker_cert", "tls_worker_key")


def cluster(
    workers: int = 2, memory: str = "400 MB", own: bool = False, config: Mapping[str, object] | None = None
) -> Client:
    """Return a client of the cluster at the address in ``UNLADEN_SCHEDULER``; without one, or ``own``, of a fresh one.

    A fresh one has ``workers`` workers with one thread each, a limit of ``memory`` (bytes, or text with a unit) for
    each, and Dask's options in ``config`` (names with dots). Closing the client ends it. So does the next call, unless
    it was one's ``own``: a cell that is run again leaves nothing behind. ``Elsewhere`` says what went wrong, and what
    to do.
    """
    if own:
        return _started(workers, memory, config)
    while _shared:
        _shared.pop().close()
    if address := os.environ.get(VARIABLE, "").strip():
        _shared.append(joined(address))
    else:
        _shared.append(_started(workers, memory, config))
    return _shared[-1]


def _started(workers: int, memory: str, config: Mapping[str, object] | None) -> OwnClient:
    with held() as interrupts:
        nodes, client = Nodes(workers, memory, dict(config or {})), None
        try:
            client = OwnClient(nodes, nodes.wait(interrupts))
            interrupts.heed()
            return client
        except BaseException:
            interrupts.hold()
            (client.close if client else nodes.end)()
            raise


class OwnClient(Client):
    """A client that ends its cluster when it is closed."""

    def __init__(self, nodes: Nodes, address: str) -> None:
        self.nodes = nodes
        super().__init__(address, security=nodes.security, timeout=PATIENCE)

    def close(self, *arguments: object, **options: object) -> None:
        """Close the client, and end all processes of the cluster."""
        with held():
            try:
                super().close(*arguments, **options)
            finally:
                self.nodes.end()

    shutdown = close


class Nodes(Child):
    """The processes of one's own cluster, and the one that minds them."""

    def __init__(self, workers: int, memory: str, config: dict[str, object]) -> None:
        self.names = ["scheduler", *(f"worker-{number}" for number in range(workers))]
        self.folder = Path(tempfile.mkdtemp(prefix="unladen-"))
        (self.folder / "tmp").mkdir()
        self.security = Security.temporary()
        keys = {name: getattr(self.security, name) for name in _TLS} | {"require_encryption": True}
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        variables |= {"TMPDIR": str(self.folder / "tmp")}
        nodes = {name: {"security": keys, "memory": memory, "config": _nested(config)} for name in self.names}
        self.task = {"nodes": nodes, "folder": str(self.folder), "python": sys.executable, "path": sys.path}
        super().__init__(variables, self._started)

    def _started(self, environment: dict[str, str]) -> subprocess.Popen:
        pipe = subprocess.PIPE
        command = [sys.executable, "-I", "-S", NODE, "--mind", str(os.getpid())]
        minder = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
        with contextlib.suppress(BrokenPipeError):
            minder.stdin.write(json.dumps(self.task | {"environment": environment}).encode() + b"\n")
            minder.stdin.flush()
        return minder

    def wait(self, interrupts: Held) -> str:
        """The scheduler's address, as soon as all nodes are up."""
        deadline = time.monotonic() + PATIENCE
        while not all(self._said(f"{name}.ready") for name in self.names):
            interrupts.heed()
            interrupts.hold()
            gone = [name for name in self.names if self._said(f"{name}.gone")]
            if gone or self.ended.is_set() or time.monotonic() > deadline:
                who = f"its {gone[0].replace('-', ' ')} ended" if gone else "it was not up in time"
                name = gone[0] if gone else "scheduler"
                last = (self._said(f"{name}.log").strip() or self.text("stderr").strip()).splitlines()[-1:]
                said = " ".join(last) or "it said nothing"
                raise Elsewhere(f"the cluster did not start, {who}: {said}. Close what else is running, and try again.")
            time.sleep(0.02)
        return self._said("scheduler.ready")

    def _said(self, name: str) -> str:
        with contextlib.suppress(OSError):
            return (self.folder / name).read_text(encoding="utf-8", errors="replace")
        return ""

    def end(self) -> None:
        """End all nodes, and what they have started; remove their folder."""
        if not self.folder.exists():
            return
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.ended.wait(10)
        super().end()
        shutil.rmtree(self.folder, ignore_errors=True)


def logs(client: Client) -> dict[str, str]:
    """What the scheduler and the workers (with their nannies) have written so far."""
    if isinstance(client, OwnClient):
        return {name: client.nodes._said(f"{name}.log") for name in client.nodes.names}
    found = {"scheduler": _text(client.get_scheduler_logs())}
    return found | {name: _text(lines) for name, lines in client.get_worker_logs().items()}


class Link(str):
    """An address that a browser can open; it differs from run to run, and is marked so."""

    def __repr__(self) -> str:
        return marked(self)

    def _repr_html_(self) -> str:
        return f'<span class="v"><a href="{html.escape(self)}" target="_blank">{html.escape(self)}</a></span>'


def dashboard(client: Client) -> Link:
    """Where your browser finds the scheduler's dashboard.

    Dask's option ``distributed.dashboard.link`` says how it is made, if somebody has set it. Behind a hub, whose
    browsers do not reach this machine, Jupyter hands on what its proxy is asked for; else it is the address itself.
    """
    services = client.scheduler_info(n_workers=0)["services"]
    if "dashboard" not in services:
        raise Elsewhere("this scheduler has no dashboard: have who runs it install bokeh, and start it anew.")
    host, port = client.scheduler.address.rpartition("://")[2].rpartition(":")[0], services["dashboard"]
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "")
    if prefix and dask.config.get(_OPTION) == _USUAL and host in ("127.0.0.1", "localhost", "[::1]"):
        return Link(f"{prefix}proxy/{port}/status")
    try:
        return Link(format_dashboard_link(host, port))
    except KeyError as name:
        raise Elsewhere(f"Dask's option {_OPTION} names {name}, which is no variable here: correct it.") from None


def _text(lines: object) -> str:
    return "\n".join(message for _, message in reversed(lines))


def _nested(options: Mapping[str, object]) -> dict:
    """Options whose names have dots, as Dask's files of configuration have them."""
    nested: dict = {}
    for name, value in options.items():
        *groups, last = name.split(".")
        place = nested
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value
    return nested
