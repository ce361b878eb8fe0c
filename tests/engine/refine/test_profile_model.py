"""The calculated pattern and its derivatives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.pattern.radiation import Radiation, preset
from engine.refine.crystal_model import CrystalModel
from engine.refine.least_squares import LeastSquares, covariance, levenberg_marquardt
from engine.refine.profile_model import (
    GROUPS,
    ProfileModel,
    ProfileParameters,
    pack,
    unpack,
)
from tests.made_structures import BY_NAME

AXIS = np.arange(15.0, 75.0, 0.03)
N_BACKGROUND = 4
OPTICS = {
    "doublet": preset("CuKa"),
    "monochromator": replace(preset("CuKa1"), monochromator_two_theta=26.6),
    "automatic slits": replace(preset("CuKa"), slit_mode="automatic"),
}


def made_model(name: str, radiation: Radiation = OPTICS["doublet"]) -> ProfileModel:
    crystal = CrystalModel.prepare(BY_NAME[name].structure, radiation.primary, 1.2)
    background = 50.0 + 20.0 * np.exp(-AXIS / 30.0)
    return ProfileModel(crystal, radiation, AXIS, background, N_BACKGROUND)


def parameters_of(model: ProfileModel) -> ProfileParameters:
    rng = np.random.default_rng(8)
    return ProfileParameters(
        scale=0.03,
        background=rng.normal(0.0, 3.0, N_BACKGROUND),
        zero=0.02,
        metric=model.crystal.metric,
        caglioti=np.array([0.012, -0.004, 0.009]),
        mixing=np.array([0.45, 0.1]),
        b_iso=0.9,
        texture=0.8,
        shifts=rng.normal(0.0, 0.02, model.crystal.n_coordinates),
    )


STRUCTURES = ("rutile", "quartz", "baddeleyite", "triclinic, polar", "rock salt")


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("group", GROUPS)
def test_each_derivative_is_that_of_finite_differences(name: str, group: str) -> None:
    model = made_model(name).with_texture((0, 0, 1))
    now = parameters_of(model)
    exact = model.calculate(now, (group,)).jacobian
    assert exact is not None
    vector = pack(now, (group,))
    assert exact.shape == (len(AXIS), len(vector))
    for i, value in enumerate(vector):
        step = 1e-5 * max(abs(value), 1e-2)
        if group == "metric":
            step = 1e-6 * np.abs(vector).max()
        ends = []
        for sign in (1.0, -1.0):
            moved = vector.copy()
            moved[i] += sign * step
            ends.append(model.calculate(unpack(now, (group,), moved)).pattern)
        numeric = (ends[0] - ends[1]) / (2.0 * step)
        # Where a line's tail ends between two points the difference jumps by a little. By the
        # cell the model takes the lines' places alone, not their slowly changing shapes.
        tolerance = 3e-3 if group == "metric" else 2e-4
        apart = np.abs(exact[:, i] - numeric)
        assert np.quantile(apart, 0.97) <= tolerance * max(np.abs(numeric).max(), 1e-12)


@pytest.mark.parametrize("optics", OPTICS)
def test_derivatives_hold_for_all_optics_and_groups_together(optics: str) -> None:
    model = made_model("quartz", OPTICS[optics]).with_texture((0, 0, 1))
    now = parameters_of(model)
    exact = model.calculate(now, GROUPS).jacobian
    vector = pack(now, GROUPS)
    assert exact.shape == (len(AXIS), len(vector))
    rng = np.random.default_rng(1)
    direction = rng.normal(size=len(vector)) * np.maximum(np.abs(vector), 1e-2) * 1e-2
    place = len(pack(now, GROUPS[: GROUPS.index("metric")]))
    direction[place : place + len(now.metric)] *= 1e-2
    step = 1e-3
    upper, lower = (
        model.calculate(unpack(now, GROUPS, vector + sign * step * direction)).pattern
        for sign in (1.0, -1.0)
    )
    numeric = (upper - lower) / (2.0 * step)
    apart = np.abs(exact @ direction - numeric)
    assert np.quantile(apart, 0.97) <= 1e-3 * np.abs(numeric).max()


def test_packing_is_undone_by_unpacking() -> None:
    now = parameters_of(made_model("quartz"))
    vector = pack(now, GROUPS)
    back = unpack(now, GROUPS, vector)
    np.testing.assert_array_equal(pack(back, GROUPS), vector)
    assert isinstance(back.scale, float)
    changed = unpack(now, ("zero", "b_iso"), np.array([0.5, 2.0]))
    assert (changed.zero, changed.b_iso, changed.scale) == (0.5, 2.0, now.scale)


def test_areas_are_those_under_the_calculated_lines() -> None:
    model = made_model("rutile")
    now = replace(parameters_of(model), mixing=np.zeros(2))
    calculated = model.calculate(now)
    inside = (calculated.two_theta > 16.0) & (calculated.two_theta < 74.0)
    bragg = (calculated.pattern - calculated.background).sum() * 0.03
    assert bragg == pytest.approx(calculated.areas[inside].sum(), rel=2e-3)


def test_zero_moves_the_pattern_and_b_weakens_its_end() -> None:
    model = made_model("rutile")
    now = parameters_of(model)
    moved = model.calculate(replace(now, zero=now.zero + 0.03 * 2))
    still = model.calculate(now)
    np.testing.assert_allclose(moved.two_theta - still.two_theta, 0.06)
    hotter = model.calculate(replace(now, b_iso=3.0)).areas / still.areas
    order = np.argsort(still.two_theta)
    assert np.all(np.diff(hotter[order]) <= 1e-12)


def test_a_random_powder_has_texture_factor_one() -> None:
    model = made_model("quartz")
    now = replace(parameters_of(model), texture=1.0)
    np.testing.assert_allclose(
        model.with_texture((1, 0, 1)).calculate(now).pattern, model.calculate(now).pattern
    )


def fitted(free: tuple[str, ...], moved: dict[str, object]) -> tuple[LeastSquares, object]:
    model = made_model("quartz")
    truth = parameters_of(model)
    observed = model.calculate(truth).pattern
    start = replace(truth, **moved)
    weight = 1.0 / np.maximum(observed, 1.0)
    return levenberg_marquardt(model, start, observed, weight, free, 40, 1e-12), truth


def test_least_squares_finds_the_parameters_of_a_noiseless_pattern() -> None:
    free = ("scale", "background", "zero", "metric", "caglioti", "mixing", "b_iso", "shifts")
    model = made_model("quartz")
    truth = parameters_of(model)
    state, _ = fitted(
        free,
        {
            "scale": 0.04,
            "zero": 0.0,
            "b_iso": 0.3,
            "metric": truth.metric * 1.001,
            "shifts": truth.shifts + 0.04,
            "mixing": np.array([0.3, 0.0]),
        },
    )
    assert state.chi_squared < 1e-4
    found = state.parameters
    np.testing.assert_allclose(found.metric, truth.metric, rtol=1e-6)
    np.testing.assert_allclose(found.shifts, truth.shifts, atol=1e-4)
    assert found.zero == pytest.approx(truth.zero, abs=1e-4)
    assert found.b_iso == pytest.approx(truth.b_iso, abs=1e-3)
    observed = model.calculate(truth).pattern
    uncertain = covariance(model, state, observed, 1.0 / np.maximum(observed, 1.0), free)
    assert uncertain.shape == (len(pack(found, free)),) * 2
    np.testing.assert_allclose(uncertain, uncertain.T, rtol=1e-6)


def test_what_is_not_free_stays() -> None:
    state, truth = fitted(("scale",), {"scale": 0.01, "zero": 0.05})
    assert state.parameters.zero == 0.05
    assert state.parameters.b_iso == truth.b_iso


def test_parameters_stay_where_they_mean_something() -> None:
    model = made_model("rock salt")
    truth = parameters_of(model)
    observed = np.full(len(AXIS), 60.0)
    state = levenberg_marquardt(model, truth, observed, np.full(len(AXIS), 1 / 60.0), GROUPS, 15)
    found = state.parameters
    assert found.scale > 0.0
    assert abs(found.zero) <= 0.5
    assert 0.0 <= found.mixing[0] <= 1.0
    assert np.isfinite(state.chi_squared)
