"""What is done to a pattern before anything is made of it: chosen by hand, undone at will."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.pattern.choices import BackgroundChoice, PeakEdits
from engine.pattern.excluded import Region, without_regions
from engine.pattern.pattern import PowderPattern


@dataclass(frozen=True)
class Preparation:
    """Choices about one pattern; the pattern itself stays as it was measured.

    Attributes
    ----------
    excluded : tuple of (float, float)
        Regions of 2theta, degrees, that no search and no fit sees; in order, none overlapping.
    peaks : PeakEdits
        Lines added and removed by hand.
    background : BackgroundChoice
    """

    excluded: tuple[Region, ...] = ()
    peaks: PeakEdits = field(default_factory=PeakEdits)
    background: BackgroundChoice = field(default_factory=BackgroundChoice)

    def marked(self, pattern: PowderPattern) -> PowderPattern:
        """The pattern with the chosen background and lines noted on it; nothing is left out."""
        chosen = replace(pattern.details, background=self.background, peaks=self.peaks)
        return pattern if chosen == pattern.details else replace(pattern, details=chosen)

    def seen(self, pattern: PowderPattern) -> PowderPattern:
        """The pattern as searches and fits see it: marked, without the excluded regions.

        Raises
        ------
        BadInputError
            If a region ends before it begins, holds no point, or too few points are left.
        """
        return without_regions(self.marked(pattern), self.excluded)
