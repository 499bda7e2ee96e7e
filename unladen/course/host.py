"""What this system has, and the command that installs what it has not. Standard library only, Python 3.6 and newer."""

import os
import platform
import shlex
import shutil
import subprocess

# thing -> what it is called by each package manager
PACKAGES = {
    "python": {
        "apt-get": "python3 python3-venv python3-dev",
        "dnf": "python3.12 python3.12-devel",
        "brew": "python@3.13",
    },
    "venv": {"apt-get": "python{0}-venv", "dnf": "python3-libs", "brew": "python@{0}"},
    "headers": {"apt-get": "python{0}-dev", "dnf": "python{0}-devel", "brew": "python@{0}"},
    "compiler": {"apt-get": "build-essential", "dnf": "gcc gcc-c++"},
    "objdump": {"apt-get": "binutils", "dnf": "binutils", "brew": "binutils"},
    "browser": {"apt-get": "chromium", "dnf": "chromium", "brew": "--cask chromium"},
    "fonts": {"apt-get": "fonts-dejavu-core", "dnf": "dejavu-sans-mono-fonts", "brew": "--cask font-dejavu"},
}
USUAL_PLACES = ("/usr/bin", "/bin", "/opt/homebrew/bin", "/usr/local/bin")


def package_manager() -> str:
    """``apt-get``, ``dnf`` or ``brew``, whether or not PATH leads there; empty on another system."""
    places = os.pathsep.join([os.environ.get("PATH", ""), *USUAL_PLACES])
    names = ("brew",) if platform.system() == "Darwin" else ("apt-get", "dnf", "brew")
    return next((n for n in names if shutil.which(n, path=places)), "")


def install_command(thing: str, version: str = "") -> str:
    """The command that installs ``thing``, a key of ``PACKAGES``, on this system (``version``: a Python's, as 3.11)."""
    if thing in ("compiler", "objdump") and platform.system() == "Darwin":
        return "xcode-select --install"
    manager = package_manager()
    packages = PACKAGES[thing].get(manager, "").format(version)
    if not packages:
        return "install {} with your system's package manager".format(PACKAGES[thing]["apt-get"].format(version))
    sudo = "sudo " if manager != "brew" and os.getuid() != 0 else ""
    return f"{sudo}{manager} install {packages}"


def find_compiler(language: str) -> list:
    """The system's command for ``language``, ``"CC"`` or ``"CXX"`` as the variables of that name; ``[]`` for none."""
    chosen = os.environ.get(language, "").strip()
    if chosen:
        return _chosen(chosen)
    if platform.system() == "Darwin" and shutil.which("xcode-select"):
        # Without the command line tools macOS has a `cc` that only opens a window offering them.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if subprocess.call(["xcode-select", "-p"], **quiet) != 0:
            return []
    names = {"CC": ("cc", "gcc", "clang"), "CXX": ("c++", "g++", "clang++")}[language]
    return [n for n in names if shutil.which(n)][:1]


def _chosen(command: str) -> list:
    """The words of ``command`` if there is such a program, else ``[]``; its path may have blanks in it."""
    if shutil.which(command):
        return [command]
    try:
        words = shlex.split(command)
    except ValueError:  # a quotation mark without its fellow
        return []
    return words if words and shutil.which(words[0]) else []


def home() -> str:
    """This user's home folder; empty if none is known (a container's user without HOME and without a name)."""
    found = os.path.expanduser("~")
    return "" if found == "~" else found
