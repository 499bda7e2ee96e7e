"""Set-up behind a company's certificate or proxy, and beside the variables that pip and uv heed.

The index is a real one, on this machine, with a certificate of an authority made for the test.
"""

# ruff: noqa: F401, F811 (fixtures are used by their names)
from __future__ import annotations

import functools
import http.server
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.small_lock import environment, lock, offline, ready, set_up, version_of, wheels
from unladen.course import advice, installers
from unladen.course import environment as kept


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Path:
    """A folder with ``ca.pem``, a company's root certificate, and ``server.pem``, which it signed for this machine."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make certificates with")
    folder = tmp_path_factory.mktemp("authority")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    new = "openssl req -newkey rsa:2048 -nodes"
    root = "-keyout ca.key -out ca.pem -subj /CN=Company -addext basicConstraints=critical,CA:TRUE"
    for command in (
        f"{new} -x509 -days 2 {root}",
        f"{new} -keyout server.key -out server.csr -subj /CN=localhost",
        "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names"
        " -out server.crt",
    ):
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    (folder / "server.pem").write_text((folder / "server.key").read_text() + (folder / "server.crt").read_text())
    return folder


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words) -> None:
        pass


class AsksWho(Quiet):
    """A proxy that lets nobody through without a password."""

    def do_CONNECT(self) -> None:
        self.send_response(407, "Proxy Authentication Required")
        self.send_header("Proxy-Authenticate", 'Basic realm="company"')
        self.send_header("Content-Length", "0")
        self.end_headers()


def serving(handler, authority: Path | None = None) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if authority:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(authority / "server.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"localhost:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def index(wheels, authority, tmp_path_factory) -> Iterator[str]:
    """Address of an index of the wheels, by TLS."""
    folder = tmp_path_factory.mktemp("index")
    for wheel in wheels.glob("*.whl"):
        page = folder / "simple" / wheel.name.split("-")[0]
        page.mkdir(parents=True, exist_ok=True)
        shutil.copy(wheel, page)
        with (page / "index.html").open("a") as links:
            links.write(f'<a href="{wheel.name}">{wheel.name}</a>\n')
    for address in serving(functools.partial(Quiet, directory=str(folder)), authority):
        yield f"https://{address}/simple/"


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    for address in serving(AsksWho):
        yield f"http://{address}"


@pytest.fixture
def company(offline, index, tmp_path) -> dict[str, str]:
    """Only that index, and no certificate of it known."""
    trust = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", *map(str.upper, advice.TOLD))
    own = {k: v for k, v in offline.items() if k not in trust and "proxy" not in k.lower()}
    return own | {"PIP_INDEX_URL": index, "UV_CACHE_DIR": str(tmp_path / "uv"), "PIP_NO_CACHE_DIR": "1"}


@pytest.fixture
def fresh(ready, wheels) -> Path:
    """The repository, with an environment that has yet to get its packages, and the installer of these."""
    repository, _ = ready
    lock(repository, next(wheels.glob("uv-*")), wheels / "swallow-1.0-py3-none-any.whl")
    (repository / ".venv" / "bin" / "uv").unlink(missing_ok=True)
    for site in kept.site_of(repository / ".venv"):
        for lost in [*site.glob("swallow*"), *site.glob("uv-*")]:
            shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    (repository / ".venv" / kept.STAMP).unlink(missing_ok=True)
    (repository / ".venv" / kept.UNFINISHED).touch()
    return repository


def test_a_certificate_that_is_not_trusted_is_named_as_the_cause_to_pip_and_to_uv(fresh, company, authority):
    done = set_up(fresh, company)
    assert done.returncode == 1
    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr and advice.CERTIFICATE in done.stderr, done.stderr
    done = set_up(fresh, company | {"PIP_CERT": str(authority / "ca.pem"), "SSL_CERT_FILE": "/dev/null"})
    assert done.returncode == 1 and "installer" in done.stdout
    assert advice.CERTIFICATE in done.stderr, done.stderr


@pytest.mark.parametrize("variable", ["PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_one_setting_of_the_certificate_serves_pip_and_uv(fresh, company, authority, variable):
    done = set_up(fresh, company | {variable: str(authority / "ca.pem")})
    assert done.returncode == 0, done.stderr
    assert version_of(fresh, "swallow") == "1.0"


def test_the_certificate_in_pips_configuration_serves_both(fresh, company, authority, tmp_path):
    (tmp_path / "pip.conf").write_text(f"[global]\ncert = {authority / 'ca.pem'}\n")
    done = set_up(fresh, company | {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")})
    assert done.returncode == 0, done.stderr


def test_a_proxy_that_wants_a_password_is_told_apart(fresh, company, proxy):
    done = set_up(fresh, company | {"HTTPS_PROXY": proxy})
    assert done.returncode == 1
    assert advice.PROXY in done.stderr, done.stderr
    assert set_up(fresh, company | {"PIP_PROXY": proxy}).stderr == done.stderr


def test_what_sends_packages_elsewhere_is_not_heeded(fresh, environment, tmp_path):
    (tmp_path / "pip.conf").write_text(f"[install]\nuser = true\n[global]\nconstraint = {tmp_path / 'none.txt'}\n")
    hostile = {
        "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"),
        "PIP_USER": "1",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "PIP_TARGET": str(tmp_path / "elsewhere"),
        "PIP_NO_BINARY": ":all:",
        "UV_SYSTEM_PYTHON": "1",
        "UV_TARGET": str(tmp_path / "elsewhere"),
        "UV_EXCLUDE_NEWER": "2001-01-01",
        "UV_CONSTRAINT": str(tmp_path / "none.txt"),
        "CONDA_PREFIX": str(tmp_path / "conda"),
        "VIRTUAL_ENV": str(tmp_path / "other"),
        "PYTHONPATH": str(tmp_path),
        "PYTHONHOME": str(tmp_path),
    }
    (tmp_path / "ssl.py").write_text("raise ImportError('of another Python')")
    command = [sys.executable, "-E", str(fresh / "unladen" / "course" / "bootstrap.py")]
    done = subprocess.run(command, env=environment | hostile, cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert version_of(fresh, "swallow") == "1.0" and not (tmp_path / "elsewhere").exists()


def test_a_variable_that_forbids_the_index_is_said_to_be_the_cause(fresh, company):
    done = set_up(fresh, company | {"PIP_NO_INDEX": "1"})
    assert done.returncode == 1
    assert "PIP_NO_INDEX=1" in done.stderr, done.stderr


def test_without_a_place_for_downloads_they_are_kept_in_the_environment_until_it_is_complete(
    fresh, environment, tmp_path
):
    (tmp_path / "file").touch()
    own = {k: v for k, v in environment.items() if k != "UV_CACHE_DIR"}
    done = set_up(fresh, own | {"XDG_CACHE_HOME": str(tmp_path / "file"), "HOME": str(tmp_path / "file")})
    assert done.returncode == 0, done.stderr
    assert version_of(fresh, "swallow") == "1.0"
    assert not installers.own_cache(fresh / ".venv").exists()
    assert not list(fresh.glob(".uv_cache"))
