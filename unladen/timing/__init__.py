"""Timing: fair races, claims that are measured where they are read, this machine's limits, published figures."""

from unladen.timing.agreement import Disagreement
from unladen.timing.claim import CannotTell, ClaimFailed, TimeClaimFailed, claim
from unladen.timing.machine import machine
from unladen.timing.published import published
from unladen.timing.race import Race, Ratio, race
from unladen.timing.toofast import TooFast

__all__ = [
    "CannotTell",
    "ClaimFailed",
    "Disagreement",
    "Race",
    "Ratio",
    "TimeClaimFailed",
    "TooFast",
    "claim",
    "machine",
    "published",
    "race",
]
