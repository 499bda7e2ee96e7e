"""Systems on which nothing can be set up are told so in a sentence, before anything else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.helpers.checkout import REPOSITORY
from unladen.course import host

MOUNTS = """\
/dev/sdc / ext4 rw 0 0
C:\\134 /mnt/c 9p rw,aname=drvfs;path=C:\\;uid=1000 0 0
D: /mnt/my\\040disk drvfs rw 0 0
tmpfs /mnt/c/fast tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "slow"),
    [
        ("/srv/unladen", False),
        ("/mnt/c/Users/Zoe/unladen", True),
        ("/mnt/c", True),
        ("/mnt/c/fast/unladen", False),
        ("/mnt/cats/unladen", False),
        ("/mnt/my disk/unladen", True),
    ],
)
def test_a_drive_of_windows_is_told_from_linux_own_file_system(folder, slow):
    assert bool(host.windows_drive(folder, MOUNTS)) is slow


def test_this_system_is_supported():
    assert host.unsupported() == host.windows_words() == ""
    assert host.windows_drive(str(REPOSITORY)) == ""


@pytest.mark.parametrize(
    ("names", "musl"),
    [
        (("cpython-312-x86_64-linux-musl", "x86_64-alpine-linux-musl"), True),
        (("cpython-311-x86_64-linux-gnu", "x86_64-pc-linux-gnu"), False),
        (("None", "None"), False),
    ],
)
def test_musl_is_known_by_the_names_that_a_python_has_for_its_platform(names, musl):
    assert host.is_musl(*names) is musl


def test_a_python_for_intel_on_apple_silicon_is_told_from_an_intel_mac():
    assert "Rosetta" in host.of_intel(True) and "PYTHON=" in host.of_intel(True)
    assert "Intel processor" in host.of_intel(False)


def test_on_windows_set_up_says_one_clear_thing_and_no_traceback():
    program = (
        "import sys, os\n"
        f"sys.path.insert(0, {str(REPOSITORY / 'unladen' / 'course')!r})\n"
        "import bootstrap\n"
        "del os.getuid, os.geteuid, os.fork\n"  # what there is not
        "sys.modules['fcntl'], os.name = None, 'nt'\n"
        "sys.exit(bootstrap.main([]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == host.WINDOWS.strip()
