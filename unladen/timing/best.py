"""The limits of this machine: as measured in this session, and the best of these and of what it has shown before."""

from __future__ import annotations

from threading import RLock

from unladen.timing import busy, kept, limits

_MEASURE = {"bandwidth": limits.measure_bandwidth, "peak": limits.measure_peak}
_GROUP = {"read": "bandwidth", "copy": "bandwidth", "triad": "bandwidth", "flops": "peak"}
_now: dict[str, kept.Figure] = {}
_best: dict[str, kept.Figure] = {}
_by: dict[str, str] = {}
_busy: dict[str, busy.Busy] = {}
_one_at_a_time = RLock()


def now(kind: str) -> kept.Figure:
    """Return the best of this session: "read", "copy" or "triad", bytes a second, or "flops", operations a second."""
    _measured(_GROUP[kind])
    return _now[kind]


def best(kind: str) -> kept.Figure:
    """Return the best that this machine has shown, now or before."""
    _measured(_GROUP[kind])
    return _best[kind]


def measure_again(kind: str) -> None:
    """Take new samples of a limit that something seems to pass; the best count."""
    _measured(_GROUP[kind])
    _measure(_GROUP[kind], counts=False)


def while_measuring() -> busy.Busy:
    """Return how busy the machine was with other things."""
    for group in _MEASURE:
        _measured(group)
    return _busy["bandwidth"].with_(_busy["peak"])


def bandwidth() -> limits.Bandwidth:
    """Return the best bandwidths; ``.now`` has those of this session, ``.by`` says which are of another day."""
    kinds = [kind for kind, group in _GROUP.items() if group == "bandwidth"]
    _measured("bandwidth")
    today = limits.Bandwidth(*(_now[kind].rate for kind in kinds), by=_by["bandwidth"])
    return limits.Bandwidth(*(_best[kind].rate for kind in kinds), by=_by["bandwidth"] + _kept(kinds), now=today)


def by() -> list[str]:
    """Return what measured, and which figures were kept of another session."""
    for group in _MEASURE:
        _measured(group)
    return [_by[group] + _kept([k for k, g in _GROUP.items() if g == group]) for group in _MEASURE]


def _kept(kinds: list[str]) -> str:
    """Say which of these limits were measured in another session, and when."""
    dates = {kind: best(kind).date for kind in kinds if best(kind) != now(kind)}
    return "".join(f" ({', '.join(k for k in dates if dates[k] == d)} of {d})" for d in dict.fromkeys(dates.values()))


def _measured(group: str) -> None:
    """Measure what has not been in this session."""
    with _one_at_a_time:
        if group not in _by:
            _measure(group)


def _measure(group: str, counts: bool = True) -> None:
    with _one_at_a_time:
        with busy.watched() as watched:
            found = _MEASURE[group]()
        new = {kind: kept.figure(getattr(found, kind), watched.load) for kind, g in _GROUP.items() if g == group}
        _busy[group] = _busy[group].with_(watched) if group in _busy else watched
        for kind, figure in new.items():
            _now[kind] = max(_now.get(kind, figure), figure, key=lambda one: one.rate)
        shown = kept.keep({kind: _now[kind] for kind in new}, counts and watched.quiet)
        _best.update({kind: max(shown[kind], _now[kind], key=lambda one: one.rate) for kind in new})
        _by[group] = found.by
