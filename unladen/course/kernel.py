"""The kernel notebooks are executed in, the same for rendering and for testing: this interpreter, a known environment.

What a notebook stores may not depend on who ran it: not on the order of hashes, the user's IPython profile, the
language of the compiler's messages, the progress a learner has made, nor on whether pytest stands around it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default

from unladen.course import variables

# pytest's variables make ipykernel stop capturing what C prints; the others change what cells show.
_DROPPED = ("PYTEST_", "LANGUAGE", "LC_", "MPLBACKEND", "PYTHONWARNINGS", "FORCE_COLOR", "NO_COLOR", "COLUMNS", "LINES")


# tqdm's bar without its clock: where it is stored and compared, it says how far it came, not how fast
_BAR = "{l_bar}{bar:20}| {n_fmt}/{total_fmt}"


def environment(home: Path) -> dict[str, str]:
    """The environment variables of a kernel whose state (learner's progress, IPython profile) lives in folder ``home``.

    ``home`` should be fresh for each kernel; nothing in it is read by the next one.
    """
    kept = {name: value for name, value in variables.own(os.environ).items() if not name.startswith(_DROPPED)}
    return kept | {
        "PYTHONHASHSEED": "0",
        "LC_ALL": "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8",
        "UNLADEN_STATE": str(home / "state"),
        "IPYTHONDIR": str(home / "ipython"),
        "TQDM_BAR_FORMAT": _BAR,
        "UNLADEN_BEHIND": "0",  # where cells are timed, nothing is compiled behind them
        "UNLADEN_NO_SKIPS": "1",  # a claim that cannot be told is an error here, not a line that is stored or differs
    }


class OwnInterpreter(KernelSpecManager):
    """Finds one kernel whatever its name: the running interpreter's, never one that is installed elsewhere."""

    def get_kernel_spec(self, kernel_name: str):
        return self.kernel_spec_class(resource_dir=RESOURCES, **get_kernel_dict())


class OwnKernel(AsyncKernelManager):
    """Starts a kernel of the running interpreter."""

    @default("kernel_spec_manager")
    def _own_interpreter(self) -> KernelSpecManager:
        return OwnInterpreter(parent=self)
