"""The zero-phase map of a powder pattern on a known cell."""

import numpy as np
import pytest

from engine.diffraction.profile import simulate_pattern
from engine.diffraction.reflections import hkl_within
from engine.pattern.radiation import preset
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.scores import Target
from engine.training.evaluation.zero_phase import zero_phase_amplitudes, zero_phase_map


def test_it_is_nearly_right_where_the_heavy_atom_is_at_a_centre(entry: Entry) -> None:
    target = Target(entry.structure, 32)
    found = zero_phase_map(entry.pattern, entry.structure.lattice, 32, 2.0, 3.0)
    assert found.mean() == pytest.approx(2.0)
    assert found.std() == pytest.approx(3.0)
    assert target.truth.align(found).correlation > 0.9


def test_amplitudes_are_the_structures_where_lines_are_apart(entry: Entry) -> None:
    pattern = simulate_pattern(entry.structure, preset("CuKa1"), fwhm=0.05)
    _, s = hkl_within(entry.structure.lattice, 0.35)
    found = zero_phase_amplitudes(pattern, s)
    groups = np.cumsum(np.diff(s, prepend=0.0) > 1e-6)
    # 111, 200 and 220 of fluorite: 200 is nearly extinct (Ca - 2 F).
    strong, weak, strongest = (found[groups == i].mean() for i in (1, 2, 3))
    assert weak < 0.3 * strong
    assert strongest > strong
    for group in np.unique(groups):
        assert np.ptp(found[groups == group]) == pytest.approx(0.0, abs=1e-9)


def test_a_pattern_that_misses_the_cell_gives_a_smooth_continuation(entry: Entry) -> None:
    found = zero_phase_amplitudes(entry.pattern, np.array([0.6, 0.65, 0.7]))
    assert np.all(np.diff(found) < 0.0)
