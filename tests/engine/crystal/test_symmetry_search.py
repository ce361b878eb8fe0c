"""spglib's search, asked once."""

from __future__ import annotations

import numpy as np
import pytest

from engine.crystal.symmetry_search import symmetry_dataset

CESIUM_CHLORIDE = (4.0 * np.eye(3), [[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]])


def test_what_is_on_the_sites_and_the_tolerance_count() -> None:
    assert symmetry_dataset(*CESIUM_CHLORIDE, [1, 2], 0.01).number == 221
    assert symmetry_dataset(*CESIUM_CHLORIDE, [1, 1], 0.01).number == 229
    moved = [[0.0, 0.0, 0.02], [0.5, 0.5, 0.5]]
    assert symmetry_dataset(CESIUM_CHLORIDE[0], moved, [1, 2], 0.01).number == 99
    assert symmetry_dataset(CESIUM_CHLORIDE[0], moved, [1, 2], 0.2).number == 221


def test_the_same_question_has_the_same_answer_that_nobody_can_spoil() -> None:
    found = symmetry_dataset(*CESIUM_CHLORIDE, [1, 2], 0.01)
    assert symmetry_dataset(*CESIUM_CHLORIDE, np.array([1, 2], dtype=np.int32), 0.01) is found
    with pytest.raises(ValueError, match="read-only"):
        found.std_positions[0] = 0.25


def test_two_atoms_at_one_place_have_no_symmetry() -> None:
    assert symmetry_dataset(np.eye(3), np.zeros((2, 3)), [1, 1], 0.01) is None
