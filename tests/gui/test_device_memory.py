"""Memory that does not suffice, simulated: the window shows the report, and goes on."""

from __future__ import annotations

from tests.gui.steps import LEFT, opened, settle, tick


def test_where_no_memory_suffices_the_report_opens_and_work_goes_on(window, qtbot, file):
    def nothing(*_asked):
        raise MemoryError("cannot allocate 64 GiB")

    object.__setattr__(window.controller.services, "predict_density", nothing)
    opened(window, qtbot, file)
    tick(window, qtbot, "Na", "Cl")
    qtbot.mouseClick(window.sample.density_button, LEFT)
    settle(window, qtbot)
    assert "64 GiB" in window.beside.error.report.toPlainText()
    window.beside.error.close()
    assert window.session.density.status == "failed"
    assert window.sample.density_button.isEnabled()
    qtbot.mouseClick(window.sample.solve_button, LEFT)
    settle(window, qtbot)
    assert window.session.solution.candidates
