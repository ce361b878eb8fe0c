"""Inputs and targets of the paper's architecture."""

from pathlib import Path

import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid
from engine.crystal.structure import CrystalStructure
from engine.diffraction.profile import simulate_pattern
from engine.pattern.radiation import Radiation
from engine.training.data import CellSet
from engine.training.paper_inputs import (
    TWO_THETA_END,
    WAVELENGTH,
    PaperViewSettings,
    binned_pattern,
    densities_at,
    disturbed,
    grid_points,
    line_patterns,
    stratified_points,
)
from engine.training.sets import TrainingSets
from engine.training.tables import TrainingTables

BINS = 512


@pytest.fixture
def tables(prepared: Path) -> TrainingTables:
    return TrainingSets(prepared, ("few",)).tables


def test_lines_stand_where_braggs_law_puts_them(tables: TrainingTables) -> None:
    patterns = line_patterns(tables, np.array([3, 0]), BINS)
    assert patterns.max(axis=1) == pytest.approx(1.0)
    expected = np.zeros(BINS, dtype=bool)
    for squares in range(1, 40):  # caesium chloride, 4.12 angstrom, primitive
        sine = 0.5 * WAVELENGTH * np.sqrt(squares) / 4.12
        place = 2.0 * np.degrees(np.arcsin(sine)) / TWO_THETA_END * BINS
        if place < BINS:
            expected[[int(max(place - 0.1, 0)), int(min(place + 0.1, BINS - 1))]] = True
    assert not (patterns[0] > 1e-3)[~expected].any()
    assert (patterns[0] > 0.01).sum() >= 8


def test_a_pattern_is_read_as_the_tables_are(tables: TrainingTables, few_cells: CellSet) -> None:
    numbers, coords = few_cells.atoms(0)
    structure = CrystalStructure(
        few_cells.lattice[0].astype(float), numbers.astype(int), coords.astype(float)
    )
    radiation = Radiation((WAVELENGTH,), (1.0,), anode="Mo", provenance="preset")
    pattern = simulate_pattern(structure, radiation, (2.0, 60.0), 0.002, 0.008, eta=0.0)
    read = binned_pattern(pattern, BINS)
    table = line_patterns(tables, np.array([0]), BINS)[0]
    assert np.corrcoef(read, table)[0, 1] > 0.995
    assert (read > 0.02).sum() == pytest.approx((table > 0.02).sum(), abs=2)


def test_densities_are_those_of_the_crystal(tables: TrainingTables, few_cells: CellSet) -> None:
    numbers, coords = few_cells.atoms(3)
    structure = CrystalStructure(
        few_cells.lattice[3].astype(float), numbers.astype(int), coords.astype(float)
    )
    found = densities_at(tables, np.array([3]), grid_points(16)).reshape(16, 16, 16)
    true = density_on_grid(structure, 16)
    assert np.corrcoef(found.ravel(), true.ravel())[0, 1] > 0.999
    assert found.max() == pytest.approx(true.max(), rel=0.03)
    assert found.mean() == pytest.approx(true.mean(), rel=0.05)
    assert found.min() >= 0.0


def test_disturbances_move_whole_bins_and_stay_positive(tables: TrainingTables) -> None:
    rng = np.random.default_rng(0)
    lines = line_patterns(tables, np.zeros(40, dtype=np.int64), BINS)
    contents = np.zeros((40, 5))
    contents[:, 2] = 1.0
    calm, told = disturbed(lines, contents, PaperViewSettings(shift=3, noise=0.0), rng)
    shifts = {int(row.argmax()) - int(lines[0].argmax()) for row in calm}
    assert shifts == set(range(-3, 4))
    assert (told.numpy() == contents).all()
    noisy, told = disturbed(lines, contents, PaperViewSettings(shift=0, noise=0.01), rng)
    assert noisy.min() == 0.0
    assert told.min() == 0.0
    assert float((noisy.numpy() - lines).std()) == pytest.approx(0.0058, rel=0.1)


def test_there_is_a_point_in_every_part() -> None:
    points = stratified_points(np.random.default_rng(0), 3)
    assert {tuple(part) for part in (points * 3).astype(int)} == {
        (i, j, k) for i in range(3) for j in range(3) for k in range(3)
    }
