"""From maps to structures, and the parts in between."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.cmed import niggli_primitive
from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import to_pymatgen
from engine.refine.prepared import prepare
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.maps.atoms_on_intensities import IntensityRefiner
from engine.solve.maps.comparison import Comparison
from engine.solve.maps.difference_map import difference_map, frame_of
from engine.solve.maps.lattice_on_lines import lattice_rotations
from engine.solve.maps.map_symmetry import MapGroup
from engine.solve.maps.measured_series import Series, measured_series
from engine.solve.maps.sites import maxima, site_at
from engine.solve.maps.structures import (
    EXPLAINED,
    OF_ONE_GROUP,
    Contents,
    MapSolver,
    MapStructure,
    first_of_groups,
)
from engine.training.scoring import compare
from tests.engine.solve.maps.made_maps import reduced, series_of
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

FINE = 0.001


def pattern_of(name: str) -> BinnedPattern:
    return BinnedPattern(prepare(measured(BY_NAME[name].structure, 6)), FINE, FINE)


@pytest.fixture(scope="module")
def zirconia() -> BinnedPattern:
    return pattern_of("baddeleyite")


def moved(structure: CrystalStructure, by: float) -> CrystalStructure:
    """General positions displaced along one direction, keeping P21/c."""
    standard = BY_NAME["baddeleyite"]
    sites = tuple(
        (symbol, x + by / 5.15, y - 0.7 * by / 5.2, z + 0.5 * by / 5.3)
        for symbol, x, y, z in standard.sites
    )
    return replace(standard, sites=sites).structure


def test_coordinates_come_back_from_a_sixth_of_an_angstrom(zirconia) -> None:
    truth = BY_NAME["baddeleyite"]
    refined = IntensityRefiner(zirconia, True).refine(moved(truth.structure, 0.12))
    assert refined.residual < 0.1
    assert refined.n_free == 9
    assert refined.b_iso == pytest.approx(0.6, abs=0.3)
    match = compare(refined.structure, 14, to_pymatgen(truth.structure), 14)
    assert match.crystallographic
    assert match.rms < 0.02


def test_a_wrong_element_leaves_a_larger_residual(zirconia) -> None:
    right = BY_NAME["baddeleyite"].structure
    wrong = replace(right, numbers=np.where(right.numbers == 8, 16, right.numbers))
    refiner = IntensityRefiner(zirconia, True)
    assert refiner.refine(wrong).residual > 2.0 * refiner.refine(right).residual


def test_the_difference_map_shows_what_is_missing(zirconia) -> None:
    made = BY_NAME["baddeleyite"]
    refined = IntensityRefiner(zirconia, True).refine(replace(made, sites=made.sites[:2]).structure)
    positions, heights = maxima(difference_map(refined, zirconia), 30)
    frame = frame_of(refined)
    missing = np.array(made.sites[2][1:])
    # The origin may have been moved by half a cell edge.
    halves = np.stack(np.meshgrid([0, 0.5], [0, 0.5], [0, 0.5], indexing="ij"), -1).reshape(-1, 3)
    images = np.concatenate([frame.images(missing + half) for half in halves])
    apart = images - positions[heights.argmax()]
    apart -= np.rint(apart)
    assert np.linalg.norm(apart @ frame.lattice, axis=1).min() < 0.3


def test_decorations_are_compared_without_drawing_profiles(zirconia) -> None:
    made = BY_NAME["baddeleyite"]
    refined = IntensityRefiner(zirconia, True).refine(made.structure)
    frame = frame_of(refined)
    sites = [
        site_at(frame, refined.structure.frac_coords[atom], 0.0, merged=0.1)
        for atom in refined.model.standardised.asymmetric_unit()
    ]
    comparison = Comparison(frame, zirconia, np.array([8, 40]), True)
    waves = np.array([comparison.waves(site) for site in sites])
    numbers = refined.structure.numbers[refined.model.standardised.asymmetric_unit()]
    right = (numbers == 40).astype(int)
    values = comparison.residuals(waves, np.array([right, 1 - right, np.where(right == 1, 1, -1)]))
    assert values[0] == pytest.approx(refined.residual, abs=0.03)
    assert values[1] > 0.5
    assert values[0] < values[2] < values[1]


def blurred_map(structure: CrystalStructure, pattern: BinnedPattern) -> Series:
    """Of a structure somewhere in its reduced cell, with the measured amplitudes."""
    primitive = niggli_primitive(structure)
    series = series_of(primitive, (0.21, 0.13, 0.37))
    d_star = np.linalg.norm(series.hkl @ np.linalg.inv(series.lattice).T, axis=1)
    damped = series.f / primitive.volume * np.exp(-6.0 * d_star**2 / 4.0)
    return measured_series(series.hkl, damped, primitive.lattice, pattern)


def solver_of(name: str, pattern: BinnedPattern) -> MapSolver:
    elements = np.unique(BY_NAME[name].structure.numbers)
    return MapSolver(pattern, Contents(elements, len(elements), None, 60), 30, True)


@pytest.mark.parametrize(
    ("name", "hidden"),
    [("rutile", ()), ("pyrite", ()), ("spinel", ()), ("baddeleyite", ()), ("baddeleyite", (2,))],
)
def test_a_map_leads_to_its_structure(name: str, hidden: tuple[int, ...]) -> None:
    """Also where the map does not show an atom."""
    made = BY_NAME[name]
    sites = tuple(site for i, site in enumerate(made.sites) if i not in hidden)
    full = reduced(name)
    pattern = pattern_of(name)
    given = blurred_map(replace(made, sites=sites).structure, pattern)
    solver = solver_of(name, pattern)
    found = solver.structures(given, lattice_rotations(full.lattice), float(len(full)))
    best = found[0].refined
    match = compare(
        best.structure,
        best.model.standardised.number,
        to_pymatgen(made.structure),
        made.number,
    )
    assert match.crystallographic
    assert solver.satisfied


def test_a_map_without_symmetry_may_show_more_than_a_dozen_atoms() -> None:
    pattern = pattern_of("spinel")
    given = blurred_map(BY_NAME["spinel"].structure, pattern)
    none = MapGroup(np.eye(3, dtype=np.int64)[None], np.zeros((1, 3)), np.ones(1))
    found = solver_of("spinel", pattern).structures_in(given, none, None)
    best = found[0].refined
    # Magnesium and aluminium are alike to X-rays; the sites are what is asked.
    numbers = best.model.standardised.primitive.numbers
    assert (np.sum(numbers == 8), len(numbers)) == (8, 14)
    assert best.residual < EXPLAINED


def test_no_space_group_crowds_out_the_others(zirconia) -> None:
    """Of many structures of one group few are looked at again, so that another's turn comes."""
    refiner = IntensityRefiner(zirconia, True)
    one = refiner.refine(BY_NAME["baddeleyite"].structure)
    other = refiner.refine(BY_NAME["rutile"].structure)
    found = [MapStructure(one, 0.0, float(i)) for i in range(20)]
    found.append(MapStructure(other, 0.0, 20.0))
    first = first_of_groups(found)
    assert [f.badness for f in first] == [*range(OF_ONE_GROUP), 20.0]


def test_the_search_stops_where_it_is_told_to() -> None:
    class StopError(Exception):
        pass

    def check() -> None:
        raise StopError

    pattern = pattern_of("rutile")
    contents = Contents(np.array([8, 22]), 2, None, 60)
    full = reduced("rutile")
    arguments = (series_of(full), lattice_rotations(full.lattice), 6.0)
    with pytest.raises(StopError):
        MapSolver(pattern, contents, 30, True, check).structures(*arguments)
    late = MapSolver(pattern, contents, 30, True, out_of_time=lambda: True)
    assert late.structures(*arguments) == []
