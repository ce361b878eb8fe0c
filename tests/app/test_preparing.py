"""Choices about the pattern as state: without a window."""

from __future__ import annotations

import pytest

from app.state.session import Session
from engine.errors import BadInputError
from engine.pattern.choices import BackgroundChoice, PeakEdits
from tests.app.fake_engine import FakeEngine, make_pattern


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


def derived(session: Session) -> None:
    """What the controller does in a thread."""
    state = session.pattern
    state.set_derived(*FakeEngine().derive(state.seen, state.preparation))


def test_peaks_are_added_removed_and_searched_again(session):
    derived(session)
    preparing, n = session.preparing, len(session.pattern.peaks)
    first = float(session.pattern.peaks.two_theta[0])
    preparing.remove_peak(preparing.nearest_peak(first + 0.02, 0.05))
    preparing.add_peak(35.0)
    preparing.add_peak(35.0)  # twice is once
    assert preparing.peak_edits == PeakEdits((35.0,), (first,))
    derived(session)
    peaks = session.pattern.peaks
    assert len(peaks) == n
    assert list(peaks.two_theta[peaks.by_hand]) == [35.0]
    preparing.remove_peak(preparing.nearest_peak(35.0, 0.01))
    preparing.add_peak(first + 0.01)  # where one was removed: that one comes back
    assert not preparing.peak_edits
    session.history.undo()
    session.history.undo()
    assert preparing.peak_edits == PeakEdits((35.0,), (first,))
    assert session.history.undo_text == "Add peak at 35.00°"
    preparing.search_peaks_again()
    assert not preparing.peak_edits


def test_a_peak_is_put_only_where_something_is_seen(session):
    session.preparing.exclude(40.0, 42.0)
    for place, words in ((41.0, "excluded"), (95.0, "measured")):
        with pytest.raises(BadInputError, match=words):
            session.preparing.add_peak(place)
    session.preparing.remove_peak(-1)
    assert not session.preparing.peak_edits
    assert session.preparing.nearest_peak(50.0, 90.0) == -1


def test_a_background_is_drawn_on_the_one_that_is_there(session):
    preparing = session.preparing
    with pytest.raises(BadInputError, match="still being estimated"):
        preparing.choose_background("spline")
    derived(session)
    preparing.choose_background("snip")
    assert not preparing.background.anchors
    preparing.choose_background("spline")
    n = len(preparing.background.anchors)
    assert n > 5
    assert all(counts == 100.0 for _place, counts in preparing.background.anchors)
    preparing.add_anchor(33.3333, 120.0)
    assert (33.333, 120.0) in preparing.background.anchors
    index = preparing.background.anchors.index((33.333, 120.0))
    preparing.move_anchor(index, 500.0, 90.0)
    assert (90.0, 90.0) in preparing.background.anchors  # no farther than the pattern
    preparing.remove_anchor(0)
    assert len(preparing.background.anchors) == n
    preparing.choose_background("polynomial")
    preparing.choose_degree(2)
    angles, level = preparing.curve_through(((20.0, 50.0), (90.0, 50.0)), 11)
    assert len(angles) == 11
    assert level == pytest.approx(50.0)
    preparing.choose_background("automatic")
    assert len(preparing.background.anchors) == n  # they are there again with the curve
    while session.history.undo_text:
        session.history.undo()
    assert preparing.background == BackgroundChoice()


def test_the_last_anchor_stays(session):
    derived(session)
    session.preparing.choose_background("spline")
    while len(session.preparing.background.anchors) > 1:
        session.preparing.remove_anchor(0)
    with pytest.raises(BadInputError, match="one anchor"):
        session.preparing.remove_anchor(0)
