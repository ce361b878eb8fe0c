"""The reflections of a cell on a grid, and what the pattern says about their intensities.

Densities and structure factors are kept as rho(x) = sum_h F(h) exp(-2 pi i h.x) with F on a list
of reflections, one of each Friedel pair, so that every density made of them is real.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.diffraction.reflections import group_by_spacing, hkl_within
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.maps.measured_series import share_out

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Grid points for the shortest wave of the list; two are needed.
POINTS_PER_WAVE = 2.2
SHARING_ROUNDS = 12
MOST_REFLECTIONS = 4000
_SAME = 1e-5
_SMOOTH_SIZES = sorted(2 * 2**a * 3**b * 5**c for a in range(7) for b in range(4) for c in range(2))


@dataclass(frozen=True, eq=False)
class CellReflections:
    """The measured reflections of a cell.

    Attributes
    ----------
    lattice : (3, 3) array
        Rows in angstrom.
    hkl : (m, 3) int array
        One of each Friedel pair, by rising s, without 000.
    s : (m,) array
        sin(theta)/lambda = 1/(2d), 1/angstrom.
    line : (m,) int array
        Line of each reflection: those of equal spacing are one.
    factor : (k,) array
        Lorentz-polarisation factor of each line times 2 for the Friedel mate.
    below : (k,) bool array
        Lines below the measured range: nothing is known of their intensity.
    profiles : (k, b) array
        Drawn lines of unit intensity in the bins of the pattern; 0 for those below it.
    observed : (b,) array
        Net intensity in the bins, not negative.
    intensity : (k,) array
        Of the lines, by a Le Bail fit that begins with equal |F|.
    shape : tuple of int
        Of the grid of densities.
    """

    lattice: FloatArray
    hkl: IntArray
    s: FloatArray
    line: IntArray
    factor: FloatArray
    below: NDArray[np.bool_]
    profiles: FloatArray
    observed: FloatArray
    intensity: FloatArray
    shape: tuple[int, int, int]

    @property
    def members(self) -> IntArray:
        """(k,) reflections of each line."""
        return np.bincount(self.line, minlength=len(self.factor))

    @property
    def squared(self) -> FloatArray:
        """(m,) |F|^2 with the intensity of each line shared equally, on an arbitrary scale."""
        shared = self.intensity / (self.factor * self.members)
        return np.asarray(shared[self.line])


def cell_reflections(lattice: FloatArray, pattern: BinnedPattern) -> CellReflections:
    """The reflections of a cell within a pattern's range.

    Parameters
    ----------
    lattice : (3, 3) array
        On the measured lines.
    pattern : BinnedPattern
    """
    last = pattern.start + (pattern.size - 1) * pattern.width
    hkl, s = hkl_within(lattice, 0.5 * last)
    hkl, s = hkl[:MOST_REFLECTIONS], s[:MOST_REFLECTIONS]
    line, middle, members = group_by_spacing(s, _SAME)
    factor = 2.0 * lorentz_polarisation((pattern.wavelength * middle) ** 2, pattern.radiation)
    below = 2.0 * middle <= pattern.start
    profiles = pattern.profiles(2.0 * middle)
    profiles[below] = 0.0
    observed = np.maximum(pattern.observed, 0.0)
    intensity = share_out(factor * members, profiles, pattern, SHARING_ROUNDS)
    return CellReflections(
        lattice, hkl, s, line, factor, below, profiles, observed, intensity, grid_shape_of(hkl)
    )


def grid_shape_of(hkl: IntArray, points: float = POINTS_PER_WAVE) -> tuple[int, int, int]:
    """A grid that shows all waves of reflections (m, 3) and is quick to transform.

    Parameters
    ----------
    hkl : (m, 3) int array
    points : float
        For the shortest wave along each axis; more than two.
    """
    reach = np.abs(hkl).max(axis=0)
    sizes = [next((n for n in _SMOOTH_SIZES if n > points * r), 2 * int(points * r / 2.0) + 2)
             for r in reach]  # fmt: skip
    return sizes[0], sizes[1], sizes[2]


class DensityGrid:
    """Densities of structure factors and back, for a batch of trials.

    Parameters
    ----------
    hkl : (m, 3) int array
        One of each Friedel pair.
    shape : tuple of int
    """

    def __init__(self, hkl: IntArray, shape: tuple[int, int, int]) -> None:
        import torch

        self.shape = shape
        half = (shape[0], shape[1], shape[2] // 2 + 1)
        size = np.array(shape)
        flip = hkl[:, 2] < 0
        upper = np.where(flip[:, None], -hkl, hkl)
        self._size = half[0] * half[1] * half[2]
        self._half = half
        self._place = torch.as_tensor(_flat(upper % size, half))
        self._conjugate = torch.as_tensor(np.where(flip, -1.0, 1.0), dtype=torch.float32)
        # In the layer l = 0 both members of a pair are stored.
        self._layer = torch.as_tensor(np.flatnonzero(upper[:, 2] == 0))
        self._mate = torch.as_tensor(_flat(-upper[self._layer.numpy()] % size, half))

    def density(self, factors: Tensor, mean: Tensor) -> Tensor:
        """(t, n1, n2, n3) densities, on the scale of the structure factors.

        Parameters
        ----------
        factors : (t, m) complex tensor
        mean : (t,) tensor
            Structure factor of 000.
        """
        import torch

        # torch's inverse transform has exp(+2 pi i h.x): it is given the conjugates.
        turned = torch.complex(factors.real, -factors.imag * self._conjugate)
        half = torch.zeros((len(factors), self._size), dtype=factors.dtype)
        half[:, self._place] = turned
        half[:, self._mate] = turned[:, self._layer].conj()
        half[:, 0] = mean.to(factors.dtype)
        grid = half.reshape(-1, *self._half)
        density: Tensor = torch.fft.irfftn(grid, s=self.shape, dim=(1, 2, 3), norm="forward")
        return density

    def factors(self, density: Tensor) -> tuple[Tensor, Tensor]:
        """Structure factors (t, m) of densities, and those of 000 (t,)."""
        import torch

        half = torch.fft.rfftn(density, dim=(1, 2, 3), norm="forward").reshape(len(density), -1)
        taken = half[:, self._place]
        return torch.complex(taken.real, -taken.imag * self._conjugate), half[:, 0].real


def _flat(indices: IntArray, half: tuple[int, int, int]) -> IntArray:
    return np.asarray((indices[:, 0] * half[1] + indices[:, 1]) * half[2] + indices[:, 2])
