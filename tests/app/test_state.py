from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state.axes import from_two_theta, nice_counts, scaled, to_two_theta, unscaled
from app.state.density import DensityState, fraction_of, level_of
from app.state.elements import ElementsState, parse_composition
from app.state.messages import MAXIMUM, MessagesState
from app.state.pattern import PatternState
from app.state.periodic_table import ELEMENTS, N_COLUMNS
from app.state.reflection_names import customary
from app.state.session import Session
from app.state.solution import SolutionState
from engine.crystal.composition import SYMBOLS
from engine.errors import BadInputError
from engine.pattern.radiation import preset
from engine.solve.result import Problem
from tests.app.fake_engine import make_pattern, make_prediction, make_solution, rock_salt


class Ears:
    """Counts how often signals are heard."""

    def __init__(self, *signals):
        self.heard = 0
        for signal in signals:
            signal.connect(self._hear)

    def _hear(self):
        self.heard += 1


def test_periodic_table_is_in_order_and_has_no_two_elements_in_one_place():
    assert [element.number for element in ELEMENTS] == list(range(1, len(ELEMENTS) + 1))
    assert [element.symbol for element in ELEMENTS] == list(SYMBOLS[1 : len(ELEMENTS) + 1])
    places = {(element.row, element.column) for element in ELEMENTS}
    assert len(places) == len(ELEMENTS)
    assert all(0 <= column < N_COLUMNS for _row, column in places)


@pytest.mark.parametrize(
    ("text", "elements", "formula"),
    [
        ("TiO2", ("Ti", "O"), "TiO2"),
        ("Ti O", ("Ti", "O"), None),
        ("ti, o", ("Ti", "O"), None),
        ("Na", ("Na",), None),
        ("Co", ("Co",), None),
        ("CO", ("C", "O"), "CO"),
        ("Ba Ti O3", ("Ba", "Ti", "O"), "BaTiO3"),
        ("", (), None),
    ],
)
def test_what_is_typed_is_a_list_or_a_formula(text, elements, formula):
    assert parse_composition(text) == (elements, formula)


def test_elements_and_formula_stay_in_step():
    state = ElementsState()
    ears = Ears(state.changed)
    state.set_text("TiO2")
    assert state.selected == ("Ti", "O")
    assert state.text == "TiO2"
    state.toggle("Na")
    assert state.selected == ("Ti", "O", "Na")
    assert state.formula is None
    assert state.text == "Ti O Na"
    state.toggle("Na")
    assert state.selected == ("Ti", "O")
    assert ears.heard == 3
    state.clear()
    state.clear()
    assert ears.heard == 4


@pytest.mark.parametrize("text", ["Xx", "Ti O2)", "12", "Na Qq", "No"])
def test_bad_composition_leaves_the_state_alone(text):
    state = ElementsState()
    state.select(("Na", "Cl"))
    with pytest.raises(BadInputError):
        state.set_text(text)
    assert state.selected == ("Na", "Cl")


def test_messages_replace_dismiss_and_forget():
    state = MessagesState()
    state.add("info", "one", "a")
    state.add("error", "two", "b")
    state.add("info", "one", "a")
    assert [message.text for message in state.messages] == ["two", "one"]
    assert state.worst == "error"
    state.clear("b")
    assert state.worst == "info"
    state.dismiss(state.messages[0])
    assert state.messages == ()
    for index in range(20):
        state.add("info", str(index))
    assert len(state.messages) == MAXIMUM


def test_another_radiation_keeps_the_points_and_drops_the_peaks():
    state = PatternState()
    state.set_pattern(make_pattern())
    state.set_derived(np.zeros(3501), object())
    ears = Ears(state.changed)
    state.set_radiation(preset("MoKa"))
    assert state.peaks is None
    assert state.radiation == preset("MoKa")
    state.set_radiation(preset("MoKa"))
    assert ears.heard == 1


def test_choice_of_candidate_survives_a_better_list():
    problem = Problem(make_pattern(), ("Na", "Cl"))
    first, state = make_solution(problem, 3), SolutionState()
    state.set_solution(first)
    assert state.chosen is first.candidates[0]
    state.choose(2)
    state.choose(17)
    assert state.chosen is first.candidates[2]
    state.set_solution(first)
    assert state.chosen_index == 2
    state.set_solution(make_solution(problem, 1))
    assert state.chosen_index == 0
    state.set_solution(None)
    assert state.chosen is None
    assert state.chosen_index == -1


def test_density_shows_exactly_the_networks_samples():
    state, prediction = DensityState(), make_prediction()
    state.set_prediction(prediction)
    for sample in range(3):
        state.set_sample(sample)
        assert np.array_equal(state.shown.values, prediction.density[sample])
        assert np.array_equal(state.shown.lattice, prediction.cell[sample])
    state.set_sample(3)
    assert state.sample == 2
    state.set_shape("cube")
    assert np.array_equal(state.drawn_lattice(state.shown), np.eye(3))


def test_newest_result_is_shown_and_the_switch_obeys():
    from app.state.density import DensityMap

    salt = rock_salt()
    maps = {"cell": DensityMap(np.ones((4, 4, 4)), salt.lattice, salt, "candidate")}
    state = DensityState()
    state.set_candidate_maps(maps)
    assert state.shown is maps["cell"]
    state.set_prediction(make_prediction())
    assert state.source == "network"
    state.set_candidate_maps(maps)
    assert state.source == "network"
    state.show_next_candidate()
    state.set_candidate_maps(maps)
    assert state.source == "candidate"
    state.set_source("network")
    assert state.source == "network"
    state.set_source("candidate")
    state.set_candidate_maps({})
    assert state.source == "network"


@given(st.floats(-1.0, 2.0), st.floats(-1.0, 2.0), st.floats(-1.0, 2.0), st.sampled_from("oi"))
def test_surfaces_stay_positive_and_nested(outer, inner, opacity, moved):
    state = DensityState()
    state.set_surfaces(outer=outer, inner=inner, opacity=opacity)
    state.set_surfaces(**({"outer": inner} if moved == "o" else {"inner": outer}))
    assert 0.0 < state.surfaces.outer < state.surfaces.inner <= 0.99
    assert 0.0 <= state.surfaces.opacity <= 1.0


@given(st.floats(0.0, 1.0), st.floats(0.01, 500.0))
def test_levels_and_slider_fractions_are_inverse(fraction, maximum):
    assert fraction_of(level_of(fraction, maximum), maximum) == pytest.approx(fraction, abs=1e-6)


@given(st.floats(1.0, 179.0), st.floats(0.3, 2.5), st.sampled_from(["two_theta", "d", "q"]))
def test_axes_are_inverse(angle, wavelength, axis):
    there = from_two_theta(angle, wavelength, axis)
    assert float(to_two_theta(there, wavelength, axis)) == pytest.approx(angle, abs=1e-6)


def test_axes_agree_with_the_pattern():
    pattern = make_pattern(101)
    wavelength = pattern.radiation.primary
    assert from_two_theta(pattern.two_theta, wavelength, "d") == pytest.approx(pattern.d_spacing)
    assert from_two_theta(pattern.two_theta, wavelength, "q") == pytest.approx(pattern.q)


@given(st.floats(0.5, 1e6), st.sampled_from(["linear", "sqrt", "log"]))
def test_scales_are_inverse(counts, scale):
    assert unscaled(float(scaled(np.array(counts), scale, 1e-9)), scale) == pytest.approx(counts)


@given(
    st.floats(0.0, 500.0), st.floats(1.0, 500.0), st.sampled_from(["sqrt", "log"]),
    st.integers(2, 12),
)  # fmt: skip
def test_labels_lie_in_view_and_do_not_crowd(low, span, scale, about):
    if scale == "log":
        low, span = low / 100.0, span / 100.0
    high = low + span
    drawn = [float(scaled(np.array(v), scale, 1e-12)) for v in nice_counts(low, high, scale, about)]
    assert all(low - 1e-6 * span <= place <= high + 1e-6 * span for place in drawn)
    assert len(drawn) <= 3 * about + 3
    assert drawn == sorted(drawn)


@pytest.mark.parametrize(
    ("hkl", "number", "expected"),
    [
        ((1, -1, 0), 136, (1, 1, 0)),
        ((1, 1, -2), 225, (2, 1, 1)),
        ((1, 0, -2), 167, (0, 1, 2)),
        ((0, -1, 4), 167, (1, 0, 4)),
        ((0, -2, 0), 225, (2, 0, 0)),
    ],
)
def test_reflections_have_their_customary_names(hkl, number, expected):
    assert customary(hkl, number) == expected


def test_a_session_starts_empty():
    session = Session()
    assert session.pattern.pattern is None
    assert session.density.shown is None
    assert session.solution.candidates == ()


def test_the_gravest_messages_are_seen_where_not_all_have_room():
    state = MessagesState()
    state.add("warning", "assumed")
    for text in ("first", "second", "third"):
        state.add("info", text)
    assert [message.text for message in state.pressing(2)] == ["assumed", "third"]
    assert state.pressing(9) == state.messages
