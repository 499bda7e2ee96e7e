"""Open the course in JupyterLab: ``make lab``, or ``python -m unladen lab [--port N] [--no-browser]``.

The server listens on 127.0.0.1 only, behind a token, with the repository as its folder. It reads and writes no Jupyter
or IPython configuration of this user's, so that an extension, password or start-up file made for another installation
cannot break the course; only the look of JupyterLab (theme, font sizes, shortcuts) is shared with it, because some
people cannot do without theirs.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from unladen.build import behind, warm
from unladen.course import host, variables

REPOSITORY = Path(__file__).resolve().parent.parent.parent
FIRST = "notebooks/00-start-here.ipynb"
HOST = "127.0.0.1"
PATIENCE = 180.0  # seconds until the port must answer


def free_port(wanted: int, tries: int = 50) -> int:
    """The first port from ``wanted`` on that nobody listens on; ``OSError`` when there is none."""
    for port in range(wanted, min(wanted + tries, 65536)):
        with socket.socket() as probe:
            # As the server itself does: a port that is only waiting to be closed counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                return port
    raise OSError(f"no free port from {wanted} to {wanted + tries - 1}: name another, as in  make lab PORT=9000")


def has_display() -> bool:
    """Whether a browser window could appear on this screen."""
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY"))


def own_folder() -> Path:
    """Where the server keeps its state: below ``UNLADEN_STATE``, else in the environment, else in a temporary place."""
    folder = Path(os.environ.get("UNLADEN_STATE") or sys.prefix) / "unladen-lab"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="unladen-lab-"))


def server_environment(folder: Path, token: str) -> dict[str, str]:
    """Environment of the server and its kernels, with everything of Jupyter's under ``folder``.

    The token goes this way because every user of the machine can read a command line. A PYTHONPATH that was set for
    another Python is left out: in the course, the course's packages win.
    """
    home = host.home()
    configuration = os.environ.get("JUPYTER_CONFIG_DIR") or (os.path.join(home, ".jupyter") if home else folder)
    environment = variables.own(os.environ)
    for variable in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "JUPYTERLAB_DIR", "JUPYTER_NO_CONFIG"):
        environment.pop(variable, None)
    environment.setdefault("JUPYTERLAB_SETTINGS_DIR", os.path.join(configuration, "lab", "user-settings"))
    return environment | {
        "JUPYTER_TOKEN": token,
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


def server_command(repository: Path, port: int, browser: bool) -> list[str]:
    """The command that starts JupyterLab on ``repository``, offline and without its news."""
    first = f"/lab/tree/{FIRST}" if (repository / FIRST).exists() else "/lab"
    options = {
        "ServerApp.ip": HOST,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": repository,
        "ServerApp.open_browser": browser,
        "ServerApp.allow_root": True,  # a container's only user
        "LabApp.default_url": first,
        "LabApp.app_settings_dir": Path(__file__).with_name("lab_settings"),
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    return [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]


def trust(repository: Path, folder: Path) -> None:
    """Sign the course's notebooks, so that their stored drawings are shown before the first run, not only their texts.

    Whoever starts the course runs its code; its drawings ask for no more trust than that.
    """
    import nbformat
    from nbformat.sign import NotebookNotary

    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    notary = NotebookNotary(data_dir=str(data))
    rooms = (repository / room for room in ("notebooks", "exercises", "solutions"))
    for path in sorted(path for room in rooms for path in room.glob("*.ipynb")):
        with contextlib.suppress(ValueError, nbformat.ValidationError):  # JupyterLab says best what is wrong with it
            notary.sign(nbformat.read(path, as_version=4))


def answers(port: int) -> bool:
    """Whether a Jupyter server answers on ``port``."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/api")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until_ready(server: subprocess.Popen, port: int, log: Path) -> None:
    """Return when ``port`` answers; ``RuntimeError`` with the server's last words if it ended or takes too long."""
    end = time.monotonic() + PATIENCE
    while not answers(port):
        if server.poll() is not None or time.monotonic() > end:
            words = "\n".join(
                "    " + line for line in log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
            )
            raise RuntimeError(f"JupyterLab did not start:\n{words}\nNext:  make doctor")
        time.sleep(0.1)


def stop(server: subprocess.Popen) -> None:
    """End the server and, with it, every kernel."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def announce(port: int, token: str, log: Path, seconds: float) -> None:
    page = f"/lab/tree/{FIRST}" if (REPOSITORY / FIRST).exists() else "/lab"
    print(f"The course is open ({seconds:.0f} s) at\n\n    http://{HOST}:{port}{page}?token={token}\n")
    if "SSH_CONNECTION" in os.environ:
        print(f"From your own computer first:  ssh -L {port}:{HOST}:{port} THIS-MACHINE")
    print(f"Ctrl-C ends it. What the server has to say is in {log}", flush=True)


def serve(port: int, browser: bool) -> int:
    """Run the server until it ends or this process is told to; its exit status, 0 when it was told to."""
    start, folder = time.monotonic(), own_folder()
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    log = folder / f"server-{port}.log"
    command, environment = server_command(REPOSITORY, port, browser), server_environment(folder, token)
    with log.open("w", encoding="utf-8") as words:
        # A session of its own: Ctrl-C reaches us alone, and we end the server in order.
        server = subprocess.Popen(
            command,
            env=environment,
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,
        )
    try:
        signing = threading.Thread(target=trust, args=(REPOSITORY, folder), daemon=True)
        signing.start()
        wait_until_ready(server, port, log)
        signing.join()
        announce(port, token, log, time.monotonic() - start)
        warm.start()
        return server.wait()
    except KeyboardInterrupt:
        print("\nThe course is closed.")
        return 0
    finally:
        behind.end()
        stop(server)


def interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="unladen lab", description="Open the course in JupyterLab.")
    parser.add_argument("--port", type=int, default=8888, help="where to listen (default: 8888, or the next free one)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser, even where there is a screen")
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        port = free_port(options.port)
        if port != options.port:
            print(f"Port {options.port} is in use by something else: taking {port}.", flush=True)
        return serve(port, has_display() and not options.no_browser)
    except (OSError, RuntimeError) as problem:
        print(f"\n{problem}\n", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
