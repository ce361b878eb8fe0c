import contextlib
from pathlib import Path

import gemmi
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.crystal.structure_io import from_pymatgen, from_record, read_structure, to_pymatgen
from engine.errors import BadInputError
from tests.made_structures import MADE, mixed_site_structure

CIF = """data_test
_cell_length_a {a}
_cell_length_b 4.7602
_cell_length_c 12.9933(5)
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
_space_group_name_H-M_alt '{group}'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
_atom_site_U_iso_or_equiv
{sites}
"""
CORUNDUM = "Al1 Al3+ 0 0 0.35219(2) 1 0.003\nO1 O2- 0.30633 0 0.25 1 0.004"


def write(folder: Path, text: str, name: str = "a.cif") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def cif(sites: str = CORUNDUM, a: str = "4.7602(4)", group: str = "R -3 c:H") -> str:
    return CIF.format(sites=sites, a=a, group=group)


def right_angled(
    group: str,
    lengths: tuple[float, float, float] = (5.43, 5.43, 5.43),
    sites: str = "Si1 Si 0 0 0 1 0.003",
) -> str:
    text = cif(sites, a=str(lengths[0]), group=group).replace("120", "90")
    return text.replace("4.7602", str(lengths[1])).replace("12.9933(5)", str(lengths[2]))


def test_cif_with_symmetry_by_name(tmp_path) -> None:
    structure = read_structure(write(tmp_path, cif()))
    assert np.bincount(structure.numbers)[[8, 13]].tolist() == [18, 12]
    assert structure.cell == pytest.approx((4.7602, 4.7602, 12.9933, 90, 90, 120))
    assert structure.u_iso[structure.numbers == 13] == pytest.approx(0.003)
    assert structure.name == "a"


def test_listed_operations_win_over_the_symbol(tmp_path) -> None:
    text = cif(group="P 1") + "loop_\n_space_group_symop_operation_xyz\nx,y,z\n-x,-y,-z\n"
    assert len(read_structure(write(tmp_path, text))) == 4


def test_only_the_number_of_the_group(tmp_path) -> None:
    text = cif().replace("_space_group_name_H-M_alt 'R -3 c:H'", "_space_group_IT_number 167")
    assert len(read_structure(write(tmp_path, text))) == 30


@pytest.mark.parametrize(
    ("name", "atoms"),
    [
        ("R_-3_c", 30),
        ("R-3c:H", 30),
        ("P 2_1/c", 4 + 4),
        ("FM3-M", 4 + 96),
        ("P6_3/mmc", 2 + 12),
        ("Fd-3m Z", 16 + 96),
        ("F d -3 m O2", 16 + 96),
        ("F d -3 m S", 8 + 96),
    ],
)
def test_unusual_names_of_space_groups(tmp_path, name, atoms) -> None:
    sites = "A Al 0 0 0 1 .\nO O 0.31 0 0.27 1 ."
    if name.startswith("F"):
        sites = "A Al 0 0 0 1 .\nO O 0.31 0.31 0.27 1 ."
    elif name.startswith("P6"):
        sites = "A Al 0 0 0 1 .\nO O 0.31 0.62 0.07 1 ."
    elif name.startswith("P 2"):
        sites = "A Al 0.1 0.2 0.3 1 .\nO O 0.31 0.62 0.07 1 ."
    elif name.startswith("R"):
        sites = CORUNDUM
    hexagonal = name.startswith(("R", "P6"))
    text = cif(sites, group=name) if hexagonal else right_angled(name, sites=sites)
    assert len(read_structure(write(tmp_path, text))) == atoms


def test_no_symmetry_at_all_is_p1(tmp_path) -> None:
    text = cif().replace("_space_group_name_H-M_alt 'R -3 c:H'", "")
    assert len(read_structure(write(tmp_path, text))) == 2


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (cif(group="?"), "gives no symmetry: P 1"),
        (right_angled("F d -3 m"), "choice 1 was taken"),
        (right_angled("F m -3 m", (5.43, 5.43, 5.46)), "only roughly"),
    ],
)
def test_what_a_file_leaves_open_is_warned_of(tmp_path, text, warning) -> None:
    assert warning in " ".join(read_structure(write(tmp_path, text)).warnings)


@pytest.mark.parametrize(
    "text",
    [
        cif(),
        cif(group="P 1"),
        right_angled("F d -3 m:2"),
        right_angled("F d -3 m S"),
        right_angled("F m -3 m"),
        right_angled("P n n 2", (5.0, 6.0, 7.0)),
    ],
)
def test_what_a_file_says_needs_no_warning(tmp_path, text) -> None:
    assert read_structure(write(tmp_path, text)).warnings == ()


def test_files_that_contradict_themselves_are_bad_input(tmp_path) -> None:
    with pytest.raises(BadInputError, match="does not have the symmetry"):
        read_structure(write(tmp_path, right_angled("F m -3 m", (5.0, 6.0, 7.0))))
    with pytest.raises(BadInputError, match=r"occupancy 1\.4 of atom site 'Al1'"):
        read_structure(write(tmp_path, cif("Al1 Al 0 0 0.3522 1.4 0.003")))
    nearly = read_structure(write(tmp_path, cif("Al1 Al 0 0 0.3522 1.004 0.003")))
    assert len(nearly) == 12


def test_rounded_special_positions_are_one_atom(tmp_path) -> None:
    sites = "Zn Zn 0.333 0.667 0 1 0.01\nO O 0.333 0.667 0.38 0.5 0.01"
    structure = read_structure(write(tmp_path, cif(sites, "4.7602", "P 63 m c")))
    assert len(structure) == 4
    zinc = structure.frac_coords[structure.numbers == 30]
    np.testing.assert_allclose(np.sort(zinc[:, 0]), [1 / 3, 2 / 3], atol=1e-4)
    assert structure.occupancies[structure.numbers == 8].tolist() == [0.5, 0.5]


def test_b_and_anisotropic_displacements(tmp_path) -> None:
    b = cif().replace("U_iso_or_equiv", "B_iso_or_equiv").replace("0.003", "0.8")
    structure = read_structure(write(tmp_path, b))
    assert structure.u_iso[0] == pytest.approx(0.8 / (8 * np.pi**2))
    tensor = (
        "loop_\n_atom_site_aniso_label\n_atom_site_aniso_U_11\n_atom_site_aniso_U_22\n"
        "_atom_site_aniso_U_33\n_atom_site_aniso_U_12\n_atom_site_aniso_U_13\n"
        "_atom_site_aniso_U_23\nAl1 0.02 0.02 0.02 0.01 0 0\n"
    )
    aniso = read_structure(write(tmp_path, cif().replace("0.003", ".") + tensor))
    # U12 = U11 / 2 is what an isotropic displacement looks like in hexagonal axes.
    assert aniso.u_iso[0] == pytest.approx(0.02)


def test_first_block_with_atoms_is_taken(tmp_path) -> None:
    text = "data_global\n_journal_name_full 'x'\n" + cif()
    assert len(read_structure(write(tmp_path, text))) == 30


def test_latin_letters_and_byte_order_marks(tmp_path) -> None:
    path = tmp_path / "b.cif"
    path.write_bytes(b"\xef\xbb\xbf# M\xc3\xbcller\n" + cif().encode())
    assert len(read_structure(path)) == 30
    path.write_bytes(b"# M\xfcller\n" + cif().encode())
    assert len(read_structure(path)) == 30


def test_hydrogen_without_coordinates_is_left_out(tmp_path) -> None:
    structure = read_structure(write(tmp_path, cif(CORUNDUM + "\nH1 H ? ? ? 1 .")))
    assert 1 not in structure.numbers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("hello\nworld\n", "neither a CIF nor a POSCAR"),
        ("data_x\n_cell_length_a 4\n", "no atom has fractional"),
        ("data_x\nloop_\n_atom_site_label\n_atom_site_fract_x\nA\n", "no valid CIF"),
        ("data_x\nloop_\n_a\n_b\n1 2 'unterminated\n", "no valid CIF"),
        (cif(a="0"), "cell"),
        (cif(a="?"), "cell"),
        (cif().replace("_angle_gamma 120", "_angle_gamma 190"), "angles"),
        (cif(group="X y z"), "space group"),
        (cif("Q1 Qq 0 0 0 1 0.1"), "element of atom site 'Q1'"),
        (cif("O1 O ? 0 0 1 0.1"), "coordinates of atom site 'O1'"),
        (cif("O1 O 0 0 0 0.0 0.1"), "no atom"),
    ],
)
def test_files_without_a_structure_are_bad_input(tmp_path, text, message) -> None:
    with pytest.raises(BadInputError, match=message) as caught:
        read_structure(write(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_bad_operation_is_bad_input(tmp_path) -> None:
    text = cif() + "loop_\n_space_group_symop_operation_xyz\nx,y,z\nx,q,z\n"
    with pytest.raises(BadInputError, match="symmetry operation"):
        read_structure(write(tmp_path, text))


def test_missing_file_and_folder_are_bad_input(tmp_path) -> None:
    with pytest.raises(BadInputError, match="cannot be opened"):
        read_structure(tmp_path / "none.cif")
    with pytest.raises(BadInputError, match="cannot be opened"):
        read_structure(tmp_path)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused(tmp_path_factory, text) -> None:
    path = tmp_path_factory.getbasetemp() / "any.cif"
    for content in (text, "data_a\n" + text, cif().replace("0.30633", text)):
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        try:
            structure = read_structure(path)
        except BadInputError:
            continue
        assert np.isfinite(structure.frac_coords).all()


@given(st.integers(0, 1000), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_damaged_files_are_read_or_refused(tmp_path_factory, at, length) -> None:
    text = cif()
    at %= len(text)
    path = tmp_path_factory.getbasetemp() / "damaged.cif"
    path.write_text(text[:at] + text[at + length :])
    with contextlib.suppress(BadInputError):
        assert np.isfinite(read_structure(path).lattice).all()


POSCAR = """Al2O3 title
1.0
4.0 0.0 0.0
0.0 5.0 0.0
0.0 0.0 6.0
Al O
1 2
{extra}Direct
0.0 0.0 0.0
0.25 0.5 0.5 T T F
0.75 0.5 0.5 O
"""


def test_poscar(tmp_path) -> None:
    plain = read_structure(write(tmp_path, POSCAR.format(extra=""), "POSCAR"))
    assert plain.numbers.tolist() == [13, 8, 8]
    assert plain.frac_coords[1].tolist() == [0.25, 0.5, 0.5]
    assert plain.volume == pytest.approx(120.0)
    selective = read_structure(
        write(tmp_path, POSCAR.format(extra="Selective dynamics\n"), "CONTCAR")
    )
    np.testing.assert_array_equal(selective.frac_coords, plain.frac_coords)


def test_poscar_scales_and_cartesian_coordinates(tmp_path) -> None:
    text = POSCAR.format(extra="").replace("Direct", "Cartesian").replace("\n1.0\n", "\n2.0\n")
    structure = read_structure(write(tmp_path, text, "POSCAR"))
    assert structure.volume == pytest.approx(960.0)
    np.testing.assert_allclose(structure.frac_coords[1], [0.25 / 4, 0.1, 0.5 / 6])
    by_volume = POSCAR.format(extra="").replace("\n1.0\n", "\n-240.0\n")
    assert read_structure(write(tmp_path, by_volume, "POSCAR")).volume == pytest.approx(240.0)


def test_poscar_of_version_4_names_elements_in_its_title(tmp_path) -> None:
    text = POSCAR.format(extra="").replace("Al O\n", "").replace("Al2O3 title", "Al O")
    assert read_structure(write(tmp_path, text, "POSCAR")).numbers.tolist() == [13, 8, 8]
    with pytest.raises(BadInputError):
        read_structure(write(tmp_path, text.replace("Al O", "sample"), "POSCAR"))


@pytest.mark.parametrize(
    ("old", "new"),
    [("1 2\n", "1 5\n"), ("Al O", "Al Zz"), ("0.0 0.0 6.0", "4.0 0.0 0.0"), ("1 2\n", "a b\n")],
)
def test_wrong_poscars_are_bad_input(tmp_path, old, new) -> None:
    with pytest.raises(BadInputError):
        read_structure(write(tmp_path, POSCAR.format(extra="").replace(old, new, 1), "POSCAR"))


def test_records() -> None:
    record = {
        "id": "x-1",
        "lattice": (np.eye(3) * 4).tolist(),
        "species": ["Cs", "Cl"],
        "frac_coords": [[0, 0, 0], [0.5, 0.5, 0.5]],
    }
    structure = from_record(record)
    assert structure.numbers.tolist() == [55, 17]
    assert structure.name == "x-1"
    with pytest.raises(BadInputError, match="lattice"):
        from_record({"species": ["H"]})
    with pytest.raises(BadInputError):
        from_record({**record, "species": ["Cs", "Xx"]})


def test_pymatgen_and_back() -> None:
    mixed = mixed_site_structure()
    there = to_pymatgen(mixed)
    assert len(there) == 8
    assert there[0].species.as_dict() == {"Mg": 0.7, "Fe": pytest.approx(0.3)}
    back = from_pymatgen(there)
    assert sorted(back.numbers.tolist()) == sorted(mixed.numbers.tolist())
    assert back.occupancies.sum() == pytest.approx(mixed.occupancies.sum())
    np.testing.assert_allclose(back.lattice, mixed.lattice)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_gemmi_expands_to_the_same_atoms(made, tmp_path) -> None:
    sites = "\n".join(
        f"{symbol}{i} {symbol} {x:.8f} {y:.8f} {z:.8f} 1 0.01"
        for i, (symbol, x, y, z) in enumerate(made.sites)
    )
    a, b, c, alpha, beta, gamma = made.cell
    text = cif(sites, str(a), made.group)
    for old, new in (
        ("_length_b 4.7602", f"_length_b {b}"),
        ("_length_c 12.9933(5)", f"_length_c {c}"),
        ("_alpha 90", f"_alpha {alpha}"),
        ("_beta 90", f"_beta {beta}"),
        ("_gamma 120", f"_gamma {gamma}"),
    ):
        text = text.replace(old, new)
    path = write(tmp_path, text)
    found = read_structure(path)
    expected = gemmi.read_small_structure(str(path)).get_all_unit_cell_sites()
    assert sorted(found.numbers.tolist()) == sorted(s.element.atomic_number for s in expected)
    assert len(found) == len(made.structure)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_measured_structures_are_read_as_pymatgen_reads_them(data_root) -> None:
    from pymatgen.core.structure import Structure

    files = sorted((data_root / "experimental" / "truth_cif").glob("*.cif"))[:25]
    assert files
    for file in files:
        mine, theirs = to_pymatgen(read_structure(file)), Structure.from_file(file)
        assert mine.volume == pytest.approx(theirs.volume, rel=1e-5), file.name
        assert len(mine) == len(theirs), file.name
        theirs_neutral = theirs.composition.element_composition
        assert mine.composition.almost_equals(theirs_neutral, rtol=0.01), file.name
