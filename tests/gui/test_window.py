"""A user's work in the real window: drop, tick, solve, look, export; and what may go wrong."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.views.error_dialog import CrashCatcher
from app.views.isosurface import padded
from tests.gui.steps import LEFT, drop, messages, opened, settle, solved, tick


def test_empty_window_says_what_to_do(window):
    assert window.pattern.empty.isVisible()
    assert not window.messages.isVisible()
    assert window.device.text() == "CPU (test)"
    assert window.actions_.examples is window.pattern.empty.examples_button.menu()


def test_dropped_pattern_is_drawn_as_it_is_in_the_file(window, qtbot, file):
    opened(window, qtbot, file)
    x, y = window.pattern.plot.observed.getOriginalDataset()
    pattern = window.session.pattern.pattern
    assert np.array_equal(x, pattern.two_theta)
    assert np.array_equal(y, pattern.counts)
    assert window.pattern.plot.isVisible()
    assert window.sample.radiation.chip.text() == "⚠ assumed"
    assert "assumed" in messages(window)[0].message.text
    assert window.settings.recent_files[0].endswith("halite.xy")
    assert window.windowTitle().startswith("halite")


def test_no_part_of_the_window_keeps_a_dropped_file_for_itself(window, qtbot, file):
    solved(window, qtbot, file)
    takers = [child for child in window.findChildren(QWidget) if child.acceptDrops()]
    assert not takers


def test_something_that_is_no_file_is_not_accepted(window):
    data = QMimeData()
    data.setText("hello")
    event = QDragEnterEvent(
        QPoint(10, 10), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()


def test_ticking_by_mouse_keys_and_formula_stays_in_step(window, qtbot):
    tick(window, qtbot, "Ti", "O")
    assert window.session.elements.selected == ("Ti", "O")
    assert window.sample.formula.text() == "Ti O"
    table = window.sample.table
    table.button("Ti").setFocus()
    qtbot.keyClick(table.button("Ti"), Qt.Key.Key_Down)
    assert window.focusWidget() is table.button("Zr")
    qtbot.keyClick(table.button("Zr"), Qt.Key.Key_Space)
    assert "Zr" in window.session.elements.selected
    qtbot.keyClick(table.button("Zr"), Qt.Key.Key_Left)
    qtbot.keyClick(table.button("Y"), Qt.Key.Key_Up)
    assert window.focusWidget() is table.button("Sc")
    window.sample.formula.setText("BaTiO3")
    qtbot.keyClick(window.sample.formula, Qt.Key.Key_Return)
    assert window.session.elements.selected == ("Ba", "Ti", "O")
    assert table.button("Ba").isChecked()
    assert not table.button("Zr").isChecked()
    assert "BaTiO₃" in window.sample.meaning.text()
    window.sample.formula.setText("BaTiXx3")
    qtbot.keyClick(window.sample.formula, Qt.Key.Key_Return)
    assert messages(window)[0].message.severity == "error"
    assert window.session.elements.selected == ("Ba", "Ti", "O")
    qtbot.mouseClick(window.sample.clear_button, LEFT)
    assert window.session.elements.selected == ()
    assert window.sample.formula.text() == ""


def test_solve_without_elements_is_refused_in_place(window, qtbot, file):
    opened(window, qtbot, file)
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    assert "No element is ticked" in messages(window)[0].message.text
    assert not window.jobs.busy


def test_solving_fills_table_plot_and_density(window, qtbot, file, needs_opengl):
    solved(window, qtbot, file)
    model = window.candidates.model()
    assert model.rowCount() == 3
    row = [model.index(0, column).data() for column in range(model.columnCount())]
    assert row[:6] == ["1", "NaCl", "Fm3\u0305m  (225)", "", "5.00", "Solved"]
    fit = window.session.solution.chosen.fit
    assert np.array_equal(window.pattern.plot.calculated.getOriginalDataset()[1], fit.calculated)
    assert np.array_equal(window.pattern.plot.difference.getOriginalDataset()[1], fit.difference)
    assert len(window.pattern.plot.ticks.getOriginalDataset()[0]) == 2 * len(fit.reflections)
    assert window.peaks.model.rowCount() == len(window.session.solution.comparison.rows)
    assert window.density.canvas.native.isVisible()
    window.candidates.selectRow(1)
    settle(window, qtbot)
    second = window.session.solution.candidates[1]
    assert window.session.solution.chosen is second
    assert np.array_equal(
        window.pattern.plot.calculated.getOriginalDataset()[1], second.fit.calculated
    )
    assert window.session.density.shown.structure is second.structure


def test_a_row_of_the_peak_table_moves_the_cursor(window, qtbot, file):
    solved(window, qtbot, file)
    window.tabs.setCurrentIndex(1)
    window.pattern.plot.box.setXRange(70.0, 80.0, padding=0)
    window.peaks.table.selectRow(1)
    row = window.peaks.model.rows[1]
    assert window.pattern.plot.cursor == pytest.approx(row.observed)
    low, high = window.pattern.plot.box.viewRange()[0]
    assert low < row.observed < high
    assert "hkl 2 0 0" in window.pattern.readout.text()


def test_cancel_stops_and_keeps_the_first_candidate(window, qtbot, file, engine):
    opened(window, qtbot, file)
    tick(window, qtbot, "Na", "Cl")
    engine.gate.clear()
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    qtbot.waitUntil(lambda: window.candidates.model().rowCount() == 1)
    qtbot.waitUntil(lambda: window.sample.progress.value() > 0)
    assert window.sample.cancel_button.isVisible()
    assert not window.sample.solve_button.isEnabled()
    qtbot.mouseClick(window.sample.cancel_button, LEFT)
    assert window.sample.status.text() == "Cancelled"
    assert window.sample.solve_button.isEnabled()
    assert window.candidates.model().rowCount() == 1


def test_the_drawn_array_is_the_networks(window, qtbot, file, engine, needs_opengl):
    from tests.app.fake_engine import make_prediction

    opened(window, qtbot, file)
    tick(window, qtbot, "Na", "Cl")
    qtbot.mouseClick(window.sample.density_button, LEFT)
    settle(window, qtbot)
    assert engine.calls[-1] == "predict"
    truth, pictures = make_prediction(), []
    for sample in range(3):
        drawn = window.density.canvas.drawn_values
        assert np.array_equal(drawn, padded(truth.density[sample]))
        assert np.array_equal(drawn[1:-2, 1:-2, 1:-2], truth.density[sample])
        pictures.append(window.density.canvas.native.grabFramebuffer())
        qtbot.mouseClick(window.density.controls.next, LEFT)
        settle(window, qtbot)
    assert pictures[0] != pictures[1]
    assert pictures[1] != pictures[2]
    assert not window.density.controls.next.isEnabled()
    qtbot.mouseClick(window.density.controls.shape.button("cube"), LEFT)
    assert window.session.density.shape == "cube"
    assert np.array_equal(window.density.canvas.drawn_values, padded(truth.density[2]))


def test_switch_between_network_and_candidate(window, qtbot, file, needs_opengl):
    solved(window, qtbot, file)
    assert not window.density.source.button("network").isEnabled()
    qtbot.mouseClick(window.sample.density_button, LEFT)
    settle(window, qtbot)
    assert window.session.density.source == "network"
    network = window.density.canvas.drawn_values
    qtbot.mouseClick(window.density.source.button("candidate"), LEFT)
    own = window.session.density.candidate_maps["cell"]
    assert np.array_equal(window.density.canvas.drawn_values, padded(own.values))
    assert not np.array_equal(window.density.canvas.drawn_values, network)


def test_moving_a_level_moves_the_surface(window, qtbot, file, needs_opengl):
    solved(window, qtbot, file)
    before = window.density.canvas.native.grabFramebuffer()
    window.density.controls.outer.slider.setValue(20)
    settle(window, qtbot)
    assert window.density.canvas.native.grabFramebuffer() != before
    assert window.session.density.surfaces.outer == pytest.approx(20 / 500)
    assert "e/Å³" in window.density.controls.outer.reading


def test_exports_by_the_menu(window, qtbot, file, tmp_path, monkeypatch, engine):
    assert not window.actions_.export_cif.isEnabled()
    solved(window, qtbot, file)
    asked = []

    def answer(_parent, _title, name, filters):
        asked.append(name)
        return str(tmp_path / ("map" if "cube" in filters else "out.cif")), filters.split(";;")[0]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    window.actions_.export_cif.trigger()
    settle(window, qtbot)
    window.actions_.export_map.trigger()
    settle(window, qtbot)
    assert [path.name for path, _ in engine.written] == ["out.cif", "map.ccp4"]
    assert asked[0].endswith("halite_NaCl_01.cif")
    assert "Saved map.ccp4" in messages(window)[0].message.text


def test_screenshot_has_the_window_in_it(window, qtbot, file, tmp_path):
    solved(window, qtbot, file)
    assert window.save_screenshot(tmp_path / "window.png")
    assert (tmp_path / "window.png").stat().st_size > 10_000
    assert not window.save_screenshot(tmp_path / "nowhere" / "window.png")


@pytest.mark.parametrize(
    "content",
    [b"", b"only words, no numbers\n" * 30, b"10 nan\n" * 40, b"1 5\n2 5\n3 5\n", b"PK\x03\x04cut"],
)
def test_bad_files_are_refused_in_place(window, qtbot, file, tmp_path, content):
    solved(window, qtbot, file)
    pattern, solution = window.session.pattern.pattern, window.session.solution.solution
    bad = tmp_path / "bad.dat"
    bad.write_bytes(content)
    drop(window, bad)
    qtbot.waitUntil(lambda: any(s.message.severity == "error" for s in messages(window)))
    settle(window, qtbot)
    assert window.session.pattern.pattern is pattern
    assert window.session.solution.solution is solution
    assert QApplication.activeModalWidget() is None
    strips = len(messages(window))
    closing = messages(window)[0].layout().itemAt(2).widget()
    qtbot.mouseClick(closing, LEFT)
    assert len(messages(window)) == strips - 1


def test_a_missing_file_is_refused(window, qtbot, tmp_path):
    window.open_file(tmp_path / "nowhere.xy")
    qtbot.waitUntil(lambda: bool(messages(window)))
    assert messages(window)[0].message.severity == "error"


def test_an_internal_error_shows_one_dialog_and_work_goes_on(window, qtbot, file, engine):
    opened(window, qtbot, file)
    window.beside.report_error("solve", "Traceback: first")
    window.beside.report_error("peaks", "Traceback: second")
    dialog = window.beside.error
    assert dialog.isVisible()
    assert not dialog.isModal()
    assert "first" in dialog.report.toPlainText()
    assert "second" in dialog.report.toPlainText()
    qtbot.mouseClick(dialog.copy, LEFT)
    assert "Traceback: first" in QApplication.clipboard().text()
    dialog.close()
    tick(window, qtbot, "Na", "Cl")
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    settle(window, qtbot)
    assert window.candidates.model().rowCount() == 3


def test_an_exception_in_the_event_loop_reaches_the_dialog(window, qtbot):
    catcher = CrashCatcher(window)
    catcher.caught.connect(window.beside.report_error)
    catcher.install()

    def fail():
        raise RuntimeError("deliberate")

    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: window.beside.error is not None)
    catcher.uninstall()
    assert "RuntimeError: deliberate" in window.beside.error.report.toPlainText()


def test_wavelength_can_be_chosen_and_typed(window, qtbot, file):
    opened(window, qtbot, file)
    entry = window.sample.radiation.entry
    entry.setCurrentIndex(entry.findText("Mo Kα"))
    entry.activated.emit(entry.currentIndex())
    assert window.session.pattern.radiation.anode == "Mo"
    assert window.sample.radiation.chip.text() == "preset"
    entry.lineEdit().setText("0.6199")
    qtbot.keyClick(entry.lineEdit(), Qt.Key.Key_Return)
    assert window.session.pattern.radiation.wavelengths == (0.6199,)
    assert window.sample.radiation.chip.text() == "typed"
    entry.lineEdit().setText("hello")
    qtbot.keyClick(entry.lineEdit(), Qt.Key.Key_Return)
    assert messages(window)[0].message.severity == "error"
    assert entry.currentText() == "0.6199"
    settle(window, qtbot)


def test_confirming_the_assumed_wavelength_takes_the_warning_away(window, qtbot, file):
    opened(window, qtbot, file)
    entry = window.sample.radiation.entry
    entry.activated.emit(entry.currentIndex())
    assert window.session.pattern.radiation.provenance == "preset"
    assert not messages(window)
    settle(window, qtbot)


def test_opening_another_pattern_while_solving_stops_the_solver(
    window, qtbot, file, tmp_path, engine
):
    opened(window, qtbot, file)
    tick(window, qtbot, "Na", "Cl")
    engine.gate.clear()
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    qtbot.waitUntil(lambda: window.candidates.model().rowCount() == 1)
    other = tmp_path / "other.xy"
    other.write_bytes(file.read_bytes())
    drop(window, other)
    qtbot.waitUntil(lambda: window.session.pattern.pattern.name == "other")
    assert window.candidates.model().rowCount() == 0
    assert not window.jobs.running("solve")
    engine.gate.set()
    settle(window, qtbot)
    assert window.candidates.model().rowCount() == 0


def test_closing_while_solving_leaves_nothing_running(window, qtbot, file, engine):
    opened(window, qtbot, file)
    tick(window, qtbot, "Na", "Cl")
    engine.gate.clear()
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    qtbot.waitUntil(lambda: window.jobs.running("solve"))
    window.discard_and_close()
    assert not window.jobs.busy


def test_light_and_dark(window, qtbot, file):
    solved(window, qtbot, file)
    window.actions_.themes["dark"].trigger()
    assert window.pattern.plot.theme.dark
    assert window.settings.get("theme") == "dark"
    dark = window.grab().toImage().pixelColor(5, window.height() // 2).lightness()
    window.actions_.themes["light"].trigger()
    assert not window.pattern.plot.theme.dark
    assert window.grab().toImage().pixelColor(5, window.height() // 2).lightness() > dark + 80
    window.actions_.themes["system"].trigger()


def test_layout_is_remembered(window, qtbot, settings, engine):
    from app.launch import make_window

    window.right.setSizes([200, 400])
    kept = window.right.sizes()
    window.close()
    again = make_window(engine.services(), settings)
    again.show()
    qtbot.waitExposed(again)
    assert again.right.sizes()[0] == pytest.approx(kept[0], abs=40)
    again.close()
    again.deleteLater()
