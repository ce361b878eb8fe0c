"""pdCIF of refinements: read back by others, and no tag that the docs do not list."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import gemmi
import numpy as np
import pytest
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core.structure import Structure
from pymatgen.io.cif import CifParser

from engine.crystal.structure_io import read_structure, to_pymatgen
from engine.export.cif import cif_text
from engine.export.powder_cif import powder_cif_text, write_powder_cif
from engine.pattern.excluded import without_regions
from engine.pattern.io import read_pattern
from engine.refine.phases import refine_lattice, refine_phases
from engine.refine.whole_pattern.options import RefinementOptions
from tests.made_structures import BY_NAME
from tests.made_whole_patterns import counted, model_of

STRICT = StructureMatcher(ltol=0.001, stol=0.005, angle_tol=0.1, scale=False)
LISTED = Path(__file__).parents[3] / "docs" / "cif-tags.md"
NOW = datetime(2026, 1, 2, 3, 4)


@pytest.fixture(scope="module")
def single():
    model, truth = model_of([BY_NAME["rutile"].structure], [2000.0])
    pattern = counted(model, truth)
    return pattern, refine_phases(pattern, [BY_NAME["rutile"].structure])


@pytest.fixture(scope="module")
def mixture():
    pair = [BY_NAME["rutile"].structure, BY_NAME["corundum"].structure]
    model, truth = model_of(pair, [2000.0, 1500.0], texture=((0, 0, 1), 0.7))
    pattern = counted(model, truth)
    return pattern, refine_phases(pattern, pair)


def test_excluded_regions_are_written_and_read_back(single, tmp_path):
    pattern, _ = single
    regions = ((30.0, 32.5), (60.0, 61.0))
    rutile = BY_NAME["rutile"].structure
    seen = without_regions(pattern, regions)
    fit = refine_phases(seen, [rutile], RefinementOptions(refine=("scale", "background")))
    path = tmp_path / "fit.cif"
    write_powder_cif(path, fit, seen)
    assert "'from 30 to 32.5 degrees 2theta'" in path.read_text()
    again = read_pattern(path)
    assert again.details.excluded == regions
    assert not again.warnings


def test_points_in_a_region_that_a_file_calls_excluded_are_kept(single, tmp_path):
    pattern, fit = single
    text = powder_cif_text(fit, pattern).replace(
        "_pd_proc_info_excluded_regions none",
        "_pd_proc_info_excluded_regions\n;2theta 30 to 32.5 deg, irregular;\n;\n",
    )
    (tmp_path / "odd.cif").write_text(text.replace("\n;2theta", "\n;\n2theta"))
    again = read_pattern(tmp_path / "odd.cif")
    assert len(again) == len(fit.two_theta)
    assert again.details.excluded == ()
    assert any("30-32.5 deg was excluded" in warning for warning in again.warnings)


def value(block: gemmi.cif.Block, tag: str) -> str:
    return gemmi.cif.as_string(block.find_value(tag))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_structure_and_profile_are_read_back(single, tmp_path):
    pattern, fit = single
    path = tmp_path / "fit.cif"
    write_powder_cif(path, fit, pattern)
    refined = to_pymatgen(fit.structure)
    assert STRICT.fit(refined, Structure.from_file(path))
    assert STRICT.fit(refined, to_pymatgen(read_structure(path)))
    small = gemmi.read_small_structure(str(path))
    assert len(small.get_all_unit_cell_sites()) == len(fit.structure)
    again = read_pattern(path)
    np.testing.assert_allclose(again.two_theta, fit.two_theta, atol=1e-5)
    np.testing.assert_allclose(again.counts, fit.observed, rtol=1e-5)
    assert again.radiation.wavelengths == pytest.approx(pattern.radiation.wavelengths)


def test_refined_values_carry_their_uncertainties_and_residuals_agree_with_the_profile(single):
    pattern, fit = single
    block = gemmi.cif.read_string(powder_cif_text(fit, pattern, now=NOW)).sole_block()
    with_su = re.compile(r"^-?\d+\.\d+\(\d{1,2}\)$")
    for tag in ("_cell_length_a", "_cell_length_c"):
        assert with_su.match(value(block, tag))
    assert value(block, "_cell_angle_alpha") == "90.0000"
    x = block.find_loop("_atom_site_fract_x")
    assert sum(bool(with_su.match(one)) for one in x) == 1
    assert all(with_su.match(u) for u in block.find_loop("_atom_site_U_iso_or_equiv"))
    observed, calculated, background, weight = (
        np.array([float(v) for v in block.find_loop(tag)])
        for tag in (
            "_pd_proc_intensity_total",
            "_pd_calc_intensity_total",
            "_pd_proc_intensity_bkg_calc",
            "_pd_proc_ls_weight",
        )
    )
    rwp = np.sqrt(weight @ (observed - calculated) ** 2 / (weight @ observed**2))
    assert float(value(block, "_pd_proc_ls_prof_wR_factor")) == pytest.approx(rwp, abs=1e-4)
    rp = np.abs(observed - calculated).sum() / observed.sum()
    assert float(value(block, "_pd_proc_ls_prof_R_factor")) == pytest.approx(rp, abs=1e-4)
    assert background.max() < 150.0
    assert value(block, "_audit_creation_date") == "2026-01-02"
    assert "Chebyshev" in value(block, "_pd_proc_ls_background_function")
    assert len(block.find_loop("_refln_index_h")) == len(fit.reflections)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_several_phases_have_blocks_that_know_each_other(mixture, tmp_path):
    pattern, fit = mixture
    path = tmp_path / "fit.cif"
    write_powder_cif(path, fit, pattern, now=NOW)
    document = gemmi.cif.read(str(path))
    assert [block.name for block in document] == ["phase_1", "phase_2", "pattern"]
    ids = [value(block, "_pd_block_id") for block in document]
    last = document[2]
    assert [gemmi.cif.as_string(i) for i in last.find_loop("_pd_phase_block_id")] == ids[:2]
    shares = [gemmi.cif.as_number(share) for share in last.find_loop("_pd_phase_mass_%")]
    assert sum(shares) == pytest.approx(100.0, abs=0.5)
    assert "March-Dollase" in value(last, "_pd_proc_ls_pref_orient_corr")
    assert set(last.find_loop("_pd_refln_phase_id")) == {"1", "2"}
    found = CifParser(str(path)).parse_structures(primitive=False)
    for phase, theirs in zip(fit.phases, found, strict=True):
        assert STRICT.fit(to_pymatgen(phase.structure), theirs)


def test_every_tag_is_listed_in_the_docs(single, mixture, a_pattern, a_fit):
    listed = set(re.findall(r"`(_[^` ]+)`", LISTED.read_text(encoding="utf-8")))
    pattern, fit = single
    lattice = BY_NAME["rutile"].structure.lattice
    free = refine_lattice(pattern, lattice, "P 42/m n m")
    texts = [
        powder_cif_text(fit, pattern),
        powder_cif_text(mixture[1], mixture[0]),
        powder_cif_text(free, pattern),
        cif_text(a_fit.structure, fit=a_fit, provenance={"pattern": "made up"}),
    ]
    written = {
        tag
        for text in texts
        for block in gemmi.cif.read_string(text)
        for item in block
        for tag in (item.loop.tags if item.loop else [item.pair[0]] if item.pair else [])
    }
    assert written <= listed
    # What only some files have: a monochromator.
    assert listed - written == {"_pd_instr_2theta_monochr_post"}


def test_without_atoms_there_are_no_sites_and_no_bragg_residual(single):
    pattern, _ = single
    free = refine_lattice(pattern, BY_NAME["rutile"].structure.lattice * 1.001, 136, name="cell")
    assert free.phases[0].structure.cell[0] == pytest.approx(4.594, abs=0.001)
    text = powder_cif_text(free, pattern)
    assert "_atom_site" not in text
    assert "_refine_ls_R_I_factor" not in text
    assert "data_phase_1" in text
