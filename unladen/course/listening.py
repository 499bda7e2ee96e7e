"""Where JupyterLab listens: an address of this machine and a port that nobody has, and what answers there."""

from __future__ import annotations

import errno
import http.client
import ipaddress
import os
import shlex
import shutil
import socket
import sys
from pathlib import Path

ALONE = "127.0.0.1"  # reached from this machine only


def said(word: str, **options: str) -> str:
    """The command for a word of the course, as whoever started this would type it: by make, or without."""
    if "MAKELEVEL" in os.environ:
        return " ".join(["make", word, *(f"{name.upper()}={value}" for name, value in options.items())])
    python = sys.executable if shutil.which(Path(sys.executable).name) != sys.executable else Path(sys.executable).name
    return shlex.join([python, "-m", "unladen", word, *(w for n, v in options.items() for w in (f"--{n}", v))])


def address_of(text: str) -> str:
    """``text`` as the address of an interface, ``ALONE`` if it is empty; ``ValueError`` if it is none."""
    if text in ("", "localhost"):
        return ALONE
    try:
        found = ipaddress.ip_address(text)
        if getattr(found, "scope_id", None) or found.is_multicast or text == "255.255.255.255":
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{text!r} is not the address of a network interface. 127.0.0.1 is for this machine alone,\n"
            f"0.0.0.0 for all who can reach it (a container's), as in  {said('lab', ip='0.0.0.0')}"
        ) from None
    return str(found)


def port_of(text: str, usual: int = 8888) -> int:
    """``text`` as the number of a port, ``usual`` if it is empty; ``ValueError`` if it is none."""
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise ValueError(f"{text!r} is not a port: a number from 1 to 65535, as in  {said('lab', port='9000')}")
    return int(text)


def is_alone(ip: str) -> bool:
    """Whether only this machine can reach ``ip``."""
    return ipaddress.ip_address(ip).is_loopback


def reached_at(ip: str) -> str:
    """The address by which a browser on this machine comes to what listens on ``ip``."""
    return ALONE if ipaddress.ip_address(ip).is_unspecified else ip


def in_url(ip: str, port: int) -> str:
    """The beginning of the URL at which a browser on this machine finds the server."""
    host = reached_at(ip)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def interface(ip: str) -> str:
    """``ip`` as the server wants it said: ``::`` is every address, also those of four numbers."""
    return "*" if ip == "::" else ip


def free_port(ip: str, wanted: int, tries: int = 50) -> int:
    """The first port from ``wanted`` on that nobody listens on at ``ip``; ``OSError`` when there is none."""
    for port in range(wanted, min(wanted + tries, 65536)):
        if is_free(ip, port):
            return port
    raise OSError(f"no free port from {wanted} to {port}: name another, as in  {said('lab', port='9000')}")


def is_free(ip: str, port: int) -> bool:
    """Whether nobody listens on ``port`` at ``ip``; ``OSError`` where this user, or this machine, never could."""
    try:
        for each in {"0.0.0.0": [ALONE, "0.0.0.0"], "::": [ALONE, "0.0.0.0", "::"]}.get(ip, [ip]):
            _bind(each, port)
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            return False
        raise OSError(_reason(problem, ip, port)) from None
    return True


def _bind(ip: str, port: int) -> None:
    """Listen for a moment as the server will."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    with socket.socket(family) as probe:
        # A port that is only waiting to be closed counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        probe.bind((ip, port))


def _reason(problem: OSError, ip: str, port: int) -> str:
    if problem.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} is one that only root may use: take a higher one, as in  {said('lab', port='8888')}"
    if problem.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL):
        return f"{ip} is no address of this machine. All that it has are meant by  {said('lab', ip='0.0.0.0')}"
    return f"nothing can listen on {ip}, port {port}: {problem.strerror}"


def status_of(ip: str, port: int, path: str) -> int:
    """The status with which the server answers a request that brings no token; 0 where nobody answers."""
    connection = http.client.HTTPConnection(reached_at(ip), port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
