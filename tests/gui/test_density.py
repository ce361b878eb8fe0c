"""How the density is drawn: bonds, polyhedra, ranges, directions, sections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog

from app.state.density import level_of
from tests.app.fake_engine import make_prediction
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


def test_levels_are_typed_in_three_units(density, window, qtbot):
    controls, state = density.controls, window.session.density
    shown = state.shown

    def typed(text):
        controls.outer.number.setFocus()
        controls.outer.number.selectAll()
        qtbot.keyClicks(controls.outer.number, text)
        qtbot.keyClick(controls.outer.number, Qt.Key.Key_Return)
        return level_of(state.surfaces.outer, shown.maximum)

    before = frame(density)
    assert typed("0.9") == pytest.approx(0.9, rel=1e-3)
    qtbot.wait(80)
    assert frame(density) != before
    qtbot.mouseClick(controls.unit.button("sigma"), LEFT)
    assert controls.outer.reading.endswith("σ")
    assert typed("1.5") == pytest.approx(1.5 * shown.sigma, rel=1e-2)
    qtbot.mouseClick(controls.unit.button("electrons"), LEFT)
    level = typed("2")
    volume = abs(np.linalg.det(shown.lattice))
    # Densities of a coarse grid come in steps: two electrons lie between one and the next.
    less, more = (
        shown.values[shown.values >= factor * level].sum() * volume / shown.values.size
        for factor in (1.001, 0.999)
    )
    assert less < 2.0 <= more
    assert controls.outer.reading.endswith(" e")


def test_a_surface_gets_another_colour(density, window, qtbot, monkeypatch):
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor("#00ff00"))
    window.session.density.set_surfaces(opacity=0.9)
    window.session.density.set_show_atoms(False)
    qtbot.mouseClick(density.controls.outer.swatch, LEFT)
    qtbot.wait(80)
    assert window.session.density.surfaces.outer_colour == "#00ff00"
    image = frame(density)
    middle = image.pixelColor(image.width() // 2, image.height() // 2)
    greens = [
        image.pixelColor(x, y)
        for x in range(0, image.width(), 5)
        for y in range(0, image.height(), 5)
    ]
    assert sum(c.green() > 1.5 * max(c.red(), c.blue(), 1) for c in greens) > 20, middle
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor())
    qtbot.mouseClick(density.controls.outer.swatch, LEFT)  # nothing was chosen
    assert window.session.density.surfaces.outer_colour == "#00ff00"


def test_what_the_samples_agree_on_and_how_far_they_differ(density, window, qtbot):
    state, controls = window.session.density, density.controls
    apart = make_prediction()
    state.set_prediction(replace(apart, cell=np.stack([apart.cell[0]] * 3)))
    settle(window, qtbot)
    one = state.shown
    qtbot.mouseClick(controls.of_samples.button("mean"), LEFT)
    settle(window, qtbot)
    assert "Mean of" in density.label.text()
    assert np.corrcoef(state.shown.values.ravel(), one.values.ravel())[0, 1] > 0.5
    qtbot.mouseClick(controls.of_samples.button("spread"), LEFT)
    settle(window, qtbot)
    assert "Standard deviation" in density.label.text()
    assert state.shown.values.min() >= 0.0
    # Another sample is another one to put the rest beside.
    qtbot.mouseClick(controls.next, LEFT)
    settle(window, qtbot)
    assert "Standard deviation" in density.label.text()
    # Samples that no other is like have nothing to be averaged with.
    state.set_prediction(apart)
    settle(window, qtbot)
    assert "nothing to average" in density.hint.text()
    assert controls.of_samples.isEnabled()
    qtbot.mouseClick(controls.of_samples.button("sample"), LEFT)
    assert state.shown is not None
    qtbot.mouseClick(density.source.button("candidate"), LEFT)
    assert not controls.of_samples.isEnabled()
