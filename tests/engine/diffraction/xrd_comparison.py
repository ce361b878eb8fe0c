"""Lines of a structure beside those of pymatgen's XRDCalculator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pymatgen.analysis.diffraction.xrd import XRDCalculator

from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import to_pymatgen
from engine.diffraction.profile import bragg_lines
from engine.diffraction.reflections import hkl_within
from engine.pattern.radiation import Radiation

MERGING = 2e-3  # degrees: lines closer than this are compared as one


@dataclass(frozen=True)
class Comparison:
    """How two lists of lines differ.

    Attributes
    ----------
    position : float
        Largest distance (degrees) of a line of XRDCalculator above 0.1 % of the strongest
        from our nearest reflection.
    intensity : float
        sum |I - I'| / sum I', both scaled to their strongest line.
    worst : float
        Largest |I - I'| as a share of the strongest line.
    """

    position: float
    intensity: float
    worst: float


def compare(
    structure: CrystalStructure, wavelength: float, two_theta_range: tuple[float, float]
) -> Comparison:
    """Compare the lines of one structure."""
    radiation = Radiation((wavelength,), (1.0,))
    mine, mine_intensity = bragg_lines(structure, radiation, two_theta_range)
    found = XRDCalculator(wavelength=wavelength).get_pattern(
        to_pymatgen(structure), scaled=False, two_theta_range=two_theta_range
    )
    s_max = np.sin(np.radians(two_theta_range[1] / 2.0)) / wavelength
    _, s = hkl_within(structure.lattice, s_max * 1.0001)
    angles = 2.0 * np.degrees(np.arcsin(np.minimum(1.0, wavelength * s)))
    strong = found.x[found.y > 1e-3 * found.y.max()]
    position = np.abs(strong[:, None] - angles).min(axis=1).max()
    joined = np.concatenate([mine, found.x])
    order = np.argsort(joined)
    group = np.empty(len(joined), dtype=int)
    group[order] = np.cumsum(np.diff(joined[order], prepend=-1.0) > MERGING) - 1
    size = group.max() + 1
    ours = np.bincount(group[: len(mine)], weights=mine_intensity, minlength=size)
    theirs = np.bincount(group[len(mine) :], weights=found.y, minlength=size)
    ours, theirs = ours / ours.max(), theirs / theirs.max()
    difference = np.abs(ours - theirs)
    return Comparison(
        float(position), float(difference.sum() / theirs.sum()), float(difference.max())
    )
