"""Candidates from densities: with the truth, with a guess and without a network."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import engine.model.inference
from engine.crystal.cmed import density_on_grid
from engine.crystal.structure_io import to_pymatgen
from engine.errors import BadInputError, CancelledError
from engine.progress import Progress
from engine.refine.prepared import prepare
from engine.solve.cells import CellsOfPattern
from engine.solve.network_proposals import density_coefficients, network_proposals
from engine.solve.result import Problem
from engine.solve.solver import solve
from engine.training.scoring import compare
from tests.engine.solve.maps.made_maps import reduced
from tests.engine.solve.watch import Watch
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

NEVER = 1e12


@pytest.fixture(scope="module")
def pattern():
    return measured(BY_NAME["pyrite"].structure, 7, zero=0.02, step=0.03)


@pytest.fixture(scope="module")
def cells(pattern):
    return CellsOfPattern(pattern)


@pytest.fixture
def true_density(monkeypatch):
    """Let the network answer with the density of pyrite, on a cell of its own."""
    truth = reduced("pyrite")
    asked = []

    def predict(pattern, elements, *, cell=None, **options):
        asked.append(cell)
        density = density_on_grid(truth, 32)[None].astype(np.float32)
        # A computed cell, a little too long.
        own = 1.006 * truth.lattice
        return SimpleNamespace(
            density=density, cell=np.array([own]), n_atoms=np.array([11.4]), cell_source=("given",)
        )

    monkeypatch.setattr(engine.model.inference, "predict_density", predict)
    return asked


def test_the_coefficients_are_those_of_the_density() -> None:
    truth = reduced("rutile")
    density = density_on_grid(truth, 24)
    hkl, coefficients = density_coefficients(density, truth.lattice)
    points = np.array([[3, 5, 7], [0, 0, 0], [12, 12, 12]])
    waves = np.exp(-2j * np.pi * (points / 24.0) @ hkl.T)
    values = density.mean() + 2.0 * (waves @ coefficients).real
    np.testing.assert_allclose(values, density[tuple(points.T)], atol=0.06 * density.max())


def test_the_right_structure_comes_first(pattern, true_density, cells) -> None:
    prepared = prepare(pattern)
    watch = Watch()
    found = network_proposals(Problem(pattern, ("Fe", "S")), pattern, prepared, cells, watch, NEVER)
    assert found
    assert [p.badness for p in found] == sorted(p.badness for p in found)
    assert all(p.source == "network" for p in found)
    best = found[0]
    truth = to_pymatgen(BY_NAME["pyrite"].structure)
    assert compare(best.structure, best.space_group, truth, 205).crystallographic
    assert best.zero == pytest.approx(0.02, abs=0.02)
    assert watch.fractions == sorted(watch.fractions)
    # It was asked on a cell from the lines.
    assert true_density[0] is not None


def test_the_formula_and_the_number_of_atoms_hold(pattern, true_density, cells) -> None:
    prepared = prepare(pattern)
    problem = Problem(pattern, ("Fe", "S"), formula="FeS2")
    for proposal in network_proposals(problem, pattern, prepared, cells, Progress(), NEVER):
        numbers = proposal.structure.numbers
        assert (numbers == 16).sum() == 2 * (numbers == 26).sum()
    few = Problem(pattern, ("Fe", "S"), max_atoms=8)
    for proposal in network_proposals(few, pattern, prepared, cells, Progress(), NEVER):
        assert len(proposal.structure) <= 8 * 4


def test_cancelling_and_the_deadline_are_heeded(pattern, true_density, cells) -> None:
    prepared = prepare(pattern)
    problem = Problem(pattern, ("Fe", "S"))
    with pytest.raises(CancelledError):
        network_proposals(problem, pattern, prepared, CellsOfPattern(pattern), Watch(0.5), NEVER)
    assert network_proposals(problem, pattern, prepared, cells, Progress(), 0.0) == []


@pytest.fixture
def no_types(monkeypatch):
    """A library that proposes nothing."""
    import engine.solve.solver

    for name in ("library_proposals", "library_on_cells"):
        monkeypatch.setattr(engine.solve.solver, name, lambda *arguments: [])


def test_what_the_library_lacks_is_solved_by_the_network(pattern, true_density, no_types) -> None:
    watch = Watch()
    solution = solve(Problem(pattern, ("Fe", "S"), phasing=False), watch)
    best = solution.candidates[0]
    assert best.source == "network"
    assert (best.formula, best.space_group_number) == ("FeS2", 205)
    assert watch.fractions == sorted(watch.fractions)
    assert solution.timings["network"] > 0.0


def test_it_can_be_switched_off(pattern, true_density, no_types) -> None:
    solution = solve(Problem(pattern, ("Fe", "S"), network=False, phasing=False))
    assert solution.candidates == ()
    assert true_density == []


@pytest.mark.parametrize("error", [BadInputError("no weights"), ImportError("no torch")])
def test_without_a_network_the_library_answers_alone(
    pattern, no_types, monkeypatch, error: Exception
) -> None:
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(engine.model.inference, "predict_density", fail)
    solution = solve(Problem(pattern, ("Fe", "S"), phasing=False))
    assert solution.verdict == "no-solution"
    assert any("network could not be used" in note for note in solution.notes)
