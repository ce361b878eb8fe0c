"""Air scatter and diffuse humps of made-up patterns are found again, and only where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.refine.phases import refine_lattice, refine_phases
from engine.refine.result import FitResult
from engine.refine.whole_pattern.options import RefinementOptions
from tests.made_structures import BY_NAME
from tests.made_whole_patterns import counted, model_of

RUTILE = BY_NAME["rutile"].structure
QUICK = RefinementOptions(
    fix=("coordinates", "anisotropy", "asymmetry", "displacement", "texture", "b_element")
)
ASKED = RefinementOptions(
    refine=("scale", "background", "air", "humps", "zero", "cell", "profile", "b_iso")
)
HUMP = (26.0, 300.0, 8.0)


def pattern_of(air=0.0, humps=(), shapes=()):
    model, parameters = model_of([RUTILE], [3000.0])
    diffuse = parameters.with_instrument(
        air=air, humps=np.array(humps, dtype=float), hump_shapes=np.array(shapes, dtype=float)
    )
    return counted(model, diffuse)


def off(fit: FitResult, name: str, truth: float) -> float:
    """How many uncertainties a parameter is from the truth."""
    found = next(p for p in fit.parameters if p.name == name)
    return abs(found.value - truth) / found.su


def named(fit: FitResult) -> list[str]:
    return [p.name for p in fit.parameters if p.name.startswith(("air", "hump"))]


def test_a_hump_is_found_and_said():
    fit = refine_phases(pattern_of(humps=HUMP, shapes=[0.1]), [RUTILE], QUICK)
    for name, truth in zip(("position", "height", "fwhm"), HUMP, strict=True):
        assert off(fit, f"hump_1:{name}", truth) < 4.0
    assert named(fit) == [f"hump_1:{name}" for name in ("position", "height", "fwhm", "eta")]
    assert "humps at 26.0 deg" in fit.background_function
    assert any("Diffuse hump at 26.0 deg, 8.0 deg wide" in note for note in fit.notes)
    held = refine_phases(pattern_of(humps=HUMP, shapes=[0.1]), [RUTILE], without(QUICK))
    assert not named(held)
    assert fit.rwp < held.rwp


def without(options: RefinementOptions) -> RefinementOptions:
    return replace(options, fix=(*options.fix, "air", "humps"))


def test_air_scatter_is_found_and_said():
    fit = refine_phases(pattern_of(air=4000.0), [RUTILE], QUICK)
    assert off(fit, "air", 4000.0) < 4.0
    assert "air scatter" in fit.background_function
    assert fit.gof == pytest.approx(1.0, abs=0.03)


def test_a_flat_background_has_neither():
    fit = refine_phases(pattern_of(), [RUTILE], QUICK)
    assert not named(fit)


def test_what_is_asked_for_is_refined():
    truth = (24.0, 200.0, 9.0, 45.0, 120.0, 14.0)
    fit = refine_phases(pattern_of(3000.0, truth, [0.0, 0.4]), [RUTILE], ASKED)
    names = [f"hump_{k}:{name}" for k in (1, 2) for name in ("position", "height", "fwhm")]
    for name, value in zip(names, truth, strict=True):
        assert off(fit, name, value) < 4.0
    assert off(fit, "air", 3000.0) < 4.0
    units = {p.name: p.unit for p in fit.parameters}
    assert [units[name] for name in ("air", *names[:3])] == ["counts deg", "deg", "counts", "deg"]
    assert units["background_1"] == "counts"


def test_a_hump_whose_place_is_given():
    options = replace(QUICK, hump_positions=(28.0,))
    fit = refine_phases(pattern_of(humps=HUMP, shapes=[0.1]), [RUTILE], options)
    assert off(fit, "hump_1:position", 26.0) < 4.0
    with pytest.raises(BadInputError, match="between 0 and 180"):
        RefinementOptions(hump_positions=(-3.0,))


def test_free_intensities_know_them_too():
    pattern = pattern_of(humps=HUMP, shapes=[0.1])
    fit = refine_lattice(pattern, RUTILE.lattice, 136)
    assert off(fit, "hump_1:fwhm", 8.0) < 4.0
