"""Regions of 2theta that a fit must not see: a sample holder's lines, a furnace's, a defect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.pattern.pattern import MINIMUM_POINTS, PowderPattern

Region = tuple[float, float]
_NUMBER = r"([0-9]*\.?[0-9]+)"
_REGION = re.compile(rf"\s*{_NUMBER}\s*(?:-|–|to|:|\s)\s*{_NUMBER}\s*")


def parse_regions(text: str) -> tuple[Region, ...]:
    """Regions as one types them: "25-27, 40.2 to 41".

    Raises
    ------
    BadInputError
        If the text is none, or a region ends before it begins.
    """
    regions = []
    for part in filter(str.strip, re.split(r"[,;]", text)):
        found = _REGION.fullmatch(part)
        if found is None:
            raise BadInputError(
                f"'{part.strip()}' is no region of 2theta; write it as 25-27, several as "
                "25-27, 40.2-41."
            )
        low, high = float(found.group(1)), float(found.group(2))
        if not low < high:
            raise BadInputError(f"The region '{part.strip()}' ends before it begins.")
        regions.append((low, high))
    return tuple(regions)


def regions_text(regions: Sequence[Region]) -> str:
    """Regions as `parse_regions` reads them, to a thousandth of a degree."""
    return ", ".join(f"{_short(low)}-{_short(high)}" for low, high in regions)


def _short(angle: float) -> str:
    return f"{angle:.3f}".rstrip("0").rstrip(".")


def merged_regions(regions: Sequence[Region]) -> tuple[Region, ...]:
    """The same regions in order of angle, those that overlap or touch as one."""
    merged: list[Region] = []
    for low, high in sorted(regions):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def in_regions(two_theta: NDArray[np.float64], regions: Sequence[Region]) -> NDArray[np.bool_]:
    """Whether each angle (n,) lies in one of the regions, ends included; all in degrees."""
    inside = np.zeros(np.shape(two_theta), dtype=bool)
    for low, high in regions:
        inside |= (two_theta >= low) & (two_theta <= high)
    return inside


def without_regions(pattern: PowderPattern, regions: Sequence[Region]) -> PowderPattern:
    """The pattern with the points inside some regions of 2theta (degrees) left out.

    Raises
    ------
    BadInputError
        If a region ends before it begins, holds no point, or too few points are left.
    """
    kept = np.ones(len(pattern), dtype=bool)
    for low, high in regions:
        if not low < high:
            raise BadInputError(f"The region {low:g} to {high:g} ends before it begins.")
        inside = in_regions(pattern.two_theta, [(low, high)])
        if not inside.any():
            raise BadInputError(f"The region {low:g} to {high:g} degrees holds no point.")
        kept &= ~inside
    if kept.sum() < MINIMUM_POINTS:
        raise BadInputError(
            f"Without these regions {int(kept.sum())} points are left; a pattern needs at least "
            f"{MINIMUM_POINTS}."
        )
    if kept.all():
        return pattern
    return replace(
        pattern,
        two_theta=pattern.two_theta[kept],
        counts=pattern.counts[kept],
        sigma=pattern.sigma[kept],
        details=replace(pattern.details, excluded=(*pattern.details.excluded, *regions)),
    )
