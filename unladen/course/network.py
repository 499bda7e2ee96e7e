"""Whether the index that pip would ask answers, and what is in the way if not. Standard library only, Python 3.6."""

import os
import re
import subprocess
import sys

if __package__:
    from . import bootstrap, installers
    from .findings import missing, ok
else:  # run by its path: the environment may be missing
    import bootstrap
    import installers
    from findings import missing, ok

# what pip's words show to be in the way -> what to do; the first that is found counts
CAUSES = (
    (
        "proxy authentication required|tunnel connection failed: 407",
        "the proxy asks for a name and a password (407)",
        "export HTTPS_PROXY=http://NAME:PASSWORD@PROXY:PORT",
    ),
    (
        "certificate|sslerror",
        "the index's certificate is not one that this machine trusts: a company's proxy puts its own in between",
        "export PIP_CERT=/path/to/ca.pem    (that proxy's; ask whoever runs it)",
    ),
    (
        "cannot connect to proxy|proxyerror|unable to connect to proxy",
        "the proxy does not answer",
        "set HTTPS_PROXY to the proxy of this network, or unset it where there is none",
    ),
    (
        "name resolution|name or service not known|nodename nor servname|getaddrinfo|failed to resolve",
        "the index's name cannot be looked up (DNS): this machine is offline, or must use a proxy",
        "connect this machine, or set HTTPS_PROXY, or `export PIP_INDEX_URL=…`",
    ),
    (
        "connection refused",
        "the connection is refused",
        "set HTTPS_PROXY, or `export PIP_INDEX_URL=…`",
    ),
    (
        r"\b40[13]\b",
        "the index asks for a name and a password",
        "`export PIP_INDEX_URL=…` with these in it",
    ),
    (
        r"\b404\b",
        "what answers is no package index, or has not the packages of the lock",
        "`export PIP_INDEX_URL=…`",
    ),
    (
        "not a trusted or secure host",
        "pip asks no index by plain http",
        "`export PIP_INDEX_URL=https://…`, or  export PIP_TRUSTED_HOST=HOST",
    ),
)
ELSE = (
    "the package index does not answer",
    "connect this machine, or set HTTPS_PROXY, or `export PIP_INDEX_URL=…`",
)


def pip_command() -> list:
    """The command for a pip, this Python's or the one that would be put into a new environment; ``[]`` for none."""
    installed = [str(bootstrap.interpreter_of(bootstrap.REPOSITORY / ".venv")), sys.executable]
    for python in installed:
        if _starts([python, "-E", "-m", "pip"]):
            return [python, "-E", "-m", "pip"]
    wheel = installers.brought_pip()
    command = [sys.executable, "-E", os.path.join(wheel, "pip")]  # a wheel runs where it lies
    if wheel and _starts(command):
        return command
    return []


def cause_of(words: str) -> tuple:
    """What is in the way, and what to do, by the words of a pip that got no answer."""
    reasons = re.findall(r"(?m)^(?:Could not fetch URL|WARNING: The repository).*", words)
    for pattern, cause, fix in CAUSES:
        if any(re.search(pattern, reason.lower()) for reason in reasons):
            return cause, fix
    return ELSE


def check_network(needed: bool) -> list:
    """Whether pip's index answers, asked only when something has to be installed; of uv, which is installed first."""
    if not needed:
        return [ok("network", "not needed: everything is installed")]
    pip = pip_command()
    if not pip:
        return [ok("network", "not asked: this Python has no pip and no ensurepip, which know the index")]
    question = ["index", "versions", "uv", "-vv", "--timeout", "5", "--retries", "0"]
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        command = [*pip, *question, "--disable-pip-version-check", "--no-input"]
        answer = subprocess.run(command, timeout=30, **told)
    except (OSError, subprocess.SubprocessError):
        return [_no_answer(*ELSE)]
    words = answer.stdout.decode("utf-8", "replace")
    if answer.returncode == 0:
        return [ok("network", "the package index answers")]
    if "unknown command" in words:
        return [ok("network", "not asked: this pip is too old to ask the index")]
    return [_no_answer(*cause_of(words))]


def _no_answer(cause: str, fix: str):
    return missing("network", f"{cause}, and packages are missing", f"{fix}; then  make lab")


def _starts(command: list) -> bool:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.run([*command, "--version"], timeout=60, **quiet).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
