"""Plots and densities written as files, and rows of ticks for pinned candidates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from engine.errors import BadInputError
from tests.gui.steps import messages, settle, solved


@pytest.fixture
def answer(monkeypatch, tmp_path):
    """Answers the file dialog with a name in the test's folder."""

    def choose(name):
        path = tmp_path / name
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", lambda *_arguments: (str(path), "PNG (*.png)")
        )
        return path

    return choose


def test_the_plot_is_written_as_it_is_seen_in_every_format(window, qtbot, file, answer):
    assert not window.actions_.save_plot.isEnabled()
    solved(window, qtbot, file)
    window.pattern.plot.box.setXRange(30.0, 50.0, padding=0)
    settle(window, qtbot)
    paths = {}
    for suffix in (".png", ".svg", ".pdf", ".csv"):
        paths[suffix] = answer(f"plot{suffix}")
        window.actions_.save_plot.trigger()
        assert f"Saved plot{suffix}" in messages(window)[0].message.text
    image = QImage(str(paths[".png"]))
    assert image.width() == 3 * window.pattern.plot.width()
    colours = {image.pixel(x, image.height() // 3) for x in range(0, image.width(), 2)}
    assert len(colours) > 5
    assert paths[".svg"].read_text(encoding="utf-8").count("<path") > 5
    assert paths[".pdf"].read_bytes().startswith(b"%PDF")
    table = np.genfromtxt(paths[".csv"], delimiter=",", names=True)
    pattern, fit = window.session.pattern.pattern, window.session.solution.chosen.fit
    inside = (pattern.two_theta >= 30.0) & (pattern.two_theta <= 50.0)
    assert np.array_equal(table["two_theta"], pattern.two_theta[inside])
    assert np.array_equal(table["observed"], pattern.counts[inside])
    assert np.allclose(table["calculated"], fit.calculated[inside])
    assert table["d"][0] == pytest.approx(1.5405929 / 2 / np.sin(np.radians(15.0)), rel=1e-3)


def test_a_format_or_a_folder_that_is_not_there_is_said(window, qtbot, file, answer):
    solved(window, qtbot, file)
    for name, words in (
        ("plot.bmp", "Saved plot.bmp.png"),  # of the chosen filter, and said so
        ("no/where.csv", "could not be written"),
    ):
        answer(name)
        window.actions_.save_plot.trigger()
        assert words in messages(window)[0].message.text
    with pytest.raises(BadInputError, match="choose one of"):
        window.pattern.save(Path("plot.bmp"))


def test_the_density_is_written_finely(window, qtbot, file, answer, needs_opengl):
    solved(window, qtbot, file)
    path = answer("density.png")
    window.actions_.save_density.trigger()
    image = QImage(str(path))
    assert image.width() > 2 * window.density.canvas.native.width()
    assert len({image.pixel(x, image.height() // 2) for x in range(0, image.width(), 3)}) > 10


def test_pinned_candidates_have_a_row_of_ticks_each(window, qtbot, file):
    solved(window, qtbot, file)
    plot, solution = window.pattern.plot, window.session.solution
    assert not any(name.isVisible() for name in plot.tick_rows.names)
    solution.pin(solution.candidates[1], True)
    solution.pin(solution.candidates[2], True)
    assert [name.toPlainText() for name in plot.tick_rows.names[:3]] == ["1", "2", "3"]
    for row, candidate in enumerate(solution.candidates[1:]):
        xs, ys = plot.tick_rows.rows[row].getOriginalDataset()
        assert np.array_equal(xs[::2], candidate.fit.reflections.two_theta)
        assert ys.max() < -row
    window.candidates.selectRow(1)  # a pinned one is chosen: the first row is its own
    settle(window, qtbot)
    assert len(plot.tick_rows.rows[1].getOriginalDataset()[0] or ()) == 0
    window.actions_.undo.trigger()
    window.actions_.undo.trigger()
    settle(window, qtbot)
    assert not any(name.isVisible() for name in plot.tick_rows.names)
