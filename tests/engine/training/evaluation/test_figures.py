"""The sheet of maps."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.training.evaluation import figures
from engine.training.evaluation.answers import Answer
from engine.training.evaluation.entries import Entry


def test_a_surface_closes_over_the_far_face() -> None:
    axis = np.arange(20) / 20.0
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    wave = np.cos(2 * np.pi * x) + np.cos(2 * np.pi * y) + np.cos(2 * np.pi * z)
    vertices, faces = figures.isosurface(wave, 1.5)
    assert vertices.min() == 0.0
    assert vertices.max() == pytest.approx(1.0)
    assert faces.max() < len(vertices)
    values = np.cos(2 * np.pi * vertices).sum(axis=1)
    np.testing.assert_allclose(values, 1.5, atol=0.1)


def test_an_upright_cell_keeps_its_shape() -> None:
    lattice = np.array([[4.0, 0.3, 0.1], [-1.0, 5.0, 0.4], [0.2, -0.7, 6.0]])
    turned = figures.upright(lattice)
    np.testing.assert_allclose(turned @ turned.T, lattice @ lattice.T, atol=1e-12)
    np.testing.assert_allclose(turned[2, :2], 0.0, atol=1e-12)
    assert turned[0, 1] == pytest.approx(0.0, abs=1e-12)
    assert turned[0, 0] > 0.0


def test_the_choice_is_seeded_and_of_a_fit_size(entry: Entry) -> None:
    assert figures.chosen_entries([entry]) == []  # three atoms are too few


def test_a_sheet_is_drawn(
    entry: Entry,
    perfect: Callable[[int], Answer],
    monkeypatch: pytest.MonkeyPatch,
    make_solution: Any,
    tmp_path: Path,
) -> None:
    answer = perfect(1)
    coarse = replace(answer, density=answer.density[:, ::2, ::2, ::2])
    monkeypatch.setattr(figures, "GRID", 25)
    monkeypatch.setattr(figures, "ask", lambda *_a, **_k: coarse)
    monkeypatch.setattr(figures, "solve", lambda _problem: make_solution(0))
    shown = figures.panels(entry)
    assert tuple(shown) == figures.COLUMNS
    assert shown["cell given"].correlation == pytest.approx(1.0)
    assert shown["library"].correlation == 0.0  # no candidate: a flat map
    figures.draw_sheet([entry], tmp_path / "new" / "maps.png")
    assert (tmp_path / "new" / "maps.png").stat().st_size > 10_000
