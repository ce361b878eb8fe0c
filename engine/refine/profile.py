"""Refining one structure on a measured profile."""

from __future__ import annotations

from engine.crystal.structure import CrystalStructure
from engine.pattern.pattern import PowderPattern
from engine.progress import Progress
from engine.refine import stages
from engine.refine.prepared import PreparedPattern, prepare
from engine.refine.report import finish
from engine.refine.result import FitResult


def refine_profile(
    pattern: PowderPattern | PreparedPattern,
    structure: CrystalStructure,
    progress: Progress | None = None,
    *,
    atoms: bool = True,
    zero: float = 0.0,
) -> FitResult:
    """Rietveld refinement of one phase.

    Scale, background, zero error, cell, Caglioti pseudo-Voigt, overall B and, with `atoms`, the
    coordinates that the space group leaves free.

    Parameters
    ----------
    pattern : PowderPattern or PreparedPattern
    structure : CrystalStructure
        Its cell within about 1 % of the truth.
    progress : Progress, optional
    atoms : bool
        Whether to refine coordinates.
    zero : float
        First value of the zero error, degrees.

    Raises
    ------
    BadInputError
        If the structure has no symmetry that can be found, or no line in the pattern's range.
    """
    report = progress or Progress()
    prepared = pattern if isinstance(pattern, PreparedPattern) else prepare(pattern)
    report.report(0.1, "Refining scale, zero error and cell")
    refinement = stages.start(prepared, structure, zero=zero)
    report.report(0.3, "Refining line shape")
    refinement = stages.refine_shape(refinement)
    if atoms and refinement.model.crystal.n_coordinates:
        report.report(0.6, "Refining coordinates")
        refinement = stages.refine_atoms(refinement, steps=12)
    report.report(1.0, "Refined")
    return finish(refinement)
