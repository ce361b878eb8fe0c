"""Structures with hydrogen, and without it."""

from __future__ import annotations

from engine.crystal.structure import CrystalStructure
from tests.made_structures import Made

# Mg(OH)2 (brucite), with O-H along the threefold axis.
BRUCITE = Made(
    "brucite",
    "trigonal",
    164,
    "P -3 m 1",
    (3.147, 3.147, 4.769, 90.0, 90.0, 120.0),
    (("Mg", 0.0, 0.0, 0.0), ("O", 1 / 3, 2 / 3, 0.2203), ("H", 1 / 3, 2 / 3, 0.4223)),
).structure
# MgH2, of the rutile type.
MAGNESIUM_HYDRIDE = Made(
    "magnesium hydride",
    "tetragonal",
    136,
    "P 42/m n m",
    (4.517, 4.517, 3.021, 90.0, 90.0, 90.0),
    (("Mg", 0.0, 0.0, 0.0), ("H", 0.304, 0.304, 0.0)),
).structure
# An origin that floats: hydrogen held is what holds it.
POLAR_HYDROXIDE = Made(
    "polar hydroxide",
    "orthorhombic",
    26,
    "P m c 21",
    (3.6, 5.1, 6.2, 90.0, 90.0, 90.0),
    (
        ("Fe", 0.0, 0.18, 0.0),
        ("O", 0.5, 0.35, 0.07),
        ("O", 0.0, 0.80, 0.11),
        ("H", 0.5, 0.36, 0.228),
    ),
).structure


def without_hydrogen(structure: CrystalStructure) -> CrystalStructure:
    """The other atoms."""
    return structure.only(structure.numbers != 1)
