import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.crystal.lattice import d_spacings, matrix_from_cell
from engine.crystal.symmetry import standardise
from engine.diffraction.reflections import (
    group_by_spacing,
    hkl_batch,
    hkl_within,
    independent_reflections,
    systematic_absences,
)
from tests.engine.diffraction.reference import gemmi_structure_factors
from tests.made_structures import BY_NAME, MADE

lengths = st.floats(2.5, 14.0)
angles = st.floats(65.0, 115.0)


@given(lengths, lengths, lengths, angles, angles, angles)
def test_every_reflection_in_the_sphere_is_listed_once(a, b, c, alpha, beta, gamma) -> None:
    lattice = matrix_from_cell(a, b, c, alpha, beta, gamma)
    s_max = 0.2
    hkl, s = hkl_within(lattice, s_max)
    np.testing.assert_allclose(1.0 / (2.0 * s), d_spacings(lattice, hkl), rtol=1e-9)
    assert (np.diff(s) >= 0).all()
    pairs = {tuple(row) for row in hkl} | {tuple(-row) for row in hkl}
    assert len(pairs) == 2 * len(hkl)
    # A box that is surely large enough, without any care for Friedel pairs.
    reach = np.arange(-12, 13)
    box = np.stack(np.meshgrid(reach, reach, reach, indexing="ij"), axis=-1).reshape(-1, 3)
    box = box[(box != 0).any(axis=1)]
    inside = box[0.5 / d_spacings(lattice, box) <= s_max * (1.0 - 1e-9)]
    assert {tuple(row) for row in inside} <= pairs


def test_s_min_leaves_the_inner_sphere_out() -> None:
    lattice = np.diag([5.0, 6.0, 7.0])
    _, every = hkl_within(lattice, 0.4)
    _, outer = hkl_within(lattice, 0.4, 0.2)
    np.testing.assert_allclose(outer, every[every > 0.2])


def test_batched_listing_is_the_single_one() -> None:
    structures = [made.structure for made in MADE]
    lattices = torch.tensor(np.array([s.lattice for s in structures]))
    hkl, count = hkl_batch(lattices, 0.35)
    for structure, rows, n in zip(structures, hkl.numpy(), count.tolist(), strict=True):
        expected, _ = hkl_within(structure.lattice, 0.35)
        assert {tuple(row) for row in rows[:n].tolist()} == {tuple(r) for r in expected.tolist()}
        assert (rows[n:] == 0).all()


def test_batched_listing_in_float32_and_by_own_limits() -> None:
    lattices = torch.tensor(np.array([np.eye(3) * 4.0, np.eye(3) * 9.0]), dtype=torch.float32)
    _, count = hkl_batch(lattices, torch.tensor([0.5, 0.25]))
    assert count.tolist() == [
        len(hkl_within(np.eye(3) * 4, 0.5)[0]),
        len(hkl_within(np.eye(3) * 9, 0.25)[0]),
    ]


def test_batch_of_nothing() -> None:
    hkl, count = hkl_batch(torch.zeros((0, 3, 3)), 0.3)
    assert hkl.shape == (0, 0, 3)
    assert count.shape == (0,)


def test_grouping_joins_exact_overlaps_only() -> None:
    hkl, s = hkl_within(np.eye(3) * 5.0, 0.55)
    line, s_of_line, count = group_by_spacing(s)
    squares = (hkl**2).sum(axis=1)
    # In a cubic lattice a line is a sum of squares: 333 and 511 are one.
    assert len(s_of_line) == len(np.unique(squares))
    np.testing.assert_allclose(s_of_line[line], s)
    assert count[line[np.flatnonzero(squares == 27)[0]]] * 2 == 8 + 24


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_independent_reflections_stand_for_all_that_are_present(made) -> None:
    standard = standardise(made.structure)
    cell = standard.conventional
    hkl, _ = hkl_within(cell.lattice, 0.3)
    absent = systematic_absences(hkl, standard.rotations, standard.translations)
    found = independent_reflections(cell.lattice, 0.3, standard.rotations, standard.translations)
    assert found.multiplicity.sum() == 2 * (~absent).sum()
    largest = {"triclinic": 2, "monoclinic": 4, "orthorhombic": 8, "cubic": 48}
    assert found.multiplicity.max() <= largest.get(made.system, 24)
    # Where the group says that reflections are absent, the atoms agree.
    if absent.any():
        extinct = np.abs(gemmi_structure_factors(cell, hkl[absent][:40]))
        assert extinct.max() < 1e-3 * cell.numbers.sum()


def test_cubic_multiplicities() -> None:
    standard = standardise(BY_NAME["rock salt"].structure)
    found = independent_reflections(
        standard.conventional.lattice, 0.3, standard.rotations, standard.translations
    )
    by_family = {
        tuple(sorted(np.abs(row).tolist())): int(m)
        for row, m in zip(found.hkl, found.multiplicity, strict=True)
    }
    assert by_family[(1, 1, 1)] == 8
    assert by_family[(0, 0, 2)] == 6
    assert by_family[(0, 2, 2)] == 12
    assert by_family[(1, 1, 3)] == 24
    assert (0, 0, 1) not in by_family
