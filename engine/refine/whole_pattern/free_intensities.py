"""Le Bail refinement: positions and shapes of the lines with intensities of their own.

Le Bail, Duroy and Fourquet, Mater. Res. Bull. 23, 447 (1988): intensities are extracted with what
is known of positions and shapes, those are refined with the intensities held, and so on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.structure import CrystalStructure
from engine.crystal.symmetry import Standardised
from engine.errors import BadInputError
from engine.refine.crystal_model import CrystalModel
from engine.refine.whole_pattern.integrated import IntegratedIntensities, integrated
from engine.refine.whole_pattern.marquardt import Minimum, minimise
from engine.refine.whole_pattern.model import WholePatternModel
from engine.refine.whole_pattern.parameters import Freedom, Parameters

FloatArray = NDArray[np.float64]
ROUNDS, CYCLES = 12, 150
_SETTLED = 2e-4
_FLAT = 0.02


def extract(
    model: WholePatternModel,
    parameters: Parameters,
    observed: FloatArray,
    weight: FloatArray,
    phase: int = 0,
    cycles: int = CYCLES,
) -> FloatArray:
    """|F|^2 of one phase's reflections as the pattern has them.

    Parameters
    ----------
    model : WholePatternModel
    parameters : Parameters
    observed, weight : (n,) arrays
    phase : int
    cycles : int
        Most cycles of sharing out.

    Returns
    -------
    (r,) array
        Electrons squared where the scale is a refined one, else on the scale's own footing.
    """
    calculated = model.calculate(parameters)
    form = integrated(calculated, observed, weight, phase)
    return extracted(form, calculated.phases[phase].f_squared, cycles)


def extracted(
    form: IntegratedIntensities, f_squared: FloatArray, cycles: int = CYCLES
) -> FloatArray:
    """|F|^2 of one phase's reflections as its quadratic form has them.

    Parameters
    ----------
    form : IntegratedIntensities
    f_squared : (r,) array
        What is believed of them.
    cycles : int
        Most cycles of sharing out.

    Returns
    -------
    (r,) array
    """
    # Every reflection gets a chance, near what it is believed to be.
    everywhere = form.times(np.ones(len(form.right)))
    flat = float(np.abs(form.right).sum() / max(float(everywhere.sum()), 1e-300))
    start = f_squared + max(_FLAT * float(np.mean(f_squared)), 1e-3 * flat, 1e-12)
    return form.non_negative(start, cycles)


def refine_free(
    model: WholePatternModel,
    start: Parameters,
    observed: FloatArray,
    weight: FloatArray,
    freedom: Freedom,
    phases: tuple[int, ...] = (0,),
    rounds: int = ROUNDS,
) -> tuple[WholePatternModel, Minimum]:
    """Refine positions, shapes and background with free intensities.

    Parameters
    ----------
    model : WholePatternModel
    start : Parameters
    observed, weight : (n,) arrays
    freedom : Freedom
        Without groups that change intensities.
    phases : tuple of int
        Those whose intensities are free.
    rounds : int

    Returns
    -------
    model : WholePatternModel
        With the extracted intensities.
    minimum : Minimum
    """
    now, last = start, np.inf
    model = _with_extracted(model, now, observed, weight, phases)
    for _ in range(rounds):
        minimum = minimise(model, now, observed, weight, freedom, 3)
        now = minimum.parameters
        model = _with_extracted(model, now, observed, weight, phases)
        if last - minimum.chi_squared < _SETTLED * minimum.chi_squared:
            break
        last = minimum.chi_squared
    calculated = model.calculate(now)
    chi = float(weight @ (observed - calculated.pattern) ** 2)
    return model, Minimum(now, chi, minimum.freedom, minimum.covariance)


def _with_extracted(
    model: WholePatternModel,
    parameters: Parameters,
    observed: FloatArray,
    weight: FloatArray,
    phases: tuple[int, ...],
) -> WholePatternModel:
    for i in phases:
        found = extract(model, parameters, observed, weight, i)
        model = model.with_phase(i, model.phases[i].with_intensities(found))
    return model


def lattice_model(
    lattice: FloatArray, space_group: str | int, d_min: float, d_max: float = np.inf
) -> CrystalModel:
    """The reflections of a lattice and a space group, without atoms.

    Parameters
    ----------
    lattice : (3, 3) array
        Rows a, b, c in angstrom, in the setting of the space group.
    space_group : str or int
        Hermann-Mauguin or Hall symbol in any setting, or the number of the standard setting.
    d_min, d_max : float
        Range of d-spacings, angstrom.

    Raises
    ------
    BadInputError
        If there is no such space group, the lattice does not have its symmetry, or it has more
        than two million reflections.
    """
    import gemmi

    from engine.crystal.lattice import crystal_system
    from engine.crystal.metric import (
        ROUGHLY,
        invariant_metric_basis,
        metric_mismatch,
        metric_to_vector,
        quadratic_form,
    )
    from engine.diffraction.reflections import independent_reflections, refuse_too_many

    group = _group(space_group)
    operations = list(group.operations())
    rotations = np.array([op.rot for op in operations], dtype=np.int64) // gemmi.Op.DEN
    translations = np.array([op.tran for op in operations], dtype=np.float64) / gemmi.Op.DEN
    metric = metric_to_vector(np.linalg.inv(lattice @ lattice.T))
    basis = invariant_metric_basis(np.unique(rotations, axis=0))
    if metric_mismatch(lattice, rotations) > ROUGHLY:
        raise BadInputError(
            f"The cell does not have the symmetry of {group.xhm()}: give a cell of the "
            f"{crystal_system(group.number)} system in that setting."
        )
    refuse_too_many(float(abs(np.linalg.det(lattice))), 0.5 / d_min)
    listed = independent_reflections(
        lattice,
        0.5 / d_min,
        rotations,
        translations,
        s_min=0.5 / d_max if np.isfinite(d_max) else 0.0,
    )
    empty = CrystalStructure(lattice, np.zeros(0, dtype=np.int64), np.zeros((0, 3)))
    standardised = Standardised(
        conventional=empty,
        primitive=empty,
        symbol=group.hm,
        number=group.number,
        hall=group.hall,
        hall_number=0,
        point_group=group.point_group_hm(),
        crystal_system=crystal_system(group.number),
        rotations=rotations,
        translations=translations,
        wyckoff=(),
        orbits=np.zeros(0, dtype=np.int64),
        multiplicities=np.zeros(0, dtype=np.int64),
    )
    return CrystalModel(
        standardised=standardised,
        hkl=listed.hkl,
        multiplicity=listed.multiplicity,
        metric_forms=quadratic_form(listed.hkl) @ basis,
        metric_basis=basis,
        metric=basis.T @ metric,
        displacements=np.zeros((0, 3, 0)),
        form_factor=np.zeros((0, len(listed.hkl))),
        f_second=np.zeros(0),
    )


def _group(space_group: str | int) -> Any:
    import gemmi

    text = str(space_group).strip()
    if text.isdigit():
        found = gemmi.find_spacegroup_by_number(int(text)) if 1 <= int(text) <= 230 else None
    else:
        found = gemmi.find_spacegroup_by_name(text)
        if found is None:
            try:
                found = gemmi.find_spacegroup_by_ops(gemmi.symops_from_hall(text))
            except (RuntimeError, ValueError):
                found = None
    if found is None:
        raise BadInputError(
            f"There is no space group '{space_group}'; give a symbol such as 'P 21/c' or 'Fm-3m', "
            "or a number from 1 to 230."
        )
    return found
