"""Candidates that left a symmetry that they nearly have.

A type of the library, or a density that was averaged over a space group, may have all atoms near
their places and more symmetry than the crystal: no refinement under that symmetry can move them
where they belong. Here the cell is strained at random and refined; where it keeps less symmetry
than it had, that is one candidate. Then the atoms are pushed at random and refined too, with no
symmetry at all; what they come to, completed like every candidate under the symmetries that it is
near to, is another. The added coordinates are charged by how far they moved, as those are that a
type told.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import Standardised, standardise
from engine.errors import BadInputError
from engine.refine import report, stages
from engine.refine.stages import Refinement
from engine.solve.candidate_refinement import (
    MIDDLING,
    STRICT_SYMMETRY,
    Ranked,
    completed_as,
    settled,
    shaped_whole,
)
from engine.solve.evidence import Evidence, misfit
from engine.solve.proposals import Parent, Proposal

FloatArray = NDArray[np.float64]

# Root mean square of the push, angstrom: beyond the tolerance that finds a symmetry again, and
# within the shifts that a refinement takes back.
PUSH = 0.05
# The same of the strain: where a cell is symmetric, chi^2 is stationary in every strain that is
# not, and no least squares would find which way it goes.
STRAIN = 1e-3
# How well a refinement with no symmetry may know a cell, of its longest edge.
CELL_PRECISIONS = (5e-4, 1e-3, 2e-3)
NO_SYMMETRY = 1e-3  # angstrom
STEPS = 15
# Atoms in the primitive cell: a refinement of three coordinates each has to stay quick.
MOST_ATOMS = 40
# Of chi^2, beside what it was: a cell that fits so much better was held where it stood.
RELEASED = 0.95
# Of chi^2, beside the first candidate's: what fits worse even with no symmetry is given up.
AS_GOOD = 1.1


def lowered(ranked: Ranked, best: float, evidence: Evidence) -> list[Ranked]:
    """A candidate with less symmetry than it has.

    Parameters
    ----------
    ranked : Ranked
        Refined on the whole pattern.
    best : float
        Chi^2 per point of the first candidate.
    evidence : Evidence

    Returns
    -------
    list of Ranked
        At most four, with no score; none where there is no symmetry to be left, too many atoms, or
        nothing that fits about as well as the first candidate.
    """
    before = ranked.refinement
    structure = report.refined_structure(before)
    parent = standardise(structure, STRICT_SYMMETRY)
    if parent.number == 1 or len(parent.primitive) > MOST_ATOMS:
        return []
    start = replace(ranked, proposal=_with_parent(ranked.proposal, before))
    try:
        placed = shaped_whole(before.prepared, before, _strained(parent.primitive), NO_SYMMETRY)
        found = _of_cell(start, parent, placed, evidence)
        free = _of_atoms(before, report.refined_structure(placed))
    except (BadInputError, np.linalg.LinAlgError):
        return []
    if misfit(free) < AS_GOOD * best:
        found.append(settled(before.prepared, replace(start, refinement=free), evidence))
    return [Ranked(*result, score=0.0) for result in found if result is not None]


def _with_parent(proposal: Proposal, before: Refinement) -> Proposal:
    crystal = before.model.crystal
    orbits = len(crystal.standardised.asymmetric_unit())
    return replace(proposal, parent=Parent(crystal.n_coordinates, orbits, before.moved))


def _strained(structure: CrystalStructure) -> CrystalStructure:
    strain = np.random.default_rng(0).normal(0.0, STRAIN, (3, 3))
    return replace(structure, lattice=structure.lattice @ (np.eye(3) + (strain + strain.T) / 2.0))


def _of_cell(
    ranked: Ranked, parent: Standardised, placed: Refinement, evidence: Evidence
) -> list[tuple[Proposal, Refinement] | None]:
    """The candidates under the symmetries that its cell may have kept, if that is not all."""
    structure = report.refined_structure(placed)
    longest = float(np.linalg.norm(parent.primitive.lattice, axis=1).max())
    # A cell of less symmetry may itself stand where it is stationary, as a more symmetric one does.
    stuck = misfit(placed) < RELEASED * misfit(ranked.refinement)
    seen = set() if stuck else {parent.number}
    found = []
    for symprec in (longest * precision for precision in CELL_PRECISIONS):
        number = standardise(structure, symprec).number
        if number not in seen:
            seen.add(number)
            found.append(completed_as(ranked, structure, symprec, evidence))
    return found


def _of_atoms(before: Refinement, structure: CrystalStructure) -> Refinement:
    """Its atoms refined with no symmetry from near their places, and how far they went."""
    push = np.random.default_rng(0).normal(0.0, PUSH / np.sqrt(3.0), (len(structure), 3))
    push -= push.mean(axis=0)
    pushed = structure.frac_coords + push @ np.linalg.inv(structure.lattice)
    moved = replace(structure, frac_coords=pushed)
    begun = shaped_whole(before.prepared, before, moved, NO_SYMMETRY)
    free = stages.refine_atoms(begun, steps=STEPS, tolerance=MIDDLING)
    own = float(np.linalg.norm(free.state.parameters.shifts))
    distance = np.sqrt(max(_shifts(begun, free) - float(np.sum(push**2)), 0.0))
    return replace(free, moved_before=before.moved + float(distance) - own)


def _shifts(begun: Refinement, free: Refinement) -> float:
    """Sum of the squares of all shifts, square angstrom; one of all atoms together is none.

    The push was at random and is none that the pattern asked for: its squares are in the sum.
    """
    one, two = report.refined_structure(begun), report.refined_structure(free)
    apart = two.frac_coords - one.frac_coords
    shifts = (apart - np.rint(apart)) @ two.lattice
    return float(np.sum((shifts - shifts.mean(axis=0)) ** 2))
