"""How a structure and its density are drawn: which part, with what, from which side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

View = Literal["surfaces", "section"]
Projection = Literal["orthographic", "perspective"]
Triple = tuple[float, float, float]
LARGEST_RANGE = 4.0  # cells along an axis


@dataclass(frozen=True)
class Drawing:
    """What is drawn besides the isosurfaces' levels.

    Attributes
    ----------
    view : {"surfaces", "section"}
        The picture in space, or a plane through it.
    bonds, polyhedra : bool
        Whether they are drawn, where the map has atoms.
    low, high : three floats
        The range in fractions of a, b, c.
    projection : {"orthographic", "perspective"}
    hkl : three ints
        The plane of the section.
    offset : float
        Its distance from the origin, in units of d(hkl).
    """

    view: View = "surfaces"
    bonds: bool = True
    polyhedra: bool = False
    low: Triple = (0.0, 0.0, 0.0)
    high: Triple = (1.0, 1.0, 1.0)
    projection: Projection = "orthographic"
    hkl: tuple[int, int, int] = (0, 0, 1)
    offset: float = 0.0


def sound_range(low: Triple, high: Triple) -> tuple[Triple, Triple]:
    """The nearest range that can be drawn: a tenth of a cell at least, four cells at most."""
    tops = tuple(
        min(max(top, bottom + 0.1), bottom + LARGEST_RANGE)
        for bottom, top in zip(low, high, strict=True)
    )
    return low, (tops[0], tops[1], tops[2])
