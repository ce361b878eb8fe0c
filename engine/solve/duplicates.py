"""Candidates that are a better one over again, left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from engine.refine import report
from engine.solve.alike import Surroundings
from engine.solve.evidence import misfit

if TYPE_CHECKING:
    from engine.refine.stages import Refinement
    from engine.solve.candidate_refinement import Ranked
    from engine.solve.ranking import Finished

_AROUND: WeakKeyDictionary[Refinement, Surroundings] = WeakKeyDictionary()


def every_structure_once(finished: Sequence[Finished]) -> list[Finished]:
    """Leave out what is the same structure as a better candidate; the best come first."""
    kept: list[Finished] = []
    seen: list[Surroundings] = []
    for one in finished:
        around = Surroundings(one.fit.structure)
        if not any(around.same(other) for other in seen):
            kept.append(one)
            seen.append(around)
    return kept


def without_duplicates(ranked: list[Ranked]) -> list[Ranked]:
    """Leave out candidates that have become the same structure as a better one.

    What fits alike is not the same for that: ilmenite and its look-alike with the cations in other
    layers differ by 3 % in chi^2 where a sample is impure.
    """
    kept: list[Ranked] = []
    seen: list[tuple[Surroundings, float]] = []
    for candidate in ranked:
        around = _surroundings(candidate.refinement)
        look = (around, math.log(misfit(candidate.refinement)))
        if not any(_same(look, other) for other in seen):
            kept.append(candidate)
            seen.append(look)
    return kept


def _surroundings(refinement: Refinement) -> Surroundings:
    """Worked out once: candidates are compared again whenever others join them."""
    if refinement not in _AROUND:
        _AROUND[refinement] = Surroundings(report.refined_structure(refinement))
    return _AROUND[refinement]


def _same(one: tuple[Surroundings, float], two: tuple[Surroundings, float]) -> bool:
    """Volume per atom within 0.4 %, chi^2 within 3 %, and the same contents and distances."""
    near = abs(one[0].log_volume - two[0].log_volume) < 0.004 and abs(one[1] - two[1]) < 0.03
    return near and one[0].same(two[0])
