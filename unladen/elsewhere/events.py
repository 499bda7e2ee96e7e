"""A million simulated decays of the Z into two muons, written chunk by chunk into a ROOT file: the same for one seed.

A Z has a mass drawn from the relativistic Breit–Wigner, and no transverse momentum (the lowest order); it decays evenly
into all directions, and the detector smears each muon's transverse momentum. Left out: background, photons that a muon
radiates, muons that leave the detector. Mass and width are the Particle Data Group's (pdg.lbl.gov, "Z boson").
"""

from __future__ import annotations

import inspect
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from unladen.elsewhere.recorded import Job, replayed
from unladen.elsewhere.records import ROOT, Run
from unladen.show import PALETTE, chart_style, figure

NOTEBOOK = "notebooks/14-dask.ipynb"

MASS, WIDTH = 91.188, 2.4955  # GeV, as the PDG has them
SMEARING = 0.01  # the detector's error of ln pT, of each muon
BINS, LOW, HIGH = 160, 70, 110  # GeV
EDGES = np.linspace(LOW, HIGH, BINS + 1)
EVENTS, CHUNK, SEED = 1_000_000, 100_000, 14
COLUMNS = ("pt1", "eta1", "phi1", "pt2", "eta2", "phi2", "isolation1", "isolation2", "vertex")


def breit_wigner(mass: float | np.ndarray, peak: float = MASS, width: float = WIDTH) -> np.ndarray:
    """What share of the Zs is lighter than ``mass`` (GeV), up to a constant: the integral of the Breit–Wigner.

    1 / ((m² - peak²)² + peak² width²), as a density in m², is what an arctangent is the integral of.
    """
    return np.arctan((np.square(mass) - peak**2) / (peak * width)) / np.pi


def masses(rng: np.random.Generator, count: int) -> np.ndarray:
    """Masses of ``count`` Zs in GeV between 60 and 120: even steps of the integral, turned round."""
    at = rng.uniform(*breit_wigner(np.array([60.0, 120.0])), count)
    return np.sqrt(MASS**2 + MASS * WIDTH * np.tan(np.pi * at))


def decays(count: int, seed: Sequence[int]) -> dict[str, np.ndarray]:
    """``count`` events as float32 columns, ``COLUMNS``: pT in GeV, eta, phi of two muons; the rest is for other people.

    A muon's mass is left out beside its energy, so the two have m/2 each where the Z rests.
    """
    rng = np.random.default_rng(seed)
    cosine, phi = rng.uniform(-1, 1, count), rng.uniform(-np.pi, np.pi, count)
    pt = masses(rng, count) / 2 * np.sqrt(1 - cosine**2)
    rapidity, opening = rng.normal(0, 1.5, count), np.arctanh(cosine)
    smear1, smear2 = np.exp(rng.normal(0, SMEARING, (2, count)))
    muons = [pt * smear1, rapidity + opening, phi, pt * smear2, rapidity - opening, phi - np.pi * np.sign(phi)]
    others = rng.exponential(1, (3, count))
    return {name: column.astype(np.float32) for name, column in zip(COLUMNS, [*muons, *others], strict=True)}


def write(path: str | Path, events: int = EVENTS, chunk: int = CHUNK, seed: int = SEED) -> int:
    """See to it that ``path`` is a ROOT file with a tree ``events``, and return how many bytes it has.

    A file that is there is left as it is; else it appears whole, with its folder, so that several may call this at
    once: every worker of a cluster does, and those on another machine get a file of their own with the same columns.
    Nothing is compressed, so that bytes can be counted: four for each number.
    """
    import uproot

    path = Path(path)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
        with uproot.recreate(part, compression=None) as file:
            tree = file.mktree("events", dict.fromkeys(COLUMNS, np.float32))
            for start in range(0, events, chunk):
                tree.extend(decays(min(chunk, events - start), (seed, start)))
        os.replace(part, path)
    return path.stat().st_size


def remove(path: str | Path) -> None:
    """Take away what ``write`` made, with its folder."""
    shutil.rmtree(Path(path).parent, ignore_errors=True)


def mass(pt1: np.ndarray, eta1: np.ndarray, phi1: np.ndarray, pt2: np.ndarray, eta2: np.ndarray, phi2: np.ndarray):
    """The mass in GeV of two particles without mass of their own, from their momenta, in float64."""
    apart = np.cosh(np.subtract(eta1, eta2, dtype=np.float64)) - np.cos(np.subtract(phi1, phi2, dtype=np.float64))
    return np.sqrt(2 * np.multiply(pt1, pt2, dtype=np.float64) * apart)


def expected(edges: np.ndarray, count: float, peak: float, width: float) -> np.ndarray:
    """How many of ``count`` Zs fall between ``edges`` (GeV): the Breit–Wigner, smeared, summed over each bin.

    ln m is smeared by a Gaussian, for pT of both muons is; Gauss and Hermite's rule sums over what it may add.
    """
    steps, weights = np.polynomial.hermite_e.hermegauss(20)
    true = edges * np.exp(-SMEARING / np.sqrt(2) * steps[:, None])  # a row for each step, a column for each edge
    return count * weights / weights.sum() @ np.diff(breit_wigner(true, peak, width))


# -- the counts that every way of counting must find


def counts(events: int = EVENTS, chunk: int = CHUNK, seed: int = SEED) -> np.ndarray:
    """How many events have a mass between each two ``EDGES``, by NumPy alone: no file, no coffea, no hist.

    int64, one for each bin. No mass of these is within a billionth of a GeV of an edge, so that a logarithm or a
    tangent whose last digit differs on another machine changes none.
    """
    found = np.zeros(BINS, np.int64)
    for start in range(0, events, chunk):
        columns = decays(min(chunk, events - start), (seed, start))
        found += np.histogram(mass(*(columns[name] for name in COLUMNS[:6])), EDGES)[0]
    return found


def reference() -> np.ndarray:
    """The counts that are kept in ``results/z_counts.json``. Raises ``Elsewhere`` if that cannot be read."""
    return np.array(replayed(job())["counts"], np.int64)


def job() -> Job:
    """To make the reference."""
    parts = (breit_wigner, masses, decays, mass, counts)
    constants = [MASS, WIDTH, SMEARING, BINS, LOW, HIGH, EVENTS, CHUNK, SEED]
    return Job(
        key="z_counts",
        names=("counts",),
        source="\n\n".join([f"# {constants}", *(inspect.getsource(part).strip() for part in parts)]),
        missing="",
        made=lambda: [_run()],
        notebook=NOTEBOOK,
        another="version of these functions",
    )


def jobs(notebook: Path) -> Iterator[Job]:
    """What is recorded of events in a notebook."""
    if notebook == ROOT / NOTEBOOK:
        yield job()


def _run() -> Run:
    found = counts()
    return Run("counts", f"NumPy {np.__version__}", f"{found.sum()} events in {BINS} bins", found.tolist())


@chart_style()
def chart(found: np.ndarray, fitted: np.ndarray, alt: str) -> None:
    """Draw counts with their errors, and the curve that was fitted to them, against the mass."""
    from matplotlib import pyplot

    fig, axes = pyplot.subplots(figsize=(6.4, 3.4))
    middles = (EDGES[1:] + EDGES[:-1]) / 2
    axes.errorbar(middles, found, np.sqrt(found), fmt=".", markersize=4, color=PALETTE[0], label="events")
    axes.plot(middles, fitted, color=PALETTE[1], label="fit")
    axes.set(xlabel="mass of two muons, in GeV", yscale="log")
    axes.set_ylabel(f"events in {(HIGH - LOW) / BINS:g} GeV (log scale)")
    axes.set_title("A million Z bosons, and the curve that fits them")
    axes.legend()
    figure(fig, alt)
