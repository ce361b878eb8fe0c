"""Whole-pattern refinement: one or more structures, or a lattice with free intensities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.crystal.reduced_formula import reduced_formula
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.pattern.spurious import in_words
from engine.progress import Progress
from engine.refine.prepared import PreparedPattern, prepare
from engine.refine.result import FitResult
from engine.refine.stages import cut_to_reflections, list_reflections
from engine.refine.whole_pattern.distant_cell import strained_to_fit
from engine.refine.whole_pattern.foreign_lines import beyond_phases
from engine.refine.whole_pattern.free_intensities import lattice_model
from engine.refine.whole_pattern.options import RefinementOptions
from engine.refine.whole_pattern.state import State, begin
from engine.refine.whole_pattern.statement import state_result
from engine.refine.whole_pattern.strategy import (
    free_intensity_rwp,
    run,
    run_free_intensities,
)

MOST_REFLECTIONS = 6000
# R_wp over that of free intensities beyond which a fit is poor.
_POOR = 1.3
_OF_ATOMS = ("b_iso", "b_element", "coordinates", "texture", "occupancy")
_OF_LATTICE = ("background", "zero", "displacement", "cell", "profile")
_PLACE = ("scale", "background", "zero", "cell")


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
        Their cells within about 1 % of the truth; of a single one within about 3 %.
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
    structures = _told_apart(structures)
    prepared = whole = prepare(pattern)
    crystals = tuple(list_reflections(prepared, s, MOST_REFLECTIONS, 0.02) for s in structures)
    for crystal in crystals:
        prepared = cut_to_reflections(prepared, crystal)
    state = begin(prepared, crystals, options or RefinementOptions())
    if len(crystals) == 1:
        state = _on_cell_of_lines(state, whole)
    for note in (text for one in structures for text in one.warnings):
        state = state.noted(note)
    progress = progress or Progress()
    done = run(state, progress)
    if len(structures) > 1:
        return _result(done, pattern)
    free = free_intensity_rwp(done)
    if done.rwp >= _POOR * free:
        again = _without_extras(state, done.groups, progress)
        if again is not None and again.rwp < done.rwp:
            done, free = again, free_intensity_rwp(again)
    return replace(_result(done, pattern), rwp_lebail=free)


def _told_apart(structures: Sequence[CrystalStructure]) -> list[CrystalStructure]:
    """Several are called by their formula where they have no name, or one that recurs.

    Where that does not do, by their number too.
    """
    given = [one.name for one in structures]
    if len(given) < 2 or (all(given) and len(set(given)) == len(given)):
        return list(structures)
    formulas = [reduced_formula(one.numbers) for one in structures]
    structures = [
        one if one.name else replace(one, name=formula)
        for one, formula in zip(structures, formulas, strict=True)
    ]
    in_brackets = [f"({formula})" for formula in formulas]
    numbers = [str(place + 1) for place in range(len(structures))]
    for more in (in_brackets, numbers):
        names = Counter(one.name for one in structures)
        structures = [
            replace(one, name=f"{one.name} {word}") if names[one.name] > 1 else one
            for one, word in zip(structures, more, strict=True)
        ]
    return list(structures)


def _result(state: State, pattern: PowderPattern) -> FitResult:
    foreign = in_words(beyond_phases(state))
    told = state.noted(foreign) if foreign else state
    return replace(state_result(told), excluded=pattern.details.excluded)


def _without_extras(state: State, groups: tuple[str, ...], progress: Progress) -> State | None:
    """A fit begun anew without the foreign lines and humps among its groups; None if it has none.

    While a structure is still far off they explain what its own reflections should, and may keep
    it from getting there.
    """
    extras = tuple(group for group in ("foreign", "air", "humps") if group in groups)
    options = state.options
    if not extras or not options.automatic:
        return None
    held = replace(state, options=replace(options, fix=(*options.fix, *extras)))
    return run(held, progress)


def _on_cell_of_lines(state: State, whole: PreparedPattern) -> State:
    """The only phase begun anew on the cell that the lines show, where its own is too far off."""
    moved = strained_to_fit(state) if state.options.allows("cell") else None
    if moved is None:
        return state
    crystal = list_reflections(whole, moved, MOST_REFLECTIONS, 0.02)
    begun = begin(cut_to_reflections(whole, crystal), (crystal,), state.options)
    tried = [s.refined(("scale", "background")).refined(_PLACE) for s in (state, begun)]
    if not tried[1].rwp < tried[0].rwp:
        return state
    lengths = [f"{length:.3f}" for length in moved.cell[:3]]
    angles = [f"{angle:.2f}" for angle in moved.cell[3:]]
    return begun.noted(
        "The lines do not fit the cell as it was given; the refinement began with "
        f"{' '.join(lengths)} A, {' '.join(angles)} deg."
    )


def refine_lattice(
    pattern: PowderPattern,
    lattice: NDArray[np.float64],
    space_group: str | int,
    options: RefinementOptions | None = None,
    progress: Progress | None = None,
    name: str = "",
) -> FitResult:
    """Le Bail refinement of a cell and a space group, without atoms.

    Parameters
    ----------
    pattern : PowderPattern
    lattice : (3, 3) array
        Rows a, b, c in angstrom, in the setting of the space group, within about 0.3 % of the
        truth.
    space_group : str or int
        Hermann-Mauguin or Hall symbol, or the number of the standard setting.
    options : RefinementOptions, optional
        The scale does nothing.
    progress : Progress, optional
    name : str
        Of the phase.

    Returns
    -------
    FitResult
        Its one phase has no atoms; `f_squared` of the reflections is on an arbitrary scale.

    Raises
    ------
    BadInputError
        If there is no such space group, the cell does not have its symmetry, it has no line in
        the pattern's range or far too many, or what is to be refined is of atoms.
    """
    options = options or RefinementOptions()
    _check_groups(options)
    prepared = prepare(pattern)
    d_min = prepared.d_min * 0.995
    crystal = lattice_model(lattice, space_group, d_min, prepared.d_max * 1.05)
    if len(crystal.hkl) > MOST_REFLECTIONS:
        q = np.sort(crystal.metric_forms @ crystal.metric)
        d_min = float(q[MOST_REFLECTIONS - 1] ** -0.5)
        crystal = lattice_model(lattice, space_group, d_min, prepared.d_max * 1.05)
    prepared = cut_to_reflections(prepared, crystal)
    even = np.ones(len(crystal.hkl))
    state = begin(prepared, (crystal,), options, intensities=even)
    found = state_result(run_free_intensities(state, progress or Progress()))
    named = replace(found.phases[0], name=name or crystal.standardised.symbol)
    return replace(found, phases=(named,), rwp_lebail=found.rwp, excluded=pattern.details.excluded)


def _check_groups(options: RefinementOptions) -> None:
    """Refuse what a lattice does not have, and a fit in which nothing is free."""
    asked = [group for group in options.refine or () if group in _OF_ATOMS]
    if asked:
        raise BadInputError(
            f"A lattice has no atoms, so {' and '.join(asked)} cannot be refined; give a "
            "structure, or leave that out."
        )
    if not any(options.allows(group) for group in _OF_LATTICE):
        raise BadInputError(
            f"Nothing is left to refine of a lattice: free one of {', '.join(_OF_LATTICE)}."
        )
