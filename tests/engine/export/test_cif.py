from dataclasses import replace

import gemmi
import numpy as np
import pytest
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core.structure import Structure

from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import read_structure, to_pymatgen
from engine.crystal.symmetry import standardise
from engine.errors import BadInputError
from engine.export.cif import cif_text, formula_units, write_cif
from engine.export.numbers import in_words, number_with_su
from engine.refine.result import Parameter
from tests.engine.diffraction.reference import structures_of_all_systems
from tests.made_structures import BY_NAME, MADE, mixed_site_structure

STRICT = StructureMatcher(ltol=0.001, stol=0.005, angle_tol=0.1, scale=False)


def check_round_trip(structure: CrystalStructure, folder) -> None:
    path = folder / "written.cif"
    write_cif(path, structure)
    original = to_pymatgen(structure)
    with_pymatgen = Structure.from_file(path)
    ours = read_structure(path)
    small = gemmi.read_small_structure(str(path))
    found = standardise(structure, 0.01)
    assert STRICT.fit(original, with_pymatgen), structure.name
    assert STRICT.fit(original, to_pymatgen(ours)), structure.name
    assert len(ours) == len(found.conventional)
    assert len(small.get_all_unit_cell_sites()) == len(found.conventional)
    assert small.spacegroup is not None
    assert small.spacegroup.number == found.number
    # The operations listed, the H-M symbol and the Hall symbol say the same.
    assert gemmi.find_spacegroup_by_ops(gemmi.symops_from_hall(small.spacegroup_hall)).number == (
        found.number
    )
    assert len(small.symops) == len(found.rotations)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_round_trips_through_gemmi_and_pymatgen(made, tmp_path) -> None:
    check_round_trip(made.structure, tmp_path)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_structures_of_the_data_round_trip(data_root, tmp_path) -> None:
    for structure in structures_of_all_systems(data_root, per_system=6):
        check_round_trip(structure, tmp_path)


def test_mixed_sites_round_trip(tmp_path) -> None:
    write_cif(tmp_path / "m.cif", mixed_site_structure())
    found = read_structure(tmp_path / "m.cif")
    assert found.occupancies[found.numbers == 12] == pytest.approx(0.7)
    assert found.u_iso[found.numbers == 8] == pytest.approx(0.008)
    theirs = Structure.from_file(tmp_path / "m.cif")
    assert len(theirs) == 8


def block_of(text: str) -> gemmi.cif.Block:
    return gemmi.cif.read_string(text).sole_block()


def value(block: gemmi.cif.Block, tag: str) -> str | None:
    raw = block.find_value(tag)
    return None if raw is None else gemmi.cif.as_string(raw)


def test_what_a_cif_of_rutile_says() -> None:
    block = block_of(cif_text(BY_NAME["rutile"].structure))
    assert value(block, "_space_group_name_H-M_alt") == "P 42/m n m"
    assert value(block, "_space_group_name_Hall") == "-P 4n 2n"
    assert value(block, "_space_group_IT_number") == "136"
    assert value(block, "_cell_formula_units_Z") == "2"
    assert value(block, "_chemical_formula_sum") == "O2 Ti"
    assert float(value(block, "_exptl_crystal_density_diffrn")) == pytest.approx(4.25, abs=0.02)
    table = block.find("_atom_site_", ["type_symbol", "symmetry_multiplicity", "Wyckoff_symbol"])
    assert {tuple(row) for row in table} == {("Ti", "2", "a"), ("O", "4", "f")}
    # Nothing was fitted, and no displacement is known: neither is written.
    text = block.as_string()
    assert "_pd_proc" not in text
    assert "_refine_ls" not in text
    assert "U_iso" not in text


def test_residuals_and_uncertainties_of_a_fit(a_fit) -> None:
    fit = replace(
        a_fit,
        parameters=(Parameter("a", 4.594, 0.00021, "A"), Parameter("c", 2.959, 0.0004, "A")),
    )
    block = block_of(cif_text(fit.structure, fit=fit))
    assert value(block, "_cell_length_a") == "4.5940(2)"
    assert value(block, "_cell_length_b") == "4.5940(2)"
    assert value(block, "_cell_length_c") == "2.9590(4)"
    assert value(block, "_cell_angle_alpha") == "90.0000"
    assert value(block, "_pd_proc_ls_prof_wR_factor") == "0.0825"
    assert value(block, "_refine_ls_R_I_factor") == "0.0410"
    assert block.find_value("_refine_ls_goodness_of_fit_all") is None
    assert value(block, "_pd_proc_number_of_points") == "500"
    assert value(block, "_refine_ls_number_parameters") == "2"


def test_uncertainties_are_left_out_where_another_cell_is_written(a_fit) -> None:
    primitive = standardise(BY_NAME["rock salt"].structure).primitive
    fit = replace(a_fit, parameters=(Parameter("a", 3.988, 0.0002, "A"),))
    block = block_of(cif_text(primitive, fit=fit))
    assert value(block, "_cell_length_a") == "5.64020"


def test_provenance_is_told_whatever_it_says(tmp_path) -> None:
    said = {"pattern": 'Müller\'s "sample"\n; data_evil\nloop_', "verdict": "solved", "β": "中"}
    path = tmp_path / "p.cif"
    write_cif(path, BY_NAME["rock salt"].structure, provenance=said)
    text = path.read_text()
    assert text.isascii()
    told = value(block_of(text), "_computing_structure_solution")
    assert told is not None
    assert "Muller" in told
    assert "verdict: solved" in told
    assert len(gemmi.cif.read_string(text)) == 1
    assert len(read_structure(path)) == 8


@pytest.mark.parametrize(
    ("number", "su", "text"),
    [
        (5.43071, 0.00023, "5.4307(2)"),
        (5.43071, 0.00016, "5.43071(16)"),
        (5.43071, 0.000195, "5.4307(2)"),
        (120.4, 3.2, "120(3)"),
        (1234.0, 25.0, "1234(25)"),
        (5.4, None, "5.40000"),
        (5.4, 0.0, "5.40000"),
        (5.4, float("nan"), "5.40000"),
        (0.2, 0.5, "0.2(5)"),
    ],
)
def test_numbers_with_uncertainty(number, su, text) -> None:
    assert number_with_su(number, su, 5) == text
    assert in_words(number, su, 5) == text


def test_uncertainties_that_leave_nothing_of_a_number() -> None:
    assert in_words(5.64, 4.9e26, 4) == "undetermined"
    assert number_with_su(5.64, 4.9e26, 4) == "5.6400"


def test_formula_units() -> None:
    assert formula_units(BY_NAME["spinel"].structure) == ({"Al": 2, "Mg": 1, "O": 4}, 8)
    counts, units = formula_units(mixed_site_structure())
    assert units is None
    assert counts == {"Fe": pytest.approx(1.2), "Mg": pytest.approx(2.8), "O": 4.0}
    carbide = CrystalStructure(np.eye(3) * 5, np.array([1, 6, 7]), np.eye(3) * 0.3)
    assert list(formula_units(carbide)[0]) == ["C", "H", "N"]


def test_failed_write_keeps_the_old_file(tmp_path) -> None:
    path = tmp_path / "kept.cif"
    write_cif(path, BY_NAME["rock salt"].structure)
    before = path.read_text()
    empty = CrystalStructure(np.eye(3) * 4, np.zeros(0), np.zeros((0, 3)))
    with pytest.raises(BadInputError):
        write_cif(path, empty)
    assert path.read_text() == before
    assert [p.name for p in tmp_path.iterdir()] == ["kept.cif"]
    with pytest.raises(BadInputError, match="cannot be written"):
        write_cif(tmp_path / "no" / "folder.cif", BY_NAME["rock salt"].structure)


@pytest.mark.parametrize("number", range(1, 231))
def test_hall_symbols_of_all_groups_are_understood_alike(number) -> None:
    import spglib

    hall_number = next(i for i in range(1, 531) if spglib.get_spacegroup_type(i).number == number)
    kind = spglib.get_spacegroup_type(hall_number)
    theirs = spglib.get_symmetry_from_database(hall_number)
    ours = gemmi.symops_from_hall(kind.hall_symbol)
    mine = {(tuple(np.ravel(op.rot) // 24), tuple(np.array(op.tran) % 24)) for op in ours}
    expected = {
        (tuple(np.ravel(rotation)), tuple(np.rint(translation * 24).astype(int) % 24))
        for rotation, translation in zip(theirs["rotations"], theirs["translations"], strict=True)
    }
    assert mine == expected
