"""The card of this machine: what it is, what it can do at most, and what is missing on it."""

from __future__ import annotations

import platform
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property

from unladen import __version__
from unladen.elsewhere.interpreters import Interpreter, other_interpreters
from unladen.host import hardware
from unladen.host.missing import Missing, missing
from unladen.show import Listing, Table, Volatile, size, three_digits
from unladen.timing import best, busy, limits
from unladen.timing.compilers import course_compiler, other_compilers


class Machine:
    """This machine. What is asked of other programs or measured is found when first wanted, once per session.

    Of what is measured, the best that this machine has shown counts, in this session or an earlier one.
    """

    @property
    def bandwidth(self) -> limits.Bandwidth:
        """Bytes a second between memory and one core: ``.read``, ``.copy``, ``.triad``; ``.by`` says what measured.

        What this session measured, with which its other times are to be compared, is in ``.now``.
        """
        return best.bandwidth()

    @property
    def peak(self) -> float:
        """Double-precision floating-point operations a second on one core."""
        return best.best("flops").rate

    @cached_property
    def cores(self) -> dict[str, float]:
        """Numbers of ``physical``, ``logical`` and ``usable`` cores."""
        return hardware.cores()

    @cached_property
    def caches(self) -> dict[str, int]:
        """Bytes of the first core's data caches by level, ``{"L1": …}``; empty where the system does not tell."""
        return hardware.caches()

    @cached_property
    def memory(self) -> int:
        """Bytes of memory that this process may use."""
        return hardware.memory()

    @property
    def compilers(self) -> dict[str, str]:
        """Versions of the compilers found, by name."""
        return self._asked["compilers"]

    @property
    def pythons(self) -> list[Interpreter]:
        """The other Pythons on this machine, newest first."""
        return list(self._asked["pythons"])

    @property
    def gpu(self) -> str:
        """The NVIDIA GPU's name and memory; empty if there is none."""
        return self._asked["gpu"]

    @property
    def missing(self) -> list[Missing]:
        """What parts of the course would like and this machine has not; each with ``what``, ``why`` and ``how``."""
        return missing(self.compilers, self.pythons, self.gpu, self._asked["counters"])

    @cached_property
    def _asked(self) -> dict:
        """Ask other programs, several at a time: each takes long to start."""
        questions = {
            "compilers": other_compilers,
            "pythons": other_interpreters,
            "gpu": hardware.gpu,
            "counters": hardware.counters,
        }
        with ThreadPoolExecutor(len(questions)) as several:
            answers = {name: several.submit(question) for name, question in questions.items()}
        return {name: answer.result() for name, answer in answers.items()}

    def _facts(self) -> list[tuple[str, str]]:
        """The rows of the card. What varies is told in words first, then measured with nothing else running."""
        cores = self.cores
        caches = ", ".join(f"{level} {size(nbytes)}" for level, nbytes in self.caches.items())
        compilers = ", ".join(f"{name} {version}" for name, version in self.compilers.items())
        facts = [
            ("system", f"{platform.system()} {platform.release()}, {platform.machine()}"),
            ("processor", hardware.processor()),
            (
                "cores",
                f"usable {cores['usable']:g}, logical {cores['logical']}, physical {cores['physical'] or 'untold'}",
            ),
            ("caches of one core", caches or "untold by this system"),
            ("memory", size(self.memory)),
            ("Python", _python()),
            ("other Pythons", ", ".join(map(str, self.pythons)) or "none found"),
            ("course", f"Unladen {__version__}"),
            ("C and C++ cells", course_compiler() or "no compiler found"),
            ("compilers", compilers or "none found"),
            ("GPU", self.gpu or "none found"),
            ("processor's counters", self._asked["counters"]),
        ]
        facts += [(f"{kind}, one core", _limit(kind, "B/s")) for kind in ("read", "copy", "triad")]
        facts += [("arithmetic, one core", _limit("flops", "FLOP/s"))]
        facts += [("measured by", f"{', '.join(dict.fromkeys(best.by()))}; {best.while_measuring()}")]
        return facts

    def _card(self) -> Table:
        return _Card(["this machine", ""], [(name, Volatile(value)) for name, value in self._facts()])

    def _wanted(self) -> Listing:
        lines = "\n".join(map(str, self.missing)) or "nothing"
        return Listing("Missing here, and how to get it (the course runs without)", lines, open=False)

    def __repr__(self) -> str:
        return f"{self._card()!r}\n{self._wanted()!r}"

    def _repr_html_(self) -> str:
        return self._card()._repr_html_() + self._wanted()._repr_html_()


class _Card(Table):
    """A table of words, which stand on the left although they may vary."""

    def _aligned_right(self) -> set[int]:
        return set()


@cache
def machine() -> Machine:
    """Return this machine, which shows itself as a card; it is looked at and measured once per session (≈ 2 s).

    A limit is shown as the best of now and of earlier sessions, and says which. Measured at a busy moment, what other
    times are compared with would be too low.
    """
    return Machine()


def _python() -> str:
    """Describe the Python that runs this: version, kind of build, where it matters for speed."""
    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    arguments = sysconfig.get_config_var("CONFIG_ARGS") or ""
    flags = sysconfig.get_config_var("PY_CFLAGS") or ""
    optimised = "--enable-optimizations" in arguments or "-fprofile-use" in flags
    kind = "free-threaded" if free else "with GIL"
    build = "with profile-guided optimisation" if optimised else "without profile-guided optimisation"
    where = ", in a virtual environment" if sys.prefix != sys.base_prefix else ""
    return f"{platform.python_implementation()} {platform.python_version()}, {kind}, {build}{where}"


def _limit(kind: str, unit: str) -> str:
    """Say what a limit is, and when it was measured if that was not now."""
    shown, now = best.best(kind), best.now(kind)
    text = f"{three_digits(shown.rate / 1e9)} G{unit}"
    if shown == now:
        return text
    then = f"measured {shown.date} at load {busy.rounded(shown.load)}"
    return f"{text} ({then}, now {three_digits(now.rate / 1e9)} at load {busy.rounded(now.load)})"
