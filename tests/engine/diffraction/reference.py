"""Structures to compare on, and gemmi's structure factors for them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import gemmi
import numpy as np

from engine.crystal.lattice import CRYSTAL_SYSTEMS, cell_from_matrix, crystal_system
from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import from_record


def structures_of_all_systems(data_root: Path, per_system: int) -> list[CrystalStructure]:
    """So many structures of each crystal system, in random order, from the validation set."""
    with gzip.open(data_root / "structures" / "val.jsonl.gz", "rt") as lines:
        records = [json.loads(line) for line in lines]
    wanted = dict.fromkeys(CRYSTAL_SYSTEMS, per_system)
    chosen = []
    for i in np.random.default_rng(0).permutation(len(records)):
        system = crystal_system(records[i]["space_group"])
        if wanted[system] > 0:
            wanted[system] -= 1
            chosen.append(from_record(records[i]))
    return chosen


def gemmi_structure_factors(
    structure: CrystalStructure,
    hkl: np.ndarray,
    f_prime: dict[int, float] | None = None,
) -> np.ndarray:
    """Complex F(hkl) computed by gemmi from the atoms in P 1."""
    small = gemmi.SmallStructure()
    small.cell = gemmi.UnitCell(*cell_from_matrix(structure.lattice))
    small.spacegroup_hm = "P 1"
    for i, number in enumerate(structure.numbers):
        site = gemmi.SmallStructure.Site()
        site.label = f"A{i}"
        site.element = gemmi.Element(int(number))
        site.fract = gemmi.Fractional(*structure.frac_coords[i])
        site.occ = float(structure.occupancies[i])
        site.u_iso = float(structure.u_iso[i])
        small.add_site(site)
    calculator = gemmi.StructureFactorCalculatorX(small.cell)
    for number, value in (f_prime or {}).items():
        calculator.addends.set(gemmi.Element(number), value)
    return np.array(
        [calculator.calculate_sf_from_small_structure(small, [int(x) for x in row]) for row in hkl]
    )
