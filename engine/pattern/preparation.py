"""What is done to a pattern before anything is made of it: chosen by hand, undone at will."""

from __future__ import annotations

from dataclasses import dataclass

from engine.pattern.excluded import Region, without_regions
from engine.pattern.pattern import PowderPattern


@dataclass(frozen=True)
class Preparation:
    """Choices about one pattern; the pattern itself stays as it was measured.

    Attributes
    ----------
    excluded : tuple of (float, float)
        Regions of 2theta, degrees, that no search and no fit sees; in order, none overlapping.
    """

    excluded: tuple[Region, ...] = ()

    def seen(self, pattern: PowderPattern) -> PowderPattern:
        """The pattern as searches and fits see it.

        Raises
        ------
        BadInputError
            If a region ends before it begins, holds no point, or too few points are left.
        """
        return without_regions(pattern, self.excluded)
