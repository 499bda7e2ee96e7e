"""What pip and uv are told by their surroundings: one configuration, that of pip, serves both.

Whoever has set up pip for a company's index, proxy or certificate needs nothing else. What would make an installer put
packages elsewhere, or others than the lock's, is not passed on. Standard library only, Python 3.6 and newer.
"""

import os
import re
import shutil
import subprocess
import zipfile
from functools import lru_cache
from pathlib import Path

if __package__:
    from . import environment, host
else:  # run by its path, before there is an environment
    import environment
    import host

# pip's setting -> the variables of uv that say the same
NAMES = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "find-links": ("UV_FIND_LINKS",),
    "no-index": ("UV_NO_INDEX",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTPS_PROXY", "HTTP_PROXY"),
}
OF_THE_INDEX = ("index-url", "extra-index-url", "find-links", "no-index")
FOR_PIP = (*NAMES, "timeout", "default-timeout", "retries", "keyring-provider", "cache-dir", "no-cache-dir")
# Of uv's own variables: which index, how to reach it, where to keep what was downloaded.
FOR_UV = re.compile(
    "UV_(DEFAULT_INDEX|INDEX.*|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|INSECURE_HOST|HTTP_.*|REQUEST_TIMEOUT|OFFLINE|"
    "NATIVE_TLS|SYSTEM_CERTS|KEYRING_PROVIDER|CREDENTIALS_DIR|CONCURRENT_.*|CACHE_DIR|NO_CACHE|LINK_MODE|CONFIG_FILE|"
    "NO_CONFIG)$"
)
FOREIGN = ("PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE", "VIRTUAL_ENV", "CONDA_PREFIX")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # heeded by pip, not by uv


def brought_pip() -> str:
    """Path of the wheel of pip that this Python brings for new environments; empty if there is none."""
    try:
        import ensurepip
    except ImportError:
        return ""
    distributors = getattr(ensurepip, "_WHEEL_PKG_DIR", None)
    folders = [Path(distributors)] * bool(distributors) + [Path(ensurepip.__file__).parent / "_bundled"]
    return next((str(wheel) for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))), "")


def unpack_pip(venv: Path) -> bool:
    """Put the wheel of pip into ``venv`` as it is, in place of what there is of it; whether that could be done.

    That takes a tenth of a second, and `ensurepip` some, for it compiles all. Scripts are made by uv, once it is there.
    """
    sites = environment.site_of(venv)
    try:
        with zipfile.ZipFile(brought_pip()) as wheel:
            for site in sites:
                for old in (site / "pip", *site.glob("pip-*.dist-info")):
                    shutil.rmtree(str(old), ignore_errors=True)
                wheel.extractall(str(site))
    except (OSError, zipfile.BadZipFile):
        return False
    return bool(sites)


@lru_cache(maxsize=8)
def answer_of_pip(python: Path) -> tuple:
    """Whether there is a pip that runs, and its list of settings; asked once, for it takes half a second each time."""
    command = [str(python), "-E", "-m", "pip", "config", "list"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return answer.returncode == 0, answer.stdout.decode("utf-8", "replace")


def settings_of_pip(python: Path) -> dict:
    """pip's settings from its files and its variables, those that count for ``pip install``, by name."""
    found = {}
    for line in answer_of_pip(python)[1].splitlines():
        key, _, value = line.partition("=")
        section, _, setting = key.rpartition(".")
        if section in ("global", "install", ":env:"):
            words = value.strip("'\"").replace("\\n", " ").split()
            found[section, setting.replace("_", "-")] = " ".join(words)
    rank = ("global", "install", ":env:")  # the later wins
    return {setting: found[section, setting] for section, setting in sorted(found, key=lambda key: rank.index(key[0]))}


def index_settings(of_pip: dict) -> dict:
    """pip's settings as uv's environment variables; where uv is configured by itself, its index stays its own."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or os.path.join(host.home(), ".config"))
    own = [folder / "uv" / "uv.toml", Path("/etc/uv/uv.toml")]
    itself = any(map(Path.exists, own)) or any(
        n in os.environ for n in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX")
    )
    settings = {}
    for setting, value in of_pip.items():
        if (itself and setting in OF_THE_INDEX) or (setting == "no-index" and not is_true(value)):
            continue
        for variable in NAMES.get(setting, ()):
            if variable not in os.environ and variable.lower() not in os.environ:
                settings[variable] = value.replace(" ", ",") if setting == "find-links" else value
    bundle = next((os.environ[n] for n in BUNDLES if os.environ.get(n)), "")
    if bundle and "SSL_CERT_FILE" not in os.environ:
        settings.setdefault("SSL_CERT_FILE", bundle)
    return settings


def is_true(value: str) -> bool:
    return value.lower() in ("1", "true", "yes", "on", "y", "t")


def own_variables() -> dict:
    """The environment variables without those that speak to an installer, or of another Python."""
    return {k: v for k, v in os.environ.items() if k not in FOREIGN and not k.startswith(("PIP_", "UV_"))}


def surroundings(python: Path, venv: Path) -> dict:
    """The environment variables with which pip and uv install into ``venv``."""
    kept = own_variables()
    kept.update({k: v for k, v in os.environ.items() if FOR_UV.match(k)})
    of_pip = settings_of_pip(python)
    kept.update(index_settings(of_pip), UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1", PYTHONUTF8="1")
    kept["PIP_CONFIG_FILE"] = os.devnull
    kept.update({"PIP_" + s.upper().replace("-", "_"): value for s, value in of_pip.items() if s in FOR_PIP})
    if not any(n in kept for n in ("PIP_CERT", *BUNDLES)) and kept.get("SSL_CERT_FILE"):
        kept["PIP_CERT"] = kept["SSL_CERT_FILE"]
    if not any(n in kept for n in ("UV_CACHE_DIR", "UV_NO_CACHE")) and not can_keep(Path(cache_folder())):
        kept["UV_CACHE_DIR"] = str(own_cache(venv))
    return kept


def cache_folder() -> str:
    """Where uv keeps what it downloaded; empty if no place is known."""
    home = host.home()
    folder = os.environ.get("XDG_CACHE_HOME") or (home and os.path.join(home, ".cache"))
    return folder and os.path.join(folder, "uv")


def own_cache(venv: Path) -> Path:
    """The place for downloads inside the environment, where there is no other; removed with the installation's end."""
    return venv / "unladen-downloads"


def can_keep(folder: Path) -> bool:
    """Whether ``folder`` can be written to, or made."""
    if not folder.is_absolute():
        return False
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(str(folder), os.W_OK | os.X_OK)
