"""Structures of all seven crystal systems, made here so that tests need no data."""

from __future__ import annotations

from dataclasses import dataclass

import gemmi
import numpy as np

from engine.crystal.cif_reader import orbit
from engine.crystal.lattice import matrix_from_cell
from engine.crystal.structure import CrystalStructure

Site = tuple[str, float, float, float]


@dataclass(frozen=True)
class Made:
    """What a structure is made of, to compare with what is found in it."""

    name: str
    system: str
    number: int
    group: str
    cell: tuple[float, float, float, float, float, float]
    sites: tuple[Site, ...]

    @property
    def structure(self) -> CrystalStructure:
        """All atoms of the conventional cell."""
        operations = list(gemmi.SpaceGroup(self.group).operations())
        rotations = np.array([op.rot for op in operations]) / gemmi.Op.DEN
        translations = np.array([op.tran for op in operations]) / gemmi.Op.DEN
        lattice = matrix_from_cell(*self.cell)
        numbers: list[int] = []
        coords = []
        for symbol, x, y, z in self.sites:
            images = orbit(np.array([x, y, z]), lattice, rotations, translations, 0.1)
            numbers += [gemmi.Element(symbol).atomic_number] * len(images)
            coords.append(images)
        return CrystalStructure(lattice, np.array(numbers), np.concatenate(coords), name=self.name)


THIRD = 1.0 / 3.0
MADE = (
    Made(
        "triclinic, polar",
        "triclinic",
        1,
        "P 1",
        (4.1, 5.3, 6.2, 82.0, 97.0, 104.0),
        (("Ca", 0.0, 0.0, 0.0), ("Si", 0.31, 0.42, 0.57), ("O", 0.72, 0.81, 0.13)),
    ),
    Made(
        "triclinic, centric",
        "triclinic",
        2,
        "P -1",
        (5.2, 5.9, 7.1, 91.0, 99.0, 106.0),
        (("Cu", 0.0, 0.0, 0.0), ("S", 0.21, 0.33, 0.44), ("O", 0.62, 0.15, 0.27)),
    ),
    Made(
        "baddeleyite",
        "monoclinic",
        14,
        "P 1 21/c 1",
        (5.1505, 5.2116, 5.3173, 90.0, 99.23, 90.0),
        (
            ("Zr", 0.2754, 0.0395, 0.2083),
            ("O", 0.0700, 0.3317, 0.3447),
            ("O", 0.4496, 0.7569, 0.4792),
        ),
    ),
    Made(
        "tenorite",
        "monoclinic",
        15,
        "C 1 2/c 1",
        (4.6837, 3.4226, 5.1288, 90.0, 99.54, 90.0),
        (("Cu", 0.25, 0.25, 0.0), ("O", 0.0, 0.4184, 0.25)),
    ),
    Made(
        "perovskite",
        "orthorhombic",
        62,
        "P n m a",
        (5.442, 7.640, 5.380, 90.0, 90.0, 90.0),
        (
            ("Ca", 0.036, 0.25, 0.993),
            ("Ti", 0.0, 0.0, 0.5),
            ("O", 0.484, 0.25, 0.071),
            ("O", 0.289, 0.037, 0.711),
        ),
    ),
    Made(
        "orthorhombic, polar",
        "orthorhombic",
        36,
        "C m c 21",
        (10.4996, 5.9871, 5.5464, 90.0, 90.0, 90.0),
        (
            ("Li", 0.0, 0.6586, 0.0059),
            ("Sn", 0.1607, 0.1750, 0.0088),
            ("N", 0.1751, 0.1579, 0.6297),
            ("N", 0.0, 0.6732, 0.6291),
        ),
    ),
    Made(
        "rutile",
        "tetragonal",
        136,
        "P 42/m n m",
        (4.5937, 4.5937, 2.9587, 90.0, 90.0, 90.0),
        (("Ti", 0.0, 0.0, 0.0), ("O", 0.3053, 0.3053, 0.0)),
    ),
    Made(
        "anatase",
        "tetragonal",
        141,
        "I 41/a m d:1",
        (3.7842, 3.7842, 9.5146, 90.0, 90.0, 90.0),
        (("Ti", 0.0, 0.0, 0.0), ("O", 0.0, 0.0, 0.2081)),
    ),
    Made(
        "quartz",
        "trigonal",
        154,
        "P 32 2 1",
        (4.9134, 4.9134, 5.4052, 90.0, 90.0, 120.0),
        (("Si", 0.4697, 0.0, 2.0 * THIRD), ("O", 0.4133, 0.2672, 0.7855)),
    ),
    Made(
        "corundum",
        "trigonal",
        167,
        "R -3 c:H",
        (4.7602, 4.7602, 12.9933, 90.0, 90.0, 120.0),
        (("Al", 0.0, 0.0, 0.35219), ("O", 0.30633, 0.0, 0.25)),
    ),
    Made(
        "wurtzite",
        "hexagonal",
        186,
        "P 63 m c",
        (3.2495, 3.2495, 5.2069, 90.0, 90.0, 120.0),
        (("Zn", THIRD, 2.0 * THIRD, 0.0), ("O", THIRD, 2.0 * THIRD, 0.3821)),
    ),
    Made(
        "magnesium diboride",
        "hexagonal",
        191,
        "P 6/m m m",
        (3.0861, 3.0861, 3.5239, 90.0, 90.0, 120.0),
        (("Mg", 0.0, 0.0, 0.0), ("B", THIRD, 2.0 * THIRD, 0.5)),
    ),
    Made(
        "rock salt",
        "cubic",
        225,
        "F m -3 m",
        (5.6402, 5.6402, 5.6402, 90.0, 90.0, 90.0),
        (("Na", 0.0, 0.0, 0.0), ("Cl", 0.5, 0.5, 0.5)),
    ),
    Made(
        "pyrite",
        "cubic",
        205,
        "P a -3",
        (5.4179, 5.4179, 5.4179, 90.0, 90.0, 90.0),
        (("Fe", 0.0, 0.0, 0.0), ("S", 0.3851, 0.3851, 0.3851)),
    ),
    Made(
        "spinel",
        "cubic",
        227,
        "F d -3 m:2",
        (8.0806, 8.0806, 8.0806, 90.0, 90.0, 90.0),
        (("Mg", 0.125, 0.125, 0.125), ("Al", 0.5, 0.5, 0.5), ("O", 0.2624, 0.2624, 0.2624)),
    ),
)
BY_NAME = {made.name: made for made in MADE}


def mixed_site_structure() -> CrystalStructure:
    """Rock salt with 0.7 Mg and 0.3 Fe on the metal site, and displacements."""
    salt = BY_NAME["rock salt"].structure
    metal = np.flatnonzero(salt.numbers == 11)
    anion = np.flatnonzero(salt.numbers == 17)
    coords = salt.frac_coords
    return CrystalStructure(
        salt.lattice * (4.24 / 5.6402),
        np.array([12] * 4 + [26] * 4 + [8] * 4),
        np.concatenate([coords[metal], coords[metal], coords[anion]]),
        np.array([0.7] * 4 + [0.3] * 4 + [1.0] * 4),
        np.array([0.005] * 8 + [0.008] * 4),
        name="ferropericlase",
    )


def calcium_chloride_type(off: float, stretch: float = 0.0) -> CrystalStructure:
    """Rutile with octahedra turned until oxygen has moved by `off` angstrom, and a stretched."""
    lattice = BY_NAME["rutile"].structure.lattice @ np.diag([1.0 + stretch, 1.0, 1.0])
    shift = off / (np.sqrt(2.0) * lattice[0, 0])
    x, y = 0.3053 + shift, 0.3053 - shift
    oxygen = [[x, y, 0.0], [-x, -y, 0.0], [0.5 - x, 0.5 + y, 0.5], [0.5 + x, 0.5 - y, 0.5]]
    coords = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5], *oxygen]) % 1.0
    return CrystalStructure(lattice, np.array([22, 22, 8, 8, 8, 8]), coords)
