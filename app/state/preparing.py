"""Choices about the pattern, each a step that can be undone: regions, peaks, background."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.language import noop, tr
from app.state.pattern import PatternState
from engine.errors import BadInputError
from engine.pattern.choices import Anchor, BackgroundChoice, Method, PeakEdits
from engine.pattern.excluded import Region, merged_regions, parse_regions, regions_text

FloatArray = NDArray[np.float64]
BACKGROUND_STEPS: dict[Method, str] = {
    "automatic": noop("Automatic background"),
    "arpls": noop("Background by arPLS"),
    "snip": noop("Background by SNIP"),
    "spline": noop("Background through anchors"),
    "polynomial": noop("Polynomial background"),
}


class Preparing:
    """Changes the preparation of one pattern.

    All methods raise `BadInputError` with one sentence where the pattern does not bear the
    change; it stays as it was then.
    """

    def __init__(self, pattern: PatternState) -> None:
        self._pattern = pattern

    # -- regions -----------------------------------------------------------------------------

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
        self._set_regions((*self.regions, region), tr("Exclude {0}°", regions_text([region])))

    def move_region(self, index: int, start: float, end: float) -> None:
        """Give a region other ends."""
        others = self.regions[:index] + self.regions[index + 1 :]
        region = self._clipped(start, end)
        self._set_regions(
            (*others, region), tr("Move excluded region to {0}°", regions_text([region]))
        )

    def take_back_region(self, index: int) -> None:
        """Let a region be seen again."""
        region = self.regions[index]
        others = self.regions[:index] + self.regions[index + 1 :]
        self._set_regions(others, tr("Use {0}° again", regions_text([region])))

    def type_regions(self, text: str) -> None:
        """Exclude what was typed, for example "25-27, 40.2-41", and nothing else."""
        regions = parse_regions(text)
        step = tr("Exclude {0}°", regions_text(regions)) if regions else tr("Use all regions again")
        self._set_regions(regions, step)

    def _set_regions(self, regions: tuple[Region, ...], step: str) -> None:
        preparation = replace(self._pattern.preparation, excluded=merged_regions(regions))
        self._pattern.prepare(preparation, step)

    # -- peaks -------------------------------------------------------------------------------

    @property
    def peak_edits(self) -> PeakEdits:
        """What differs from the automatic search."""
        return self._pattern.preparation.peaks

    def nearest_peak(self, two_theta: float, reach: float) -> int:
        """Index of the peak nearest to an angle, -1 if none is within `reach` (degrees)."""
        peaks = self._pattern.peaks
        if peaks is None or not len(peaks):
            return -1
        away = np.abs(peaks.two_theta - two_theta)
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= reach else -1

    def add_peak(self, two_theta: float) -> None:
        """Put a peak, or take back that one was removed there."""
        pattern = self._pattern.pattern
        if pattern is None or not pattern.two_theta[0] <= two_theta <= pattern.two_theta[-1]:
            raise BadInputError(tr("A peak can be put only where the pattern was measured."))
        if self.region_at(two_theta) >= 0:
            raise BadInputError(tr("This region is excluded: use it again, then put a peak there."))
        place, edits = round(two_theta, 4), self.peak_edits
        near = [angle for angle in edits.removed if abs(angle - place) <= 0.5 * self._width]
        if near:
            removed = tuple(angle for angle in edits.removed if angle != near[0])
            edits = replace(edits, removed=removed)
        elif place not in edits.added:
            edits = replace(edits, added=tuple(sorted((*edits.added, place))))
        self._set_edits(edits, tr("Add peak at {0:.2f}°", place))

    def remove_peak(self, index: int) -> None:
        """Take a peak out of the list."""
        peaks, edits = self._pattern.peaks, self.peak_edits
        if peaks is None or index < 0:
            return
        place = float(peaks.placed[index])
        if bool(peaks.by_hand[index]):
            edits = replace(edits, added=tuple(angle for angle in edits.added if angle != place))
        elif place not in edits.removed:
            edits = replace(edits, removed=tuple(sorted((*edits.removed, place))))
        self._set_edits(edits, tr("Remove peak at {0:.2f}°", peaks.two_theta[index]))

    def search_peaks_again(self) -> None:
        """Bring back what the automatic search finds."""
        self._set_edits(PeakEdits(), tr("Peaks of the automatic search"))

    @property
    def _width(self) -> float:
        """Typical FWHM of the peaks, degrees."""
        peaks = self._pattern.peaks
        return float(np.median(peaks.fwhm)) if peaks is not None and len(peaks) else 0.1

    def _set_edits(self, edits: PeakEdits, step: str) -> None:
        self._pattern.prepare(replace(self._pattern.preparation, peaks=edits), step)

    # -- background --------------------------------------------------------------------------

    @property
    def background(self) -> BackgroundChoice:
        """Where the background comes from."""
        return self._pattern.preparation.background

    def choose_background(self, method: Method) -> None:
        """Take the background from elsewhere; a curve begins on the one that is there."""
        choice = self.background
        if method in ("spline", "polynomial") and not choice.anchors:
            choice = replace(choice, anchors=self._suggested())
        self._set_background(replace(choice, method=method), tr(BACKGROUND_STEPS[method]))

    def choose_degree(self, degree: int) -> None:
        """Give the polynomial another degree."""
        self._set_background(replace(self.background, degree=degree), tr("Degree {0}", degree))

    def place_anchors_anew(self) -> None:
        """Put the anchors on what would be estimated without them."""
        choice = replace(self.background, anchors=self._suggested())
        self._set_background(choice, tr("Place anchors anew"))

    def add_anchor(self, two_theta: float, counts: float) -> None:
        """Draw the curve through one more place."""
        anchor = (round(two_theta, 3), counts)
        self._set_anchors(
            (*self.background.anchors, anchor), tr("Add anchor at {0:.2f}°", two_theta)
        )

    def move_anchor(self, index: int, two_theta: float, counts: float) -> None:
        """Put an anchor elsewhere."""
        self._set_anchors(
            self.moved(index, two_theta, counts), tr("Move anchor to {0:.2f}°", two_theta)
        )

    def lift_anchor(self, index: int, counts: float) -> None:
        """Give an anchor another height; several times one after the other are one step."""
        place = self.background.anchors[index][0]
        self._set_anchors(
            self.moved(index, place, counts),
            tr("Move anchor at {0:.2f}°", place),
            ("anchor", index),
        )

    def moved(self, index: int, two_theta: float, counts: float) -> tuple[Anchor, ...]:
        """The anchors, one of them elsewhere within the pattern; nothing is changed."""
        anchors, pattern = self.background.anchors, self._pattern.pattern
        assert pattern is not None
        place = min(max(two_theta, float(pattern.two_theta[0])), float(pattern.two_theta[-1]))
        return (*anchors[:index], (round(place, 3), counts), *anchors[index + 1 :])

    def curve_through(
        self, anchors: tuple[Anchor, ...], points: int
    ) -> tuple[FloatArray, FloatArray]:
        """Angles (degrees) and counts of the curve that other anchors would give."""
        from engine.pattern.anchors import through_anchors

        pattern = self._pattern.pattern
        assert pattern is not None
        angles = np.linspace(pattern.two_theta[0], pattern.two_theta[-1], points)
        return angles, through_anchors(angles, replace(self.background, anchors=anchors))

    def remove_anchor(self, index: int) -> None:
        """Draw the curve without one of its places; the last one stays."""
        anchors = self.background.anchors
        step = tr("Remove anchor at {0:.2f}°", anchors[index][0])
        self._set_anchors(anchors[:index] + anchors[index + 1 :], step)

    def _set_anchors(self, anchors: tuple[Anchor, ...], step: str, series: object = None) -> None:
        choice = replace(self.background, anchors=tuple(sorted(anchors)))
        self._set_background(choice, step, series)

    def _set_background(self, choice: BackgroundChoice, step: str, series: object = None) -> None:
        self._pattern.prepare(replace(self._pattern.preparation, background=choice), step, series)

    def _suggested(self) -> tuple[Anchor, ...]:
        from engine.pattern.anchors import suggested_anchors

        state, seen = self._pattern, self._pattern.seen
        if seen is None or state.background is None or state.background_two_theta is None:
            raise BadInputError(tr("The background is still being estimated: wait a moment."))
        level = np.interp(seen.two_theta, state.background_two_theta, state.background)
        return suggested_anchors(seen.two_theta, seen.counts, level)

    # -- limits -----------------------------------------------------------------------------

    def _clipped(self, start: float, end: float) -> Region:
        """Ends in order, within the pattern, to a thousandth of a degree."""
        pattern = self._pattern.pattern
        if pattern is None:
            raise BadInputError(
                tr("There is no pattern yet: open one, then exclude regions of it.")
            )
        first, last = float(pattern.two_theta[0]), float(pattern.two_theta[-1])
        low, high = sorted((start, end))
        return round(max(low, first), 3), round(min(high, last), 3)
