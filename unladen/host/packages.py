"""The package managers, how each installs, and what each calls the things that a part of the course needs.

This is the only such table. Set-up loads it by its path, before there is any package: standard library only, Python 3.6
and newer.
"""

import os
import platform
import shutil

# manager -> the words that install; of those that stand before conda, the first that is there is the system's
MANAGERS = {
    "apt-get": "apt-get install",
    "dnf": "dnf install",
    "zypper": "zypper install",
    "pacman": "pacman -S",
    "apk": "apk add",
    "brew": "brew install",
    "conda": "conda install -c conda-forge",
}
OF_USERS = ("brew", "conda")  # need no administrator
USUAL_PLACES = ("/usr/bin", "/bin", "/opt/homebrew/bin", "/usr/local/bin")

# thing -> what each manager calls it, "" standing for the others; {0} is a Python's version as 3.11, {1} as 311
PACKAGES = {
    "python": {
        "apt-get": "python3 python3-venv python3-dev",
        "dnf": "python3.12 python3.12-devel",
        "zypper": "python313 python313-devel",
        "pacman": "python",
        "apk": "python3 python3-dev",
        "brew": "python@3.13",
    },
    "venv": {"apt-get": "python{0}-venv", "dnf": "python3-libs", "brew": "python@{0}"},
    "headers": {
        "apt-get": "python{0}-dev",
        "dnf": "python{0}-devel",
        "zypper": "python{1}-devel",
        "pacman": "python",
        "apk": "python3-dev",
        "brew": "python@{0}",
    },
    "compiler": {
        "apt-get": "build-essential",
        "dnf": "gcc gcc-c++",
        "zypper": "gcc gcc-c++",
        "pacman": "gcc",
        "apk": "build-base",
        "brew": "gcc",
        "conda": "cxx-compiler",
    },
    "objdump": {"": "binutils"},
    "gfortran": {
        "": "gfortran",
        "dnf": "gcc-gfortran",
        "zypper": "gcc-fortran",
        "pacman": "gcc-fortran",
        "brew": "gcc",
    },
    "javac": {
        "apt-get": "default-jdk-headless",
        "dnf": "java-devel",
        "zypper": "java-21-openjdk-devel",
        "pacman": "jdk-openjdk",
        "apk": "openjdk21",
        "brew": "openjdk",
    },
    "rustc": {"": "rust", "apt-get": "rustc"},
    "mpiexec": {
        "": "openmpi",
        "apt-get": "openmpi-bin libopenmpi-dev",
        "dnf": "openmpi-devel",
        "zypper": "openmpi4-devel",
        "brew": "open-mpi",
    },
    "perf": {"": "perf", "apt-get": "linux-perf"},
    "PyPy": {"": "pypy3", "brew": "pypy3.10"},
    "browser": {"": "chromium", "brew": "--cask chromium"},
    "fonts": {
        "apt-get": "fonts-dejavu-core",
        "dnf": "dejavu-sans-mono-fonts",
        "zypper": "dejavu-fonts",
        "pacman": "ttf-dejavu",
        "apk": "font-dejavu",
        "brew": "--cask font-dejavu",
    },
}


def package_manager() -> str:
    """The system's own, a key of ``MANAGERS``, whether or not PATH leads there; empty if none of them is here."""
    if platform.system() == "Darwin":
        return "brew"  # macOS has none of its own
    places = os.pathsep.join([os.environ.get("PATH", ""), *USUAL_PLACES])
    return next((name for name in MANAGERS if name != "conda" and shutil.which(name, path=places)), "")


def install_command(thing: str, version: str = "", manager: str = "") -> str:
    """The command that installs ``thing``, a key of ``PACKAGES`` or else a package's own name, on this system.

    ``version`` is a Python's, as 3.11; ``manager`` one of ``MANAGERS`` that is meant rather than the system's.
    """
    if thing in ("compiler", "objdump") and platform.system() == "Darwin" and not manager:
        return "xcode-select --install"
    names, manager = PACKAGES.get(thing, {"": thing}), manager or package_manager()
    known = manager and (names.get(manager) or names.get(""))
    packages = (known or names.get("apt-get") or names[""]).format(version, version.replace(".", ""))
    if not known:
        return f"install {packages} with your system's package manager"
    sudo = "" if manager in OF_USERS or os.getuid() == 0 else "sudo "
    return f"{sudo}{MANAGERS[manager]} {packages}"
