"""A small entry, and answers made by hand, for the tests of the evaluation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid, niggli_primitive
from engine.crystal.structure import CrystalStructure
from engine.diffraction.profile import simulate_pattern
from engine.pattern.radiation import preset
from engine.training.evaluation.answers import Answer
from engine.training.evaluation.entries import Entry

FACES = np.array([[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]])


@pytest.fixture(scope="session")
def fluorite() -> CrystalStructure:
    positions = np.concatenate([FACES, FACES + 0.25, FACES + 0.75]) % 1.0
    return niggli_primitive(
        CrystalStructure(5.463 * np.eye(3), np.array([20] * 4 + [9] * 8), positions)
    )


@pytest.fixture(scope="session")
def entry(fluorite: CrystalStructure) -> Entry:
    pattern = simulate_pattern(fluorite, preset("CuKa"), noise_seed=1)
    return Entry(
        line=3,
        rank=0,
        formula="CaF2",
        space_group=225,
        system="cubic",
        unseen_formula=True,
        structure=fluorite,
        counts=pattern.counts,
        two_theta=pattern.two_theta,
    )


@pytest.fixture(scope="session")
def perfect(fluorite: CrystalStructure) -> Callable[[int], Answer]:
    """The truth, given back so many times."""

    def make(samples: int = 2) -> Answer:
        density = density_on_grid(fluorite, 50)
        return Answer(
            density=np.array([density] * samples),
            cell=np.array([fluorite.lattice] * samples),
            cell_source=("given",) * samples,
            crystal_system=("cubic",) * samples,
            quality=np.linspace(0.9, 0.8, samples),
            n_atoms=np.full(samples, 3.2),
        )

    return make
