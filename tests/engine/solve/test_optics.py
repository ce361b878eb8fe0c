"""What is assumed about a measurement and may be changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.refine import stages
from engine.refine.prepared import prepare
from engine.solve.optics import n_changes, notes_on_changes, possible_changes
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

IRON = np.array([26, 16])


def test_each_change_is_told_and_only_doubtful_things_are_changed() -> None:
    given = prepare(measured(BY_NAME["pyrite"].structure, 3, step=0.04))
    assumed = given.with_radiation(replace(given.radiation, optics_provenance="assumed"))
    changes = possible_changes(assumed, assumed, IRON)
    notes = [notes_on_changes(assumed, change.apply(assumed)) for change in changes]
    assert [len(n) for n in notes] == [1, 1]
    assert "automatic divergence slits" in notes[0][0]
    assert "anomalous dispersion" in notes[1][0]
    assert notes_on_changes(given, given) == ()
    stated = given.with_radiation(replace(given.radiation, optics_provenance="file"))
    # Silicon and oxygen scatter too little anomalously to ask.
    assert possible_changes(stated, stated, np.array([8])) == []


def test_a_change_can_be_taken_back() -> None:
    given = prepare(measured(BY_NAME["pyrite"].structure, 3, step=0.04))
    stated = given.with_radiation(replace(given.radiation, optics_provenance="file"))
    (without,) = (change.apply(stated) for change in possible_changes(stated, stated, IRON))
    assert not without.dispersion
    (back,) = (change.apply(without) for change in possible_changes(stated, without, IRON))
    assert back.dispersion
    assert notes_on_changes(stated, back) == ()


@pytest.mark.parametrize("number", [0, 1])
def test_a_candidate_under_other_optics_comes_where_it_would_have_begun(number: int) -> None:
    structure = BY_NAME["pyrite"].structure
    given = prepare(measured(structure, 3, step=0.04))
    given = given.with_radiation(replace(given.radiation, optics_provenance="assumed"))
    placed = stages.advance(stages.start(given, structure), stages.WIDTH)
    change = possible_changes(given, given, IRON)[number]
    fresh = stages.advance(stages.start(change.apply(given), structure), stages.WIDTH)
    begun = stages.under_other_optics(placed, change.apply(placed.prepared))
    assert 0.5 < begun.state.parameters.scale / fresh.state.parameters.scale < 2.0
    moved = stages.advance(begun, stages.WIDTH)
    assert moved.prepared.dispersion == fresh.prepared.dispersion
    assert moved.prepared.radiation == fresh.prepared.radiation
    assert moved.state.chi_squared == pytest.approx(fresh.state.chi_squared, rel=2e-3)
    assert abs(placed.state.chi_squared / fresh.state.chi_squared - 1.0) > 0.02


def test_a_scale_that_collapsed_is_begun_anew() -> None:
    structure = BY_NAME["pyrite"].structure
    given = prepare(measured(structure, 3, step=0.04))
    placed = stages.start(given, structure)
    nothing = replace(placed.state.parameters, scale=1e-30)
    collapsed = replace(placed, state=replace(placed.state, parameters=nothing))
    without = replace(given, dispersion=False)
    one, two = (stages.under_other_optics(r, without) for r in (placed, collapsed))
    assert two.state.parameters.scale == pytest.approx(one.state.parameters.scale)


def test_texture_stays_under_other_optics() -> None:
    structure = BY_NAME["pyrite"].structure
    given = prepare(measured(structure, 3, step=0.04))
    placed = stages.start(given, structure)
    textured = replace(
        placed,
        model=placed.model.with_texture((1, 0, 0)),
        state=replace(placed.state, parameters=replace(placed.state.parameters, texture=0.8)),
    )
    other = stages.under_other_optics(textured, replace(given, dispersion=False))
    assert other.model.texture_axis == (1, 0, 0)
    areas = [r.model.calculate(r.state.parameters).areas for r in (textured, other)]
    plain = stages.under_other_optics(placed, replace(given, dispersion=False))
    flat = plain.model.calculate(plain.state.parameters).areas
    # Both have the same lines strengthened by texture.
    assert np.corrcoef(areas[0], areas[1])[0, 1] > np.corrcoef(areas[0], flat)[0, 1]


def test_changes_are_counted() -> None:
    given = prepare(measured(BY_NAME["pyrite"].structure, 3, step=0.04))
    slits = given.with_radiation(replace(given.radiation, slit_mode="automatic"))
    assert n_changes(given, given) == 0
    assert n_changes(given, slits) == 1
    assert n_changes(given, replace(slits, dispersion=False)) == 2
