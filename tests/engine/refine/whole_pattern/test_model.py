"""Derivatives of the pattern of two phases, against differences."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pattern.radiation import preset
from engine.refine.crystal_model import CrystalModel
from engine.refine.whole_pattern.model import WholePatternModel
from engine.refine.whole_pattern.parameters import (
    INSTRUMENT_GROUPS,
    PHASE_GROUPS,
    InstrumentParameters,
    Parameters,
    PhaseParameters,
    size_of,
    stepped,
)
from engine.refine.whole_pattern.phase import Phase
from tests.made_structures import BY_NAME

RADIATION = preset("CuKa")
AXIS = np.arange(20.0, 80.0, 0.05)


def two_phases() -> tuple[WholePatternModel, Parameters]:
    rng = np.random.default_rng(0)
    phases, parameters = [], []
    for name in ("rutile", "quartz"):
        crystal = CrystalModel.prepare(BY_NAME[name].structure, RADIATION.primary, 1.15)
        phase = Phase(crystal, RADIATION).with_texture((0, 0, 1))
        lorentz = np.array([0.05, 0.08])
        if name == "quartz":
            phase, lorentz = phase.with_anisotropic_widths(), np.array([0.05, 0.035, 0.085, 0.1])
        phases.append(phase)
        parameters.append(
            PhaseParameters(
                scale=0.01,
                metric=crystal.metric,
                lorentz=lorentz,
                b=np.linspace(0.4, 1.0, len(phase.factors.elements)),
                texture=0.8,
                shifts=rng.normal(0.0, 0.02, crystal.n_coordinates),
                occupancy=1.0 + rng.normal(0.0, 0.02, len(phase.factors.sites)),
            )
        )
    instrument = InstrumentParameters(
        np.zeros(3),
        0.02,
        0.01,
        np.array([0.02, -0.005, 0.01]),
        0.06,
        air=200.0,
        humps=np.array([30.0, 40.0, 7.0, 55.0, 25.0, 12.0]),
        hump_shapes=np.array([0.2, 0.6]),
    )
    model = WholePatternModel(tuple(phases), AXIS, np.full(len(AXIS), 50.0), 3)
    return model, Parameters(instrument, tuple(parameters))


@pytest.mark.parametrize(
    ("slot", "step", "within"),
    [
        *(((-1, group), 1e-6, 2e-4) for group in INSTRUMENT_GROUPS if group != "gauss"),
        ((-1, "gauss"), 1e-7, 1e-5),
        # Lorentz and polarisation factors move with a line too little to be differentiated.
        *(((1, group), 1e-6, 1e-5) for group in PHASE_GROUPS if group not in ("cell", "scale")),
        ((1, "scale"), 1e-7, 1e-5),
        ((1, "cell"), 1e-7, 0.05),
    ],
)
def test_derivatives_are_those_of_the_pattern(slot, step, within):
    model, parameters = two_phases()
    jacobian = model.calculate(parameters, (slot,)).jacobian
    for k in range(size_of(parameters, (slot,))):
        move = np.zeros(size_of(parameters, (slot,)))
        move[k] = step
        upper = model.calculate(stepped(parameters, (slot,), move)).pattern
        lower = model.calculate(stepped(parameters, (slot,), -move)).pattern
        slope = (upper - lower) / (2.0 * step)
        assert np.abs(slope - jacobian[:, k]).max() < within * np.abs(slope).max()
