"""Lines and patterns of made-up lattices for the tests of indexing."""

from __future__ import annotations

import numpy as np

from engine.crystal.lattice import matrix_from_cell
from engine.solve.indexing.bravais import BravaisKind
from engine.solve.indexing.line_list import to_angle

COPPER = 1.5405929


def line_angles(
    kind: BravaisKind,
    cell: tuple[float, ...],
    top: float = 70.0,
    wavelength: float = COPPER,
) -> np.ndarray:
    """2theta of every distinct line of a conventional cell below `top` degrees."""
    lattice = matrix_from_cell(*cell)
    star = np.linalg.inv(lattice @ lattice.T)
    parameters = kind.parameters_of(star)
    limit = (2.0 * np.sin(np.radians(top) / 2.0) / wavelength) ** 2
    forms, _ = kind.lines(parameters, limit)
    return np.sort(to_angle(forms @ parameters, wavelength))


def measured(
    angles: np.ndarray,
    seed: int,
    lost: float = 0.15,
    spread: float = 0.006,
    zero: float = 0.02,
    apart: float = 0.06,
) -> np.ndarray:
    """Angles as a measurement gives them: some lost, shifted, near ones seen as one."""
    rng = np.random.default_rng(seed)
    kept = angles[rng.uniform(size=len(angles)) > lost]
    kept = kept[np.concatenate([[True], np.diff(kept) > apart])]
    return kept + zero + rng.normal(0.0, spread, len(kept))
