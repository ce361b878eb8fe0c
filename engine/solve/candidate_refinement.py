"""How a candidate is refined, stage by stage: a glance first, everything on all data last."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import Standardised, averaged_within_cell, standardise
from engine.errors import BadInputError
from engine.refine import report, stages
from engine.refine.prepared import PreparedPattern
from engine.refine.profile_model import FINAL_REACH
from engine.refine.stages import Refinement
from engine.solve.evidence import Evidence
from engine.solve.optics import OpticsChange
from engine.solve.proposals import Proposal
from engine.solve.recolouring import Recoloured

QUICK_REFLECTIONS = 400
# Angstrom; within the loose ones, atoms may have left a higher symmetry only to fit the noise.
STRICT_SYMMETRY, LOOSE_SYMMETRIES = 0.02, (0.12, 0.2, 0.4)
# The strain with which a pattern tells one cell from another.
CELL_PRECISION = 1e-3
# The first stages need no far tails and no last digits.
QUICK_REACH, MIDDLE_REACH = 6.0, 8.0
COARSE, MIDDLING = 4e-3, 1e-3
# How much the score must fall, beyond the charge for a parameter, for texture to be believed.
TEXTURE_GAIN = 8.0


@dataclass(frozen=True, eq=False)
class Ranked:
    """A refined proposal with its place in the order."""

    proposal: Proposal
    refinement: Refinement
    score: float


def place(prepared: PreparedPattern, proposal: Proposal) -> tuple[Proposal, Refinement] | None:
    """Scale, background, cell and line width; the atoms stay where they are."""
    try:
        begun = stages.start(
            prepared,
            proposal.structure,
            zero=proposal.zero,
            most_reflections=QUICK_REFLECTIONS,
            reach=QUICK_REACH,
            tolerance=COARSE,
        )
        return proposal, stages.advance(begun, stages.WIDTH, steps=4, tolerance=COARSE)
    except (BadInputError, np.linalg.LinAlgError):
        return None


def placed_again(change: OpticsChange, ranked: Ranked) -> tuple[Proposal, Refinement] | None:
    """A candidate that is placed, under other optics."""
    before = ranked.refinement
    try:
        begun = stages.under_other_optics(before, change.apply(before.prepared))
        return ranked.proposal, stages.advance(begun, stages.WIDTH, steps=4, tolerance=COARSE)
    except np.linalg.LinAlgError:
        return None


def under_change(
    change: OpticsChange, ranked: Ranked, evidence: Evidence
) -> tuple[Proposal, Refinement] | None:
    """A candidate that was refined to the end, again under other optics."""
    before = ranked.refinement
    try:
        begun = stages.under_other_optics(before, change.apply(before.prepared))
        # Displacements of the elements may have stood in for what is changed.
        parameters = replace(begun.state.parameters, b_lighter=np.zeros(0))
        begun = replace(begun, state=replace(begun.state, parameters=parameters))
        begun = stages.advance(begun, stages.WIDTH, steps=4, tolerance=MIDDLING)
        begun = stages.refine_atoms(begun, steps=8, tolerance=MIDDLING)
        return ranked.proposal, _with_element_b(ranked.proposal, begun, evidence, stages.FINE)
    except np.linalg.LinAlgError:
        return None


def relax(ranked: Ranked) -> tuple[Proposal, Refinement] | None:
    """The atoms, from where a candidate stands."""
    try:
        return ranked.proposal, stages.refine_atoms(ranked.refinement, steps=6, tolerance=COARSE)
    except np.linalg.LinAlgError:
        return ranked.proposal, ranked.refinement


def complete(
    prepared: PreparedPattern, ranked: Ranked, evidence: Evidence
) -> tuple[Proposal, Refinement]:
    """Refine everything on the whole pattern, from where the quick refinement ended.

    Where the relaxed atoms have come near to a higher symmetry, that is tried too and kept if it
    scores no worse.
    """
    before, proposal = ranked.refinement, ranked.proposal
    try:
        structure = report.refined_structure(before)
        whole = _refine_whole(prepared, before, structure, STRICT_SYMMETRY)
        return proposal, _settled(prepared, proposal, before, whole, evidence)
    except (BadInputError, np.linalg.LinAlgError):
        return proposal, before


def settled(
    prepared: PreparedPattern, ranked: Ranked, evidence: Evidence
) -> tuple[Proposal, Refinement]:
    """What is refined on the whole pattern, under the symmetries that it has come near to."""
    whole, proposal = ranked.refinement, ranked.proposal
    try:
        return proposal, _settled(prepared, proposal, whole, whole, evidence)
    except (BadInputError, np.linalg.LinAlgError):
        return proposal, whole


def _settled(
    prepared: PreparedPattern,
    proposal: Proposal,
    before: Refinement,
    whole: Refinement,
    evidence: Evidence,
) -> Refinement:
    """The best of `whole` and, begun from `before`, what has a symmetry that it is near to."""
    while True:  # one symmetry may bring it near to a higher one
        structure, tolerances = report.refined_structure(before), _loose_symmetries(whole)
        starts = [(structure, symprec) for symprec in tolerances]
        starts += _of_cells_symmetry(structure, tolerances)
        others = [_refine_whole(prepared, before, *start) for start in starts]
        best = min([whole, *others], key=lambda one: evidence.score(proposal, one))
        if best is whole:
            return _with_texture_and_b(proposal, whole, evidence)
        before = whole = best


def exchanged(
    ranked: Ranked, other: Recoloured, evidence: Evidence
) -> tuple[Proposal, Refinement] | None:
    """A candidate that was refined to the end, with other elements on some of its sites."""
    proposal = replace(
        ranked.proposal,
        structure=other.structure,
        log_prior=ranked.proposal.log_prior + other.log_prior,
    )
    recoloured = replace(ranked, proposal=proposal)
    return completed_as(recoloured, other.structure, STRICT_SYMMETRY, evidence)


def completed_as(
    ranked: Ranked, structure: CrystalStructure, symprec: float, evidence: Evidence
) -> tuple[Proposal, Refinement] | None:
    """A candidate that was refined to the end, again with another structure near its own."""
    before = ranked.refinement
    try:
        whole = _refine_whole(before.prepared, before, structure, symprec)
        return ranked.proposal, _with_texture_and_b(ranked.proposal, whole, evidence)
    except (BadInputError, np.linalg.LinAlgError):
        return None


def _with_texture_and_b(
    proposal: Proposal, refinement: Refinement, evidence: Evidence
) -> Refinement:
    gain = math.exp((math.log(evidence.n) + TEXTURE_GAIN) / evidence.n)
    textured = stages.refine_texture(refinement, gain)
    return _with_element_b(proposal, textured, evidence, stages.FINE)


def _loose_symmetries(refinement: Refinement) -> list[float]:
    """The tolerances with which another symmetry is found than the refinement has, one for each."""
    structure = report.refined_structure(refinement)
    seen, found = [refinement.model.crystal.standardised], []
    for symprec in LOOSE_SYMMETRIES:
        other = standardise(structure, symprec)
        if not any(_same_symmetry(other, one) for one in seen):
            seen.append(other)
            found.append(symprec)
    return found


def _of_cells_symmetry(
    structure: CrystalStructure, tolerances: list[float]
) -> list[tuple[CrystalStructure, float]]:
    """Averaged over what symmetry of the atoms the cell has; and how well that one is known.

    A cell may be near to a symmetry of the lattice that the pattern clearly excludes, and the atoms
    nearer to what remains, translations of a smaller cell at the least, than they were refined.
    """
    if not tolerances:
        return []
    precision = CELL_PRECISION * float(np.linalg.norm(structure.lattice, axis=1).max())
    found, seen = [], {averaged_within_cell(structure, STRICT_SYMMETRY, CELL_PRECISION)[1]}
    for symprec in tolerances:
        averaged, kept, all_of_them = averaged_within_cell(structure, symprec, CELL_PRECISION)
        if kept < all_of_them and kept not in seen:
            seen.add(kept)
            found.append((averaged, precision))
    return found


def _same_symmetry(one: Standardised, two: Standardised) -> bool:
    return one.number == two.number and len(one.primitive) == len(two.primitive)


def _with_element_b(
    proposal: Proposal,
    refinement: Refinement,
    evidence: Evidence,
    tolerance: float,
    alone: bool = False,
) -> Refinement:
    """With a B for every element, where that scores better."""
    each = stages.refine_element_b(refinement, tolerance=tolerance, alone=alone)
    better = evidence.score(proposal, each) < evidence.score(proposal, refinement)
    return each if better else refinement


def polish(refinement: Refinement) -> Refinement:
    """Far tails and last digits, for the one that is looked at."""
    try:
        return stages.advance(refinement.with_reach(FINAL_REACH), (refinement.free,), 8)
    except np.linalg.LinAlgError:
        return refinement


def extend(
    prepared: PreparedPattern, ranked: Ranked, evidence: Evidence, far: float
) -> tuple[Proposal, Refinement] | None:
    """A few steps on the whole pattern from where the quick refinement ended.

    Where the score is less than `far` then, a B for every element is tried too.
    """
    before = ranked.refinement
    try:
        structure = report.refined_structure(before)
        begun = _begin_whole(prepared, before, structure, STRICT_SYMMETRY, QUICK_REACH, COARSE)
        extended = stages.advance(begun, stages.WIDTH, steps=3, tolerance=COARSE)
        if evidence.score(ranked.proposal, extended) < far:
            extended = _with_element_b(ranked.proposal, extended, evidence, COARSE, alone=True)
        return ranked.proposal, extended
    except (BadInputError, np.linalg.LinAlgError):
        return None


def _refine_whole(
    prepared: PreparedPattern, before: Refinement, structure: CrystalStructure, symprec: float
) -> Refinement:
    shaped = shaped_whole(prepared, before, structure, symprec)
    return stages.refine_atoms(shaped, steps=8, tolerance=MIDDLING)


def shaped_whole(
    prepared: PreparedPattern, before: Refinement, structure: CrystalStructure, symprec: float
) -> Refinement:
    """A structure on the whole pattern with all refined but its atoms; `before` is its start."""
    begun = _begin_whole(prepared, before, structure, symprec, MIDDLE_REACH, MIDDLING)
    return stages.refine_shape(begun, tolerance=MIDDLING)


def _begin_whole(
    prepared: PreparedPattern,
    before: Refinement,
    structure: CrystalStructure,
    symprec: float,
    reach: float,
    tolerance: float,
) -> Refinement:
    """A refinement of a structure on the whole pattern, from where one before ended."""
    begun = stages.start(
        prepared,
        structure,
        zero=before.state.parameters.zero,
        symprec=symprec,
        reach=reach,
        tolerance=tolerance,
        hydrogen_held=before.hydrogen_held,
    )
    return replace(begun, moved_before=before.moved)
