"""A file that nobody can read, and a file of several ranges, in the real window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.pattern.readers import registry
from engine.pattern.readers.registry import Reader
from engine.pattern.readers.scan import Scan
from tests.app.fake_engine import make_pattern
from tests.gui.steps import LEFT, drop, messages, settle


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Every line begins with a name; the position is the third column, the counts the second."""
    pattern = make_pattern()
    rows = [
        f"pt{i} {count:.0f} {angle:.4f} {count**0.5:.3f}"
        for i, (angle, count) in enumerate(zip(pattern.two_theta, pattern.counts, strict=True))
    ]
    path = tmp_path / "odd.dat"
    path.write_text("\n".join(["made by nobody", "lambda unknown", *rows]), encoding="utf-8")
    return path


def asked(window, qtbot, path):
    drop(window, path)
    qtbot.waitUntil(lambda: window.import_dialog is not None and window.import_dialog.isVisible())
    settle(window, qtbot)
    return window.import_dialog


def choose(entry, qtbot, data):
    """As a user does by keys: to the entry, then down or up."""
    entry.setFocus()
    steps = entry.findData(data) - entry.currentIndex()
    key = Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up
    for _ in range(abs(steps)):
        qtbot.keyClick(entry, key)
    entry.activated.emit(entry.currentIndex())


def test_an_unreadable_text_is_asked_about_and_read_as_said(window, qtbot, odd):
    dialog = asked(window, qtbot, odd)
    assert dialog.title.text() == "odd.dat"
    assert dialog.lines.item(0, 0).text() == "made"
    assert dialog.skip.value() == 2
    assert window.session.pattern.pattern is None
    choose(dialog.place, qtbot, 2)
    choose(dialog.counts, qtbot, 1)
    choose(dialog.wavelength, qtbot, "MoKa")
    settle(window, qtbot)
    assert "3,501 points" in dialog.facts.text().replace("\u202f", ",").replace("\u2009", ",")
    x, y = dialog.curve.getOriginalDataset()
    truth = make_pattern()
    assert np.allclose(x, truth.two_theta, atol=1e-4)
    assert np.array_equal(y, truth.counts)
    dialog.read.setFocus()
    qtbot.keyClick(dialog.read, Qt.Key.Key_Return)
    settle(window, qtbot)
    pattern = window.session.pattern.pattern
    assert pattern.name == "odd"
    assert pattern.radiation.anode == "Mo"
    assert not dialog.isVisible()
    assert np.array_equal(window.pattern.plot.observed.getOriginalDataset()[1], truth.counts)


def test_the_next_file_of_the_same_layout_is_read_like_it(window, qtbot, odd, tmp_path):
    dialog = asked(window, qtbot, odd)
    choose(dialog.place, qtbot, 2)
    choose(dialog.counts, qtbot, 1)
    settle(window, qtbot)
    qtbot.mouseClick(dialog.read, LEFT)
    settle(window, qtbot)
    second = tmp_path / "second.dat"
    second.write_bytes(odd.read_bytes())
    drop(window, second)
    qtbot.waitUntil(lambda: window.session.pattern.pattern.name == "second")
    settle(window, qtbot)
    assert not dialog.isVisible()
    assert np.array_equal(window.session.pattern.pattern.counts, make_pattern().counts)
    strip = next(s for s in messages(window) if "last file of its layout" in s.message.text)
    qtbot.mouseClick(strip.offers[0], LEFT)
    assert dialog.isVisible()
    assert dialog.place.currentData() == 2
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    settle(window, qtbot)
    assert not dialog.isVisible()
    assert window.session.pattern.pattern.name == "second"


def test_a_useless_answer_is_refused_while_it_is_given(window, qtbot, odd):
    dialog = asked(window, qtbot, odd)
    dialog.skip.setValue(90_000)
    settle(window, qtbot)
    assert not dialog.read.isEnabled()
    assert "choose others" in dialog.facts.text()
    dialog.wavelength.setCurrentText("green")
    dialog.wavelength.lineEdit().editingFinished.emit()
    settle(window, qtbot)
    assert "no wavelength" in dialog.facts.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    settle(window, qtbot)
    assert window.session.pattern.pattern is None


def test_columns_can_be_chosen_of_a_file_that_was_read(window, qtbot, file):
    drop(window, file)
    qtbot.waitUntil(lambda: window.session.pattern.pattern is not None)
    settle(window, qtbot)
    window.actions_.columns.trigger()
    qtbot.waitUntil(lambda: window.import_dialog is not None and window.import_dialog.isVisible())
    settle(window, qtbot)
    dialog = window.import_dialog
    choose(dialog.axis, qtbot, "d_angstrom")
    settle(window, qtbot)
    assert "cannot be reached" in dialog.facts.text() or "points" in dialog.facts.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    settle(window, qtbot)
    assert window.session.pattern.pattern.name == "halite"


@pytest.fixture
def ranges(tmp_path: Path, monkeypatch) -> Path:
    """A file of two scans, the second twice as high, of a laboratory's own format."""
    pattern = make_pattern()

    def read(_source):
        return [
            Scan(pattern.two_theta, pattern.counts, None, format="two"),
            Scan(pattern.two_theta, 2.0 * pattern.counts, None, format="two"),
        ]

    def vote(source):
        return 100 if source.data.startswith(b"TWO RANGES") else 0

    known = (Reader("two ranges", vote, read), *registry.readers())
    monkeypatch.setattr(registry, "readers", lambda: known)
    path = tmp_path / "two.own"
    path.write_bytes(b"TWO RANGES")
    return path


def test_a_range_is_chosen_and_the_choice_undone(window, qtbot, ranges):
    bar = window.range_bar
    assert not bar.isVisible()
    drop(window, ranges)
    qtbot.waitUntil(lambda: window.session.pattern.pattern is not None)
    settle(window, qtbot)
    counts = make_pattern().counts
    assert bar.isVisible()
    assert bar.entry.count() == 5
    assert "20 to 90°" in bar.entry.itemText(1)
    for data, expected in ((2, 2.0 * counts), ("sum", 3.0 * counts), (1, counts)):
        bar.entry.setCurrentIndex(bar.entry.findData(data))
        bar.entry.activated.emit(bar.entry.currentIndex())
        settle(window, qtbot)
        assert np.array_equal(window.session.pattern.pattern.counts, expected)
        assert bar.entry.currentData() == data
    window.controller.undo()
    settle(window, qtbot)
    assert np.array_equal(window.session.pattern.pattern.counts, 3.0 * counts)
    assert bar.entry.currentData() == "sum"
