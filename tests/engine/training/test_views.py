"""Views of a few crystals made here."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.model.encoding import BINS, LOG_STEP, Q_MIN
from engine.training.data import CellSet
from engine.training.settings import ideal
from engine.training.tables import TrainingTables, build_tables
from engine.training.views import ViewMaker, ViewSettings


@pytest.fixture(scope="module")
def tables(few_cells: CellSet) -> TrainingTables:
    return build_tables(few_cells)


def test_views_show_the_lines_and_only_what_was_measured(tables: TrainingTables) -> None:
    calm = ViewSettings(
        strain=0.0,
        zero_error=0.0,
        textured=0.0,
        stray=0.0,
        pattern_dropped=0.0,
        contents_dropped=0.0,
        cell_given=1.0,
        cell_noise=0.0,
        wavelengths=(1.5418,),
    )
    maker = ViewMaker(tables, calm)
    inputs, targets = maker.batch(np.array([0, 2]), np.random.default_rng(1))
    assert inputs.profile.shape == (2, BINS)
    assert (inputs.profile[inputs.coverage == 0] == 0).all()
    place = int(np.log(2.0 * np.pi / (5.64 / 2.0) / Q_MIN) / LOG_STEP)
    near = inputs.profile[0, place - 1 : place + 2].max()
    assert near > 0.5 * inputs.profile[0].max()
    assert inputs.profile[0, place + 20 : place + 40].max() < 0.1 * near
    torch.testing.assert_close(inputs.cell, targets.cell)
    assert (inputs.amplitudes.pow(2).mean(dim=1) - 1.0).abs().max() < 1e-3


def test_views_are_the_same_for_the_same_seed(tables: TrainingTables) -> None:
    maker = ViewMaker(tables)
    rows = np.arange(4)
    one, _ = maker.batch(rows, np.random.default_rng(5))
    same, _ = maker.batch(rows, np.random.default_rng(5))
    other, _ = maker.batch(rows, np.random.default_rng(6))
    torch.testing.assert_close(one.profile, same.profile, rtol=0, atol=0)
    assert (one.profile - other.profile).abs().max() > 0


def test_ideal_views_differ_only_in_width_and_range(tables: TrainingTables) -> None:
    settings = replace(ideal(ViewSettings()), wavelengths=(0.56,), pattern_dropped=0.0)
    maker = ViewMaker(tables, settings)
    inputs, targets = maker.batch(np.zeros(40, dtype=int), np.random.default_rng(0), cell_given=1.0)
    assert (inputs.cell == targets.cell).all()
    place = [int(np.log(2.0 * np.pi / (5.64 / np.sqrt(n)) / Q_MIN) / LOG_STEP) for n in (4.0, 8.0)]
    power = torch.stack([inputs.profile[:, p - 12 : p + 13].square().sum(1) for p in place], dim=1)
    share = power[:, 1] / power[:, 0]
    assert share.std() < 0.01 * share.mean()
