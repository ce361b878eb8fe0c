"""Background and peaks of the pattern on the table, for the plot and the table of peaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.pattern.pattern import PowderPattern
    from engine.pattern.peaks import PeakList
    from engine.pattern.preparation import Preparation


def derive(
    pattern: PowderPattern, preparation: Preparation
) -> tuple[NDArray[np.float64], PeakList]:
    """Background at every point, and peaks; of a very long pattern from means of neighbours."""
    import numpy as np

    from engine.pattern.background import chosen_background
    from engine.pattern.peaks import find_peaks
    from engine.pattern.resample import downsample

    fewer = downsample(pattern)
    background = chosen_background(fewer, preparation.background)
    peaks = find_peaks(fewer, background, edits=preparation.peaks)
    if fewer is pattern:
        return peaks.background, peaks
    return np.interp(pattern.two_theta, fewer.two_theta, peaks.background), peaks
