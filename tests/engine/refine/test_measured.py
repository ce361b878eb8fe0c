"""Refinements of measured patterns whose truth was weighed or certified."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.structure_io import read_structure
from engine.pattern.io import read_pattern
from engine.refine.phases import refine_lattice, refine_phases

CERTIFIED = 4.156826  # angstrom at 22.5 C, NIST SRM 660c


@pytest.mark.parametrize(
    ("file", "within"),
    [
        ("rietx/nist_srm660c_100a.cif", 1e-5),
        ("gsas2/NIST660C_LaB6.gsas", 1e-4),
    ],
)
def test_cell_of_the_standard_reference_material(data_root, file, within):
    path = data_root / "experimental" / file
    if not path.exists():
        pytest.skip("the pattern is not among the data")
    fit = refine_lattice(read_pattern(path), np.eye(3) * 4.157, "Pm-3m")
    assert fit.phases[0].structure.cell[0] == pytest.approx(CERTIFIED, rel=within)
    # Nothing tells the two apart on such a pattern but how goniometers are adjusted.
    assert "displacement" in [parameter.name for parameter in fit.parameters]


def test_weight_fractions_of_the_round_robins_second_sample(data_root):
    folder = data_root / "experimental"
    if not (folder / "qarr" / "cpd-2.dat").exists():
        pytest.skip("the pattern is not among the data")
    pattern = read_pattern(folder / "qarr" / "cpd-2.dat")
    optics = replace(pattern.radiation, monochromator_two_theta=26.6)
    weighed = {"corundum": 0.2127, "zincite": 0.1994, "fluorite": 0.2253, "brucite": 0.3626}
    structures = [read_structure(folder / "truth_cif" / f"{name}.cif") for name in weighed]
    fit = refine_phases(replace(pattern, radiation=optics), structures)
    found = np.array([phase.weight_fraction for phase in fit.phases])
    assert np.abs(found - list(weighed.values())).mean() < 0.02
    assert fit.phases[3].texture_axis == (0, 0, 1)
    assert fit.phases[3].texture < 0.9
