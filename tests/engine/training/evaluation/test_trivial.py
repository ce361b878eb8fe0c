"""Trivial answers have what they are given and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from engine.training.evaluation.entries import Entry
from engine.training.evaluation.scores import Target
from engine.training.evaluation.store import JsonLines
from engine.training.evaluation.trivial import TRIVIAL, score_trivial, trivial_maps


def test_random_phases_keep_the_amplitudes(entry: Entry) -> None:
    density = Target(entry.structure, 16).density
    maps = trivial_maps(entry, density, density[None], np.random.default_rng(0))
    assert tuple(maps) == TRIVIAL
    random = maps["random phases"]
    assert random.shape == (5, 16, 16, 16)
    assert random.mean(axis=(1, 2, 3)) == pytest.approx(density.mean())
    # Modes that are their own partners have real amplitudes, which random phases may shorten.
    power = [np.abs(np.fft.rfftn(x))[1:8, 1:8, 1:8] for x in (density, random[0])]
    np.testing.assert_allclose(power[0], power[1], rtol=1e-6, atol=1e-6)
    assert np.ptp(maps["mean"]) == 0.0
    assert maps["zero-phase map"][0].std() == pytest.approx(density.std())


def test_scores_are_kept_by_entry(tmp_path: Path, entry: Entry) -> None:
    from dataclasses import replace

    two = [entry, replace(entry, line=4, rank=1)]
    store = JsonLines(tmp_path / "trivial.jsonl")
    rows = score_trivial(two, store)
    assert rows == score_trivial(two, JsonLines(store.path))
    assert rows[0]["scores"]["zero"]["gfcc"] == [0.0]
    assert rows[0]["scores"]["another crystal"]["gfcc"] == pytest.approx([1.0])
    assert 0.1 < rows[0]["scores"]["random phases"]["gfcc"][0] < 0.7
