"""A crystal structure: a lattice and all atoms of one cell."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CrystalStructure:
    """All atoms of one cell (no symmetry applied; see `engine.crystal.symmetry` for that).

    Attributes
    ----------
    lattice : (3, 3) array
        Rows a, b, c in angstrom.
    numbers : (n,) int array
        Atomic number of each atom.
    frac_coords : (n, 3) array
        Fractional coordinates.
    occupancies : (n,) array
        Occupancy of each site, 1 by default. A mixed site is two atoms at one place.
    u_iso : (n,) array
        Isotropic mean-square displacement in square angstrom; 0 by default.
    name : str
    warnings : tuple of str
        What was assumed where its file leaves it open, in sentences.
    """

    lattice: FloatArray
    numbers: IntArray
    frac_coords: FloatArray
    occupancies: FloatArray = field(default=None)  # type: ignore[arg-type]
    u_iso: FloatArray = field(default=None)  # type: ignore[arg-type]
    name: str = ""
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Bring every array to its type and shape."""
        n = len(self.numbers)
        put = object.__setattr__
        put(self, "lattice", np.asarray(self.lattice, dtype=np.float64).reshape(3, 3))
        put(self, "numbers", np.asarray(self.numbers, dtype=np.int64).reshape(n))
        put(self, "frac_coords", np.asarray(self.frac_coords, dtype=np.float64).reshape(n, 3))
        if self.occupancies is None:
            put(self, "occupancies", np.ones(n))
        if self.u_iso is None:
            put(self, "u_iso", np.zeros(n))
        put(self, "occupancies", np.asarray(self.occupancies, dtype=np.float64).reshape(n))
        put(self, "u_iso", np.asarray(self.u_iso, dtype=np.float64).reshape(n))

    def __len__(self) -> int:
        """Count the atoms of the cell."""
        return len(self.numbers)

    def only(self, kept: ArrayLike) -> CrystalStructure:
        """Some of the atoms in the same cell; `kept` is a mask or the indices of them."""
        kept = np.asarray(kept)
        return CrystalStructure(
            self.lattice,
            self.numbers[kept],
            self.frac_coords[kept],
            self.occupancies[kept],
            self.u_iso[kept],
            name=self.name,
        )

    @property
    def volume(self) -> float:
        """Cell volume in cubic angstrom."""
        return float(abs(np.linalg.det(self.lattice)))

    @property
    def cell(self) -> tuple[float, float, float, float, float, float]:
        """a, b, c in angstrom and alpha, beta, gamma in degrees."""
        lengths = np.linalg.norm(self.lattice, axis=1)
        unit = self.lattice / lengths[:, None]
        cosines = [unit[1] @ unit[2], unit[0] @ unit[2], unit[0] @ unit[1]]
        angles = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
        a, b, c = (float(x) for x in lengths)
        alpha, beta, gamma = (float(x) for x in angles)
        return a, b, c, alpha, beta, gamma
