"""No save dialog of the window replaces a file that nobody was asked about."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog

from tests.gui.steps import messages, settle, solved

OLD = "what somebody had worked for"


@pytest.fixture
def typing(monkeypatch, tmp_path):
    """Answers the file dialog with one name after the other, then gives up."""

    def types(*names, chosen=0):
        left = [str(tmp_path / name) for name in names]
        asked = []

        def answer(_parent, _title, start, filters):
            asked.append(start)
            return (left.pop(0), filters.split(";;")[chosen]) if left else ("", "")

        monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
        return asked

    return types


@pytest.fixture
def export_cif(window, qtbot, file, tmp_path, typing):
    """Exports to the name that is typed, beside a result.cif that is there already."""
    solved(window, qtbot, file)
    (tmp_path / "result.cif").write_text(OLD)

    def export(name):
        typing(name)
        window.actions_.export_cif.trigger()
        settle(window, qtbot)

    return export


def triggers(window):
    """Every action that asks for a file, with the suffix of its first filter."""
    actions = window.actions_
    return {
        "cif": (actions.export_cif.trigger, ".cif"),
        "map": (actions.export_map.trigger, ".ccp4"),
        "project": (window.asking.save_as, ".densight"),
        "plot": (actions.save_plot.trigger, ".png"),
        "density": (
            lambda: window.asking.save_picture("density", window.density.save),
            ".png",
        ),
        "screenshot": (lambda: window.asking.screenshot(window.save_screenshot), ".png"),
    }


@pytest.mark.parametrize("what", ["cif", "map", "project", "plot", "density", "screenshot"])
def test_a_file_is_replaced_only_if_wished(window, qtbot, file, tmp_path, typing, answering, what):
    solved(window, qtbot, file)
    window.controller.predict_density()
    settle(window, qtbot)
    trigger, suffix = triggers(window)[what]
    said = answering("Cancel")
    for typed, stem in (("result", "result"), ("s_1.5K", "s_1.5K"), ("dot.", "dot")):
        there = tmp_path / f"{stem}{suffix}"
        there.write_text(OLD)
        asked = typing(typed)
        trigger()
        settle(window, qtbot)
        assert said.pop() == f"'{there.name}' exists already. Replace it?"
        assert there.read_text() == OLD
        assert asked[1:] == [str(there)]  # another name can be given
    assert not said


def test_replacing_and_another_name(export_cif, answering, engine):
    said = answering("Replace")
    export_cif("result")
    export_cif("s_1.5K")
    assert len(said) == 1
    assert [path.name for path, _ in engine.written] == ["result.cif", "s_1.5K.cif"]


def test_what_the_dialog_itself_has_asked_about_is_not_asked_again(window, export_cif, answering):
    said = answering("Cancel")
    export_cif("result.cif")
    assert not said
    assert "Saved result.cif" in messages(window)[0].message.text


def test_a_suffix_of_another_filter_stays_and_others_are_added_to(
    window, qtbot, file, tmp_path, typing
):
    solved(window, qtbot, file)
    for typed, chosen in (("a.CSV", 0), ("b", 1), ("c.2", 2)):
        typing(typed, chosen=chosen)
        window.actions_.save_plot.trigger()
        settle(window, qtbot)
    assert {path.name for path in tmp_path.glob("?.*")} == {"a.CSV", "b.svg", "c.2.pdf"}


def test_a_series_of_pictures_is_replaced_only_if_wished(
    window, qtbot, file, tmp_path, typing, answering, needs_opengl
):
    solved(window, qtbot, file)
    window.actions_.save_turn.trigger()
    dialog = window.beside.turn_dialog
    dialog.pictures.setValue(8)
    dialog.width_.setValue(240)
    (tmp_path / "turn_001.png").write_text(OLD)
    typing("turn", chosen=2)
    said = answering("Cancel")
    dialog.save.click()
    assert said == ["'turn_001.png' exists already. Replace it?"]
    assert window.beside.turning.state.status != "running"
    assert (tmp_path / "turn_001.png").read_text() == OLD
    dialog.close()
