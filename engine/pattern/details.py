"""What a pattern's file says besides its points and its radiation, and what was done to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.pattern.choices import BackgroundChoice, PeakEdits


@dataclass(frozen=True)
class MeasurementDetails:
    """Facts that are kept as the file has them, and choices of whoever opened it.

    Attributes
    ----------
    sample : str
        The sample's name; empty where the file gives none, as the other texts.
    instrument : str
        Maker's or laboratory's name of the diffractometer.
    date : str
        When it was measured, in the file's own spelling.
    seconds : float or None
        Counting time of a point in seconds (the median where it varies); for a linear detector
        the time summed over its channels, as the file has it.
    n_ranges : int
        How many scans the file holds.
    ranges : int, "merge", "sum" or None
        Which of them was asked for, as for `engine.pattern.io.read_pattern`.
    excluded : tuple of (float, float)
        Regions of 2theta (degrees) whose points were left out.
    without_spikes : bool
        Whether spikes were left out.
    background : BackgroundChoice
        Where the background comes from, for the search for lines, for structures and for fits.
    peaks : PeakEdits
        Lines added and removed by hand, likewise.
    """

    sample: str = ""
    instrument: str = ""
    date: str = ""
    seconds: float | None = None
    n_ranges: int = 1
    ranges: int | str | None = None
    excluded: tuple[tuple[float, float], ...] = ()
    without_spikes: bool = False
    background: BackgroundChoice = field(default_factory=BackgroundChoice)
    peaks: PeakEdits = field(default_factory=PeakEdits)
