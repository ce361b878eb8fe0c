"""What every source of candidates proposes, and what all of them know of the sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import atomic_number, parse_formula
from engine.crystal.structure import CrystalStructure
from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.library.retrieve import LineSet
from engine.refine.prepared import PreparedPattern
from engine.solve.result import Problem, Source

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# What may hide in a sample whose owner says that other elements are possible: common ones, and for
# the others one that scatters about alike.
COMMON_ELEMENTS = ("O", "F", "Cl", "S", "N", "C", "Si", "Al", "Na", "Mg", "Ca", "Fe")
PROBES = ("O", "Al", "Ca", "Fe", "As", "Mo", "Sb", "Nd", "Yb", "Pt")

# How much of what known crystals say of a colouring is believed.
KINSHIP_WEIGHT = 0.5


@dataclass(frozen=True)
class Parent:
    """The symmetry that a structure out of a map was proposed with, where its atoms have left it.

    Attributes
    ----------
    n_coordinates, n_orbits : int
        Free coordinates and orbits under it.
    moved : float
        Root of the summed squares of the shifts while it was kept, angstrom.
    """

    n_coordinates: int
    n_orbits: int
    moved: float


@dataclass(frozen=True, eq=False)
class Proposal:
    """A structure that is worth refining.

    Attributes
    ----------
    structure : CrystalStructure
        In the primitive cell of its type, cell refined on the lines.
    zero : float
        Zero error from the lines, degrees.
    residual : float
        On the blurred pattern.
    log_prior : float
        Of the volume and the charges, and of being in no library.
    badness : float
        What proposals are sorted by, low is good.
    space_group : int
    source : Source
    kinship : float
        Ln of how much known crystals of its type speak for its elements on their sites
        (`engine.library.kinship`), 0 for a structure of no known type.
    parent : Parent or None
        The higher symmetry that its atoms left (`engine.solve.lower_symmetry`).
    log_choice : float
        Ln of how likely the places of hydrogen that was added to it are among all that have room
        (`engine.solve.hydrogen`).
    """

    structure: CrystalStructure
    zero: float
    residual: float
    log_prior: float
    badness: float
    space_group: int
    source: Source = "library"
    kinship: float = 0.0
    parent: Parent | None = None
    log_choice: float = 0.0

    @property
    def whole_prior(self) -> float:
        """Ln prior with what known crystals of the type say, and where its hydrogen is."""
        return self.log_prior + KINSHIP_WEIGHT * self.kinship + self.log_choice


def line_set(prepared: PreparedPattern) -> LineSet:
    """The fitted lines as positions and amplitudes freed of Lorentz and polarisation factors."""
    peaks = prepared.peaks
    d_star = 1.0 / np.asarray(peaks.d_spacing)
    sin_squared = np.clip((0.5 * prepared.radiation.primary * d_star) ** 2, 1e-8, 0.999)
    strength = np.maximum(peaks.area, 0.0) / lorentz_polarisation(sin_squared, prepared.radiation)
    kept = strength > 0.0
    return LineSet(
        d_star[kept], np.sqrt(strength[kept]), 1.0 / prepared.d_max, 1.0 / prepared.d_min
    )


def wanted_ratios(problem: Problem, elements: IntArray) -> dict[int, float] | None:
    """Share of each element among the atoms, where the formula is known.

    Hydrogen counts only where it is searched for.

    Parameters
    ----------
    problem : Problem
    elements : (e,) int array
        Atomic numbers.
    """
    if problem.formula is None:
        return None
    amounts = {atomic_number(s): n for s, n in parse_formula(problem.formula).items()}
    if 1 not in elements:
        amounts.pop(1, None)
    total = sum(amounts.values())
    return {z: n / total for z, n in amounts.items()}
