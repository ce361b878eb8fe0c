"""The network in the terms of Guo et al. (npj Comput. Mater. 10, 209 (2024)).

Ideal lines of Mo K-alpha, the elements with their amounts, no cell; the score is the best SSIM
over five samples and the 24 rotations of the cube, with no shift. What stays different: densities
of free atoms instead of valence densities from DFT, the Niggli-reduced cell instead of the
Materials Project's, and entries that were drawn otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.diffraction.profile import simulate_pattern
from engine.model.inference import predict_density
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation
from engine.progress import Progress
from engine.training.evaluation.answers import answer_of, timed
from engine.training.evaluation.conditions import GRID, SAMPLES
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.scores import Target, score_answer
from engine.training.evaluation.store import JsonLines, Row

WAVELENGTH = 0.71073  # angstrom, the mean of Mo K-alpha 1 and 2
RANGE = (2.0, 60.0)  # degrees: to q = 8.8 1/A, beyond the network's axis
STEP, WIDTH = 0.002, 0.008  # degrees: lines far narrower than the network's bins
SIGMA = 1e-3  # counts, of 10,000 for the highest point: no line is lost in noise


def ideal_pattern(entry: Entry) -> PowderPattern:
    """Sharp lines of one wavelength, without background or noise, without displacements."""
    radiation = Radiation((WAVELENGTH,), (1.0,), anode="Mo", provenance="preset")
    sharp = simulate_pattern(entry.structure, radiation, RANGE, STEP, WIDTH, eta=0.0)
    return replace(sharp, sigma=np.full(len(sharp), SIGMA))


def score_paper_terms(
    entries: list[Entry],
    folder: Path,
    *,
    device: str = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Row]:
    """Rows of `score_answer` under the paper's conditions, kept in `folder`.

    Parameters
    ----------
    entries : list of Entry
    folder : Path
        Of the weights' scores.
    device : str
    seed : int
    progress : Progress, optional
    """
    progress = progress or Progress()
    store = JsonLines(folder / "paper-terms.jsonl")
    for number, entry in enumerate(entries):
        if entry.line in store:
            continue
        progress.report(number / len(entries), f"paper's terms, {number + 1}: {entry.formula}")
        pattern = ideal_pattern(entry)
        answer = timed(
            lambda entry=entry, pattern=pattern: answer_of(  # type: ignore[misc]
                predict_density(
                    pattern,
                    entry.elements,
                    formula=entry.formula,
                    samples=SAMPLES,
                    grid=GRID,
                    device=device,
                    seed=seed,
                    index=False,
                )
            )
        )
        row = score_answer(answer, Target(entry.structure, GRID), entry.space_group)
        store.add({"line": entry.line, **row})
    return store.among(entry.line for entry in entries)
