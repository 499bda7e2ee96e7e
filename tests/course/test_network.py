"""doctor asks pip's own index, and tells by its refusal what is in the way."""

from __future__ import annotations

import contextlib
import http.server
import os
import shutil
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.helpers.checkout import small_copy
from unladen.course import network


class Refusing(http.server.BaseHTTPRequestHandler):
    """An index or proxy that answers every question with one status."""

    status = 404

    def do_GET(self):
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_CONNECT = do_GET

    def log_message(self, *words):
        pass


@contextlib.contextmanager
def index(status: int, certificate: Path | None = None):
    """The port of an index that refuses; with a certificate, by https."""
    handler = type("Refusing", (Refusing,), {"status": status})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def only_one_index(monkeypatch):
    """Point pip at an address, with or without a proxy, and at nothing else."""

    def point(address: str, proxy: str = ""):
        for name in [n for n in os.environ if n.startswith("PIP_") or "proxy" in n.lower()]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", address)
        if proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy)

    return point


def test_an_address_that_is_no_index_is_told_apart_from_no_network(only_one_index):
    with index(404) as port:
        only_one_index(f"http://127.0.0.1:{port}/simple")
        (finding,) = network.check_network(needed=True)
    assert finding.state == "missing" and "no package index" in finding.detail and "PIP_INDEX_URL" in finding.fix


def test_a_proxy_that_asks_for_a_password_is_named(only_one_index):
    with index(407) as port:
        only_one_index("https://index.invalid/simple", proxy=f"http://127.0.0.1:{port}")
        (finding,) = network.check_network(needed=True)
    assert "407" in finding.detail and "NAME:PASSWORD" in finding.fix


def test_a_certificate_that_nobody_here_trusts_is_no_missing_network(only_one_index, tmp_path):
    """A company's proxy signs what it lets through with a certificate of its own."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    own = tmp_path / "own.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    subprocess.run([*make, "-keyout", own, "-out", tmp_path / "public.pem"], check=True, capture_output=True)
    own.write_text(own.read_text() + (tmp_path / "public.pem").read_text())
    with index(404, own) as port:
        only_one_index(f"https://localhost:{port}/simple")
        (finding,) = network.check_network(needed=True)
    assert "certificate" in finding.detail and "PIP_CERT" in finding.fix


def test_a_python_without_pip_asks_with_the_one_it_would_install(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    copy = small_copy(tmp_path / "here")
    program = f"import sys; sys.path.insert(0, {str(copy / 'unladen' / 'course')!r}); import network; "
    bare = [str(tmp_path / "bare" / "bin" / "python"), "-I", "-c", program + "print(*network.pip_command())"]
    assert ".whl/pip" in subprocess.run(bare, capture_output=True, text=True, check=True).stdout
