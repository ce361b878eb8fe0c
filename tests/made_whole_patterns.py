"""Patterns of one or more phases, calculated by the refinement's own model, with noise."""

from __future__ import annotations

import numpy as np

from engine.crystal.structure import CrystalStructure
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset
from engine.refine.crystal_model import CrystalModel
from engine.refine.whole_pattern.model import WholePatternModel
from engine.refine.whole_pattern.parameters import (
    InstrumentParameters,
    Parameters,
    PhaseParameters,
)
from engine.refine.whole_pattern.phase import Phase

RADIATION = preset("CuKa")
AXIS = np.arange(18.0, 95.0, 0.03)


def model_of(
    structures: list[CrystalStructure],
    brightest: list[float],
    *,
    lorentz: list[list[float]] | None = None,
    texture: tuple[tuple[int, int, int], float] | None = None,
) -> tuple[WholePatternModel, Parameters]:
    """A model and its parameters.

    Parameters
    ----------
    structures : list of CrystalStructure
    brightest : list of float
        Area of each phase's strongest line, counts times degrees.
    lorentz : list of list of float, optional
        Of each phase; four numbers for anisotropic widths of two directions.
    texture : (axis, r), optional
        Of the first phase.
    """
    phases, own = [], []
    for i, structure in enumerate(structures):
        crystal = CrystalModel.prepare(structure, RADIATION.primary, 1.03)
        phase = Phase(crystal, RADIATION)
        widths = np.array([0.04, 0.06] if lorentz is None else lorentz[i])
        if len(widths) > 2:
            phase = phase.with_anisotropic_widths()
        if texture is not None and i == 0:
            phase = phase.with_texture(texture[0])
        begun = PhaseParameters(
            1.0,
            crystal.metric,
            widths,
            np.full(len(phase.factors.elements), 0.6),
            texture[1] if texture is not None and i == 0 else 1.0,
            np.zeros(crystal.n_coordinates),
            np.ones(len(phase.factors.sites)),
        )
        scale = brightest[i] / float(phase.lines(begun, False).area.max())
        phases.append(phase)
        own.append(PhaseParameters(scale, *list(vars(begun).values())[1:]))
    instrument = InstrumentParameters(np.zeros(1), 0.02, 0.0, np.array([0.006, 0.0, 0.003]), 1e-4)
    model = WholePatternModel(tuple(phases), AXIS, np.full(len(AXIS), 120.0), 1)
    return model, Parameters(instrument, tuple(own))


def counted(model: WholePatternModel, parameters: Parameters, seed: int = 0) -> PowderPattern:
    """The pattern with Poisson noise."""
    expected = model.calculate(parameters).pattern
    counts = np.random.default_rng(seed).poisson(expected).astype(float)
    sigma = np.sqrt(np.maximum(counts, 1.0))
    return PowderPattern(AXIS, counts, sigma, RADIATION, poisson=True, name="made up")
