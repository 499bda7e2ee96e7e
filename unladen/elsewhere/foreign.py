"""A client of a cluster that somebody else started; where that cannot be, one line that says why, within ten seconds.

Dask's own client tries again until its time is over, and then says that. So what can be known is asked first: whether
the address is one, whether somebody listens, in which way they speak, and whether they take our certificate.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import tempfile
import threading
import time
import warnings
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import dask
from distributed import Client, Security
from distributed.versions import VersionMismatchWarning, get_versions

from unladen.elsewhere.recorded import Elsewhere
from unladen.folders import PACKAGE

VARIABLE = "UNLADEN_SCHEDULER"
SECONDS = 8.0  # for everything together
AGREE = ("dask", "distributed", "cloudpickle", "msgpack", "numpy")  # and Python, up to its second number
_FILES = {"ca-file": "CA_FILE", "client.cert": "CLIENT__CERT", "client.key": "CLIENT__KEY"}
_PREFIX = "DASK_DISTRIBUTED__COMM__TLS__"
_ALONE = f"or unset {VARIABLE} to run on this machine"


def joined(address: str) -> Client:
    """A client of the scheduler at ``address``, ``tcp://HOST:PORT`` or ``tls://HOST:PORT``; else ``Elsewhere``."""
    deadline = time.monotonic() + SECONDS
    scheme, host, port = _parsed(address)
    context = _context(address) if scheme == "tls" else None
    _probe(address, host, port, context, deadline)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", VersionMismatchWarning)  # which we say in one line
            client = Client(address, security=Security(), timeout=max(1.0, deadline - time.monotonic()))
    except Exception as problem:  # whatever Dask raises: its kinds are many
        raise _no(f"{address} answers, but Dask cannot talk to it ({_short(problem)})", "ask who runs it") from None
    try:
        _agree(client)
        _has_workers(client, deadline)
        _have_the_course(client)
    except BaseException:
        client.close()
        raise
    return client


def _no(what: str, cure: str) -> Elsewhere:
    return Elsewhere(f"{what}: {cure}, {_ALONE}.")


def _parsed(address: str) -> tuple[str, str, int]:
    found = re.fullmatch(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):(\d{1,5})", address)
    if found and 0 < int(found[3]) < 65536:
        return found[1], found[2].strip("[]"), int(found[3])
    what, cure = f"{VARIABLE}={address} is no scheduler's address", "write tcp://HOST:PORT or tls://HOST:PORT"
    if address.startswith(("http://", "https://")):
        what = f"{VARIABLE}={address} is the address of a dashboard, not the scheduler's"
        cure = "write tcp://HOST:PORT or tls://HOST:PORT, as the dashboard's page Info shows it"
    elif address.startswith("gateway://"):
        what = f"{VARIABLE}={address} is that of a Dask Gateway, which needs a client of its own"
        cure = "see docs/cluster.md"
    raise _no(what, cure)


# -- certificates ----------------------------------------------------------------------------------------------------


def _context(address: str) -> ssl.SSLContext:
    """The certificates that Dask's configuration names, looked at before somebody else refuses them."""
    files = {name: dask.config.get(f"distributed.comm.tls.{name}") for name in _FILES}
    for name, path in files.items():
        if not path and name != "client.key":  # which may stand in the certificate's file
            raise _no(f"{address} needs certificates", f"set {_PREFIX}{_FILES[name]} to the file that belongs to it")
        if path and not Path(path).is_file():
            raise _no(f"there is no file {path}, which {_PREFIX}{_FILES[name]} names", "correct it")
    for name in ("ca-file", "client.cert"):
        _in_time(files[name], f"{_PREFIX}{_FILES[name]}")
    try:
        return Security().get_connection_args("client")["ssl_context"]
    except (ssl.SSLError, OSError) as problem:
        raise _no(f"the files of {_PREFIX}… do not fit together ({_short(problem)})", "correct them") from None


def _in_time(path: str, variable: str) -> None:
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(Path(path).read_bytes())
    except ValueError:
        raise _no(f"{path}, which {variable} names, is no certificate in PEM", "correct it") from None
    if certificate.not_valid_after_utc < datetime.now(UTC):
        raise _no(f"the certificate {path} expired on {certificate.not_valid_after_utc:%Y-%m-%d}", "renew it")
    if certificate.not_valid_before_utc > datetime.now(UTC):
        raise _no(f"the certificate {path} is not valid yet", "set the clock, or ask who made it")


# -- who listens there -----------------------------------------------------------------------------------------------


def _probe(address: str, host: str, port: int, context: ssl.SSLContext | None, deadline: float) -> None:
    """Have the scheduler say its first bytes, which it does unasked, in the way that the address says."""
    with _connected(address, host, port) as link:
        try:
            if context is None:
                said = link.recv(1)
            else:
                with context.wrap_socket(link, server_hostname=host) as secret:
                    said = secret.recv(1)  # whether it takes our certificate is known by now
        except TimeoutError:
            said = b""
        except (ssl.SSLError, OSError) as problem:
            raise _refused(address, problem) from None
    if said:
        return
    if context is None and _speaks_tls(address, host, port):
        raise _no(f"{address} speaks TLS", f"write {address.replace('tcp:', 'tls:')}, and name its certificates")
    if _speaks_http(address, host, port):
        raise _no(f"{address} is a page for browsers, as a dashboard is", "give the scheduler's port, usually 8786")
    raise _no(f"somebody listens at {address}, but says nothing, as no scheduler does", "check the port")


def _connected(address: str, host: str, port: int) -> socket.socket:
    try:
        link = socket.create_connection(_found(address, host, port), 3)
    except ConnectionRefusedError:
        raise _no(f"nobody listens at {address}", "start the scheduler, check the port") from None
    except OSError as problem:
        why = "does not answer" if isinstance(problem, TimeoutError) else f"cannot be reached ({_short(problem)})"
        raise _no(f"{address} {why}", "check the address, and that no firewall is between") from None
    link.settimeout(1.5)
    return link


def _found(address: str, host: str, port: int) -> tuple[str, int]:
    """The host's address, if the system finds it in time: it may ask its name servers for much longer."""
    found: list = []

    def look() -> None:
        with contextlib.suppress(OSError):
            found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        found.append(None)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(4)
    if not found or found[0] is None:
        raise _no(f"there is no host called {host}" if found else f"no name server knows {host}", "check the address")
    return found[0][4][:2]


def _refused(address: str, problem: OSError) -> Elsewhere:
    said = str(problem).lower()
    if isinstance(problem, ssl.SSLCertVerificationError):
        if "expired" in said:
            return _no(f"the certificate of the scheduler at {address} has expired", "have who runs it renew it")
        return _no(
            f"the scheduler at {address} has a certificate that {_PREFIX}CA_FILE does not vouch for"
            f" ({problem.verify_message})", "take the file that belongs to it",
        )  # fmt: skip
    if "alert" in said:
        return _no(f"the scheduler at {address} refuses our certificate ({_short(problem)})", "take one that it trusts")
    if isinstance(problem, ssl.SSLError) and ("wrong_version" in said or "wrong version" in said or "record" in said):
        return _no(f"{address} does not speak TLS", f"write {address.replace('tls:', 'tcp:')}")
    return _no(f"{address} ended the talk at once ({_short(problem)})", "check the port")


def _speaks_tls(address: str, host: str, port: int) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with _connected(address, host, port) as link:
        try:
            with context.wrap_socket(link):
                return True
        except ssl.SSLError as problem:
            return "alert" in str(problem).lower()
        except OSError:
            return False


def _speaks_http(address: str, host: str, port: int) -> bool:
    with contextlib.suppress(OSError), _connected(address, host, port) as link:
        link.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return link.recv(5) == b"HTTP/"
    return False


def _short(problem: BaseException) -> str:
    text = getattr(problem, "reason", None) or getattr(problem, "strerror", None) or str(problem)
    return str(text).splitlines()[0].replace("_", " ").lower() if str(text) else type(problem).__name__


# -- who works there -------------------------------------------------------------------------------------------------


def _agree(client: Client) -> None:
    """Raise if what travels between us would be understood differently: in Dask, pickle or NumPy."""
    there = client.get_versions()
    ours = _versions(get_versions())
    others = [("the scheduler", _versions(there["scheduler"]))]
    others += [("a worker", _versions(worker)) for _, worker in sorted(there["workers"].items())]
    for who, theirs in others:
        for name, version in ours.items():
            if theirs.get(name) != version:
                has = theirs.get(name) or "none"
                raise _no(
                    f"{who} has {name} {has}, and this notebook {version}, so they would not understand each other",
                    "install the course's requirements.txt on both sides",
                )  # fmt: skip


def _versions(told: dict) -> dict[str, str]:
    packages = told["packages"]
    return {"Python": ".".join(packages["python"].split(".")[:2])} | {name: packages.get(name) for name in AGREE}


def _has_workers(client: Client, deadline: float) -> None:
    while not client.nthreads():
        if time.monotonic() > deadline:
            raise _no(
                f"the scheduler at {os.environ.get(VARIABLE, 'this address')} has no workers",
                "wait until some have started, and run the cell again",
            )
        time.sleep(0.1)


def _have_the_course(client: Client) -> None:
    """Send our package to a scheduler and workers that lack it: its functions travel by their names alone."""
    where = "__import__('unladen').__path__[0]"
    found = list(client.run(eval, where, on_error="return").values())
    with contextlib.suppress(Exception):  # whatever an import may raise
        found.append(client.run_on_scheduler(eval, where))
    if len(found) > len(client.nthreads()) and all(isinstance(place, str) for place in found):
        return
    with tempfile.TemporaryDirectory(prefix="unladen-") as folder:
        package = Path(folder, "unladen.zip")
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(PACKAGE.rglob("*.py")):
                archive.write(file, file.relative_to(PACKAGE.parent))
        try:
            client.upload_file(str(package))
        except Exception as problem:  # whatever an import there may raise
            what = f"the course's package cannot be used there ({type(problem).__name__}: {_short(problem)})"
            raise _no(what, "install the course's requirements.txt on both sides") from None
