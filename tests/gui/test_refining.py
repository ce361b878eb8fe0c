"""Refinement of the chosen candidate by its dialog, in the real window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.gui.steps import LEFT, messages, settle, solved


@pytest.fixture
def dialog(window, qtbot, file):
    solved(window, qtbot, file)
    qtbot.mouseClick(window.sample.candidate.refine_button, LEFT)
    assert window.refine_dialog.isVisible()
    return window.refine_dialog


def test_a_refinement_takes_the_candidates_place_and_is_undone(window, qtbot, dialog, engine):
    window.session.solution.choose(1)
    settle(window, qtbot)
    former = window.session.solution.chosen
    window.session.solution.annotate(former, "mine")
    assert "Candidate 2" in dialog.title.text()
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(window, qtbot)
    chosen = window.session.solution.chosen
    assert engine.calls[-1] == "refine"
    assert chosen.rank == 2
    assert chosen.fit.rwp == 0.021
    assert chosen.cell[0] == pytest.approx(former.cell[0] * 1.001)
    assert window.session.solution.mark_of(chosen).note == "mine"
    assert "Rwp 10.00 → 2.10 %" in dialog.residuals.text()
    cells = [dialog.table.item(0, column).text() for column in range(3)]
    assert cells == ["zero", "0.0123(4)", "°"]
    assert np.array_equal(
        window.pattern.plot.calculated.getOriginalDataset()[1], chosen.fit.calculated
    )
    assert window.actions_.undo.text().startswith("Undo refine")
    window.actions_.undo.trigger()
    settle(window, qtbot)
    assert window.session.solution.chosen is former
    assert "→" not in dialog.residuals.text()
    window.actions_.redo.trigger()
    settle(window, qtbot)
    assert window.session.solution.chosen is chosen


def test_what_is_ticked_is_asked_for(window, qtbot, dialog, engine):
    assert not dialog.groups["texture"].isEnabled()
    dialog.manual.click()
    assert dialog.groups["texture"].isEnabled()
    for group, box in dialog.groups.items():
        box.setChecked(group in ("scale", "texture"))
    dialog.axis.setText("1 0 4")
    dialog.background.setValue(5)
    dialog.monochromator.setValue(26.6)
    dialog.excluded.setText("30-35")
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(window, qtbot)
    pattern, options = engine.refinements[-1]
    assert options.refine == ("scale", "texture")
    assert options.texture_axis == (1, 0, 4)
    assert options.background_terms == 5
    assert pattern.radiation.monochromator_two_theta == 26.6
    assert not np.any((pattern.two_theta >= 30.0) & (pattern.two_theta <= 35.0))
    assert len(window.session.pattern.pattern) > len(pattern)


@pytest.mark.parametrize(
    ("axis", "excluded", "why"), [("up", "", "no axis"), ("", "35-30", "ends before")]
)
def test_a_wish_that_means_nothing_is_refused_in_place(
    window, qtbot, dialog, engine, axis, excluded, why
):
    dialog.axis.setText(axis)
    dialog.excluded.setText(excluded)
    qtbot.mouseClick(dialog.refine, LEFT)
    assert why in dialog.status.text()
    assert not engine.refinements
    assert not [strip for strip in messages(window) if strip.message.severity == "error"]


def test_stopping_and_closing_leave_the_candidate_alone(window, qtbot, dialog, engine):
    chosen = window.session.solution.chosen
    engine.gate.clear()
    for _ in range(2):
        qtbot.mouseClick(dialog.refine, LEFT)
        qtbot.waitUntil(lambda: dialog.stop.isEnabled())
        assert not dialog.refine.isEnabled()
        qtbot.mouseClick(dialog.stop, LEFT)
        assert dialog.status.text() == "Stopped"
    qtbot.mouseClick(dialog.refine, LEFT)
    qtbot.waitUntil(lambda: window.jobs.running("refine"))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not window.jobs.running("refine")
    assert not dialog.isVisible()
    engine.gate.set()
    settle(window, qtbot)
    assert window.session.solution.chosen is chosen


def test_a_new_search_ends_the_refinement(window, qtbot, dialog, engine):
    engine.gate.clear()
    qtbot.mouseClick(dialog.refine, LEFT)
    qtbot.waitUntil(lambda: window.jobs.running("refine"))
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    assert not window.jobs.running("refine")
    assert not dialog.refine.isEnabled()
    engine.gate.set()
    settle(window, qtbot)
    assert dialog.refine.isEnabled()
    assert window.session.solution.chosen.fit.rwp == 0.05


def test_humps_and_robust_weights_are_asked_for(qtbot, window, dialog, engine):
    dialog.humps.setText("22.5, 45")
    dialog.robust.setChecked(True)
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(window, qtbot)
    _, options = engine.refinements[-1]
    assert options.hump_positions == (22.5, 45.0)
    assert options.robust


def test_regions_of_the_plot_are_shown_and_switched(qtbot, window, dialog, engine):
    assert not dialog.regions.isVisible()
    window.session.preparing.type_regions("20-22, 30-35")
    assert dialog.regions.isVisible()
    assert [dialog.regions.item(i).text() for i in range(2)] == ["20-22°", "30-35°"]
    dialog.regions.item(1).setCheckState(Qt.CheckState.Unchecked)
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(window, qtbot)
    pattern, _ = engine.refinements[-1]
    inside = [np.any((pattern.two_theta >= a) & (pattern.two_theta <= b)) for a, b in
              window.session.preparing.regions]  # fmt: skip
    assert inside == [False, True]
    window.session.preparing.type_regions("")
    assert not dialog.regions.isVisible()


def test_a_second_phase_is_refined_too(qtbot, window, dialog, engine, tmp_path):
    session, chosen = window.session, window.session.solution.chosen
    assert dialog.further.currentText() == "none"
    dialog.further.setCurrentIndex(1)
    dialog.further.activated.emit(1)
    other = session.solution.candidates[1]
    assert dialog.further.currentText().startswith("Candidate 2")
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(window, qtbot)
    assert engine.refined_phases[-1] == (chosen.structure, other.structure)
    plot, phases = window.pattern.plot, session.solution.chosen.fit.phases
    assert [name.toPlainText() for name in plot.tick_rows.names[:2]] == ["phase 1", "phase 2"]
    marks = (plot.ticks, plot.tick_rows.rows[0])
    for item, phase in zip(marks, phases, strict=True):
        assert np.array_equal(item.getOriginalDataset()[0][::2], phase.reflections.two_theta)
    plot.tick_rows.draw(
        "a name that is far too long", [("b", phases[1].reflections.two_theta)], 20.0
    )
    assert plot.tick_rows.names[0].toPlainText() == "a name that is fa…"
    assert "Phases: 1 phase 1, 2 phase 2." in dialog.notes.text()
    dialog.further.choose_file(tmp_path / "quartz.cif")
    assert dialog.further.currentText() == "quartz.cif"
    session.solution.choose(1)
    settle(window, qtbot)
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(window, qtbot)
    assert engine.refined_phases[-1][1] == tmp_path / "quartz.cif"
    dialog.further.activated.emit(0)
    assert session.solution.chosen is not None
    assert window.refining.state.wishes.further is None


def test_what_the_search_held_has_no_uncertainty(dialog):
    shown = [[dialog.table.item(i, j).text() for j in (0, 1)] for i in range(2)]
    assert shown == [["scale", "1.500(10)"], ["zero", "0.00000"]]
