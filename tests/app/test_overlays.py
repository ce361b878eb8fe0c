"""Patterns for comparison as state: without a window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.documents import project_of
from app.state.overlays import N_COLOURS
from app.state.session import Session
from engine.errors import BadInputError
from engine.export.project import read_project, write_project
from engine.pattern.overlay import Stack
from tests.app.fake_engine import make_pattern


def named(name: str):
    return replace(make_pattern(201), name=name)


def test_patterns_keep_their_colours_and_are_undone():
    session = Session()
    session.pattern.set_pattern(make_pattern())
    state = session.overlays
    state.add([named("a"), named("b"), named("c")])
    assert session.history.undo_text == "Compare with 3 patterns"
    state.remove(1)
    state.add([named("d")])
    seen = [(o.pattern.name, o.colour) for o in state.stack.overlays]
    assert seen == [("a", 0), ("c", 2), ("d", 1)]
    state.set_offset(0.3)
    state.show(0, False)
    session.history.undo()
    assert [o.pattern.name for o in state.stack.overlays] == ["a", "c"]
    assert state.stack.offset == 0.3  # a matter of looking, not of the step
    session.history.undo()
    session.history.undo()
    assert state.stack.overlays == ()
    state.clear()  # nothing to clear is no step
    assert not session.history.undo_text
    state.add([named(str(n)) for n in range(2 * N_COLOURS)])
    assert sorted(o.colour for o in state.stack.overlays) == sorted(2 * list(range(N_COLOURS)))
    state.set_offset(7.0)
    assert state.stack.offset == 1.0


def test_they_are_kept_in_the_project(tmp_path):
    session = Session()
    session.pattern.set_pattern(make_pattern())
    session.overlays.add([named("a"), named("b")])
    session.overlays.set_offset(0.25)
    session.overlays.set_same_height(True)
    session.overlays.show(1, False)
    path = tmp_path / "a.densight"
    write_project(path, project_of(session.remember()))
    stack = read_project(path).stack
    assert [(o.pattern.name, o.shown) for o in stack.overlays] == [("a", True), ("b", False)]
    assert (stack.offset, stack.same_height) == (0.25, True)
    for offset in (-0.1, 1.1, float("nan")):
        with pytest.raises(BadInputError):
            Stack(offset=offset)
