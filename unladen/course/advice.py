"""What to do about what an installer said last. Standard library only, Python 3.6 and newer."""

import os
import re

CERTIFICATE = """\
The package index answered with a certificate that this machine does not trust; a company's network often puts its own
in place of the index's. Ask for the company's root certificate as a file, and name it to Python's installers:
    export PIP_CERT=/path/to/ca.pem      (for good, if there is a pip:  pip config set global.cert …)
If the system trusts it already:   export UV_SYSTEM_CERTS=1 PIP_CERT=/etc/ssl/certs/ca-certificates.crt"""
PROXY = """\
The network's proxy wants to know who you are: give it your name and password, in the form
    export HTTPS_PROXY=http://NAME:PASSWORD@proxy.example:8080        (special characters as %40 for @, %3A for :)"""
NETWORK = """\
The package index did not answer. Check that this machine is on the network, then run the same command again: what was
downloaded is kept. Behind a proxy, set HTTPS_PROXY; with an index of your own, PIP_INDEX_URL."""
TOLD = ("UV_OFFLINE", "UV_NO_INDEX", "PIP_NO_INDEX")
KNOWN = (
    (
        "no space left|disk quota|disk full",
        "The disk is full: the environment takes about 1.6 GB, with Zig 2.0 GB, and uv's cache as much again where it\n"
        "lies on another disk. What was downloaded and is not needed any more goes with:  .venv/bin/uv cache prune",
    ),
    (
        "hash mismatch|do not match the hashes",
        "A downloaded file is not the one in the lock: `.venv/bin/uv cache clean`, try again.",
    ),
    (
        r"certificate.verify.failed|self.signed certificate|invalid peer certificate|unknownissuer|"
        r"unable to get (local )?issuer|certificate (is not trusted|required|signed by unknown)",
        CERTIFICATE,
    ),
    (r"\b407\b|proxy auth|tunnel error: unsuccessful|unsuccessful tunnel", PROXY),
    (
        "resource busy",
        "This folder is a mount of its own: empty it (its files, not the folder), then run the same command again.",
    ),
    (
        "permission denied|read-only file system|operation not permitted",
        "This folder cannot be written to: clone the repository where you may write, or have its owner run\n"
        "`make setup`.",
    ),
    (
        "connect|dns|resolve|resolution|timed? ?out|unreachable|proxy|certificate|tls|network|could not find a version|"
        "no solution found",
        NETWORK,
    ),
)


def about(words: str) -> str:
    """What to do when an installer or the system said ``words``; empty if that is not known."""
    advice = next((advice for pattern, advice in KNOWN if re.search(pattern, words.lower())), "")
    told = [f"{name}={os.environ[name]}" for name in TOLD if os.environ.get(name)]
    if advice == NETWORK and told:
        return f"The installers were told to do without the network or its index: {' '.join(told)}"
    return advice


def gist(words: list) -> str:
    """The one line among an installer's last ``words`` that says most."""
    lines = [re.sub("^(caused by|cause|error): ", "", line.strip(), flags=re.IGNORECASE) for line in words]
    telling = [line for line in lines if re.match("failed to (fetch|download)|because|no space", line.lower())]
    return telling[0] if telling else (lines or [""])[-1]
