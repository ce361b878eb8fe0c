"""Lines that are no phase's do not sink a refinement, and are said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.pattern.pattern import PowderPattern
from engine.pattern.spurious import K_BETA
from engine.refine.phases import refine_lattice, refine_phases
from engine.refine.whole_pattern.options import RefinementOptions
from tests.made_structures import BY_NAME
from tests.made_whole_patterns import counted, model_of

RUTILE = BY_NAME["rutile"].structure
AREAS = {31.5: 300.0, 48.0: 500.0}
QUICK = RefinementOptions(
    fix=("coordinates", "anisotropy", "asymmetry", "displacement", "texture", "b_element")
)


def with_lines(
    pattern: PowderPattern, lines: dict[float, float], shares: tuple[float, ...] = (2 / 3, 1 / 3)
) -> PowderPattern:
    """Gaussian lines of 0.1 degrees FWHM and given areas, of one wavelength or of two, on top."""
    sigma, added = 0.1 / 2.3548, np.zeros(len(pattern))
    for place, area in lines.items():
        for share, wavelength in zip(shares, pattern.radiation.wavelengths, strict=False):
            sine = np.sin(np.radians(place / 2.0)) * wavelength / pattern.radiation.primary
            away = pattern.two_theta - 2.0 * np.degrees(np.arcsin(sine))
            added += share * area * np.exp(-0.5 * (away / sigma) ** 2) / (sigma * 2.5066)
    counts = pattern.counts + np.round(added)
    return replace(pattern, counts=counts, sigma=np.sqrt(np.maximum(counts, 1.0)))


@pytest.fixture(scope="module")
def pattern():
    return counted(*model_of([RUTILE], [3000.0]))


def test_unknown_lines_are_fitted_and_named(pattern):
    impure = with_lines(pattern, AREAS)
    fit = refine_phases(impure, [RUTILE], QUICK)
    held = refine_phases(impure, [RUTILE], replace(QUICK, fix=(*QUICK.fix, "foreign")))
    assert fit.rwp < 0.75 * held.rwp
    found = [p.value for p in fit.parameters if p.name.startswith("foreign")]
    assert found == pytest.approx(list(AREAS.values()), rel=0.1)
    note = next(note for note in fit.notes if "belong to no phase" in note)
    assert "31.5" in note
    assert "48.0" in note


def test_a_pure_pattern_has_none(pattern):
    fit = refine_phases(pattern, [RUTILE], QUICK)
    assert not [p for p in fit.parameters if p.name.startswith("foreign")]


def test_a_line_of_the_phase_is_never_foreign(pattern):
    """Without titanium's neighbours in place the structure is wrong, and must look wrong."""
    moved = RUTILE.frac_coords.copy()
    moved[:, 0] = np.where(RUTILE.numbers == 8, moved[:, 0] + 0.08, moved[:, 0])
    wrong = replace(RUTILE, frac_coords=moved)
    fit = refine_phases(pattern, [wrong], QUICK)
    assert not [note for note in fit.notes if "belong to no phase" in note]
    assert fit.rwp > 1.5 * refine_phases(pattern, [RUTILE], QUICK).rwp


def test_a_weak_line_where_k_beta_falls_is_fitted(pattern):
    sine = np.sin(np.radians(27.43 / 2.0)) * K_BETA["Cu"] / pattern.radiation.primary
    place = float(2.0 * np.degrees(np.arcsin(sine)))
    fit = refine_phases(with_lines(pattern, {place: 40.0}, (1.0,)), [RUTILE], QUICK)
    found = [p.value for p in fit.parameters if p.name.startswith("foreign")]
    assert found == pytest.approx([40.0], rel=0.3)


def test_free_intensities_know_them_too(pattern):
    fit = refine_lattice(with_lines(pattern, AREAS), RUTILE.lattice, 136)
    assert any("belong to no phase" in note for note in fit.notes)


def test_broad_lines_of_a_phase_are_not_called_foreign():
    salt = BY_NAME["rock salt"].structure
    coarse, fine = (counted(*model_of([one], [size])) for one, size in ((RUTILE, 3e3), (salt, 1e3)))
    step = fine.two_theta[1] - fine.two_theta[0]
    spread = np.exp(-0.5 * (np.arange(-60, 61) * step / 0.25) ** 2)
    broad = np.convolve(fine.counts, spread / spread.sum(), mode="same")
    counts = coarse.counts + np.round(broad)
    mixture = replace(coarse, counts=counts, sigma=np.sqrt(np.maximum(counts, 1.0)))
    alone, both = (refine_phases(mixture, phases, QUICK) for phases in ([RUTILE], [RUTILE, salt]))
    assert any("Taken for no reflection of the sample: 31.7" in note for note in alone.notes)
    assert not any("Taken for no reflection" in note for note in both.notes)
