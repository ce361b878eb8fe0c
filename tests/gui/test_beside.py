"""The windows beside the main one: comparison and guide."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from tests.app.fake_engine import make_prediction
from tests.gui.steps import LEFT, opened, settle, solved


@pytest.fixture
def compared(window, qtbot, file, needs_opengl):
    solved(window, qtbot, file)
    qtbot.mouseClick(window.marks.compare, LEFT)
    settle(window, qtbot)
    yield window.beside.comparison
    if window.beside.comparison is not None:
        window.beside.comparison.close()


def test_two_candidates_stand_side_by_side(compared, window, qtbot):
    first, second = window.session.solution.candidates[:2]
    assert [side.choice for side in compared.sides] == [("candidate", 0), ("candidate", 1)]
    for side in compared.sides:
        assert side.canvas.drawn_values is not None
        assert side.canvas.structure.visible
    assert np.array_equal(compared.fits.calculated[0].getOriginalDataset()[1], first.fit.calculated)
    assert np.array_equal(
        compared.fits.differences[1].getOriginalDataset()[1], second.fit.difference
    )
    words = compared.figures.text()
    assert "<b>5.00 %, without background 8.00 %</b>" in words
    assert "<b>Fm" not in words  # what is the same is not in bold
    compared.show_choice(1, ("candidate", 2))
    settle(window, qtbot)
    assert "KCl" in compared.figures.text()


def test_both_pictures_turn_together_until_they_are_told_not_to(compared):
    left, right = (side.canvas for side in compared.sides)
    left.camera.azimuth = 40.0
    left.camera.view_changed()
    assert right.camera.azimuth == pytest.approx(40.0)
    compared.linked.setChecked(False)
    left.camera.azimuth = 70.0
    assert right.camera.azimuth == pytest.approx(40.0)


def test_the_network_stands_beside_a_candidate(compared, window, qtbot):
    window.session.density.set_prediction(make_prediction())
    settle(window, qtbot)
    assert [side.choice for side in compared.sides] == [("candidate", 0), ("candidate", 1)]
    compared.show_choice(1, ("network", 1))
    assert "Network sample 2 of 3" in compared.sides[1].label.text()
    assert len(compared.fits.calculated[1].getOriginalDataset()[0] or ()) == 0
    window.session.solution.set_solution(None)
    settle(window, qtbot)
    assert compared.sides[1].choice[0] == "network"


def test_closing_it_lets_go(compared, window, qtbot, engine):
    compared.close()
    assert window.beside.comparison is None
    window.controller.solve()
    settle(window, qtbot)
    assert window.session.solution.status == "done"


def test_the_guide_opens_at_the_page_of_what_has_the_focus(window, qtbot, file):
    window.actions_.guide.trigger()
    guide = window.beside.guide
    assert "Open a pattern" in guide.contents.currentItem().text()
    opened(window, qtbot, file)
    assert "Tick" in window.beside.page_of(window.sample.formula)
    assert "wavelength" in window.beside.page_of(window.sample.radiation.entry)
    assert "Judge" in window.beside.page_of(window.candidates)
    assert "density" in window.beside.page_of(window.density.view)
    headings = [words for words, _block in guide.page.headings()]
    for widget in (window.sample, window.sample.table, window.density, window.tabs, window.pattern):
        page = window.beside.page_of(widget)
        assert any(page.casefold() in words.casefold() for words in headings), page
    guide.open_at("Look at density")
    QApplication.processEvents()
    assert guide.page.verticalScrollBar().value() > 0
    guide.close()
    qtbot.waitUntil(lambda: window.beside.guide is None)
