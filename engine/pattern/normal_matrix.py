"""A narrow-banded symmetric matrix with a border, as least squares of many lines give it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Parameters of a line: position, area, ln(FWHM), eta.
PARAMETERS = 4
_COLUMNS_AT_ONCE = 256


class NormalMatrix:
    """A symmetric matrix that is narrow-banded, since far lines do not overlap."""

    def __init__(
        self, row: IntArray, column: IntArray, value: FloatArray, diagonal: FloatArray
    ) -> None:
        n = len(diagonal)
        upper = column >= row
        row, column, value = row[upper], column[upper], value[upper]
        self.width = int(np.max(column - row)) if len(row) else 0
        self.band = np.zeros((self.width + 1, n))
        self.band[self.width + row - column, column] = value
        self.band[self.width] += diagonal
        self.scale = 1.0 / np.sqrt(np.maximum(self.band[self.width], 1e-300))
        self.border: FloatArray = np.zeros((n, 0))
        self.corner: FloatArray = np.zeros((0, 0))
        for k in range(self.width + 1):
            # Row `width - k` of the band holds the k-th diagonal above the main one.
            self.band[self.width - k, k:] *= self.scale[k:] * self.scale[: n - k]

    def _damped(self, damping: float) -> FloatArray:
        band = self.band.copy()
        band[self.width] += damping
        return band

    def set_border(self, border: FloatArray, corner: FloatArray) -> None:
        """Add parameters that touch all others: their columns (n, m) and their own part (m, m)."""
        self.border = border * self.scale[:, None]
        self.corner = corner

    def solve(self, gradient: FloatArray, damping: float) -> tuple[FloatArray, FloatArray]:
        """Marquardt's step: (n/4, 4) for the lines and (m,) for the border."""
        n = len(self.scale)
        right = np.column_stack([gradient[:n] * self.scale, self.border])
        solved = self._banded_solve(right, damping)
        plain, through = solved[:, 0], solved[:, 1:]
        shift: FloatArray = np.zeros(0)
        if self.border.shape[1]:
            # The border's own equations once the lines are eliminated (Schur complement).
            schur = self.corner * (1.0 + damping * np.eye(len(self.corner)))
            schur = schur - self.border.T @ through
            shift = _least_squares(schur, gradient[n:] - self.border.T @ plain)
            plain = plain - through @ shift
        return np.asarray(plain * self.scale).reshape(-1, PARAMETERS), np.asarray(shift)

    def _banded_solve(self, right: FloatArray, damping: float) -> FloatArray:
        from scipy.linalg import LinAlgError, solveh_banded

        try:
            return np.asarray(solveh_banded(self._damped(damping), right))
        except (LinAlgError, ValueError):
            return np.asarray(right / (1.0 + damping))

    def rough_su(self) -> FloatArray:
        """(n, 4): uncertainties as if no two parameters were correlated."""
        return np.asarray(self.scale.reshape(-1, PARAMETERS))

    def standard_uncertainties(self) -> FloatArray:
        """(n, 4): of position, area, ln(FWHM) and eta, from the inverse matrix."""
        from scipy.linalg import LinAlgError, cho_solve_banded, cholesky_banded

        n = len(self.scale)
        try:
            factor = cholesky_banded(self._damped(1e-9))
        except (LinAlgError, ValueError):
            return self.rough_su()
        variance: FloatArray = np.empty(n)
        for first in range(0, n, _COLUMNS_AT_ONCE):
            index = np.arange(first, min(first + _COLUMNS_AT_ONCE, n))
            unit = np.zeros((n, len(index)))
            unit[index, np.arange(len(index))] = 1.0
            variance[index] = cho_solve_banded((factor, False), unit)[index, np.arange(len(index))]
        if self.border.shape[1]:
            through = cho_solve_banded((factor, False), self.border)
            schur = np.linalg.pinv(self.corner - self.border.T @ through)
            variance += np.asarray(np.sum((through @ schur) * through, axis=1), dtype=np.float64)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)) * self.scale).reshape(-1, PARAMETERS)


def _least_squares(matrix: FloatArray, right: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.lstsq(matrix, right, rcond=None)[0], dtype=np.float64)
