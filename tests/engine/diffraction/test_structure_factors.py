from pathlib import Path

import numpy as np
import pytest
import torch

from engine.crystal.anomalous import dispersion
from engine.crystal.structure import CrystalStructure
from engine.diffraction.reflections import hkl_within
from engine.diffraction.structure_factors import CrystalBatch, s_squared, structure_factors
from tests.engine.diffraction.reference import gemmi_structure_factors, structures_of_all_systems
from tests.made_structures import MADE, mixed_site_structure

S_MAX = 0.46  # 90 degrees of 2theta with Cu K-alpha


def ours(structures: list[CrystalStructure], hkl: list[np.ndarray]) -> list[np.ndarray]:
    batch = CrystalBatch.from_structures(structures)
    padded = torch.zeros((len(hkl), max(len(rows) for rows in hkl), 3))
    for place, rows in zip(padded, hkl, strict=True):
        place[: len(rows)] = torch.tensor(rows)
    found = structure_factors(batch, padded).f.numpy()
    return [row[: len(rows)] for row, rows in zip(found, hkl, strict=True)]


def sample_of_reflections(structure: CrystalStructure, count: int = 60) -> np.ndarray:
    hkl, _ = hkl_within(structure.lattice, S_MAX)
    chosen = np.random.default_rng(1).permutation(len(hkl))[: count - 1]
    return np.vstack([[0, 0, 0], hkl[np.sort(chosen)]])


def check_against_gemmi(structures: list[CrystalStructure]) -> None:
    hkl = [sample_of_reflections(structure) for structure in structures]
    for structure, rows, mine in zip(structures, hkl, ours(structures, hkl), strict=True):
        theirs = gemmi_structure_factors(structure, rows)
        difference = np.abs(mine - theirs)
        assert difference.max() <= 1e-4 * abs(theirs[0]), structure.name
        assert difference.sum() <= 1e-4 * np.abs(theirs).sum(), structure.name


def test_batch_of_all_crystal_systems_agrees_with_gemmi() -> None:
    check_against_gemmi([made.structure for made in MADE])


def test_structures_of_the_data_agree_with_gemmi(data_root: Path) -> None:
    structures = structures_of_all_systems(data_root, per_system=30)
    assert len(structures) == 210
    for start in range(0, len(structures), 42):
        check_against_gemmi(structures[start : start + 42])


def test_occupancies_and_displacements_agree_with_gemmi() -> None:
    check_against_gemmi([mixed_site_structure(), MADE[0].structure])


def test_dispersion_agrees_with_gemmi() -> None:
    structure = mixed_site_structure()
    hkl = sample_of_reflections(structure)
    real, imaginary = dispersion(structure.numbers, 1.5405929)
    batch = CrystalBatch.from_structures([structure], [(real, 0.0 * imaginary)])
    mine = structure_factors(batch, torch.tensor(hkl)[None]).f[0].numpy()
    values = {int(z): float(f) for z, f in zip(structure.numbers, real, strict=True)}
    theirs = gemmi_structure_factors(structure, hkl, values)
    assert np.abs(mine - theirs).max() <= 1e-4 * abs(theirs[0])


def test_mean_square_is_the_mean_over_friedel_mates() -> None:
    structure = MADE[0].structure
    hkl, _ = hkl_within(structure.lattice, 0.3)
    batch = CrystalBatch.from_structures(
        [structure], [dispersion(structure.numbers, 1.5405929)], dtype=torch.float64
    )
    plus = structure_factors(batch, torch.tensor(hkl)[None])
    minus = structure_factors(batch, torch.tensor(-hkl)[None])
    mean = 0.5 * (plus.f.abs().square() + minus.f.abs().square())
    assert torch.allclose(plus.mean_square, mean)
    # The structure is acentric, so that Friedel mates do differ.
    assert not torch.allclose(plus.f.abs(), minus.f.abs(), rtol=1e-4)


def test_padding_atoms_and_batch_mates_change_nothing() -> None:
    small, large = MADE[12].structure, MADE[14].structure
    hkl = sample_of_reflections(small)
    alone = ours([small], [hkl])[0]
    together = ours([small, large], [hkl, sample_of_reflections(large)])[0]
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_gradients_are_those_of_finite_differences() -> None:
    structure = mixed_site_structure()
    hkl = torch.tensor(hkl_within(structure.lattice, 0.25)[0])[None]
    real, imaginary = dispersion(structure.numbers, 1.5405929)
    batch = CrystalBatch.from_structures([structure], [(real, imaginary)], dtype=torch.float64)
    fields = [batch.lattices, batch.frac_coords, batch.occupancies, batch.b_iso]

    def intensity(*values: torch.Tensor) -> torch.Tensor:
        lattices, coords, occupancies, b_iso = values
        moved = CrystalBatch(
            lattices,
            batch.numbers,
            coords,
            occupancies,
            b_iso,
            batch.f_prime,
            batch.f_double_prime,
        )
        return structure_factors(moved, hkl).mean_square

    inputs = [field.clone().requires_grad_() for field in fields]
    assert torch.autograd.gradcheck(intensity, inputs, eps=1e-5, atol=1e-2, rtol=1e-4)


def test_gradients_without_displacements_reach_coordinates() -> None:
    batch = CrystalBatch.from_structures([MADE[0].structure], dtype=torch.float64)
    hkl = torch.tensor(hkl_within(MADE[0].structure.lattice, 0.25)[0])[None]
    coords = batch.frac_coords.clone().requires_grad_()

    def intensity(moved: torch.Tensor) -> torch.Tensor:
        crystal = CrystalBatch(batch.lattices, batch.numbers, moved, batch.occupancies)
        return structure_factors(crystal, hkl).mean_square

    assert torch.autograd.gradcheck(intensity, [coords], eps=1e-6, atol=1e-2, rtol=1e-4)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_s_squared_is_that_of_the_spacing(made) -> None:
    structure = made.structure
    hkl, s = hkl_within(structure.lattice, 0.4)
    found = s_squared(torch.tensor(structure.lattice)[None], torch.tensor(hkl)[None])[0]
    np.testing.assert_allclose(found.numpy(), s**2, rtol=1e-10)
