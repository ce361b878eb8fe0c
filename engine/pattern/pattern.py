"""A measured or simulated powder pattern."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.pattern.details import MeasurementDetails
from engine.pattern.radiation import Radiation, assumed_copper

MINIMUM_POINTS = 20
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PowderPattern:
    """Counts against 2theta, with the radiation they were measured with.

    Attributes
    ----------
    two_theta : (n,) array
        Degrees, strictly increasing, finite.
    counts : (n,) array
        Intensity in counts or in the file's own units, finite.
    sigma : (n,) array
        Standard uncertainty of the counts, positive.
    radiation : Radiation
    name : str
        What to call the pattern (the file's stem, or the sample's name in the file).
    path : Path or None
        The file it was read from.
    format : str
        Name of the format it was read as, for people.
    poisson : bool
        Whether the numbers are raw counts whose variance is their mean; False where the file
        holds scaled or normalised intensities (then sigma is estimated and no GoF is stated).
    warnings : tuple of str
        One sentence each: what the reader had to mend or assume.
    details : MeasurementDetails
        What the file says of sample, instrument, date and counting time.
    """

    two_theta: FloatArray
    counts: FloatArray
    sigma: FloatArray
    radiation: Radiation = field(default_factory=assumed_copper)
    name: str = "pattern"
    path: Path | None = None
    format: str = "unknown"
    poisson: bool = True
    warnings: tuple[str, ...] = ()
    details: MeasurementDetails = field(default_factory=MeasurementDetails)

    def __post_init__(self) -> None:
        """Check that the arrays go together."""
        if not (len(self.two_theta) == len(self.counts) == len(self.sigma)):
            raise BadInputError("A pattern needs as many counts and sigmas as angles.")

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.two_theta)

    @cached_property
    def step(self) -> float:
        """Median step in degrees of 2theta."""
        return float(np.median(np.diff(self.two_theta)))

    @property
    def d_spacing(self) -> FloatArray:
        """d in angstrom of every point, for the primary wavelength."""
        return np.asarray(self.radiation.primary / (2.0 * np.sin(np.radians(self.two_theta / 2.0))))

    @property
    def q(self) -> FloatArray:
        """Q = 4 pi sin(theta) / lambda in 1/angstrom, for the primary wavelength."""
        return np.asarray(
            4.0 * np.pi * np.sin(np.radians(self.two_theta / 2.0)) / self.radiation.primary
        )

    def with_radiation(self, radiation: Radiation) -> PowderPattern:
        """The same points, taken to be measured with another radiation."""
        kept = tuple(text for text in self.warnings if "assumed" not in text)
        return replace(self, radiation=radiation, warnings=kept)
