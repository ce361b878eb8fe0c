"""Which trials are begun, and which of their maps are looked at."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.refine.prepared import prepare
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.phasing.dual_space import DualSpace, Schedule
from engine.solve.phasing.groups import LikelyGroup
from engine.solve.phasing.likeness import Likeness
from engine.solve.phasing.reflections import cell_reflections
from engine.solve.phasing.trials import LEAST_MAPS, MAPS, MOST_ALIKE, maps_in_groups
from tests.engine.solve.maps.made_maps import reduced, series_of
from tests.made_patterns import measured
from tests.made_structures import BY_NAME

IDENTITY = np.eye(3, dtype=np.int64)[None]
CENTRE = np.concatenate([IDENTITY, -IDENTITY])


def reflections_of(name: str):
    prepared = prepare(measured(BY_NAME[name].structure, 4, step=0.03))
    return cell_reflections(reduced(name).lattice, BinnedPattern(prepared, 0.001, 0.001, 0.0))


@pytest.fixture(scope="module")
def groups() -> list[LikelyGroup]:
    return [
        LikelyGroup(2, "P -1", CENTRE, np.zeros((2, 3)), 0.8),
        LikelyGroup(1, "P 1", IDENTITY, np.zeros((1, 3)), 0.2),
    ]


@pytest.mark.parametrize("name", ["rutile", "pyrite", "baddeleyite"])
def test_right_phases_leave_less_of_a_map_negative_than_others(name: str) -> None:
    reflections = reflections_of(name)
    truth = series_of(reduced(name))
    place = {tuple(h): i for i, h in enumerate(truth.hkl.tolist())}
    mate = {tuple(-h): i for i, h in enumerate(truth.hkl)}
    right = np.array([
        np.angle(truth.f[place[h]]) if h in place else -np.angle(truth.f[mate[h]])
        for h in map(tuple, reflections.hkl.tolist())
    ])  # fmt: skip
    generator = torch.Generator().manual_seed(1)
    phases = torch.rand((40, len(right)), generator=generator) * (2.0 * np.pi)
    phases[0] = torch.as_tensor(right)
    negative = DualSpace(reflections).run(phases, schedule=Schedule(0, 1)).negative
    assert negative[0] < 0.7 * negative[1:].min()


def test_likelier_groups_have_more_maps_and_the_best_of_each_come_first(groups) -> None:
    rounds = maps_in_groups(reflections_of("baddeleyite"), groups, seed=0)
    assert [len(one.group) for one in rounds[0]] == [2, 1]
    by_group = [[one.negative for maps in rounds for one in maps if len(one.group) == n]
                for n in (2, 1)]  # fmt: skip
    assert LEAST_MAPS <= len(by_group[1]) < len(by_group[0])
    assert sum(map(len, by_group)) <= MAPS
    for found in by_group:
        assert found == sorted(found)


def test_of_maps_that_are_alike_few_are_looked_at(groups) -> None:
    reflections = reflections_of("rock salt")
    found = [one for maps in maps_in_groups(reflections, groups[:1], seed=0) for one in maps]
    factors = torch.as_tensor(np.array([one.series.f for one in found]), dtype=torch.complex64)
    likeness = Likeness(reflections, factors)
    for number in range(len(found)):
        assert likeness.alike(number)[: number + 1].sum() <= MOST_ALIKE


@pytest.mark.parametrize("name", ["rutile", "baddeleyite", "triclinic, polar"])
def test_a_map_is_alike_wherever_its_origin_is_and_whichever_hand_it_has(name: str) -> None:
    reflections = reflections_of(name)
    generator = torch.Generator().manual_seed(2)
    real, imaginary = torch.randn((2, 6, len(reflections.hkl)), generator=generator)
    # Like those of atoms, they fall off.
    damped = torch.as_tensor(np.exp(-8.0 * reflections.s**2), dtype=torch.float32)
    factors = torch.complex(real, imaginary) * damped
    shift = np.exp(2j * np.pi * reflections.hkl @ np.array([0.31, 0.12, 0.77]))
    factors[1] = factors[0] * torch.as_tensor(shift.astype(np.complex64))
    factors[2] = factors[1].conj()
    assert Likeness(reflections, factors).alike(0).tolist() == [True] * 3 + [False] * 3


def test_without_groups_there_are_no_maps() -> None:
    assert maps_in_groups(reflections_of("rutile"), [], seed=0) == []
