"""Scores of one answer."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.extinction_classes import class_of_group, extinction_classes
from engine.crystal.structure import CrystalStructure
from engine.model.contents_answer import Contents
from engine.training.evaluation.answers import Answer
from engine.training.evaluation.scores import (
    Target,
    contents_scores,
    score_answer,
    score_maps,
)
from engine.training.metrics import in_basis, inverted

Perfect = Callable[[int], Answer]


def test_the_truth_has_full_marks(fluorite: CrystalStructure, perfect: Perfect) -> None:
    row = score_answer(perfect(2), Target(fluorite, 50), 225)
    assert row["gfcc"] == pytest.approx([1.0, 1.0])
    assert row["ssim"] == pytest.approx([1.0, 1.0], abs=1e-5)
    assert row["paper_ssim"] == pytest.approx(1.0, abs=1e-5)
    assert row["recall"] == {"light": [2, 2], "middle": [1, 1], "heavy": [0, 0]}
    assert row["cell_right"] == row["system_right"] == row["atoms_right"] == [True, True]
    assert "extinction_rank" not in row


def test_what_is_wrong_is_marked_wrong(fluorite: CrystalStructure, perfect: Perfect) -> None:
    answer = replace(
        perfect(1),
        cell=1.04 * perfect(1).cell,
        n_atoms=np.array([3.6]),
        crystal_system=("trigonal",),
    )
    row = score_answer(answer, Target(fluorite, 50), 225)
    assert row["cell_right"] == row["system_right"] == row["atoms_right"] == [False]


def test_contents_are_ranked_and_amounts_compared(fluorite: CrystalStructure) -> None:
    extinction = np.zeros(len(extinction_classes()))
    extinction[class_of_group()[225]] = 0.3
    extinction[0] = 0.7
    missing, amounts = np.zeros(99), np.zeros(99)
    missing[[8, 9, 20]] = 0.9, 0.5, 0.1
    amounts[[9, 20]] = 0.6, 0.4
    contents = Contents(extinction, np.zeros(7), missing, amounts, np.zeros(65))
    row = contents_scores(contents, fluorite, 225, named=("Ca",))
    assert row["extinction_rank"] == 1
    assert row["missing_rank"] == 1
    assert row["amounts_off"] == pytest.approx(2 / 3 - 0.6, abs=1e-4)
    assert row["equal_off"] == pytest.approx(1 / 6, abs=1e-4)
    assert "missing_rank" not in contents_scores(contents, fluorite, 225)


def test_scores_are_free_of_the_gauge_but_the_papers_are_not(perfect: Perfect) -> None:
    lattice = np.diag([4.0, 4.6, 5.2])
    rng = np.random.default_rng(3)
    crystal = CrystalStructure(lattice, np.array([26, 8, 14]), rng.random((3, 3)))
    other = CrystalStructure(lattice, np.array([26, 8, 14]), rng.random((3, 3)))
    target, guess = Target(crystal, 50), Target(other, 50).density
    turn = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])  # other axes of the same lattice
    moved = np.roll(inverted(in_basis(guess, turn)), (5, 17, 31), (0, 1, 2))
    rows = [
        score_maps(density[None], target, cell[None])
        for density, cell in ((guess, lattice), (moved, turn @ lattice))
    ]
    for name in ("gfcc", "ssim"):
        assert rows[0][name] == pytest.approx(rows[1][name], abs=2e-5)
    assert rows[0]["recall"] == rows[1]["recall"]
    assert rows[0]["paper_ssim"] != pytest.approx(rows[1]["paper_ssim"], abs=1e-3)
