"""What was shone on the sample: wavelengths, polarisation and slits, each with its provenance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.errors import BadInputError

Provenance = Literal["file", "preset", "typed", "assumed"]
SlitMode = Literal["fixed", "automatic"]

# K-alpha doublets in angstrom; International Tables C (2006), table 4.2.2.
K_ALPHA: dict[str, tuple[float, float]] = {
    "Cu": (1.5405929, 1.5444274),
    "Co": (1.788996, 1.792835),
    "Mo": (0.7093172, 0.713607),
    "Cr": (2.289726, 2.293651),
    "Fe": (1.936041, 1.939973),
    "Ag": (0.5594218, 0.5638131),
}
K_ALPHA_2_RATIO = 0.5
# How near, relatively, a single wavelength is to a doublet's mean to be taken for it.
MEAN_TOLERANCE = 1.2e-4
WAVELENGTHS = (0.05, 10.0)  # angstrom: what can be meant
# Linear absorption coefficient times radius of a capillary that can still be corrected for.
LARGEST_MU_R = 3.0


@dataclass(frozen=True)
class Radiation:
    """The X-rays of one measurement.

    Attributes
    ----------
    wavelengths : tuple of float
        In angstrom, the strongest (K-alpha-1) first.
    weights : tuple of float
        Share of each wavelength in the intensity; they sum to 1.
    anode : str or None
        Element symbol of the anode where it is known.
    provenance : {"file", "preset", "typed", "assumed"}
        Where the wavelengths come from.
    polarisation : float
        Fraction of the incident beam polarised perpendicular to the diffraction plane:
        0.5 for a laboratory tube, about 0.99 for a synchrotron.
    monochromator_two_theta : float or None
        Bragg angle 2theta (degrees) of a crystal monochromator, None without one.
    slit_mode : {"fixed", "automatic"}
        Divergence slits; automatic ones light a constant area of the sample.
    optics_provenance : {"file", "preset", "typed", "assumed"}
        Where polarisation, monochromator, slit mode and capillary come from.
    capillary_mu_r : float
        Linear absorption coefficient times radius of a cylindrical sample in the beam; 0 for
        a flat one that absorbs everything.
    """

    wavelengths: tuple[float, ...]
    weights: tuple[float, ...]
    anode: str | None = None
    provenance: Provenance = "assumed"
    polarisation: float = 0.5
    monochromator_two_theta: float | None = None
    slit_mode: SlitMode = "fixed"
    optics_provenance: Provenance = "assumed"
    capillary_mu_r: float = 0.0

    def __post_init__(self) -> None:
        """Check that the numbers can be wavelengths."""
        if len(self.wavelengths) == 0 or len(self.wavelengths) != len(self.weights):
            raise BadInputError("A radiation needs one weight for each of its wavelengths.")
        if not 0.0 <= self.capillary_mu_r <= LARGEST_MU_R:
            raise BadInputError(
                f"A capillary with mu R = {self.capillary_mu_r:g} cannot be corrected for: give a "
                f"number up to {LARGEST_MU_R:g}."
            )
        angle = self.monochromator_two_theta
        if angle is not None and not 0.0 < angle < 180.0:
            raise BadInputError(
                f"A monochromator does not reflect at 2theta = {angle:g} degrees: give an angle "
                "between 0 and 180, for example 26.6."
            )
        for wavelength in self.wavelengths:
            if not WAVELENGTHS[0] <= wavelength <= WAVELENGTHS[1]:
                raise BadInputError(
                    f"The wavelength {wavelength:g} A is outside {WAVELENGTHS[0]:g} to "
                    f"{WAVELENGTHS[1]:g} A; "
                    "give it in angstrom, for example 1.5406."
                )

    @property
    def primary(self) -> float:
        """The wavelength (angstrom) of the strongest line."""
        return self.wavelengths[0]

    @property
    def is_tube(self) -> bool:
        """Whether a laboratory's tube emits it: a doublet, or the first line of an anode's."""
        first = [lines[0] for lines in K_ALPHA.values()]
        near = any(abs(self.primary - line) < MEAN_TOLERANCE * line for line in first)
        return len(self.wavelengths) > 1 or self.anode is not None or near

    @property
    def mean(self) -> float:
        """The weighted mean wavelength (angstrom)."""
        pairs = zip(self.wavelengths, self.weights, strict=True)
        return sum(w * x for w, x in pairs) / sum(self.weights)


def doublet(
    first: float, second: float, ratio: float = K_ALPHA_2_RATIO, **rest: object
) -> Radiation:
    """A K-alpha doublet; `ratio` is the intensity of the second line over the first."""
    total = 1.0 + ratio
    return Radiation((first, second), (1.0 / total, ratio / total), **rest)  # type: ignore[arg-type]


def preset(name: str, provenance: Provenance = "preset") -> Radiation:
    """The radiation called `name`: an anode and ``Ka`` (doublet) or ``Ka1`` (its first line).

    Raises
    ------
    BadInputError
        If no preset has that name.
    """
    found = re.fullmatch(r"\s*([A-Za-z]{2})\s*-?[Kk](?:a|A|alpha|Alpha)?\s*([1]?)\s*", name)
    anode = found.group(1).capitalize() if found else ""
    if found is None or anode not in K_ALPHA:
        raise BadInputError(
            f"'{name}' is no wavelength: give a name such as CuKa or MoKa1, a number in angstrom "
            "such as 1.5406, or a doublet such as 1.54056,1.54439."
        )
    first, second = K_ALPHA[anode]
    if found.group(2):
        return Radiation((first,), (1.0,), anode=anode, provenance=provenance)
    return doublet(first, second, anode=anode, provenance=provenance)


def single(wavelength: float, provenance: Provenance = "typed") -> Radiation:
    """One wavelength; the weighted mean of a K-alpha doublet is taken as that doublet.

    Files and people write 1.5418 for Cu K-alpha as a whole; no tube emits a line there.
    """
    for anode, (first, second) in K_ALPHA.items():
        middle = (first + K_ALPHA_2_RATIO * second) / (1.0 + K_ALPHA_2_RATIO)
        if abs(wavelength - middle) < MEAN_TOLERANCE * middle:
            return doublet(first, second, anode=anode, provenance=provenance)
    return Radiation((wavelength,), (1.0,), provenance=provenance)


def assumed_copper() -> Radiation:
    """Cu K-alpha, marked as assumed."""
    return preset("CuKa", provenance="assumed")


def parse_wavelength(text: str) -> Radiation:
    """Read what a user typed: a preset's name, one number, or two numbers in angstrom.

    Of two, in either order, the shorter wavelength is K-alpha1, the stronger line.

    Raises
    ------
    BadInputError
        If the text is none of these.
    """
    parts = [part for part in re.split(r"[,;\s]+", text.strip()) if part]
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return preset(text)
    if len(numbers) == 1:
        return single(numbers[0])
    if len(numbers) == 2:
        return doublet(min(numbers), max(numbers), provenance="typed")
    raise BadInputError(f"'{text}' is no wavelength: give one number or two, in angstrom.")
