"""Predicted minus own density in the window: both signs, in space and in sections."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from app.state.density import DensityMap
from tests.app.fake_engine import make_prediction
from tests.gui.steps import LEFT, settle, solved


@pytest.fixture
def both(window, qtbot, file, engine, monkeypatch):
    """A candidate and a prediction, whose difference has as much above zero as below."""

    def subtract(predicted, own, label):
        n = 20
        x = np.arange(n) / n
        wave = np.cos(2 * np.pi * x)[:, None, None] * np.ones((1, n, n))
        values = wave + 0.01 * predicted.lattice[0, 0]
        return {shape: DensityMap(values, own.lattice, own.structure, label, signed=True)
                for shape in ("cell", "cube")}  # fmt: skip

    services = window.controller.services
    object.__setattr__(services, "density_difference", subtract)
    solved(window, qtbot, file)
    assert not window.density.source.button("difference").isEnabled()
    window.session.density.set_prediction(make_prediction())
    settle(window, qtbot)
    return window.density


def share_of(image, colour):
    """Share of a picture's pixels whose hue is close to that of `colour`."""
    hue = QColor(colour).hsvHueF()
    found = 0
    for x in range(0, image.width(), 4):
        for y in range(0, image.height(), 4):
            pixel = image.pixelColor(x, y)
            if pixel.hsvSaturationF() > 0.15:
                found += abs((pixel.hsvHueF() - hue + 0.5) % 1.0 - 0.5) < 0.06
    return 16.0 * found / (image.width() * image.height())


def test_the_difference_has_two_colours(both, window, qtbot, needs_opengl):
    density, theme = window.session.density, both._theme
    qtbot.mouseClick(both.source.button("difference"), LEFT)
    settle(window, qtbot)
    assert density.shown.signed
    assert "minus candidate 1" in both.label.text()
    assert theme.plus in both.label.text()
    assert theme.minus in both.label.text()
    density.set_show_atoms(False)
    both.controls.opacity.slider.setValue(450)
    qtbot.wait(80)
    image = both.canvas.native.grabFramebuffer()
    assert share_of(image, theme.plus) > 0.008
    assert share_of(image, theme.minus) > 0.008


def test_one_level_for_both_signs_and_back_to_two(both, window, qtbot, needs_opengl):
    both.adjust.setChecked(False)
    both.adjust.click()
    controls = both.controls
    before = window.session.density.surfaces
    qtbot.mouseClick(both.source.button("difference"), LEFT)
    settle(window, qtbot)
    assert not controls.inner.isVisible()
    assert controls.outer.slider.accessibleName() == "Level, ±"
    assert "e/Å³" in controls.outer.reading
    controls.outer.slider.setValue(300)
    qtbot.mouseClick(both.source.button("network"), LEFT)
    settle(window, qtbot)
    assert controls.inner.isVisible()
    assert window.session.density.surfaces == before
    assert controls.next.isEnabled()
    qtbot.mouseClick(both.source.button("difference"), LEFT)
    settle(window, qtbot)
    qtbot.mouseClick(controls.next, LEFT)  # another sample minus the same candidate
    settle(window, qtbot)
    assert "sample 2" in window.session.density.shown.label


def test_a_section_has_contours_of_both_signs(both, window, qtbot):
    density = window.session.density
    qtbot.mouseClick(both.source.button("difference"), LEFT)
    settle(window, qtbot)
    density.draw(view="section", hkl=(0, 0, 1))
    section = both.section
    assert len(section.contours.getOriginalDataset()[0]) > 0
    assert len(section.below.getOriginalDataset()[0]) > 0
    assert "±" in section.label.text()
    density.set_source("candidate")
    assert len(section.below.getOriginalDataset()[0] or ()) == 0
    assert "±" not in section.label.text()


def test_cells_that_do_not_match_are_told(both, window, qtbot, monkeypatch):
    from engine.errors import BadInputError

    def refuse(*_):
        raise BadInputError("The predicted cell is not that of the structure.")

    object.__setattr__(window.controller.services, "density_difference", refuse)
    qtbot.mouseClick(both.source.button("difference"), LEFT)
    settle(window, qtbot)
    assert both.hint.isVisible()
    assert "not that of the structure" in both.hint.text()
    assert not window.actions_.export_map.isEnabled()
