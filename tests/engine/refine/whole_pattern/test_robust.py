"""Impurities that hide among a phase's lines pull less with robust weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.export.powder_cif import powder_cif_text
from engine.refine.phases import refine_phases
from engine.refine.whole_pattern.options import RefinementOptions
from tests.engine.refine.whole_pattern.test_foreign_lines import with_lines
from tests.made_structures import BY_NAME
from tests.made_whole_patterns import counted, model_of

RUTILE = BY_NAME["rutile"].structure
OPTIONS = RefinementOptions(
    refine=("scale", "background", "zero", "cell", "profile", "b_iso", "coordinates")
)
ROBUST = replace(OPTIONS, robust=True)
# On the upper flanks of rutile's reflections, nearer than a line must be to be taken for foreign.
FLANKS = {27.56: 700.0, 36.22: 400.0, 54.47: 500.0, 69.16: 300.0}


@pytest.fixture(scope="module")
def pattern():
    return counted(*model_of([RUTILE], [3000.0]))


def errors(fit):
    """Relative error of the cell and the largest of a coordinate, angstrom."""
    cell = np.array(fit.structure.cell[:3]) / np.array(RUTILE.cell[:3]) - 1.0
    apart = fit.structure.frac_coords - RUTILE.frac_coords
    apart -= np.round(apart)
    return float(np.abs(cell).max()), float(np.abs(apart @ RUTILE.lattice).max())


def test_impurities_pull_less(pattern):
    impure = with_lines(pattern, FLANKS)
    plain, robust = (
        refine_phases(impure, [RUTILE], OPTIONS),
        refine_phases(impure, [RUTILE], ROBUST),
    )
    for error, less in zip(errors(plain), errors(robust), strict=True):
        assert less < 0.6 * error
    # Plain weights are those that R_wp is stated with.
    assert robust.rwp > plain.rwp
    assert any(note.startswith("Robust weights") for note in robust.notes)
    assert plain.robust_weights is None
    assert robust.robust_weights.min() < 0.1
    text = powder_cif_text(robust, impure)
    assert "David, J. Appl. Cryst. 34, 691 (2001)" in text


def test_a_pure_pattern_is_refined_alike(pattern):
    plain, robust = (refine_phases(pattern, [RUTILE], asked) for asked in (OPTIONS, ROBUST))
    assert robust.rwp == pytest.approx(plain.rwp, rel=2e-3)
    for one, other in zip(plain.phases[0].cell_su[:1], robust.phases[0].cell_su[:1], strict=True):
        assert abs(robust.structure.cell[0] - plain.structure.cell[0]) < one
        assert other == pytest.approx(one, rel=0.1)
