"""Sites from maxima, and fixed points."""

from __future__ import annotations

import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid
from engine.crystal.symmetry import standardise
from engine.solve.maps.frame import Frame
from engine.solve.maps.sites import distance, fixed_sites, maxima, site_at, sites_of_map
from tests.made_structures import BY_NAME


def frame_of(name: str) -> Frame:
    standard = standardise(BY_NAME[name].structure)
    return Frame(
        standard.conventional.lattice,
        standard.number,
        standard.hall_number,
        standard.rotations,
        standard.translations,
    )


def test_maxima_are_found_between_the_grid_points() -> None:
    structure = BY_NAME["rutile"].structure
    positions, heights = maxima(density_on_grid(structure, 24), 6)
    assert np.all(np.diff(heights[:6]) <= 1e-9)
    for place, number in zip(structure.frac_coords, structure.numbers, strict=True):
        apart = positions[:6] - place
        apart -= np.rint(apart)
        nearest = np.linalg.norm(apart @ structure.lattice, axis=1)
        assert nearest.min() < 0.05
        assert (nearest.argmin() < 2) == (number == 22)


@pytest.mark.parametrize(
    ("name", "point", "multiplicity", "freedom"),
    [
        ("rutile", (0.01, -0.02, 0.015), 2, 0),
        ("rutile", (0.31, 0.29, 0.02), 4, 1),
        ("rutile", (0.13, 0.29, 0.22), 16, 3),
        ("spinel", (0.385, 0.39, 0.392), 32, 1),
        ("pyrite", (0.38, 0.39, 0.385), 8, 1),
    ],
)
def test_a_point_near_a_special_position_is_moved_there(
    name: str, point, multiplicity: int, freedom: int
) -> None:
    site = site_at(frame_of(name), np.array(point), 1.0)
    assert site.multiplicity == multiplicity
    assert site.freedom == freedom


def test_equal_sites_are_listed_once_and_the_highest_first() -> None:
    frame = frame_of("rutile")
    points = np.array([[0.3, 0.3, 0.0], [0.7, 0.7, 0.0], [0.2, 0.8, 0.5], [0.0, 0.0, 0.0]])
    found = sites_of_map(frame, points, np.array([4.0, 3.0, 2.0, 1.0]), 9, [])
    assert [site.height for site in found] == [4.0, 1.0]
    assert distance(found[0], found[1], frame.lattice) == pytest.approx(0.3 * 2**0.5 * 4.594, 0.02)
    # P42/mnm fixes 2a, 2b, 4c and 4d.
    fixed = fixed_sites(frame, found, 9)
    assert sorted(site.multiplicity for site in fixed) == [2, 4, 4]
