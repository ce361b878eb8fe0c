"""The automatic strategy on patterns whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.refine.phases import refine_lattice, refine_phases
from engine.refine.whole_pattern.options import GROUPS, RefinementOptions
from engine.refine.whole_pattern.weight_fractions import cell_mass
from tests.made_structures import BY_NAME
from tests.made_whole_patterns import counted, model_of

CORUNDUM, WURTZITE = BY_NAME["corundum"].structure, BY_NAME["wurtzite"].structure


def test_weights_of_a_mixture_with_plates_and_anisotropic_lines_are_found():
    pair = [WURTZITE, CORUNDUM]
    model, truth = model_of(
        pair,
        [2500.0, 900.0],
        lorentz=[[0.05, 0.30, 0.05, 0.20], [0.04, 0.06]],
        texture=((0, 0, 1), 0.7),
    )
    pattern = counted(model, truth)
    strained = [replace(s, lattice=s.lattice * 1.002) for s in pair]
    fit = refine_phases(pattern, strained)
    amounts = np.array(
        [
            own.scale * cell_mass(phase.structure) * phase.structure.volume
            for own, phase in zip(truth.phases, fit.phases, strict=True)
        ]
    )
    for phase, share in zip(fit.phases, amounts / amounts.sum(), strict=True):
        assert phase.weight_fraction == pytest.approx(share, abs=0.01)
    assert fit.phases[0].texture_axis == (0, 0, 1)
    assert fit.phases[0].texture == pytest.approx(0.7, abs=0.03)
    assert "phase_1:X_2" in {p.name for p in fit.parameters}
    assert "phase_2:X" in {p.name for p in fit.parameters}
    assert fit.gof == pytest.approx(1.0, abs=0.1)


def test_uncertainties_and_residuals_are_stated():
    model, truth = model_of([CORUNDUM], [2000.0])
    fit = refine_phases(counted(model, truth), [CORUNDUM])
    phase = fit.phases[0]
    assert phase.weight_fraction is None
    assert fit.rwp == pytest.approx(fit.gof * fit.r_exp)
    assert phase.r_bragg < 0.02
    off = np.abs(np.array(phase.structure.cell) - BY_NAME["corundum"].cell)[[0, 2]]
    assert np.all(off < 4.0 * phase.cell_su[[0, 2]])
    assert np.all(np.diag(fit.correlations.matrix) == pytest.approx(1.0))
    assert len(fit.correlations.names) == len(fit.parameters)


def test_phases_without_a_name_are_called_by_their_formula():
    nameless = [replace(one, name="") for one in (CORUNDUM, WURTZITE)]
    model, truth = model_of(nameless, [900.0, 900.0])
    fit = refine_phases(counted(model, truth), nameless, RefinementOptions(refine=("scale",)))
    assert [phase.name for phase in fit.phases] == ["Al2O3", "ZnO"]


BARE = ("scale", "background", "zero", "cell", "profile")


@pytest.fixture(scope="module")
def mixture():
    pair = [WURTZITE, CORUNDUM]
    return counted(*model_of(pair, [1500.0, 900.0])), pair


@pytest.mark.parametrize("group", [*GROUPS, GROUPS])
@pytest.mark.parametrize("phases", [1, 2])
def test_every_group_can_be_freed_by_hand(mixture, group, phases):
    pattern, pair = mixture
    wanted = (*BARE, group) if isinstance(group, str) else group
    options = RefinementOptions(refine=tuple(dict.fromkeys(wanted)))
    fit = refine_phases(pattern, pair[:phases], options)
    assert np.isfinite(fit.rwp)
    assert all(np.isfinite(p.value) for p in fit.parameters)
    names = {p.name.rpartition(":")[2] for p in fit.parameters}
    if "anisotropy" in options.refine and phases == 2:
        assert {"X_1", "X_2"} <= names


def test_widths_by_direction_are_line_widths():
    with pytest.raises(BadInputError, match="free profile too"):
        RefinementOptions(refine=("scale", "anisotropy"))


def test_a_lattice_has_widths_by_direction_too():
    model, truth = model_of([WURTZITE], [2500.0], lorentz=[[0.05, 0.40, 0.05, 0.20]])
    pattern = counted(model, truth)
    cell = BY_NAME["wurtzite"].structure.lattice
    even, by_direction = (
        refine_lattice(pattern, cell, "P 63 m c", RefinementOptions(refine=wanted))
        for wanted in (BARE, (*BARE, "anisotropy"))
    )
    assert {"X_1", "X_2"} <= {p.name.rpartition(":")[2] for p in by_direction.parameters}
    assert by_direction.rwp < even.rwp
