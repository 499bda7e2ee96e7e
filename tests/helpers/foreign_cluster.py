"""A cluster that no notebook started: Dask's own scheduler and workers, as somebody else would run them.

With ``python -m tests.helpers.foreign_cluster`` one runs until Ctrl-C, and its address is printed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unladen.sandbox.process import Child, started

UP = 90.0  # seconds that it may take on a busy machine


@dataclass(frozen=True)
class Foreign:
    """Its address, the port of its dashboard, the ids of its scheduler and workers, and where it keeps its files."""

    address: str
    dashboard: int
    pids: list[int]
    folder: Path
    variables: dict[str, str]  # what a notebook needs that is to run there

    def printed(self) -> str:
        """What the scheduler and the workers have written so far."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))


@contextlib.contextmanager
def foreign_cluster(
    workers: int = 2,
    tls: Mapping[str, Path] | None = None,
    scheduler_has: Mapping[str, str] | None = None,
    workers_have: Mapping[str, str] | None = None,
    within: tuple[str, ...] = (),
    host: str = "127.0.0.1",
) -> Iterator[Foreign]:
    """Start it, and stop it at the end.

    ``tls`` are files of ``certificates``; ``scheduler_has`` and ``workers_have`` are versions that these say they have
    of packages; ``within`` is a command that each is started by (``ip netns exec …``). None of them can import the
    course's package.
    """
    with tempfile.TemporaryDirectory(prefix="foreign-") as place, contextlib.ExitStack() as stack:
        folder, file = Path(place), Path(place, "scheduler.json")
        options = ["--host", f"{'tls' if tls else 'tcp'}://{host}"]
        keys = [f"--tls-{k}={tls[v]}" for k, v in (("ca-file", "ca"), ("cert", "cert"), ("key", "key"))] if tls else []
        nodes = []

        def start(name: str, module: str, *words: str, has: Mapping[str, str] | None) -> None:
            command = [*within, sys.executable, "-m", f"distributed.cli.{module}", *words, *keys]
            nodes.append(_Node(folder, name, command, _environment(folder, name, has or {})))
            stack.callback(nodes[-1].end)

        start("scheduler", "dask_scheduler", *options, "--port=0", f"--dashboard-address={host}:0",
              f"--scheduler-file={file}", has=scheduler_has)  # fmt: skip
        told = _waited_for(file, nodes)
        for number in range(workers):
            start(f"worker-{number}", "dask_worker", told["address"], *options, "--nthreads=1", "--memory-limit=400MB",
                  f"--dashboard-address={host}:0", f"--local-directory={folder / 'scratch'}",
                  f"--name=foreign-{number}", has=workers_have)  # fmt: skip
        _registered(folder, workers, nodes)
        variables = {"UNLADEN_SCHEDULER": told["address"]} | (_client_variables(tls) if tls else {})
        port = told["services"]["dashboard"]
        stack.callback(lambda: [node.ask() for node in nodes])
        yield Foreign(told["address"], port, [node.pid for node in nodes], folder, variables)


class _Node(Child):
    def __init__(self, folder: Path, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.log = folder / f"{name}.log"

        def start(given: dict[str, str]) -> subprocess.Popen:
            return started(command, given, folder)

        super().__init__(environment, start)

    def _read(self, name: str) -> None:
        with contextlib.suppress(OSError, ValueError), open(self.log, "ab", buffering=0) as log:
            while chunk := getattr(self.process, name).read1(2**16):
                log.write(chunk)

    def ask(self) -> None:
        """Ask it to end, as who runs it would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)

    def end(self) -> None:
        """Have it end; Python's resource tracker, killed with the others, would leave its semaphores behind."""
        self.ask()
        self.ended.wait(20)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            for _ in range(100):
                os.killpg(self.pid, 0)
                time.sleep(0.02)
        super().end()

    def text(self, name: str) -> str:
        return self.log.read_text(errors="replace")


def _environment(folder: Path, name: str, has: Mapping[str, str]) -> dict[str, str]:
    """Variables under which the course's package cannot be imported, and packages have the versions that are given."""
    place = folder / f"{name}-packages"
    place.mkdir()
    (place / "unladen.py").write_text("raise ImportError('nobody has installed the course here')\n")
    for package, version in has.items():
        info = place / f"{package}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("UNLADEN", "DASK_", "PYTHON", "JUPYTER"))}
    return kept | {"PYTHONPATH": str(place), "PYTHONUNBUFFERED": "1"}


def _waited_for(file: Path, nodes: list[_Node]) -> dict:
    end = time.monotonic() + UP
    while time.monotonic() < end and not nodes[0].ended.is_set():
        with contextlib.suppress(OSError, ValueError):
            return json.loads(file.read_text())
        time.sleep(0.05)
    raise RuntimeError(f"the foreign scheduler did not start: {nodes[0].text('stderr')[-1000:]}")


def _registered(folder: Path, workers: int, nodes: list[_Node]) -> None:
    end = time.monotonic() + UP
    while (folder / "scheduler.log").read_text(errors="replace").count("Register worker") < workers:
        if time.monotonic() > end or any(node.ended.is_set() for node in nodes):
            raise RuntimeError("the foreign workers did not start:\n" + "\n".join(n.text("")[-1000:] for n in nodes))
        time.sleep(0.05)


def _client_variables(tls: Mapping[str, Path]) -> dict[str, str]:
    names = {"CA_FILE": tls["ca"], "CLIENT__CERT": tls["cert"], "CLIENT__KEY": tls["key"]}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(path) for name, path in names.items()}


def certificates(folder: Path, days: int = 1) -> dict[str, Path]:
    """An authority, and a certificate that it signed with its key: files ``ca``, ``cert``, ``key`` in ``folder``.

    The certificate is valid for so many ``days``; if they are below 0, it has expired.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)

    def made(name: str, key, by_name: str, by_key, until: datetime, authority: bool):
        name, by_name = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (name, by_name))
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(by_name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=9))
        builder = builder.not_valid_after(until).add_extension(x509.BasicConstraints(authority, None), critical=True)
        return builder.sign(by_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    files = {name: folder / f"{name}.pem" for name in ("ca", "cert", "key")}
    files["ca"].write_bytes(made("authority", ca_key, "authority", ca_key, now + timedelta(days=9), True))
    files["cert"].write_bytes(made("cluster", key, "authority", ca_key, now + timedelta(days=days), False))
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files["key"].write_bytes(key.private_bytes(*kinds))
    files["key"].chmod(0o600)
    return files


@contextlib.contextmanager
def other_network() -> Iterator[tuple[tuple[str, ...], str]]:
    """A network of its own, joined to this one by a cable: the command that starts a process in it, and its address.

    Where this user may not make one: no command, and this machine's loopback.
    """
    name, part = f"ul{os.getpid() % 10**6}", os.getpid() % 250
    inside, outside = f"10.214.{part}.2", f"10.214.{part}.1"

    def ip(words: str) -> bool:
        with contextlib.suppress(OSError):
            return subprocess.run(["ip", *words.split()], capture_output=True, timeout=20).returncode == 0
        return False

    steps = (
        f"netns add {name}",
        f"link add {name}a type veth peer name {name}b netns {name}",
        f"addr add {outside}/30 dev {name}a",
        f"link set {name}a up",
        f"-n {name} addr add {inside}/30 dev {name}b",
        f"-n {name} link set {name}b up",
        f"-n {name} link set lo up",
        f"netns exec {name} true",
    )
    try:
        there = all(map(ip, steps))
        yield (("ip", "netns", "exec", name), inside) if there else ((), "127.0.0.1")
    finally:
        ip(f"link del {name}a")
        ip(f"netns del {name}")


if __name__ == "__main__":
    with foreign_cluster() as _there:
        print(_there.address, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            time.sleep(1e6)
