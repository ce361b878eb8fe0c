"""How the density is drawn: bonds, polyhedra, ranges, directions, sections."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.gui.steps import LEFT, settle, solved


@pytest.fixture
def density(window, qtbot, file, needs_opengl):
    solved(window, qtbot, file)
    window.density.adjust.click()
    assert window.density.controls.isVisible()
    return window.density


def frame(density):
    return density.canvas.native.grabFramebuffer()


def test_bonds_polyhedra_and_a_wider_range_are_drawn(density, window, qtbot):
    scene = density.canvas.structure
    assert scene.bonds.visible
    assert not scene.polyhedra.visible
    once = len(scene.arrangement.rows)
    before = frame(density)
    density.controls.polyhedra.click()
    settle(window, qtbot)
    assert scene.polyhedra.visible
    assert {len(corners) for _centre, corners in scene.arrangement.polyhedra} == {6}
    assert frame(density) != before
    density.controls.polyhedra.click()
    density.controls.range["high", 0].setValue(2.0)
    settle(window, qtbot)
    assert window.session.density.drawing.high == (2.0, 1.0, 1.0)
    assert len(scene.arrangement.rows) == 45  # 3 x 3 lattice planes of 5 along a, from 27
    assert len(scene.arrangement.rows) > once
    n = window.session.density.shown.values.shape[0]
    assert density.canvas.drawn_values.shape == (2 * n + 3, n + 3, n + 3)
    density.controls.atoms.click()
    assert not scene.atoms.visible
    assert not scene.bonds.visible


def test_a_range_of_nothing_becomes_one_that_can_be_drawn(density, window, qtbot):
    density.controls.range["high", 2].setValue(-2.0)
    assert window.session.density.drawing.high[2] == pytest.approx(0.1)
    assert density.controls.range["high", 2].value() == pytest.approx(0.1)


def test_six_directions_and_perspective(density, qtbot):
    camera = density.canvas.camera
    places = {}
    for axis, button in density.controls.views.items():
        qtbot.mouseClick(button, LEFT)
        places[axis] = (round(camera.azimuth, 6), round(camera.elevation, 6))
    assert places["a"] == places["a*"]  # of a cubic cell
    assert len({places[axis] for axis in "abc"}) == 3
    flat = frame(density)
    density.controls.perspective.click()
    assert camera.fov > 0
    assert frame(density) != flat


def test_a_section_follows_its_indices_and_its_slider(density, window, qtbot):
    qtbot.mouseClick(density.view.button("section"), LEFT)
    assert density.section.isVisible()
    assert not density.controls.in_space.isVisible()
    first = density.section.section
    assert "(0 0 1)" in density.section.label.text()
    assert len(density.section.contours.getOriginalDataset()[0]) > 50
    density.controls.indices[0].setValue(1)
    density.controls.indices[1].setValue(1)
    settle(window, qtbot)
    cut = density.section.section
    assert window.session.density.drawing.hkl == (1, 1, 1)
    assert cut.spacing == pytest.approx(first.spacing / np.sqrt(3.0))
    density.controls.offset.slider.setFocus()
    qtbot.keyClick(density.controls.offset.slider, Qt.Key.Key_PageUp)
    assert window.session.density.drawing.offset == pytest.approx(0.05)
    assert density.section.section is not cut
    # Never (0 0 0): the plane stays where it was.
    for box in density.controls.indices:
        box.setValue(0)
    assert any(window.session.density.drawing.hkl)
    qtbot.mouseClick(density.view.button("surfaces"), LEFT)
    assert density.canvas.native.isVisible()


def test_without_opengl_sections_are_drawn(window, qtbot, file):
    window.density._has_opengl = False
    window.density.canvas = None
    assert "no OpenGL" not in window.density.hint.text()
    window.density._show_map()
    assert "no OpenGL" in window.density.hint.text()
    solved(window, qtbot, file)
    assert window.density.section.isVisible()
    assert not window.density.view.button("surfaces").isEnabled()
    assert window.density.section.section is not None
