"""Cells refined on a pattern, and truths without hydrogen."""

import numpy as np
import pytest

from engine.crystal.structure import CrystalStructure
from engine.diffraction.profile import simulate_pattern
from engine.pattern.radiation import preset
from engine.training.evaluation.measured import fit_cell, without_hydrogen
from engine.training.evaluation.measured_tables import (
    by_phase,
    measured_patterns,
    measured_summary,
)


def row(file: str, phase: str, score: float) -> dict[str, object]:
    return {
        "file": file,
        "phase": phase,
        "system": "cubic",
        "gfcc": [score, score + 0.05],
        "expected": [0.8, 0.7],
        "gfcc_without_hydrogen": [score],
        "zero_phase": 0.5,
        "rwp": None,
        "cell_change": 0.012,
    }


def test_a_cell_that_is_two_per_cent_off_is_found(rutile: CrystalStructure) -> None:
    pattern = simulate_pattern(rutile, preset("CuKa"), noise_seed=2)
    off = CrystalStructure(1.02 * rutile.lattice, rutile.numbers, rutile.frac_coords)
    found = fit_cell(pattern, off)
    lengths = np.sort(np.linalg.norm(np.array(found["lattice"]), axis=1))
    np.testing.assert_allclose(lengths, [2.959, 4.594, 4.594], rtol=2e-3)
    assert found["cell_change"] == pytest.approx(0.0196, abs=0.002)
    assert found["rwp"] < 0.2


def test_hydrogen_is_taken_out_and_nothing_else() -> None:
    ice = CrystalStructure(
        np.eye(3) * 4.0,
        np.array([1, 8, 1]),
        np.array([[0.1] * 3, [0.2] * 3, [0.3] * 3]),
        np.array([0.5, 1.0, 0.5]),
    )
    bare = without_hydrogen(ice)
    assert bare.numbers.tolist() == [8]
    np.testing.assert_array_equal(bare.frac_coords, [[0.2] * 3])


def test_phases_count_once_and_the_worst_pattern_comes_first() -> None:
    rows = [row("a", "LaB6", 0.9), row("b", "LaB6", 0.7), row("c", "NaCl", 0.4)]
    assert by_phase(rows, lambda r: r["gfcc"][0]).tolist() == pytest.approx([0.8, 0.4])
    text = measured_summary(rows)
    assert "| first sample | 0.60 |" in text
    assert "1 of 2" in text
    lines = measured_patterns(rows).splitlines()
    assert lines[2].startswith("| c | NaCl | cubic | no fit | 1.2 % | 0.40 | 0.45 |")
