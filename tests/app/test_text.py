from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from app import text
from app.state.periodic_table import ELEMENTS
from app.views import atom_style
from app.views.isosurface import hull, isosurface, level_for_volume, padded, rods, upright


def test_formula_and_space_group_symbols():
    assert text.formula("Al2O3") == "Al₂O₃"
    assert text.formula("Ca(OH)2") == "Ca(OH)₂"
    assert text.space_group("Fm-3m") == "Fm3\u0305m"
    assert text.space_group("P2_1/c") == "P2₁/c"
    assert text.hkl((1, -1, 12)) == "1 1\u0305 12"


def test_bars_in_rich_text():
    assert text.rich("<Fm3\u0305m>") == (
        '&lt;Fm<span style="text-decoration: overline">3</span>m&gt;'
    )


@pytest.mark.parametrize(
    ("cell", "number", "expected"),
    [
        ((5.64, 5.64, 5.64, 90, 90, 90), 225, "a 5.6400"),
        ((4.59, 4.59, 2.96, 90, 90, 90), 136, "a 4.5900, c 2.9600"),
        ((4.0, 4.0, 4.0, 60, 60, 60), 166, "a 4.0000, α 60.00°"),
        ((1.0, 2.0, 3.0, 90, 90, 90), 62, "a 1.0000, b 2.0000, c 3.0000"),
        ((1.0, 2.0, 3.0, 90, 99, 90), 14, "a 1.0000, b 2.0000, c 3.0000, β 99.00°"),
    ],
)
def test_only_free_cell_parameters_are_shown(cell, number, expected):
    assert text.cell(cell, number) == expected


def test_uncertainties_follow_the_cell():
    cell = (4.75767, 4.75767, 12.98749, 90.0, 90.0, 120.0)
    su = {"a": 0.00003, "c": 0.00012}
    assert text.cell(cell, 167, su) == "a 4.75767(3), c 12.98749(12)"


def test_numbers():
    assert text.per_cent(0.0812) == "8.12"
    assert text.per_cent(None) == "–"
    assert text.per_cent(math.nan) == "–"
    assert text.thousands(12345.0) == "12\u202f345"
    assert text.short_cell((4.759, 4.759, 12.991, 90, 90, 120)).endswith("12.991 Å, γ 120°")
    assert text.short_cell((4.759, 4.759, 12.991, 90, 90, 90)).endswith("12.991 Å")


def test_every_element_has_a_colour_and_a_size():
    for element in ELEMENTS:
        colour = atom_style.colour(element.number)
        assert len(colour) == 7
        assert int(colour[1:], 16) >= 0
        assert 0.02 < atom_style.radius(element.number) < 0.8


def ball(n: int, width: float) -> np.ndarray:
    grid = np.stack(np.meshgrid(*[np.arange(n) / n] * 3, indexing="ij"), -1)
    away = grid - np.round(grid)
    return np.exp(-(away**2).sum(-1) / width**2)


def test_surface_is_periodic_closed_and_where_the_level_is():
    values = ball(24, 0.2)
    vertices, faces, normals = isosurface(padded(values), 0.5)
    assert vertices.min() == 0.0
    assert vertices.max() == 1.0
    edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    _unique, count = np.unique(edges, axis=0, return_counts=True)
    assert set(count) == {2}  # every edge belongs to two triangles: no holes
    inside = np.all((vertices > 0.01) & (vertices < 0.99), axis=1)
    away = np.linalg.norm(vertices[inside] - np.round(vertices[inside]), axis=1)
    assert away == pytest.approx(0.2 * math.sqrt(math.log(2.0)), abs=0.01)
    outward = np.sum(normals[inside] * (vertices[inside] - np.round(vertices[inside])), axis=1)
    assert np.all(outward > 0) or np.all(outward < 0)
    assert isosurface(padded(values), 2.0) is None


def test_level_encloses_the_wanted_volume():
    values = np.random.default_rng(0).random((20, 20, 20))
    level = level_for_volume(values, 0.1)
    assert np.mean(values > level) == pytest.approx(0.1, abs=0.01)
    half_negative = values - 0.5
    assert level_for_volume(half_negative, 0.9) > 0.0  # no surface where the map is negative


def test_turning_a_cell_upright_keeps_its_metric():
    lattice = np.random.default_rng(3).normal(size=(3, 3)) * 4.0
    turned = upright(lattice)
    assert turned @ turned.T == pytest.approx(lattice @ lattice.T)
    assert turned[0, 1:] == pytest.approx([0.0, 0.0])
    assert turned[1, 2] == pytest.approx(0.0)


def test_a_range_repeats_the_map_and_is_closed():
    values = ball(16, 0.2)
    grid = padded(values, (-0.5, 0.0, 0.25), (1.5, 1.0, 1.0))
    assert grid.shape == (32 + 3, 16 + 3, 12 + 3)
    assert grid[1 + 8, 1, 1 + 12] == pytest.approx(1.0)  # the ball at 0, 0, 1
    assert np.array_equal(grid[2:17], grid[18:33])
    _vertices, faces, _normals = isosurface(grid, 0.5)
    edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    assert set(np.unique(edges, axis=0, return_counts=True)[1]) == {2}


def test_rods_lead_from_start_to_end_and_hulls_are_closed():
    starts, ends = np.array([[0.0, 0, 0], [1, 1, 1]]), np.array([[0.0, 0, 2], [3, 1, 1]])
    (vertices, _faces, normals), owners = rods(starts, ends, 0.1)
    for rod in (0, 1):
        mine = vertices[owners == rod] - starts[rod]
        along = (ends[rod] - starts[rod]) / 2.0
        height = mine @ along
        assert set(np.round(height, 5)) == {0.0, 2.0}
        across = mine - height[:, None] * along
        assert np.linalg.norm(across, axis=1) == pytest.approx(np.full(len(mine), 0.1), abs=1e-5)
        assert normals[owners == rod] == pytest.approx(across / 0.1, abs=1e-4)
    octahedron = np.concatenate([np.eye(3), -np.eye(3)])
    corners, faces, outward = hull(octahedron)
    assert len(faces) == 8
    assert np.all((corners * outward).sum(axis=1) > 0)
    assert hull(np.eye(3)[:, [0, 0, 0]]) is None


def test_a_place_in_the_users_own_folder_is_short(monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert text.place(tmp_path / "data" / "run 1") == str(Path("~") / "data" / "run 1")
    elsewhere = tmp_path.parent / "other"
    assert text.place(elsewhere) == str(elsewhere)
