"""The ideal pattern of the paper's terms on the network's own axis."""

import numpy as np
import pytest

from engine.model.encoding import BINS, bin_edges
from engine.model.pattern_input import bin_pattern
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.paper_terms import WAVELENGTH, ideal_pattern


def test_every_line_falls_into_one_bin_or_two_and_none_is_lost(entry: Entry) -> None:
    pattern = ideal_pattern(entry)
    assert pattern.radiation.mean == WAVELENGTH
    power, coverage = bin_pattern(pattern)
    edges = np.exp(bin_edges())
    inside = coverage > 0
    assert edges[1:][inside].max() == pytest.approx(8.0, rel=0.01)
    spacing = 2.0 * np.pi / 5.463
    expected = np.zeros(BINS, dtype=bool)
    for h in range(30):
        for k in range(h + 1):
            for m in range(k + 1):
                q = spacing * np.sqrt(h * h + k * k + m * m)
                same = h % 2 == k % 2 == m % 2
                if same and h and edges[0] < q < edges[-1]:
                    place = int(np.searchsorted(edges, q)) - 1
                    expected[max(place - 1, 0) : place + 2] = True
    assert not (power > 1e-6 * power.max())[~expected].any()
    assert (power > 0).sum() > 20
