import numpy as np
import pytest

from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.refine.edit import edited, refine_edited, sites_of
from tests.engine.crystal.test_coordination import rutile
from tests.made_patterns import measured


def test_sites_are_the_orbits():
    found = sites_of(rutile())
    assert (found.symbol, found.number) == ("P4_2/mnm", 136)
    assert [(site.number, site.multiplicity, site.wyckoff) for site in found.sites] == [
        (22, 2, "a"),
        (8, 4, "f"),
    ]


def test_a_wider_tolerance_finds_more_symmetry():
    structure = rutile()
    shaken = structure.frac_coords + 0.004 * np.random.default_rng(0).normal(size=(6, 3))
    distorted = CrystalStructure(structure.lattice, structure.numbers, shaken)
    assert sites_of(distorted, 0.001).number < 136
    assert sites_of(distorted, 0.2).number == 136
    ideal = edited(distorted, symprec=0.2)
    assert sites_of(ideal, 1e-4).number == 136


def test_an_element_is_replaced_on_its_whole_site_and_nowhere_else():
    changed = edited(rutile(), {0: "Sn"})
    assert sorted(changed.numbers) == [8, 8, 8, 8, 50, 50]
    assert changed.cell == pytest.approx(rutile().cell)
    swapped = edited(rutile(), {0: "O", 1: "Ti"})
    assert sorted(swapped.numbers) == [8, 8, 22, 22, 22, 22]


@pytest.mark.parametrize(
    ("elements", "symprec", "words"),
    [({5: "Ti"}, 0.01, "no site 6"), ({0: "Xy"}, 0.01, "Xy"), ({}, 3.0, "tolerance")],
)
def test_what_cannot_be_done_is_said(elements, symprec, words):
    with pytest.raises(BadInputError, match=words):
        edited(rutile(), elements, symprec)


def test_the_right_element_fits_better_than_another():
    pattern = measured(rutile())
    right = refine_edited(pattern, rutile())
    wrong = refine_edited(pattern, rutile(), {0: "Sn"})
    assert (right.symbol, right.number, right.n_atoms) == ("P4_2/mnm", 136, 6)
    assert right.fit.r_bragg < 0.05
    assert wrong.fit.rwp > 1.5 * right.fit.rwp
