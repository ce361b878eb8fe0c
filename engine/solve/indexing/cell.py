"""What indexing answers with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.lattice import Cell, cell_from_matrix
from engine.solve.indexing.bravais import BravaisKind
from engine.solve.indexing.judge import Judged
from engine.solve.indexing.merit import Merit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IndexedCell:
    """A lattice that explains the lines of a pattern.

    Attributes
    ----------
    lattice : (3, 3) array
        Niggli-reduced primitive cell, rows in angstrom.
    bravais : str
        Pearson's symbol of the Bravais lattice: aP, mP, mC, oP, oC, oI, oF, tP, tI, hP, hR, cP,
        cI or cF.
    cell, cell_su : tuple of six floats
        Conventional cell (angstrom, degrees) and its standard uncertainties, 0 for what the
        lattice fixes. Rhombohedral lattices are on hexagonal axes, monoclinic ones have the
        unique axis b.
    volume : float
        Of the conventional cell, cubic angstrom.
    zero, zero_su : float
        Zero shift that was refined with the cell, degrees of 2theta.
    score : float
        Ln of the evidence for the cell against lines at random places; comparable across
        lattices.
    chance : float
        Calibrated probability that the lattice is the right one.
    merit : Merit
        Figures of merit; `m20` and `f20` are shorthands.
    lines : int
        Measured lines that the score is of.
    explained : int
        Those near a calculated one.
    calculated : int
        Distinct calculated lines up to the last measured one.
    discrepancy : float
        Root mean square misfit of the explained lines, degrees.
    relation : str
        How the lattice is related to a better one in the same answer, in words; "" if not.
    as_given : bool
        Whether no line decided anything and the cell is returned as it was given (only from
        `settle_cell`).
    """

    lattice: FloatArray
    bravais: str
    cell: Cell
    cell_su: Cell
    volume: float
    zero: float
    zero_su: float
    score: float
    chance: float
    merit: Merit
    lines: int
    explained: int
    calculated: int
    discrepancy: float
    relation: str = ""
    as_given: bool = False

    @property
    def system(self) -> str:
        """Crystal system that the lattice's metric allows at most ("trigonal" for hR)."""
        if self.bravais == "hR":
            return "trigonal"
        return _SYSTEMS[self.bravais[0]]

    @property
    def m20(self) -> float:
        """de Wolff's figure of merit for the first 20 lines, or for all where there are fewer."""
        return self.merit.m

    @property
    def f20(self) -> float:
        """Smith and Snyder's figure of merit for the same lines."""
        return self.merit.f


_SYSTEMS = {
    "a": "triclinic",
    "m": "monoclinic",
    "o": "orthorhombic",
    "t": "tetragonal",
    "h": "hexagonal",
    "c": "cubic",
}


def standard_parameters(kind: BravaisKind, judged: Judged, stretch: float) -> tuple[Cell, Cell]:
    """Conventional cell and its standard uncertainties, from the covariance of the metric.

    Parameters
    ----------
    kind : BravaisKind
    judged : Judged
    stretch : float
        By what the uncertainties of the lines turned out to be too small.
    """
    count = kind.parameters

    def six(parameters: FloatArray) -> FloatArray:
        return np.array(cell_from_matrix(kind.conventional(parameters)))

    middle = six(judged.parameters)
    jacobian = np.zeros((6, count))
    for i in range(count):
        step = np.zeros(count)
        step[i] = 1e-5 * max(abs(judged.parameters[i]), 1e-3 * float(judged.parameters[:1][0]))
        jacobian[:, i] = (six(judged.parameters + step) - middle) / step[i]
    covariance = jacobian @ judged.covariance[:count, :count] @ jacobian.T
    su = stretch * np.sqrt(np.clip(np.diag(covariance), 0.0, None))
    fixed = np.abs(jacobian).max(axis=1) < 1e-9 * middle
    su[fixed] = 0.0
    a, b, c, alpha, beta, gamma = (float(x) for x in middle)
    sa, sb, sc, s_alpha, s_beta, s_gamma = (float(x) for x in su)
    return (a, b, c, alpha, beta, gamma), (sa, sb, sc, s_alpha, s_beta, s_gamma)
