"""Trivial answers: what a network has to be better than."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.crystal.cmed import density_on_grid
from engine.progress import Progress
from engine.training.evaluation.conditions import GRID, SAMPLES
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.scores import Target, score_maps
from engine.training.evaluation.store import JsonLines, Row
from engine.training.evaluation.zero_phase import zero_phase_map

FloatArray = NDArray[np.float64]
TRIVIAL = ("zero", "mean", "another crystal", "random phases", "zero-phase map")
POOL = 20  # entries of each system


def trivial_maps(
    entry: Entry, density: FloatArray, others: FloatArray, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Trivial answers, (S, n, n, n) each: as many samples as the network gives where they vary.

    Parameters
    ----------
    entry : Entry
    density : (n, n, n) array
        The true map, whose amplitudes, mean and spread are given away.
    others : (S, n, n, n) array
        True maps of other crystals.
    rng : Generator
    """
    mean, spread = float(density.mean()), float(density.std())
    transform = np.fft.rfftn(density)
    phases = np.fft.rfftn(rng.standard_normal((SAMPLES, *density.shape)), axes=(1, 2, 3))
    phases /= np.maximum(np.abs(phases), 1e-12)
    random = np.fft.irfftn(np.abs(transform) * phases, s=density.shape, axes=(1, 2, 3))
    random += mean - random.mean(axis=(1, 2, 3), keepdims=True)
    lattice = entry.structure.lattice
    zero_phase = zero_phase_map(entry.pattern, lattice, len(density), mean, spread)
    return {
        "zero": np.zeros((1, *density.shape)),
        "mean": np.full((1, *density.shape), mean),
        "another crystal": others,
        "random phases": random,
        "zero-phase map": zero_phase[None],
    }


def score_trivial(
    entries: list[Entry], store: JsonLines, seed: int = 0, progress: Progress | None = None
) -> list[Row]:
    """Scores of the trivial answers, ``{line, scores: {answer: ...}}``; those kept are not redone.

    Parameters
    ----------
    entries : list of Entry
    store : JsonLines
    seed : int
        Of the random phases and of the choice of other crystals.
    progress : Progress, optional
    """
    progress = progress or Progress()
    # Other crystals come from a pool that does not grow with the number of entries.
    pool = [entry for entry in entries if entry.rank < POOL]
    for number, entry in enumerate(entries):
        if entry.line in store:
            continue
        progress.report(number / len(entries), f"trivial answers, {number + 1}: {entry.formula}")
        rng = np.random.default_rng([seed, entry.line])
        target = Target(entry.structure, GRID)
        picks = [int(i) for i in rng.permutation(len(pool)) if pool[i] is not entry][:SAMPLES]
        others = np.array([density_on_grid(pool[i].structure, GRID) for i in picks])
        maps = trivial_maps(entry, target.density, others, rng)
        scores = {name: score_maps(each, target) for name, each in maps.items()}
        store.add({"line": entry.line, "scores": scores})
    return store.among(entry.line for entry in entries)


def trivial_store(cache: Path, name: str) -> JsonLines:
    """Where the trivial answers of a set are kept."""
    return JsonLines(cache / "trivial" / f"{name}.jsonl")
