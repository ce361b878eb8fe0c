"""The fourteen Bravais lattices: what is free in their metric, and which lines they have.

1/d^2 of every line is linear in a few parameters of the conventional reciprocal cell:

========== =======================================  =========================
system     1/d^2                                    parameters
========== =======================================  =========================
cubic      (h^2 + k^2 + l^2) A                      A = a*^2
tetragonal (h^2 + k^2) A + l^2 C                    a*^2, c*^2
hexagonal  (h^2 + h k + k^2) A + l^2 C              a*^2, c*^2 (and R, hexagonal axes)
orthorh.   h^2 A + k^2 B + l^2 C                    a*^2, b*^2, c*^2
monoclinic h^2 A + k^2 B + l^2 C + h l D            and D = 2 a* c* cos(beta*)
triclinic  h^2 A + k^2 B + l^2 C + h l D + k l E + h k F   and E, F likewise
========== =======================================  =========================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.crystal.lattice import CELL_PARAMETERS
from engine.crystal.symmetry import PRIMITIVE_BASIS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Pearson's letters for the systems.
_LETTERS = {
    "cubic": "c",
    "tetragonal": "t",
    "hexagonal": "h",
    "orthorhombic": "o",
    "monoclinic": "m",
    "triclinic": "a",
}


@dataclass(frozen=True)
class BravaisKind:
    """A Bravais lattice.

    Attributes
    ----------
    system : str
        Of the conventional axes; rhombohedral lattices are "hexagonal" with centring R.
    centring : str
        P, C, I, F or R.
    """

    system: str
    centring: str

    @property
    def symbol(self) -> str:
        """Pearson's symbol of the lattice, for example ``cF`` or ``hR``."""
        return _LETTERS[self.system] + self.centring

    @property
    def parameters(self) -> int:
        """How many parameters of the metric are free."""
        return CELL_PARAMETERS[self.system]

    @property
    def sublattices(self) -> int:
        """Lattice points in the conventional cell."""
        return round(1.0 / abs(float(np.linalg.det(PRIMITIVE_BASIS[self.centring]))))

    def allowed(self, hkl: IntArray) -> NDArray[np.bool_]:
        """(n,) which indices (n, 3) the centring allows."""
        h, k, m = hkl.T
        if self.centring == "I":
            return np.asarray((h + k + m) % 2 == 0)
        if self.centring == "F":
            return np.asarray(((h + k) % 2 == 0) & ((k + m) % 2 == 0))
        if self.centring == "C":
            return np.asarray((h + k) % 2 == 0)
        if self.centring == "R":
            return np.asarray((-h + k + m) % 3 == 0)
        return np.ones(len(hkl), dtype=bool)

    def forms(self, hkl: IntArray) -> IntArray:
        """Coefficients (n, p) of the parameters in 1/d^2 for indices (n, 3)."""
        h, k, m = hkl.T
        columns = {
            "cubic": (h * h + k * k + m * m,),
            "tetragonal": (h * h + k * k, m * m),
            "hexagonal": (h * h + h * k + k * k, m * m),
            "orthorhombic": (h * h, k * k, m * m),
            "monoclinic": (h * h, k * k, m * m, h * m),
            "triclinic": (h * h, k * k, m * m, h * m, k * m, h * k),
        }[self.system]
        return np.stack(columns, axis=1)

    def star_metric(self, parameters: FloatArray) -> FloatArray:
        """Reciprocal metric tensors (..., 3, 3) of the conventional cell."""
        p = np.asarray(parameters, dtype=np.float64)
        metric = np.zeros((*p.shape[:-1], 3, 3))
        squares = {1: (0, 0, 0), 2: (0, 0, 1)}.get(self.parameters, (0, 1, 2))
        for axis, column in enumerate(squares):
            metric[..., axis, axis] = p[..., column]
        if self.system == "hexagonal":
            metric[..., 0, 1] = metric[..., 1, 0] = 0.5 * p[..., 0]
        if self.parameters >= 4:
            metric[..., 0, 2] = metric[..., 2, 0] = 0.5 * p[..., 3]
        if self.parameters == 6:
            metric[..., 1, 2] = metric[..., 2, 1] = 0.5 * p[..., 4]
            metric[..., 0, 1] = metric[..., 1, 0] = 0.5 * p[..., 5]
        return metric

    def parameters_of(self, star: FloatArray) -> FloatArray:
        """Parameters (p,) of a reciprocal metric (3, 3), averaged over what must be equal."""
        if self.system == "cubic":
            return np.array([np.trace(star) / 3.0])
        if self.system == "tetragonal":
            return np.array([0.5 * (star[0, 0] + star[1, 1]), star[2, 2]])
        if self.system == "hexagonal":
            return np.array([(star[0, 0] + star[1, 1] + 2.0 * star[0, 1]) / 3.0, star[2, 2]])
        cross = 2.0 * np.array([star[0, 2], star[1, 2], star[0, 1]])
        count = {"orthorhombic": 0, "monoclinic": 1, "triclinic": 3}[self.system]
        return np.concatenate([np.diag(star), cross[:count]])

    def volume(self, parameters: FloatArray) -> FloatArray:
        """Volume (...) of the primitive cell in cubic angstrom; nan where there is no cell."""
        determinant = np.linalg.det(self.star_metric(parameters))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.sqrt(1.0 / determinant) / self.sublattices)

    def conventional(self, parameters: FloatArray) -> FloatArray:
        """Conventional cell (3, 3), rows in angstrom, a along x and b in the xy plane.

        Raises
        ------
        numpy.linalg.LinAlgError
            If the parameters are not those of a cell.
        """
        return np.asarray(np.linalg.cholesky(np.linalg.inv(self.star_metric(parameters))))

    def primitive(self, parameters: FloatArray) -> FloatArray:
        """A primitive cell (3, 3), not reduced."""
        return np.asarray(PRIMITIVE_BASIS[self.centring] @ self.conventional(parameters))

    def lines(self, parameters: FloatArray, limit: float) -> tuple[IntArray, IntArray]:
        """Every distinct line with 1/d^2 below a limit.

        Parameters
        ----------
        parameters : (p,) array
        limit : float
            In 1/angstrom^2.

        Returns
        -------
        forms : (m, p) int array
            1/d^2 = forms @ parameters.
        multiplicity : (m,) int array
            Reflections (hkl and their opposites) in each.
        """
        lengths = np.sqrt(np.diag(np.linalg.inv(self.star_metric(parameters))))
        bounds = np.floor(lengths * np.sqrt(limit) + 1e-9).astype(np.int64)
        hkl = _grid(int(bounds[0]), int(bounds[1]), int(bounds[2]))
        forms = self.forms(hkl[self.allowed(hkl)])
        square = forms @ parameters
        forms = forms[(square < limit) & (square > 0.0)]
        if len(forms) == 0:
            return forms, np.zeros(0, dtype=np.int64)
        # Columns are small integers: one number identifies a row.
        low = forms.min(axis=0)
        spans = forms.max(axis=0) - low + 1
        key = (forms - low) @ np.concatenate([[1], np.cumprod(spans[:-1])])
        _, first, count = np.unique(key, return_index=True, return_counts=True)
        return forms[first], count


@lru_cache(maxsize=256)
def _grid(h: int, k: int, m: int) -> IntArray:
    """All indices up to the given ones in size, 000 left out."""
    axes = [np.arange(-n, n + 1) for n in (h, k, m)]
    hkl = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray(hkl[np.any(hkl != 0, axis=1)])


KINDS = tuple(
    BravaisKind(system, centring)
    for system, centrings in (
        ("cubic", "FIP"),
        ("hexagonal", "RP"),
        ("tetragonal", "IP"),
        ("orthorhombic", "FICP"),
        ("monoclinic", "CP"),
        ("triclinic", "P"),
    )
    for centring in centrings
)


def kind_of(symbol: str) -> BravaisKind:
    """The lattice of a Pearson symbol such as ``mC``."""
    return next(kind for kind in KINDS if kind.symbol == symbol)
