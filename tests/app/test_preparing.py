"""Choices about the pattern as state: without a window."""

from __future__ import annotations

import pytest

from app.state.session import Session
from engine.errors import BadInputError
from tests.app.fake_engine import make_pattern


@pytest.fixture
def session() -> Session:
    made = Session()
    made.pattern.set_pattern(make_pattern())
    return made


def test_regions_are_merged_clipped_and_undone(session):
    preparing, history = session.preparing, session.history
    assert session.pattern.seen is session.pattern.pattern
    preparing.exclude(42.0, 40.0)
    preparing.exclude(41.0, 45.0)
    preparing.exclude(88.0, 400.0)
    assert preparing.regions == ((40.0, 45.0), (88.0, 90.0))
    assert preparing.regions_text == "40-45, 88-90"
    assert preparing.region_at(43.0) == 0
    assert preparing.region_at(89.0) == 1
    assert preparing.region_at(50.0) == -1
    seen = session.pattern.seen
    assert seen.details.excluded == preparing.regions
    assert seen is session.pattern.seen  # made once
    preparing.move_region(0, 50.0, 51.0)
    assert preparing.regions == ((50.0, 51.0), (88.0, 90.0))
    preparing.take_back_region(1)
    assert preparing.regions == ((50.0, 51.0),)
    assert history.undo_text == "Use 88-90° again"
    for _ in range(5):
        history.undo()
    assert preparing.regions == ()
    history.redo()
    assert preparing.regions == ((40.0, 42.0),)


@pytest.mark.parametrize("ends", [(40.0001, 40.0002), (20.0, 90.0), (1.0, 2.0)])
def test_what_the_pattern_does_not_bear_is_no_step(session, ends):
    with pytest.raises(BadInputError):
        session.preparing.exclude(*ends)
    assert session.preparing.regions == ()
    assert not session.history.undo_text


def test_without_a_pattern_nothing_is_excluded():
    with pytest.raises(BadInputError, match="no pattern yet"):
        Session().preparing.exclude(20.0, 30.0)


def test_what_was_derived_for_another_choice_is_not_remembered(session):
    session.pattern.set_derived("background", "peaks")
    assert session.pattern.settled
    session.preparing.exclude(40.0, 42.0)
    assert not session.pattern.settled
    assert session.pattern.peaks == "peaks"  # shown until there are others
    session.preparing.exclude(50.0, 52.0)  # while the peaks are still those of the first state
    session.history.undo()
    assert session.pattern.peaks is None
    session.history.undo()
    assert session.pattern.settled
    assert session.pattern.peaks == "peaks"


def test_another_pattern_begins_without_choices(session):
    session.preparing.exclude(40.0, 42.0)
    session.pattern.set_pattern(make_pattern())
    assert session.preparing.regions == ()
