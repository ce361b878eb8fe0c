"""Integrated intensities with the correlations that overlap gives them.

For fixed positions, shapes and background a pattern is linear in the squared structure factors:
net = A f. All that the pattern says of them is then the normal matrix N = A' W A and the
right-hand side A' W net, and chi^2(f) = constant - 2 right' f + f' N f (David, J. Appl. Cryst. 37,
621 (2004)): a structure is tried on as many numbers as there are reflections. Where hundreds of
lines overlap, N costs more than it saves, and A' W (A f) is computed instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix, diags

from engine.refine.whole_pattern.model import CalculatedPattern

FloatArray = NDArray[np.float64]
_CYCLES = 150
_SETTLED = 1e-6
# Lines over a point in the mean (by squares) up to which N is made: so many products with A cost
# about what N does.
_MOST_OVERLAP = 40.0


@dataclass(frozen=True, eq=False)
class IntegratedIntensities:
    """The pattern of one phase as a quadratic form in its squared structure factors.

    Attributes
    ----------
    design : (n, r) sparse matrix
        A: counts at each point of each reflection with |F|^2 = 1.
    weighted : (r, n) sparse matrix
        A' W.
    right : (r,) array
    constant : float
        chi^2 of f = 0.
    normal : (r, r) sparse matrix or None
        N, where few enough lines overlap.
    """

    design: csc_matrix
    weighted: csr_matrix
    right: FloatArray
    constant: float
    normal: csc_matrix | None

    @classmethod
    def of(
        cls, design: csc_matrix, weighted: csr_matrix, right: FloatArray, constant: float
    ) -> IntegratedIntensities:
        """The form of these lines, with N where that is worth it."""
        over_a_point = np.bincount(design.indices, minlength=design.shape[0]).astype(float)
        overlap = float(over_a_point @ over_a_point) / max(float(over_a_point.sum()), 1.0)
        made = (weighted @ design).tocsc() if overlap <= _MOST_OVERLAP else None
        return cls(design, weighted, right, constant, made)

    def times(self, f_squared: FloatArray) -> FloatArray:
        """N times (r,) or (r, v) numbers."""
        by: Any = self.normal
        if by is not None:
            return np.asarray(by @ f_squared)
        return np.asarray(self.weighted @ (self.design @ f_squared))

    def chi_squared(self, f_squared: FloatArray) -> float:
        """Sum of squared weighted residuals for these |F|^2."""
        along = self.times(f_squared)
        return float(self.constant - 2.0 * self.right @ f_squared + f_squared @ along)

    def non_negative(self, start: FloatArray, cycles: int = _CYCLES) -> FloatArray:
        """|F|^2 >= 0 that fit best, by multiplicative steps.

        Each step multiplies by right / (N f), which never raises chi^2 where all is positive
        (Daube-Witherspoon and Muehllehner, IEEE Trans. Med. Imaging 5, 61 (1986)); it shares
        out overlapped intensity as Le Bail's does, but by weighted residuals.

        Parameters
        ----------
        start : (r,) array
            Positive.
        cycles : int
        """
        wanted = np.maximum(self.right, 0.0)
        now, chi = start, self.chi_squared(start)
        for cycle in range(cycles):
            expected = self.times(now)
            now = now * wanted / np.maximum(expected, 1e-300)
            if cycle % 10 == 9:
                last, chi = chi, self.chi_squared(now)
                if last - chi < _SETTLED * self.constant:
                    break
        return np.asarray(now)

    def part(self, chosen: NDArray[np.bool_], others: FloatArray) -> IntegratedIntensities:
        """The form in some of the reflections, the others held at given |F|^2.

        Parameters
        ----------
        chosen : (r,) bool array
        others : (r,) array
            Read where not chosen.
        """
        held = np.where(chosen, 0.0, others)
        right = self.right - self.times(held)
        return IntegratedIntensities.of(
            self.design[:, chosen], self.weighted[chosen, :], right[chosen], self.chi_squared(held)
        )


def integrated(
    calculated: CalculatedPattern,
    observed: FloatArray,
    weight: FloatArray,
    phase: int = 0,
) -> IntegratedIntensities:
    """The quadratic form of one phase, everything else held.

    Parameters
    ----------
    calculated : CalculatedPattern
        With the positions and shapes of the lines.
    observed, weight : (n,) arrays
    phase : int
        Its number; other phases count as background.
    """
    made = calculated.phases[phase]
    n = len(made.q)
    copies = len(made.area) // n
    per_line = calculated.profiles[phase] @ diags(made.factor)
    design = sum((per_line[:, i * n : (i + 1) * n] for i in range(1, copies)), per_line[:, :n])
    net = observed - (calculated.pattern - calculated.bragg(phase))
    weighted = (design.T @ diags(weight)).tocsr()
    return IntegratedIntensities.of(
        design, weighted, np.asarray(weighted @ net), float(weight @ net**2)
    )
