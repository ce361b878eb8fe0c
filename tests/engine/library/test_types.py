"""How structure types are stored."""

from __future__ import annotations

import numpy as np
import pytest

from engine import resources
from engine.crystal.metric import primitive_rotations
from engine.errors import BadInputError
from engine.library.types import (
    FORMAT_VERSION,
    LIBRARY_FILE,
    MAX_LINES,
    bundled,
    group_sizes,
    load,
)


def test_types_survive_saving(entries, small_library) -> None:
    assert len(small_library) == len(entries)
    for i, entry in enumerate(entries.values()):
        back = small_library.type(i)
        assert back.space_group == entry.space_group
        assert back.count == entry.count
        np.testing.assert_allclose(back.lattice, entry.lattice, rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(back.species, entry.species)
        apart = back.coords - entry.coords
        assert np.abs(apart - np.rint(apart)).max() < 1e-5
        np.testing.assert_array_equal(back.hkl, entry.hkl)
        np.testing.assert_array_equal(back.multiplicity, entry.multiplicity)
        lines = slice(small_library.line_offsets[i], small_library.line_offsets[i + 1])
        np.testing.assert_allclose(small_library.amplitude[lines], entry.amplitude, atol=0.003)
        np.testing.assert_allclose(small_library.log_d_star[lines], np.log(entry.d_star), atol=1e-5)
        np.testing.assert_array_equal(small_library.species_counts(i), np.bincount(entry.species))


def test_thirds_stay_thirds(entries, small_library) -> None:
    boride = small_library.type(list(entries).index("magnesium diboride"))
    boron = np.sort(boride.coords[boride.species == 1][:, 0])
    np.testing.assert_allclose(boron, [1.0 / 3.0, 2.0 / 3.0], atol=1e-15)


def test_another_format_is_refused(library_file, tmp_path) -> None:
    with np.load(library_file) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["version"] = np.array(FORMAT_VERSION + 1)
    other = tmp_path / "newer.npz"
    np.savez(other, **arrays)
    with pytest.raises(BadInputError, match="format"):
        load(other, 2)


def test_a_number_of_species_without_types_is_refused(library_file) -> None:
    assert group_sizes(library_file) == (2,)
    with pytest.raises(BadInputError, match="no types of 7 elements"):
        load(library_file, 7)


def test_the_bundled_library_has_no_names_identifiers_or_elements() -> None:
    with np.load(resources.path(LIBRARY_FILE), allow_pickle=False) as stored:
        fields = {name.split("/")[-1] for name in stored.files}
        kinds = {
            stored[f"{size}/{field}"].dtype.kind
            for size in (1, 2)
            for field in fields - {"version"}
        }
    assert fields == {
        "version",
        "space_group",
        "count",
        "n_atoms",
        "n_lines",
        "lattice",
        "species",
        "coords",
        "hkl",
        "multiplicity",
        "amplitude",
    }
    assert kinds <= set("uif")


def test_the_bundled_library_is_sound() -> None:
    sizes = group_sizes(resources.path(LIBRARY_FILE))
    assert {1, 2, 3, 4} <= set(sizes)
    library = bundled(2)
    assert len(library) > 1000
    per_atom = np.abs(np.linalg.det(library.lattice)) / library.n_atoms
    np.testing.assert_allclose(per_atom, 1.0, rtol=1e-4)
    assert library.space_group.min() >= 1
    assert library.space_group.max() <= 230
    assert np.all(np.diff(library.line_offsets) <= MAX_LINES)
    assert np.all(np.isfinite(library.log_d_star))
    assert library.count.min() >= 1
    for index in range(0, len(library), len(library) // 20):
        one = library.type(index)
        assert sorted(set(one.species)) == [0, 1]
        # The lattice obeys the group that it is listed with.
        turns = primitive_rotations(one.space_group)
        reciprocal = np.linalg.inv(one.lattice @ one.lattice.T)
        moved = turns @ reciprocal @ turns.transpose(0, 2, 1)
        np.testing.assert_allclose(
            moved, np.broadcast_to(reciprocal, moved.shape), atol=3e-3 * reciprocal.max()
        )
