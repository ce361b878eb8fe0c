"""Choices about the pattern, each a step that can be undone: regions that nothing sees."""

from __future__ import annotations

from dataclasses import replace

from app.state.pattern import PatternState
from engine.errors import BadInputError
from engine.pattern.excluded import Region, merged_regions, parse_regions, regions_text


class Preparing:
    """Changes the preparation of one pattern.

    All methods raise `BadInputError` with one sentence where the pattern does not bear the
    change; it stays as it was then.
    """

    def __init__(self, pattern: PatternState) -> None:
        self._pattern = pattern

    @property
    def regions(self) -> tuple[Region, ...]:
        """Excluded regions of 2theta, degrees, in order."""
        return self._pattern.preparation.excluded

    @property
    def regions_text(self) -> str:
        """The same as one types them."""
        return regions_text(self.regions)

    def region_at(self, two_theta: float) -> int:
        """Index of the region around an angle, -1 if there is none."""
        inside = [low <= two_theta <= high for low, high in self.regions]
        return inside.index(True) if True in inside else -1

    def exclude(self, start: float, end: float) -> None:
        """Exclude the points between two angles, in any order."""
        region = self._clipped(start, end)
        self._set_regions((*self.regions, region), f"Exclude {regions_text([region])}°")

    def move_region(self, index: int, start: float, end: float) -> None:
        """Give a region other ends."""
        others = self.regions[:index] + self.regions[index + 1 :]
        region = self._clipped(start, end)
        self._set_regions((*others, region), f"Move excluded region to {regions_text([region])}°")

    def take_back_region(self, index: int) -> None:
        """Let a region be seen again."""
        region = self.regions[index]
        others = self.regions[:index] + self.regions[index + 1 :]
        self._set_regions(others, f"Use {regions_text([region])}° again")

    def type_regions(self, text: str) -> None:
        """Exclude what was typed, for example "25-27, 40.2-41", and nothing else."""
        regions = parse_regions(text)
        step = f"Exclude {regions_text(regions)}°" if regions else "Use all regions again"
        self._set_regions(regions, step)

    def _set_regions(self, regions: tuple[Region, ...], step: str) -> None:
        preparation = replace(self._pattern.preparation, excluded=merged_regions(regions))
        self._pattern.prepare(preparation, step)

    def _clipped(self, start: float, end: float) -> Region:
        """Ends in order, within the pattern, to a thousandth of a degree."""
        pattern = self._pattern.pattern
        if pattern is None:
            raise BadInputError("There is no pattern yet: open one, then exclude regions of it.")
        first, last = float(pattern.two_theta[0]), float(pattern.two_theta[-1])
        low, high = sorted((start, end))
        return round(max(low, first), 3), round(min(high, last), 3)
