"""Open the course in JupyterLab: ``make lab``, or ``python -m unladen lab [--on notebooks] [--port N] [--ip ADDRESS]``.

What opens are the learner's own copies, which `unladen.course.work` keeps; with ``--on`` the course's originals. The
server listens on 127.0.0.1, behind a token; on another address only with a token that whoever starts it has chosen. It
reads and writes no Jupyter or IPython configuration of this user's, so that an extension, password or start-up file
made for another installation cannot break the course; only the look of JupyterLab (theme, font sizes, shortcuts) is
shared with it, because some people cannot do without theirs.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from unladen.compiling import behind, warm
from unladen.course import host, listening, variables
from unladen.course.listening import said
from unladen.exercises import store

REPOSITORY = Path(__file__).resolve().parent.parent.parent
ROOMS = ("notebooks", "exercises", "solutions")
FIRST = "00-start-here.ipynb"
PATIENCE = 180.0  # seconds until the port must answer
SHORTEST = 16  # characters of a token that may be tried from elsewhere


class PortLost(Exception):
    """Somebody else was quicker to listen on the port that was free a moment ago."""


def door(on: str) -> tuple[Path, str]:
    """The folder to open, and the room in it that is seen first: the learner's copies, or originals named by ``on``."""
    if not (REPOSITORY / "notebooks").is_dir():
        raise ValueError(f"There are no notebooks in {REPOSITORY}: this word is for a copy of the whole course.")
    if not on:
        from unladen.course import work

        return work.prepare(), "notebooks"
    if on not in ROOMS:
        known = ", ".join(said("lab", on=room) for room in ROOMS)
        raise ValueError(f"There are no originals called {on!r}, but there are:  {known}")
    return REPOSITORY, on


def token_for(ip: str) -> str:
    """What JUPYTER_TOKEN holds, or a new token; ``ValueError`` if others reach ``ip`` and it is not a good one."""
    own = os.environ.get("JUPYTER_TOKEN", "").strip()  # as the server reads what a browser sends
    if listening.is_alone(ip):
        return own or secrets.token_hex(24)
    if len(own) < SHORTEST:
        given = f"the one in JUPYTER_TOKEN has {len(own)}" if own else "JUPYTER_TOKEN holds none"
        raise ValueError(
            f"Whoever reaches {ip} and knows the token can do all that you can on this machine. So it must be a token\n"
            f"of your own, of {SHORTEST} characters or more; {given}. To make one:\n\n"
            '    export JUPYTER_TOKEN=$(python3 -c "import secrets; print(secrets.token_hex(24))")'
        )
    return own


def has_display() -> bool:
    """Whether a browser window could appear on this screen."""
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY"))


def own_folder() -> Path:
    """Where the server keeps its state, for this user's eyes only: below ``UNLADEN_STATE``, else in the environment.

    Where that is another user's, or cannot be written to, it is beside the progress; failing that, a temporary place.
    """
    places = [os.environ.get("UNLADEN_STATE") or (sys.prefix if sys.prefix != sys.base_prefix else "")]
    with contextlib.suppress(RuntimeError):  # a user without a home
        places.append(store.folder().parent)
    for place in filter(None, places):
        folder = Path(place).absolute() / "unladen-lab"
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_uid == os.geteuid():
                folder.chmod(0o700)
                if os.access(folder, os.W_OK) and not folder.stat().st_mode & 0o077:
                    return folder
    temporary = tempfile.mkdtemp(prefix="unladen-lab-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    return Path(temporary)


def server_environment(folder: Path) -> dict[str, str]:
    """Environment of the server and its kernels, with everything of Jupyter's under ``folder``.

    A PYTHONPATH that was set for another Python is left out: in the course, the course's packages win.
    """
    home = host.home()
    configuration = os.environ.get("JUPYTER_CONFIG_DIR") or (os.path.join(home, ".jupyter") if home else folder)
    environment = variables.own(os.environ)
    strangers = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTERLAB_DIR", "JUPYTER_NO_CONFIG", "JUPYTER_TOKEN")
    for variable in (*strangers, "MAKEFLAGS", "MFLAGS", "MAKELEVEL"):  # those of make are not for a cell's `!make`
        environment.pop(variable, None)
    if str(REPOSITORY) not in sys.path[1:]:  # found only because it was started there, as a kernel is not
        environment["PYTHONPATH"] = str(REPOSITORY)
    environment.setdefault("JUPYTERLAB_SETTINGS_DIR", os.path.join(configuration, "lab", "user-settings"))
    return environment | {
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "VIRTUAL_ENV": sys.prefix,
        # `!pip` and `!python` in a cell mean the course's environment.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
    }


def server_command(root: Path, page: str, ip: str, port: int, browser: bool) -> list[str]:
    """The command that starts JupyterLab on the folder ``root``, offline and without its news."""
    options = {
        "ServerApp.ip": listening.interface(ip),
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": root,
        "ServerApp.open_browser": browser,
        "ServerApp.allow_root": True,  # a container's only user
        "PasswordIdentityProvider.hashed_password": "",  # nothing shorter than the token opens the door
        "PasswordIdentityProvider.allow_password_change": False,
        "LabApp.default_url": page,
        "LabApp.app_settings_dir": Path(__file__).with_name("lab_settings"),
        "LabApp.extra_labextensions_path": Path(__file__).with_name("lab_extension"),
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    return [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]


def trust(root: Path, folder: Path) -> None:
    """Sign the course's notebooks, so that their stored drawings are shown before the first run, not only their texts.

    Whoever starts the course runs its code; its drawings ask for no more trust than that. Other notebooks that lie
    there are not signed.
    """
    import nbformat
    from nbformat.sign import NotebookNotary

    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    notary = NotebookNotary(data_dir=str(data))
    for path in sorted(path for room in ROOMS for path in (REPOSITORY / room).glob("*.ipynb")):
        # What is missing was removed by its owner; what is wrong with a file, JupyterLab says best.
        with contextlib.suppress(OSError, ValueError, nbformat.ValidationError):
            notary.sign(nbformat.read(root / path.relative_to(REPOSITORY), as_version=4))


def wait_until_ready(server: subprocess.Popen, ip: str, port: int, folder: Path, log: Path) -> None:
    """Return when ``server`` answers and refuses whoever brings no token; ``RuntimeError`` says why it does not."""
    end = time.monotonic() + PATIENCE
    listens = folder / "runtime" / f"jpserver-{server.pid}.json"  # another server may have been quicker to answer there
    while not (listens.exists() and listening.status_of(ip, port, "/api") == 200):
        if server.poll() is not None and not listening.is_free(ip, port):
            raise PortLost
        if server.poll() is not None or time.monotonic() > end:
            words = "\n".join(
                "    " + line for line in log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
            )
            raise RuntimeError(f"JupyterLab did not start:\n{words}\nNext:  {said('doctor')}")
        time.sleep(0.1)
    if listening.status_of(ip, port, "/api/contents") not in (401, 403):
        raise RuntimeError(
            "This JupyterLab would have let in whoever comes without the token, and was stopped: a configuration for\n"
            "all users of this machine makes it so. The folders that may hold it:  python -m jupyter --paths"
        )


def stop(server: subprocess.Popen) -> None:
    """End the server and, with it, every kernel."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def announce(ip: str, port: int, page: str, token: str, log: Path, seconds: float) -> None:
    """Say where the course is open. A token that others may try is not printed: this may be a container's log."""
    url = f"{listening.in_url(ip, port)}{quote(page)}"
    print(f"The course is open ({seconds:.0f} s) at\n")
    if listening.is_alone(ip):
        print(f"    {url}?token={quote(token)}\n")
        if "SSH_CONNECTION" in os.environ:
            print(f"From your own computer first:  ssh -L {port}:{ip}:{port} THIS-MACHINE")
    else:
        print(f"    {url}\n\nIt asks for the token in JUPYTER_TOKEN. Nothing on the way is encrypted.")
        if ip != listening.reached_at(ip):
            print(f"From a container, publish the port to your machine:  docker run -p 127.0.0.1:{port}:{port} …")
    print(f"Ctrl-C ends it. What the server has to say is in {log}", flush=True)


def serve(root: Path, room: str, ip: str, port: int, browser: bool) -> int:
    """Run the server until it ends or this process is told to; its exit status, 0 when it was told to."""
    start, folder, token = time.monotonic(), own_folder(), token_for(ip)
    page = f"/lab/tree/{room}/{FIRST}" if (root / room / FIRST).exists() else "/lab"
    log, secret = folder / f"server-{port}.log", folder / f"token-{port}"
    # Neither on the command line, which every user can read, nor among the variables that a cell may print and save.
    secret.write_text(token, encoding="utf-8")
    with log.open("w", encoding="utf-8") as words:
        # A session of its own: Ctrl-C reaches us alone, and we end the server in order.
        server = subprocess.Popen(
            server_command(root, page, ip, port, browser),
            env=server_environment(folder) | {"JUPYTER_TOKEN_FILE": str(secret)},
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    try:
        signing = threading.Thread(target=trust, args=(root, folder), daemon=True)
        signing.start()
        wait_until_ready(server, ip, port, folder, log)
        signing.join()
        secret.unlink(missing_ok=True)
        announce(ip, port, page, token, log, time.monotonic() - start)
        warm.start()
        return server.wait()
    except KeyboardInterrupt:
        print("\nThe course is closed.")
        return 0
    finally:
        secret.unlink(missing_ok=True)
        behind.end()
        stop(server)


def serve_on_a_free_port(root: Path, room: str, ip: str, wanted: int, browser: bool) -> int:
    """`serve` on the first free port from ``wanted`` on."""
    port = listening.free_port(ip, wanted)
    while True:
        if port != wanted:
            print(f"Port {wanted} is in use by something else: taking {port}.", flush=True)
        try:
            return serve(root, room, ip, port, browser)
        except PortLost:
            port = listening.free_port(ip, port + 1)


def interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="unladen lab", description="Open your copies of the course in JupyterLab.")
    parser.add_argument("--on", default="", metavar="ROOM", help=f"open the originals instead, in {', '.join(ROOMS)}")
    parser.add_argument("--port", default="", metavar="N", help="where to listen (8888, or the next free one)")
    parser.add_argument("--ip", default="", metavar="ADDRESS", help="who may come (127.0.0.1: this machine alone)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser, even where there is a screen")
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        ip, wanted = listening.address_of(options.ip), listening.port_of(options.port)
        token_for(ip)
        listening.free_port(ip, wanted)
        if not find_spec("jupyterlab"):
            raise RuntimeError(f"{sys.executable} has no JupyterLab.\nNext:  {said('doctor')}")
        browser = has_display() and not options.no_browser
        return serve_on_a_free_port(*door(options.on), ip, wanted, browser)
    except (OSError, RuntimeError, ValueError) as problem:
        print(f"\n{problem}\n", file=sys.stderr)
        return 2 if isinstance(problem, ValueError) else 1


if __name__ == "__main__":
    sys.exit(main())
