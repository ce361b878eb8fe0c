"""Files of several ranges: one of them, all joined to one scan, or their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.scan import FloatArray, Scan


@dataclass(frozen=True)
class RangeSpan:
    """One range of a file.

    Attributes
    ----------
    low, high : float
        Its ends, in the unit of `axis`.
    n : int
        Points.
    axis : str
        What the positions are, as in `Scan.axis`.
    seconds : float or None
        Counting time of a point.
    """

    low: float
    high: float
    n: int
    axis: str
    seconds: float | None


RangeChoice = int | Literal["merge", "sum"] | None

# Ranges continue each other if the gap is no wider than so many steps ...
_GAP = 5.0
# ... and no more than this share of the shorter one overlaps.
_OVERLAP = 0.1
_SAME_GRID = 0.1  # of a step


def parse_range(text: str) -> RangeChoice:
    """Read a choice: the number of a range from 1 on, ``merge`` or ``sum``.

    Raises
    ------
    BadInputError
        If it is none of these.
    """
    word = text.strip().lower()
    if word == "merge":
        return "merge"
    if word == "sum":
        return "sum"
    if word.isascii() and word.isdigit() and 0 < int(word) < 10**6:
        return int(word)
    raise BadInputError(f"'{text}' is no choice of ranges: give a number from 1 on, merge or sum.")


def spans(scans: Sequence[Scan]) -> tuple[RangeSpan, ...]:
    """What each range of a file covers, in the file's order."""
    return tuple(
        RangeSpan(_first(scan), _last(scan), len(scan.x), scan.axis, scan.seconds) for scan in scans
    )


def combine(scans: Sequence[Scan], choice: RangeChoice, name: str) -> Scan:
    """One scan of the ranges of a file.

    Parameters
    ----------
    scans : sequence of Scan
        At least one.
    choice : int, "merge", "sum" or None
        None merges ranges that continue each other, and else takes the first, with a note.
    name : str
        The file's name, for messages.

    Raises
    ------
    BadInputError
        If there is no range of that number, or the ranges cannot be combined.
    """
    n = len(scans)
    if isinstance(choice, int):
        if not 1 <= choice <= n:
            holds = "one range" if n == 1 else f"{n} ranges"
            raise BadInputError(f"'{name}' holds {holds}; there is no range {choice}.")
        return scans[choice - 1]
    if n == 1:
        return scans[0]
    if choice == "merge":
        return _noted(merged(scans, name), f"The {n} ranges of the file were merged.")
    if choice == "sum":
        return _noted(summed(scans, name), f"The {n} ranges of the file were added up.")
    if continue_each_other(scans):
        note = f"The file holds {n} ranges that continue each other; they were merged."
        return _noted(merged(scans, name), note)
    hint = (
        "add them up or choose another" if _same_angles(scans) else "choose another or merge them"
    )
    return _noted(scans[0], f"The file holds {n} ranges; the first was read: {hint} if need be.")


def continue_each_other(scans: Sequence[Scan]) -> bool:
    """Whether the ranges, in order of angle, hardly overlap and leave hardly a gap."""
    if not _compatible(scans):
        return False
    ordered = sorted(scans, key=_first)
    for left, right in pairwise(ordered):
        gap = _first(right) - _last(left)
        widths = (_last(left) - _first(left), _last(right) - _first(right))
        if gap > _GAP * max(_step(left), _step(right)) or gap < -_OVERLAP * min(widths):
            return False
    return True


def merged(scans: Sequence[Scan], name: str) -> Scan:
    """All ranges in one, their counts scaled to the longest counting time among them.

    Where two overlap, the points are taken of the one that was counted for longer.

    Raises
    ------
    BadInputError
        If the ranges have different axes or wavelengths.
    """
    _require_compatible(scans, name)
    seconds = _longest(scans)
    kept: list[Scan] = []
    # Those counted longest come first; of the others only the points beyond them are taken.
    for scan in sorted(scans, key=lambda s: (-(s.seconds or 0.0), _first(s))):
        outside = np.ones(len(scan.x), dtype=bool)
        for other in kept:
            half = 0.5 * _step(other)
            outside &= (scan.x < _first(other) - half) | (scan.x > _last(other) + half)
        if outside.any():
            kept.append(_selected(_scaled(scan, seconds), outside))
    order = np.argsort(np.concatenate([scan.x for scan in kept]), kind="stable")
    with_sigma = any(scan.sigma is not None for scan in kept)
    return replace(
        scans[0],
        x=np.concatenate([scan.x for scan in kept])[order],
        y=np.concatenate([scan.y for scan in kept])[order],
        sigma=np.concatenate([_sigma(scan) for scan in kept])[order] if with_sigma else None,
        seconds=seconds,
        promised_points=None,
        raw_counts=_raw(kept),
        warnings=_warnings(scans),
    )


def summed(scans: Sequence[Scan], name: str) -> Scan:
    """Repeated scans added up point by point.

    Raises
    ------
    BadInputError
        If the ranges do not lie on the same angles.
    """
    _require_compatible(scans, name)
    if not _same_angles(scans):
        raise BadInputError(
            f"The ranges of '{name}' lie on different angles and cannot be added up; "
            "merge them or choose one."
        )
    n = min(len(scan.x) for scan in scans)
    times = [scan.seconds for scan in scans]
    with_sigma = any(scan.sigma is not None for scan in scans)
    variance = np.sum([_sigma(scan)[:n] ** 2 for scan in scans], axis=0)
    return replace(
        scans[0],
        x=scans[0].x[:n],
        y=np.sum([scan.y[:n] for scan in scans], axis=0),
        sigma=np.sqrt(variance) if with_sigma else None,
        seconds=sum(t for t in times if t is not None) if None not in times else None,
        promised_points=None,
        raw_counts=_raw(scans),
        warnings=_warnings(scans),
    )


def _first(scan: Scan) -> float:
    return float(np.min(scan.x)) if len(scan.x) else 0.0


def _last(scan: Scan) -> float:
    return float(np.max(scan.x)) if len(scan.x) else 0.0


def _step(scan: Scan) -> float:
    return (_last(scan) - _first(scan)) / max(len(scan.x) - 1, 1)


def _compatible(scans: Sequence[Scan]) -> bool:
    primary = [None if s.radiation is None else round(s.radiation.primary, 4) for s in scans]
    finite = all(len(s.x) > 1 and bool(np.all(np.isfinite(s.x))) for s in scans)
    return finite and len({s.axis for s in scans}) == 1 and len(set(primary)) == 1


def _require_compatible(scans: Sequence[Scan], name: str) -> None:
    if not _compatible(scans):
        raise BadInputError(
            f"The ranges of '{name}' differ in wavelength or axis, or one is damaged; choose one "
            "by its number."
        )


def _same_angles(scans: Sequence[Scan]) -> bool:
    first = scans[0]
    n = min(len(scan.x) for scan in scans)
    if n < 2 or any(len(scan.x) > 1.02 * n + 1 for scan in scans):
        return False
    return all(
        float(np.max(np.abs(scan.x[:n] - first.x[:n]))) <= _SAME_GRID * _step(first)
        for scan in scans[1:]
    )


def _longest(scans: Sequence[Scan]) -> float | None:
    times = [scan.seconds for scan in scans if scan.seconds is not None]
    return max(times) if len(times) == len(scans) else None


def _sigma(scan: Scan) -> FloatArray:
    return np.sqrt(np.maximum(scan.y, 1.0)) if scan.sigma is None else scan.sigma


def _scaled(scan: Scan, seconds: float | None) -> Scan:
    """Counts as they would have been in so many seconds; their relative error is unchanged."""
    if seconds is None or scan.seconds is None or abs(seconds / scan.seconds - 1.0) < 1e-4:
        return scan
    factor = seconds / scan.seconds
    return replace(scan, y=scan.y * factor, sigma=_sigma(scan) * factor, raw_counts=False)


def _selected(scan: Scan, points: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Scan:
    sigma = None if scan.sigma is None else scan.sigma[points]
    return replace(scan, x=scan.x[points], y=scan.y[points], sigma=sigma)


def _raw(scans: Sequence[Scan]) -> bool | None:
    return False if any(scan.raw_counts is False for scan in scans) else None


def _warnings(scans: Sequence[Scan]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for scan in scans for text in scan.warnings))


def _noted(scan: Scan, note: str) -> Scan:
    return replace(scan, warnings=(*scan.warnings, note))
