"""The command that installs what a system has not. Standard library only, Python 3.6 and newer."""

import os
import platform
import shutil

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
