"""Divergence slits, told from how the lines fall towards high angles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.structure import CrystalStructure
from engine.pattern.radiation import preset
from engine.refine.prepared import PreparedPattern, prepare
from engine.solve.slit_evidence import (
    ASSUMED_ODDS,
    log_odds_of_automatic,
    under_likelier_slits,
)
from tests.made_patterns import measured, noise_only
from tests.made_structures import BY_NAME

ELEMENTS = ("Fe", "O")


def prepared(structure: CrystalStructure, slit_mode: str, seed: int) -> PreparedPattern:
    """Seen under fixed slits, as is assumed where no file tells."""
    radiation = replace(preset("CuKa"), slit_mode=slit_mode)
    found = prepare(measured(structure, seed, radiation=radiation, step=0.03))
    assumed = replace(found.radiation, slit_mode="fixed", optics_provenance="assumed")
    return found.with_radiation(assumed)


def many_lines(seed: int) -> CrystalStructure:
    """Atoms anywhere in a triclinic cell: their intensities are Wilson's."""
    numbers = np.repeat([26, 8], [4, 8])
    places = np.random.default_rng(seed).uniform(size=(12, 3))
    lattice = matrix_from_cell(5.9, 6.8, 7.7, 83.0, 99.0, 107.0)
    return CrystalStructure(lattice, numbers, places)


@pytest.mark.parametrize("seed", range(1, 4))
def test_slits_are_told_by_patterns_of_many_lines(seed: int) -> None:
    structure = many_lines(seed)
    fixed, automatic = (prepared(structure, mode, seed) for mode in ("fixed", "automatic"))
    assert log_odds_of_automatic(fixed, ELEMENTS) < -ASSUMED_ODDS
    assert log_odds_of_automatic(automatic, ELEMENTS) > ASSUMED_ODDS
    assert under_likelier_slits(fixed, ELEMENTS) is fixed
    found = under_likelier_slits(automatic, ELEMENTS)
    assert found.radiation == replace(automatic.radiation, slit_mode="automatic")


def test_what_was_stated_is_believed() -> None:
    automatic = prepared(many_lines(1), "automatic", 1)
    stated = automatic.with_radiation(replace(automatic.radiation, optics_provenance="file"))
    assert under_likelier_slits(stated, ELEMENTS) is stated


def test_the_scale_of_the_intensities_says_nothing() -> None:
    one = prepared(many_lines(1), "automatic", 1)
    peaks = replace(one.peaks, area=100.0 * one.peaks.area)
    other = replace(one, peaks=peaks)
    odds = log_odds_of_automatic(one, ELEMENTS)
    assert log_odds_of_automatic(other, ELEMENTS) == pytest.approx(odds)


@pytest.mark.parametrize("slit_mode", ["fixed", "automatic"])
def test_few_lines_decide_nothing(slit_mode: str) -> None:
    salt = prepared(BY_NAME["rock salt"].structure, slit_mode, 2)
    assert under_likelier_slits(salt, ("Na", "Cl")) is salt


def test_without_lines_there_is_no_evidence() -> None:
    assert log_odds_of_automatic(prepare(noise_only()), ELEMENTS) == 0.0
