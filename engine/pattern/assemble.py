"""From a scan as a file has it to a pattern that the rest of the engine can trust."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.pattern.details import MeasurementDetails
from engine.pattern.noise import are_raw_counts, estimate_sigma
from engine.pattern.pattern import MINIMUM_POINTS, PowderPattern
from engine.pattern.radiation import Radiation, assumed_copper
from engine.pattern.readers.scan import Scan
from engine.pattern.resample import MANY_POINTS

FloatArray = NDArray[np.float64]
_LARGEST = 1e30
_ASSUMED = (
    "The file gives no wavelength; Cu K-alpha (1.5406 and 1.5444 A) was assumed: "
    "state the wavelength if it is another."
)


def assemble(scan: Scan, path: Path, radiation: Radiation | None = None) -> PowderPattern:
    """Check, mend and complete a scan.

    Parameters
    ----------
    scan : Scan
    path : Path
        The file; its stem names the pattern.
    radiation : Radiation, optional
        Goes before what the file says.

    Raises
    ------
    BadInputError
        If no usable pattern is left: too few points, constant, not a number, no angle.
    """
    warnings = list(scan.warnings)
    used = radiation or scan.radiation
    if used is None:
        used = assumed_copper()
        warnings.append(_ASSUMED)
    if len(scan.y) == 0:
        raise BadInputError(f"'{path.name}' holds no points.")
    x = _degrees(scan, used, path)
    x, y, sigma = _without_missing(x, scan.y, scan.sigma, path, warnings)
    x, y, sigma = _within_range(x, y, sigma, path, warnings)
    x, y, sigma = _sorted(x, y, sigma, warnings)
    _check(y, path)
    if scan.promised_points is not None and len(scan.y) < scan.promised_points:
        warnings.append(
            f"The header announces {scan.promised_points} points, the file holds {len(scan.y)}."
        )
    negative = int(np.sum(y < 0.0))
    if negative:
        warnings.append(f"{negative} of {len(y)} intensities are negative; they were kept.")
    if len(y) > MANY_POINTS:
        warnings.append(
            f"The pattern has {len(y)} points; it is drawn and fitted with fewer and kept whole."
        )
    sigma, poisson = _sigma(y, sigma, scan.raw_counts)
    return PowderPattern(
        x,
        y,
        sigma,
        radiation=used,
        name=path.stem,
        path=path,
        format=scan.format,
        poisson=poisson,
        warnings=tuple(warnings),
        details=MeasurementDetails(
            scan.title, scan.instrument, scan.date, scan.seconds, excluded=scan.excluded
        ),
    )


def _degrees(scan: Scan, radiation: Radiation, path: Path) -> FloatArray:
    """2theta in degrees, NaN where a position cannot be reached with this wavelength."""
    x = np.asarray(scan.x, dtype=np.float64)
    if scan.axis == "two_theta":
        return x
    if scan.axis == "two_theta_radian":
        return np.degrees(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        if scan.axis == "d_angstrom":
            sine = radiation.primary / (2.0 * x)
        else:
            q = x / 10.0 if scan.axis == "q_inverse_nm" else x
            sine = radiation.primary * q / (4.0 * np.pi)
        two_theta = 2.0 * np.degrees(np.arcsin(np.where((sine > 0) & (sine < 1), sine, np.nan)))
    if np.isfinite(two_theta).sum() < MINIMUM_POINTS:
        raise BadInputError(
            f"The positions in '{path.name}' (read as {'d' if 'd_' in scan.axis else 'Q'}) cannot "
            f"be reached with {radiation.primary:g} A; state the right wavelength."
        )
    return np.asarray(two_theta)


def _without_missing(
    x: FloatArray, y: FloatArray, sigma: FloatArray | None, path: Path, warnings: list[str]
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    with np.errstate(invalid="ignore"):
        good = np.isfinite(x) & np.isfinite(y) & (np.abs(y) < _LARGEST)
    missing = int(len(good) - good.sum())
    if missing == len(good):
        raise BadInputError(f"'{path.name}' holds no point with both an angle and an intensity.")
    if missing:
        warnings.append(f"{missing} of {len(good)} points are not numbers and were left out.")
    return x[good], np.asarray(y[good], dtype=np.float64), None if sigma is None else sigma[good]


def _within_range(
    x: FloatArray, y: FloatArray, sigma: FloatArray | None, path: Path, warnings: list[str]
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    # Times of flight come in microseconds; a 2theta never exceeds 180 degrees.
    if float(np.median(x)) >= 180.0:
        raise BadInputError(
            f"The positions in '{path.name}' reach {x.max():g}, which is no 2theta in degrees "
            "(time-of-flight neutron data are not supported); give an X-ray pattern in 2theta."
        )
    inside = (x > 0.0) & (x < 180.0)
    outside = int(len(x) - inside.sum())
    if inside.sum() == 0:
        raise BadInputError(f"'{path.name}' holds no angle between 0 and 180 degrees.")
    if outside:
        warnings.append(f"{outside} points outside 0 to 180 degrees were left out.")
    return x[inside], y[inside], None if sigma is None else sigma[inside]


def _sorted(
    x: FloatArray, y: FloatArray, sigma: FloatArray | None, warnings: list[str]
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Angles in strictly increasing order; repeated ones replaced by their mean."""
    steps = np.diff(x)
    if np.all(steps > 0.0):
        return x, y, sigma
    if np.any(steps < 0.0):
        order = np.argsort(x, kind="stable")
        x, y = x[order], y[order]
        sigma = None if sigma is None else sigma[order]
        warnings.append("The angles were not in increasing order; they were sorted.")
    unique, inverse, size = np.unique(x, return_inverse=True, return_counts=True)
    if len(unique) == len(x):
        return x, y, sigma
    warnings.append(f"{len(x) - len(unique)} repeated angles were merged into their means.")
    mean = np.bincount(inverse, weights=y) / size
    if sigma is not None:
        sigma = np.sqrt(np.bincount(inverse, weights=sigma**2)) / size
    return unique, mean, sigma


def _check(y: FloatArray, path: Path) -> None:
    if len(y) < MINIMUM_POINTS:
        raise BadInputError(
            f"'{path.name}' holds {len(y)} points; a pattern needs at least {MINIMUM_POINTS}."
        )
    if float(np.ptp(y)) <= 1e-12 * float(np.max(np.abs(y))):
        raise BadInputError(f"All intensities in '{path.name}' are equal; there is nothing to fit.")
    if float(y.max()) <= 0.0:
        raise BadInputError(f"'{path.name}' holds no intensity above zero.")


def _sigma(
    y: FloatArray, given: FloatArray | None, raw_counts: bool | None
) -> tuple[FloatArray, bool]:
    """Standard uncertainties, and whether the numbers are raw counts."""
    poisson = raw_counts is not False and are_raw_counts(y)
    natural = np.sqrt(np.maximum(y, 1.0)) if poisson else estimate_sigma(y)
    if given is None:
        return natural, poisson
    with np.errstate(invalid="ignore"):
        usable = np.isfinite(given) & (given > 0.0) & (given < _LARGEST)
    if usable.mean() < 0.5:
        return natural, poisson
    sigma = np.where(usable, given, np.maximum(natural, np.median(given[usable])))
    ratio = float(np.median(given[usable] ** 2 / np.maximum(y[usable], 1.0)))
    return np.asarray(sigma, dtype=np.float64), poisson and 0.9 < ratio < 1.1
