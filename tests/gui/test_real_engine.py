"""The window with the real engine behind it, on a bundled example."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.launch import make_window
from app.state.examples import load_examples

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def real(qtbot, settings):
    made = make_window(settings=settings)
    made.resize(1280, 720)
    with qtbot.waitSignal(made.painted, timeout=10_000):
        made.show()
    made.warm_up()
    qtbot.waitUntil(lambda: not made.jobs.busy, timeout=60_000)
    yield made
    made.discard_and_close()
    made.deleteLater()


def settle(window, qtbot, timeout=90_000):
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=timeout)
    qtbot.wait(60)


def _first_column(table):
    return [table.item(i, 0).text() for i in range(table.rowCount())]


def test_an_example_from_pattern_to_density_structure_and_cif(real, qtbot, tmp_path, needs_opengl):
    from app.views.isosurface import padded
    from engine.crystal.structure_io import read_structure
    from engine.model.inference import predict_density

    crashes = []
    real.jobs.crashed.connect(lambda kind, trace: crashes.append(trace))
    assert real.device.text().startswith(("CPU", "GPU"))
    halite = next(item for item in load_examples() if item.path.stem == "halite")
    real.actions_.examples.aboutToShow.emit()
    entries = {action.text(): action for action in real.actions_.examples.actions()}
    entries[f"{halite.name}  ({', '.join(halite.elements)})"].trigger()
    qtbot.waitUntil(lambda: real.session.pattern.peaks is not None, timeout=30_000)
    assert real.session.elements.selected == halite.elements
    assert 8 <= len(real.session.pattern.peaks) <= 14

    qtbot.mouseClick(real.sample.density_button, LEFT)
    settle(real, qtbot)
    truth = predict_density(real.session.pattern.pattern, halite.elements)
    shown = real.session.density.shown
    assert shown.values == pytest.approx(truth.density[0], abs=1e-4)
    assert np.array_equal(real.density.canvas.drawn_values, padded(shown.values))
    assert shown.lattice == pytest.approx(truth.cell[0], abs=1e-4)

    qtbot.mouseClick(real.sample.solve_button, LEFT)
    qtbot.waitUntil(lambda: real.session.solution.fraction > 0, timeout=30_000)
    qtbot.mouseClick(real.sample.cancel_button, LEFT)
    assert real.session.solution.status == "cancelled"
    settle(real, qtbot)
    qtbot.mouseClick(real.sample.solve_button, LEFT)
    settle(real, qtbot)
    best = real.session.solution.candidates[0]
    assert (best.formula, best.space_group_number) == ("NaCl", 225)
    assert best.verdict != "no-solution"
    assert real.session.density.shown.structure is best.structure
    assert real.session.solution.comparison.explained > 0.95
    assert {row.hkl[0] for row in real.peaks.model.rows if row.hkl} >= {(2, 0, 0), (2, 2, 0)}

    real.exports.write_cif(tmp_path / "halite.cif")
    settle(real, qtbot)
    real.exports.write_map(tmp_path / "halite.ccp4")
    settle(real, qtbot)
    assert read_structure(tmp_path / "halite.cif").volume == pytest.approx(179.4, abs=0.5)
    assert (tmp_path / "halite.ccp4").stat().st_size > 100_000

    qtbot.mouseClick(real.sample.candidate.refine_button, LEFT)
    dialog = real.refine_dialog
    assert _first_column(dialog.table)[:5] == ["a", "b", "c", "scale", "zero"]
    qtbot.mouseClick(dialog.refine, LEFT)
    settle(real, qtbot)
    refined = real.session.solution.chosen
    assert refined.fit is not best.fit
    assert refined.cell[0] == pytest.approx(best.cell[0], abs=0.002)
    assert {"B_iso_Na", "B_iso_Cl"} <= set(_first_column(dialog.table))
    dialog.close()
    real.beside.compare()
    settle(real, qtbot)
    real.beside.comparison.close()
    assert not crashes
