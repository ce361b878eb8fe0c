"""Retrieval of types by their lines."""

from __future__ import annotations

import numpy as np
import pytest

from engine.library import retrieve
from engine.library.retrieve import BIN, Hits, LineSet, Retriever, merge_hits

WIDTH = 0.006


def lines_of(library, index: int, volume: float, window=(0.15, 0.9)) -> LineSet:
    """The lines of a type at a volume per atom, inside a window of 1/d."""
    part = slice(library.line_offsets[index], library.line_offsets[index + 1])
    d_star = np.exp(library.log_d_star[part].astype(float)) / volume ** (1.0 / 3.0)
    amplitude = library.amplitude[part].astype(float)
    seen = (d_star > window[0]) & (d_star < window[1]) & (amplitude > 0.02)
    order = np.argsort(d_star[seen])
    return LineSet(d_star[seen][order], amplitude[seen][order], *window)


@pytest.fixture(scope="module")
def retriever(small_library) -> Retriever:
    return Retriever(small_library, np.arange(len(small_library)))


@pytest.mark.parametrize("index", range(6))
@pytest.mark.parametrize("volume", [8.3, 14.0, 22.5])
def test_a_type_is_found_at_its_volume(small_library, retriever, index, volume) -> None:
    hits = retriever.search(lines_of(small_library, index, volume), (5.0, 60.0), WIDTH, 12)
    assert hits.index[0] == index
    assert hits.log_length[0] == pytest.approx(np.log(volume) / 3.0, abs=1.5 * BIN)
    assert hits.likeness[0] > 0.97
    assert np.all(np.diff(hits.likeness) <= 0.0)


def test_only_the_measured_window_counts(small_library, retriever) -> None:
    """Lines of a type outside the window do not make it less like the measured ones."""
    for window in ((0.15, 0.45), (0.35, 0.9)):
        lines = lines_of(small_library, 0, 10.4, window)
        hits = retriever.search(lines, (9.0, 12.0), WIDTH, 6)
        assert hits.index[0] == 0
        assert hits.likeness[0] > 0.95


def test_likeness_is_a_cosine(small_library, retriever) -> None:
    lines = lines_of(small_library, 2, 9.0)
    brighter = LineSet(lines.d_star, 7.0 * lines.amplitude, lines.d_star_min, lines.d_star_max)
    one, two = (retriever.search(x, (5.0, 60.0), WIDTH, 6) for x in (lines, brighter))
    np.testing.assert_array_equal(one.index, two.index)
    np.testing.assert_allclose(one.likeness, two.likeness, rtol=1e-3)
    assert one.likeness.max() <= 1.0 + 1e-3


def test_lines_moved_at_random_lower_the_likeness(small_library, retriever) -> None:
    lines = lines_of(small_library, 1, 11.0)
    rng = np.random.default_rng(4)
    moved = np.sort(lines.d_star * np.exp(rng.normal(0.0, 0.03, len(lines.d_star))))
    other = LineSet(moved, lines.amplitude, lines.d_star_min, lines.d_star_max)
    one, two = (retriever.search(x, (10.0, 12.0), WIDTH, 6) for x in (lines, other))
    assert two.likeness[0] < one.likeness[0] - 0.1


def test_types_are_compared_a_few_at_a_time_with_the_same_result(
    small_library, retriever, monkeypatch
) -> None:
    lines = lines_of(small_library, 3, 14.0)
    at_once = retriever.search(lines, (5.0, 60.0), WIDTH, 12)
    monkeypatch.setattr(retrieve, "TYPES_AT_ONCE", 2)
    few = Retriever(small_library, np.arange(len(small_library)))
    found = few.search(lines, (5.0, 60.0), WIDTH, 12)
    np.testing.assert_array_equal(found.index, at_once.index)
    np.testing.assert_array_equal(found.likeness, at_once.likeness)


def test_only_chosen_types_are_searched(small_library) -> None:
    chosen = np.array([1, 4])
    hits = Retriever(small_library, chosen).search(
        lines_of(small_library, 0, 10.4), (5.0, 60.0), WIDTH, 12
    )
    assert set(hits.index) <= {1, 4}


def test_merged_hits_name_each_type_and_volume_once() -> None:
    one = Hits(np.array([3, 5]), np.array([0.70, 0.80]), np.array([0.9, 0.5]))
    two = Hits(np.array([5, 3, 3]), np.array([0.801, 0.702, 0.75]), np.array([0.7, 0.6, 0.2]))
    merged = merge_hits([one, two])
    assert merged.index.tolist() == [3, 5, 3]
    assert merged.likeness.tolist() == [0.9, 0.7, 0.2]
