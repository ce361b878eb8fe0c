"""Rietveld refinement of simulated measurements."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.crystal.lattice import cell_from_matrix
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.pattern.radiation import preset
from engine.progress import Progress
from engine.refine import report, stages
from engine.refine.lebail import le_bail
from engine.refine.prepared import prepare
from engine.refine.profile import refine_profile
from engine.refine.result import FitResult, Parameter
from tests.made_patterns import measured, measured_as_it_is, with_b_iso
from tests.made_structures import BY_NAME, Made


def named(fit: FitResult) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in fit.parameters}


def strained(structure: CrystalStructure, factor: float) -> CrystalStructure:
    return replace(structure, lattice=structure.lattice * factor)


@pytest.mark.parametrize(
    "name", ["rutile", "corundum", "quartz", "baddeleyite", "perovskite", "spinel", "wurtzite"]
)
def test_a_strained_cell_zero_and_b_are_recovered(name: str) -> None:
    structure = BY_NAME[name].structure
    fit = refine_profile(measured(structure, 1, zero=0.04), strained(structure, 1.002))
    found = named(fit)
    for label, true in zip(
        ("a", "b", "c", "alpha", "beta", "gamma"), BY_NAME[name].cell, strict=True
    ):
        assert found[label].value == pytest.approx(true, rel=2e-4)
        if found[label].su is not None:
            assert 0.0 < found[label].su < 0.01
            assert abs(found[label].value - true) < max(4.5 * found[label].su, 1e-4 * true)
    assert found["zero"].value == pytest.approx(0.04, abs=0.004)
    assert found["B_iso"].value == pytest.approx(0.6, abs=0.25)
    # A crowded pattern's background is estimated from tails: GoF a little above 1.
    assert fit.gof == pytest.approx(1.05, abs=0.2)
    assert fit.structure.u_iso[0] == pytest.approx(found["B_iso"].value / (8.0 * np.pi**2))


def test_angles_that_symmetry_fixes_have_no_uncertainty() -> None:
    structure = BY_NAME["baddeleyite"].structure
    found = named(refine_profile(measured(structure, 2), structure))
    assert found["alpha"].su is None
    assert found["gamma"].su is None
    assert found["beta"].su is not None
    assert found["beta"].value == pytest.approx(99.23, abs=0.01)


def test_a_displaced_atom_comes_back() -> None:
    made = BY_NAME["rutile"]
    moved = replace(made, sites=(made.sites[0], ("O", 0.290, 0.290, 0.0)))
    pattern = measured(made.structure, 3)
    fit = refine_profile(pattern, moved.structure)
    oxygen = fit.structure.frac_coords[fit.structure.numbers == 8]
    folded = oxygen[:, 0] % 0.5
    u = 0.5 - np.minimum(folded, 0.5 - folded)
    np.testing.assert_allclose(u, 0.3053, atol=0.002)
    held = refine_profile(pattern, moved.structure, atoms=False)
    assert held.rwp > 1.3 * fit.rwp
    assert not any(name.startswith("shift") and p.su for name, p in named(held).items())


def test_uncertainties_are_those_of_repeated_measurements() -> None:
    """Over noise seeds, (value - truth) / su spreads like a unit normal."""
    structure = BY_NAME["rutile"].structure
    pulls = []
    for seed in range(8):
        pattern = measured(structure, seed, step=0.03, two_theta_range=(20.0, 80.0))
        found = named(refine_profile(pattern, structure))
        pulls.append(
            [
                (found["a"].value - 4.5937) / found["a"].su,
                (found["c"].value - 2.9587) / found["c"].su,
                found["zero"].value / found["zero"].su,
                found["shift_1"].value / found["shift_1"].su,
            ]
        )
    spread = np.sqrt(np.mean(np.square(pulls)))
    assert 0.6 < spread < 1.8
    assert np.abs(pulls).max() < 5.0


def test_more_counts_mean_smaller_uncertainties() -> None:
    structure = BY_NAME["rutile"].structure
    pattern = measured(structure, 1)
    weaker = replace(
        pattern,
        counts=np.random.default_rng(0).poisson(pattern.counts / 25.0).astype(float),
    )
    weaker = replace(weaker, sigma=np.sqrt(np.maximum(weaker.counts, 1.0)))
    strong, weak = (named(refine_profile(p, structure))["a"].su for p in (pattern, weaker))
    assert weak / strong == pytest.approx(5.0, rel=0.4)


def test_no_gof_is_stated_where_counts_were_rescaled() -> None:
    structure = BY_NAME["rutile"].structure
    pattern = replace(measured(structure, 4), poisson=False)
    assert refine_profile(pattern, structure).gof is None


@pytest.mark.parametrize("name", ["rutile", "quartz", "baddeleyite"])
def test_the_result_is_consistent(name: str) -> None:
    structure = BY_NAME[name].structure
    fit = refine_profile(measured(structure, 5), structure)
    weight = fit.sigma**-2
    rwp = np.sqrt(weight @ fit.difference**2 / (weight @ fit.observed**2))
    assert fit.rwp == pytest.approx(rwp)
    assert fit.rwp <= fit.rwp_background_subtracted
    assert 0.0 <= fit.r_bragg < 0.1
    lines = fit.reflections
    assert np.all(np.diff(lines.d_spacing) <= 0.0)
    assert lines.two_theta.min() >= fit.two_theta[0]
    assert lines.two_theta.max() <= fit.two_theta[-1]
    assert np.all(lines.intensity >= 0.0)
    np.testing.assert_allclose(
        cell_from_matrix(fit.structure.lattice),
        [named(fit)[k].value for k in ("a", "b", "c", "alpha", "beta", "gamma")],
        rtol=1e-9,
    )


@pytest.mark.parametrize("name", ["rutile", "quartz", "baddeleyite"])
def test_the_lattice_alone_fits_at_least_as_well_as_the_structure(name: str) -> None:
    structure = BY_NAME[name].structure
    prepared = prepare(measured(structure, 6))
    refinement = stages.refine_atoms(stages.refine_shape(stages.start(prepared, structure)))
    floor = le_bail(refinement)
    assert floor.rwp <= 1.02 * refinement.rwp
    assert np.all(floor.areas >= 0.0)


def test_the_floor_of_a_wrong_structure_is_far_below_its_fit() -> None:
    """Wrong atoms on the right lattice: the floor shows what the lattice allows."""
    made = BY_NAME["rutile"]
    swapped = replace(made, sites=(("O", 0.0, 0.0, 0.0), ("Ti", 0.3053, 0.3053, 0.0)))
    prepared = prepare(measured(made.structure, 7))
    wrong = stages.refine_shape(stages.start(prepared, swapped.structure))
    right = stages.refine_shape(stages.start(prepared, made.structure))
    assert wrong.rwp > 2.0 * right.rwp
    assert le_bail(wrong).rwp < 0.6 * wrong.rwp


def test_the_range_is_cut_where_there_are_too_many_reflections() -> None:
    structure = BY_NAME["triclinic, centric"].structure
    prepared = prepare(measured(structure, 8))
    refinement = stages.start(prepared, structure, most_reflections=60)
    assert 50 <= len(refinement.model.crystal.hkl) <= 61
    assert refinement.prepared.two_theta[-1] < prepared.two_theta[-1] - 5.0
    assert len(refinement.prepared.observed) == len(refinement.prepared.two_theta)
    assert stages.refine_shape(refinement).rwp < 0.15


@pytest.mark.parametrize("wavelength", ["MoKa", "CuKa1", "CoKa"])
def test_other_radiations(wavelength: str) -> None:
    structure = BY_NAME["corundum"].structure
    pattern = measured(structure, 9, radiation=preset(wavelength), two_theta_range=(10.0, 70.0))
    fit = refine_profile(pattern, strained(structure, 0.999))
    assert named(fit)["a"].value == pytest.approx(4.7602, rel=2e-4)
    assert fit.gof == pytest.approx(1.0, abs=0.2)


def test_texture_is_found_where_there_is_some_and_only_there() -> None:
    structure = with_b_iso(BY_NAME["corundum"].structure, 0.6)
    plain = prepare(measured(structure, 10))
    refinement = stages.refine_shape(stages.start(plain, structure))
    assert stages.refine_texture(refinement, 1.05).model.texture_axis is None
    model = refinement.model.with_texture((0, 0, 1))
    parameters = replace(refinement.state.parameters, texture=0.7)
    counts = np.random.default_rng(1).poisson(model.calculate(parameters).pattern).astype(float)
    aligned = replace(plain, observed=counts, sigma=np.sqrt(np.maximum(counts, 1.0)))
    begun = stages.refine_shape(stages.start(aligned, structure))
    found = stages.refine_texture(begun, 1.05)
    assert found.model.texture_axis == (0, 0, 1)
    assert found.state.parameters.texture == pytest.approx(0.7, abs=0.05)
    assert found.rwp < 0.7 * begun.rwp


def test_a_structure_without_lines_in_range_is_refused() -> None:
    pattern = measured(BY_NAME["rutile"].structure, 1, two_theta_range=(20.0, 30.0), step=0.01)
    tiny = CrystalStructure(np.eye(3) * 1.2, np.array([1]), np.zeros((1, 3)))
    with pytest.raises(BadInputError, match="no reflection"):
        refine_profile(pattern, tiny)


def test_a_structure_without_a_cell_is_refused() -> None:
    pattern = measured(BY_NAME["rutile"].structure, 1)
    flat = CrystalStructure(np.diag([4.0, 4.0, 0.0]), np.array([22]), np.zeros((1, 3)))
    with pytest.raises(BadInputError):
        refine_profile(pattern, flat)


def test_progress_rises_to_one() -> None:
    class Watch(Progress):
        seen: list[float]

        def __init__(self) -> None:
            self.seen = []

        def report(self, fraction: float, message: str = "") -> None:
            self.seen.append(fraction)

    watch = Watch()
    structure = BY_NAME["rutile"].structure
    refine_profile(measured(structure, 1), structure, watch)
    assert watch.seen == sorted(watch.seen)
    assert watch.seen[-1] == 1.0


def test_refining_is_repeatable() -> None:
    made: Made = BY_NAME["quartz"]
    pattern = measured(made.structure, 12)
    one, two = (refine_profile(pattern, made.structure) for _ in range(2))
    np.testing.assert_array_equal(one.calculated, two.calculated)


def test_displacement_parameters_of_elements_are_told_apart() -> None:
    """Oxygen of rutile shakes more than titanium; one overall B leaves a misfit."""
    structure = BY_NAME["rutile"].structure
    differing = np.where(structure.numbers == 8, 1.6, 0.4) / (8.0 * np.pi**2)
    pattern = measured_as_it_is(replace(structure, u_iso=differing), 3)
    shaped = stages.refine_atoms(stages.refine_shape(stages.start(prepare(pattern), structure)))
    each = stages.refine_element_b(shaped)
    assert each.state.chi_squared < shaped.state.chi_squared
    found = named(report.finish(each))
    assert found["B_iso"].value == pytest.approx(0.4, abs=0.25)
    assert found["B_O_less_B_iso"].value == pytest.approx(1.2, abs=0.5)
    refined = report.refined_structure(each)
    by_element = {int(z): float(u) for z, u in zip(refined.numbers, refined.u_iso, strict=True)}
    assert by_element[8] > 2.0 * by_element[22]


def test_a_crystal_of_one_element_has_one_displacement_parameter() -> None:
    iron = CrystalStructure(
        2.8665 * np.eye(3), np.array([26, 26]), np.array([[0.0] * 3, [0.5] * 3])
    )
    begun = stages.refine_shape(stages.start(prepare(measured(iron, 4)), iron))
    assert stages.refine_element_b(begun) is begun
