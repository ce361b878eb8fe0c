"""Space groups found in maps."""

from __future__ import annotations

import numpy as np
import pytest

from engine.solve.maps.frame import invariant_points, standard_frame
from engine.solve.maps.lattice_on_lines import lattice_rotations
from engine.solve.maps.map_symmetry import Agreement, map_groups
from engine.solve.maps.structures import symmetrised
from tests.engine.solve.maps.made_maps import reduced, series_of
from tests.made_structures import MADE

SHIFT = (0.137, 0.281, 0.419)


def groups_of(name: str):
    structure = reduced(name)
    series = series_of(structure, SHIFT)
    return series, map_groups(Agreement(series, lattice_rotations(structure.lattice)), 40)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_the_group_of_an_exact_map_is_found_wherever_its_origin(made) -> None:
    series, groups = groups_of(made.name)
    found = {}
    for group in groups:
        if group.agreement.min() > 0.95:
            frame, transformation, _ = standard_frame(group, series.lattice)
            found[frame.number] = group
            assert abs(np.linalg.det(transformation)) == pytest.approx(1.0 / frame.centring)
    assert made.number in found
    assert found[made.number].mean_agreement > 0.97


def test_every_group_is_closed_under_multiplication() -> None:
    _, groups = groups_of("pyrite")
    assert len(groups) > 3
    for group in groups:
        place = {w.tobytes(): i for i, w in enumerate(group.rotations)}
        for w, t in zip(group.rotations, group.translations, strict=True):
            for v, u in zip(group.rotations, group.translations, strict=True):
                found = place[np.ascontiguousarray(w @ v).tobytes()]
                apart = w @ u + t - group.translations[found]
                assert np.abs(apart - np.rint(apart)).max() < 1e-5


def test_symmetrising_changes_nothing_in_a_symmetric_map() -> None:
    series, groups = groups_of("rutile")
    largest = max((g for g in groups if g.agreement.min() > 0.997), key=len)
    np.testing.assert_allclose(
        np.abs(symmetrised(series, largest).f), np.abs(series.f), atol=0.06 * np.abs(series.f).max()
    )


def test_fixed_points_are_those_of_the_tables() -> None:
    # Fm-3m (hall 523): a 0 0 0, b 1/2 1/2 1/2, c 1/4 1/4 1/4, d 0 1/4 1/4.
    found = {tuple(p) for p in invariant_points(523)}
    assert len(found) == 4
    assert (0.0, 0.0, 0.0) in found
    assert (0.25, 0.25, 0.25) in found
    # P1 has none.
    assert len(invariant_points(1)) == 0
