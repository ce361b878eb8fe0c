"""Cells from lines whose cell is known."""

import numpy as np
import pytest

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.niggli import niggli_reduce
from engine.model.cell_search import index_lines, lattice_kinds

WAVELENGTH = 1.5405929


def lines_of(lattice: np.ndarray, allowed: str, zero: float = 0.0) -> np.ndarray:
    """2theta of the first 20 distinct lines of a lattice that its centring allows."""
    side = np.arange(-12, 13)
    h = np.stack(np.meshgrid(side, side, side, indexing="ij"), axis=-1).reshape(-1, 3)
    h = h[np.any(h != 0, axis=1)]
    if allowed == "I":
        h = h[h.sum(axis=1) % 2 == 0]
    if allowed == "R":
        h = h[(-h[:, 0] + h[:, 1] + h[:, 2]) % 3 == 0]
    if allowed == "F":
        h = h[np.all((h - h[:, :1]) % 2 == 0, axis=1)]
    inverse_d = np.linalg.norm(h @ np.linalg.inv(lattice).T, axis=1)
    sine = WAVELENGTH * inverse_d / 2.0
    two_theta = 2.0 * np.degrees(np.arcsin(sine[sine < 1.0]))
    return np.unique(np.round(two_theta, 4))[:20] + zero


@pytest.mark.parametrize(
    ("cell", "centring"),
    [
        ((5.431, 5.431, 5.431, 90, 90, 90), "F"),
        ((4.157, 4.157, 4.157, 90, 90, 90), "P"),
        ((4.594, 4.594, 2.959, 90, 90, 90), "P"),
        ((3.785, 3.785, 9.514, 90, 90, 90), "I"),
        ((4.913, 4.913, 5.405, 90, 90, 120), "P"),
        ((4.759, 4.759, 12.993, 90, 90, 120), "R"),
        ((5.4, 7.67, 4.3, 90, 90, 90), "P"),
        ((5.15, 5.21, 5.32, 90, 99.2, 90), "P"),
    ],
)
def test_known_cells_come_first(cell: tuple[float, ...], centring: str) -> None:
    lattice = matrix_from_cell(*cell)
    found = index_lines(lines_of(lattice, centring, zero=0.03), WAVELENGTH)
    divisor = {"P": 1.0, "I": 2.0, "R": 3.0, "F": 4.0}[centring]
    volume = abs(np.linalg.det(found[0].lattice))
    assert volume == pytest.approx(abs(np.linalg.det(lattice)) / divisor, rel=5e-3)
    if centring == "P":
        expected = np.linalg.norm(niggli_reduce(lattice)[0], axis=1)
        np.testing.assert_allclose(np.linalg.norm(found[0].lattice, axis=1), expected, rtol=3e-3)
    assert found[0].score > 25.0
    assert found == sorted(found, key=lambda one: -one.score)


def test_lines_at_random_places_get_a_poor_score() -> None:
    lines = np.sort(np.random.default_rng(4).uniform(12.0, 70.0, 20))
    found = index_lines(lines, WAVELENGTH)
    assert all(cell.score < 20.0 for cell in found)


def test_every_kind_of_lattice_but_triclinic_is_there() -> None:
    kinds = lattice_kinds()
    assert len(kinds) == 13
    assert {kind.system for kind in kinds} == {
        "cubic",
        "tetragonal",
        "hexagonal",
        "orthorhombic",
        "monoclinic",
    }
