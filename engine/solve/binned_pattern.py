"""The measured net pattern in bins of 1/d, and calculated lines drawn in the same bins.

What is compared here is blurred a little, so that a cell that is still off by a part in a
thousand does not matter, and weighted so that even the right structure may miss a line by as much
as texture and displacement factors make it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from engine.refine.prepared import PreparedPattern

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BIN = 0.0012
BLUR = 0.0016
LARGEST_D_STAR = 1.05
# Even the right structure misses measured intensities by this much: texture, B, blurred cell.
MODEL_ERROR = 0.08
# And by this share of the strongest bin everywhere: what the background's estimate leaves.
FLOOR = 0.01


@dataclass(frozen=True, eq=False)
class PlacedLines:
    """Where lines fall: to each belong a few bins, and a share of it in each of them.

    Attributes
    ----------
    bins : (h, k) int array
        The bin after the last of the pattern is all that is outside.
    shares : (h, k) array
    """

    bins: IntArray
    shares: FloatArray


class BinnedPattern:
    """The measured pattern in bins of 1/d.

    Parameters
    ----------
    prepared : PreparedPattern
    width : float
        Of a bin, 1/angstrom.
    blur : float
        Standard deviation of the Gaussian that everything is blurred with, 1/angstrom.
    zero : float
        Zero error that is taken off the angles, degrees.

    Attributes
    ----------
    start : float
        1/d of the middle of the first bin.
    size : int
        How many bins there are.
    observed, weight : (size,) arrays
        Net intensity and its weight in the comparison.
    """

    def __init__(
        self,
        prepared: PreparedPattern,
        width: float = BIN,
        blur: float = BLUR,
        zero: float = 0.0,
    ) -> None:
        self.width, self.blur = width, blur
        self._caglioti, self._eta = prepared.caglioti, prepared.eta
        self.radiation = prepared.radiation
        self.wavelength = prepared.radiation.primary
        theta = np.radians((prepared.two_theta - zero) / 2.0)
        d_star = 2.0 * np.sin(theta) / self.wavelength
        end = min(LARGEST_D_STAR, float(d_star[-1]))
        self.start = float(d_star[0])
        self.size = int((end - self.start) / width)
        # To the nearest bin: lines are drawn with bin k centred on start + k * width.
        place = np.rint((d_star - self.start) / width).astype(np.int64)
        inside = place < self.size
        step = np.gradient(prepared.two_theta)
        net = (prepared.observed - prepared.background) * step
        binned = np.bincount(place[inside], net[inside], self.size)
        variance = np.bincount(place[inside], ((prepared.sigma * step) ** 2)[inside], self.size)
        bins = blur / width
        self.observed = gaussian_filter1d(binned, bins)
        noise = gaussian_filter1d(variance, bins) / (2.0 * np.sqrt(np.pi) * bins)
        floor = (MODEL_ERROR * np.maximum(self.observed, 0.0)) ** 2
        self.weight = 1.0 / (noise + floor + (FLOOR * self.observed.max()) ** 2)
        peaks = prepared.peaks
        fwhm = np.median(peaks.fwhm * np.cos(np.radians(peaks.two_theta / 2.0)))
        own = np.radians(fwhm) / self.wavelength / 2.355
        self._blur_calculated = float(np.hypot(bins, own / width))

    @property
    def power(self) -> float:
        """Weighted sum of squares of what was measured."""
        return float(self.weight @ self.observed**2)

    def on_bins(self, d_star: FloatArray) -> PlacedLines:
        """How much of each line falls into each bin, at all wavelengths of the radiation.

        Parameters
        ----------
        d_star : (h,) array
        """
        weights = np.asarray(self.radiation.weights)[:, None]
        # A line of another wavelength stands where the primary one would have this 1/d.
        ratio = np.asarray(self.radiation.wavelengths)[:, None] / self.wavelength
        place = (d_star * ratio - self.start) / self.width
        left = np.floor(place)
        share = place - left
        bins = np.stack([left, left + 1.0], axis=-1)
        shares = np.stack([weights * (1.0 - share), weights * share], axis=-1)
        # What is outside goes to one more bin that nobody looks at.
        bins[(bins < 0) | (bins >= self.size)] = self.size
        by_line, each = (1, 0, 2), 2 * len(weights)
        return PlacedLines(
            bins.transpose(by_line).reshape(-1, each).astype(np.int64),
            shares.transpose(by_line).reshape(-1, each),
        )

    def draw(self, placed: PlacedLines, intensity: FloatArray) -> FloatArray:
        """Lines in the bins, blurred.

        Parameters
        ----------
        placed : PlacedLines
            From `on_bins`.
        intensity : (n, h) array
            One row for each pattern to draw.

        Returns
        -------
        (n, size) array
        """
        rows, bins = len(intensity), self.size + 1
        flat = np.arange(rows)[:, None] * bins + placed.bins.ravel()
        power = intensity[:, :, None] * placed.shares
        drawn = np.bincount(flat.ravel(), power.ravel(), rows * bins).astype(np.float64)
        return self._blurred(drawn.reshape(rows, bins)[:, : self.size])

    def profiles(self, d_star: FloatArray) -> FloatArray:
        """(h, size) each line by itself, of unit intensity, with the shape of the measured lines.

        A pseudo-Voigt function convolved with the blur: its Gaussian part stays Gaussian, its
        Lorentzian part becomes a Voigt function, for which the pseudo-Voigt of Thompson, Cox and
        Hastings (J. Appl. Cryst. 20, 79 (1987)) stands.
        """
        place = self.start + self.width * np.arange(self.size)
        blur = 2.3548 * np.hypot(self.blur, self.width / np.sqrt(12.0))
        out = np.zeros((len(d_star), self.size))
        weights = self.radiation.weights
        for wavelength, weight in zip(self.radiation.wavelengths, weights, strict=True):
            centre = d_star * wavelength / self.wavelength
            sine = np.clip(0.5 * self.wavelength * centre, 0.0, 0.999)
            fwhm = self._fwhm(sine)
            broad, mixing = _voigt(np.full_like(fwhm, blur), fwhm)
            narrow = np.hypot(fwhm, blur)
            apart = (place[None, :] - centre[:, None]) ** 2
            gaussian = (1.0 - self._eta) * _gaussian(apart, narrow)
            lorentzian = self._eta * (1.0 - mixing)[:, None] * _gaussian(apart, broad)
            lorentzian += self._eta * mixing[:, None] * _lorentzian(apart, broad)
            out += weight * (gaussian + lorentzian)
        return out * self.width

    def _fwhm(self, sine: FloatArray) -> FloatArray:
        """Width of a line in 1/d, 1/angstrom, from the sine of its theta."""
        cosine = np.sqrt(1.0 - sine**2)
        tangent = sine / cosine
        w, v, u = self._caglioti
        squared = np.maximum(w + v * tangent + u * tangent**2, 1e-6)
        return np.asarray(np.radians(np.sqrt(squared)) * cosine / self.wavelength)

    def _blurred(self, drawn: FloatArray) -> FloatArray:
        return np.asarray(gaussian_filter1d(drawn, self._blur_calculated, axis=1, truncate=3.0))


def _gaussian(squared: FloatArray, fwhm: FloatArray) -> FloatArray:
    width = fwhm[:, None]
    peak = np.sqrt(4.0 * np.log(2.0) / np.pi) / width
    return np.asarray(peak * np.exp(-4.0 * np.log(2.0) * np.minimum(squared / width**2, 30.0)))


def _lorentzian(squared: FloatArray, fwhm: FloatArray) -> FloatArray:
    width = fwhm[:, None]
    return np.asarray(2.0 / (np.pi * width) / (1.0 + 4.0 * squared / width**2))


def _voigt(gaussian: FloatArray, lorentzian: FloatArray) -> tuple[FloatArray, FloatArray]:
    """FWHM and Lorentzian share of the pseudo-Voigt that stands for a Voigt function."""
    g, l = gaussian, lorentzian  # noqa: E741
    fwhm = (
        g**5 + 2.69269 * g**4 * l + 2.42843 * g**3 * l**2 + 4.47163 * g**2 * l**3
        + 0.07842 * g * l**4 + l**5
    ) ** 0.2  # fmt: skip
    ratio = l / fwhm
    return fwhm, 1.36603 * ratio - 0.47719 * ratio**2 + 0.11116 * ratio**3
