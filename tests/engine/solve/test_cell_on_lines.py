"""Cells of library types refined on measured lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.crystal.metric import (
    metric_basis,
    metric_to_vector,
    quadratic_form,
    vector_to_metric,
)
from engine.library.retrieve import Hits, LineSet
from engine.library.types import StructureTypes
from engine.solve.cell_on_lines import RefinedCells, refine_cells
from tests.made_library import make_library
from tests.made_structures import BY_NAME

WAVELENGTH = 1.5405929
TWO = ("rutile", "corundum", "wurtzite", "rock salt", "baddeleyite")
THREE = ("triclinic, centric", "perovskite", "triclinic, polar", "spinel")
WINDOW = (0.12, 0.9)


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[StructureTypes, int]]:
    folder: Path = tmp_path_factory.mktemp("libraries")
    found = {}
    for names, n_species in ((TWO, 2), (THREE, 3)):
        library = make_library(folder, [BY_NAME[name].structure for name in names], n_species)
        found.update({name: (library, index) for index, name in enumerate(names)})
    return found


def true_metric(library: StructureTypes, index: int, length: float, strain: float, seed: int):
    """The reciprocal metric of a type at a size, strained at random as its group allows."""
    lattice = library.lattice[index] * length
    rng = np.random.default_rng(seed)
    bent = np.eye(3) + strain * rng.uniform(-1.0, 1.0, (3, 3))
    reciprocal = np.linalg.inv(lattice @ lattice.T)
    basis = metric_basis(int(library.space_group[index]))
    return basis @ (basis.T @ metric_to_vector(bent @ reciprocal @ bent.T))


def lines_at(
    library: StructureTypes, index: int, metric: np.ndarray, zero: float = 0.0, extra: int = 0
) -> LineSet:
    part = slice(library.line_offsets[index], library.line_offsets[index + 1])
    d_star = np.sqrt(quadratic_form(library.hkl[part]) @ metric)
    amplitude = library.amplitude[part].astype(float)
    seen = (amplitude > 0.08) & (d_star > WINDOW[0]) & (d_star < WINDOW[1])
    d_star, amplitude = d_star[seen], amplitude[seen]
    theta = np.arcsin(d_star * WAVELENGTH / 2.0) + np.radians(zero / 2.0)
    d_star = 2.0 * np.sin(theta) / WAVELENGTH
    rng = np.random.default_rng(9)
    d_star = np.concatenate([d_star, rng.uniform(*WINDOW, extra)])
    amplitude = np.concatenate([amplitude, np.full(extra, 0.1)])
    # Lines nearer than a peak search tells apart are one.
    order = np.argsort(d_star)
    d_star, amplitude = d_star[order], amplitude[order]
    line = np.cumsum(np.diff(np.log(d_star), prepend=-np.inf) > 1.5e-3) - 1
    power = np.bincount(line, amplitude**2)
    centre = np.bincount(line, amplitude**2 * d_star) / power
    return LineSet(centre, np.sqrt(power), *WINDOW)


def refined(library: StructureTypes, index: int, lines: LineSet, length: float) -> RefinedCells:
    hits = Hits(np.array([index]), np.array([np.log(length)]), np.array([1.0]))
    return refine_cells(library, hits, lines, WAVELENGTH)


@pytest.mark.parametrize("name", [*TWO, *THREE])
def test_a_strained_cell_is_recovered(libraries, name: str) -> None:
    library, index = libraries[name]
    length = 2.3
    metric = true_metric(library, index, length, 0.004, seed=index)
    cells = refined(library, index, lines_at(library, index, metric), length * 1.002)
    diagonal = np.abs(metric[:3]).max()
    assert np.abs(cells.metric[0] - metric).max() < 1e-3 * diagonal
    assert cells.explained[0] > 0.9
    assert cells.unseen[0] < 0.4
    assert abs(cells.zero[0]) < 0.02


@pytest.mark.parametrize("name", ["rutile", "corundum", "baddeleyite"])
def test_a_zero_error_is_recovered_with_the_cell(libraries, name: str) -> None:
    library, index = libraries[name]
    metric = true_metric(library, index, 2.25, 0.002, seed=3)
    cells = refined(library, index, lines_at(library, index, metric, zero=0.05), 2.25)
    assert cells.zero[0] == pytest.approx(0.05, abs=0.012)
    assert np.abs(cells.metric[0] - metric).max() < 1e-3 * metric[:3].max()


def test_lines_of_an_impurity_do_not_pull_the_cell(libraries) -> None:
    library, index = libraries["corundum"]
    metric = true_metric(library, index, 2.2, 0.003, seed=1)
    clean = refined(library, index, lines_at(library, index, metric), 2.2)
    cells = refined(library, index, lines_at(library, index, metric, extra=4), 2.2)
    assert np.abs(cells.metric[0] - metric).max() < 1.5e-3 * metric[:3].max()
    assert cells.explained[0] < clean.explained[0]


def test_cells_keep_the_metric_of_their_group(libraries) -> None:
    for name, (library, index) in libraries.items():
        metric = true_metric(library, index, 2.3, 0.01, seed=5)
        found = refined(library, index, lines_at(library, index, metric), 2.31).metric[0]
        basis = metric_basis(int(library.space_group[index]))
        np.testing.assert_allclose(basis @ (basis.T @ found), found, atol=1e-9, err_msg=name)
        assert np.linalg.eigvalsh(vector_to_metric(found))[0] > 0.0


def test_the_right_type_explains_more_than_the_others(libraries) -> None:
    library, index = libraries["corundum"]
    metric = true_metric(library, index, 2.2, 0.003, seed=2)
    lines = lines_at(library, index, metric)
    everything = Hits(np.arange(len(TWO)), np.full(len(TWO), np.log(2.2)), np.ones(len(TWO)))
    cells = refine_cells(library, everything, lines, WAVELENGTH)
    assert int(np.argmax(cells.explained - 0.3 * cells.unseen)) == index


def test_hits_are_refined_alike_alone_and_together(libraries) -> None:
    library, index = libraries["rutile"]
    metric = true_metric(library, index, 2.2, 0.003, seed=2)
    lines = lines_at(library, index, metric)
    many = np.tile(np.arange(len(TWO)), 70)
    hits = Hits(many, np.full(len(many), np.log(2.2)), np.ones(len(many)))
    together = refine_cells(library, hits, lines, WAVELENGTH)
    assert together.metric.shape == (len(many), 6)
    alone = refined(library, index, lines, 2.2)
    for row in np.flatnonzero(many == index):
        np.testing.assert_allclose(together.metric[row], alone.metric[0], rtol=2e-3, atol=1e-4)


def test_a_cell_that_meets_one_line_beside_some_that_meet_none_is_still_refined(libraries) -> None:
    library, index = libraries["triclinic, centric"]
    lines = lines_at(library, index, true_metric(library, index, 2.3, 0.0, seed=0))
    # One line alone is far fewer than a triclinic cell has parameters.
    one = LineSet(lines.d_star[:1], lines.amplitude[:1], *WINDOW)
    lengths = np.log([2.3, 0.2, 0.21, 0.22])
    hits = Hits(np.full(4, index), lengths, np.ones(4))
    cells = refine_cells(library, hits, one, WAVELENGTH)
    assert np.isfinite(cells.metric).all()
    alone = refined(library, index, one, 2.3)
    np.testing.assert_allclose(cells.metric[0], alone.metric[0], rtol=0.02)
