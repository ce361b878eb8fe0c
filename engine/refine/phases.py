"""Refining several phases on one pattern, with weight fractions."""

from __future__ import annotations

from collections.abc import Sequence

from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.progress import Progress
from engine.refine.prepared import prepare
from engine.refine.result import FitResult
from engine.refine.stages import cut_to_reflections, list_reflections
from engine.refine.whole_pattern.options import RefinementOptions
from engine.refine.whole_pattern.state import begin
from engine.refine.whole_pattern.statement import state_result
from engine.refine.whole_pattern.strategy import run

MOST_REFLECTIONS = 6000


def refine_phases(
    pattern: PowderPattern,
    structures: Sequence[CrystalStructure],
    options: RefinementOptions | None = None,
    progress: Progress | None = None,
) -> FitResult:
    """Rietveld refinement of one or more phases.

    Parameters
    ----------
    pattern : PowderPattern
    structures : sequence of CrystalStructure
        Their cells within about 1 % of the truth.
    options : RefinementOptions, optional
        The automatic strategy by default.
    progress : Progress, optional

    Raises
    ------
    BadInputError
        If there is no structure, one has no symmetry that can be found, or no line in the
        pattern's range.
    """
    if not structures:
        raise BadInputError("A refinement needs at least one structure.")
    prepared = prepare(pattern)
    crystals = tuple(list_reflections(prepared, s, MOST_REFLECTIONS, 0.02) for s in structures)
    for crystal in crystals:
        prepared = cut_to_reflections(prepared, crystal)
    state = begin(prepared, crystals, options or RefinementOptions())
    return state_result(run(state, progress or Progress()))
