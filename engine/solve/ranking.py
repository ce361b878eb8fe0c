"""Refining proposals on the profile and putting them in order.

Every proposal is refined before it is ranked; what it is ranked by is in `engine.solve.evidence`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from weakref import WeakKeyDictionary, WeakSet

import numpy as np

from engine.crystal.symmetry import Standardised
from engine.progress import Progress
from engine.refine import report
from engine.refine.lebail import le_bail
from engine.refine.prepared import PreparedPattern
from engine.refine.result import FitResult
from engine.refine.stages import Refinement
from engine.solve.candidate_refinement import (
    Ranked,
    complete,
    exchanged,
    extend,
    place,
    placed_again,
    polish,
    relax,
    settled,
    under_change,
)
from engine.solve.duplicates import every_structure_once, without_duplicates
from engine.solve.evidence import Evidence, misfit, n_structural
from engine.solve.hydrogen.completion import completed_with_hydrogen
from engine.solve.lower_symmetry import lowered
from engine.solve.optics import notes_on_changes
from engine.solve.optics_trials import OPTICS_TRIALS, better_optics, hopeful_changes
from engine.solve.order import Run, hopeless, in_order, in_reach, out_of_reach
from engine.solve.proposals import Proposal
from engine.solve.recolouring import (
    LEAST_LOG_ODDS,
    NO_DOUBT,
    Doubt,
    Recoloured,
    doubt,
    likeliest,
    recolourings,
)
from engine.solve.unexplained import UnexplainedLine, unexplained_lines

QUICK_LINES = 45
PLACED = 36
RELAXED = 14
COMPLETED = 6
# Candidates that rise this far once all are seen on the whole pattern are refined further too.
OVERTAKING = 4
# How many candidates may leave their symmetry, and how far behind the first in score: what has a
# wrong symmetry may fit half again as badly.
LOWERED, LOWERED_REACH, LOWERED_SHARE = 12, 150.0, 0.5
# How much more observations count than when a candidate was completed for that to be doubted: B for
# every element, texture and symmetry were charged as if the fit were no better than it was then.
GROWN = 1.2
# Ln of the odds from which on an exchange of elements is worth a refinement, and by how much its
# score has to be lower then: exchanges that fit alike are ties, and there are many of them.
HOPEFUL, CLEARLY_BETTER = 3.0, 12.0
FIRST = 3
QUICK_POINTS_PER_FWHM = 3


@dataclass(frozen=True, eq=False)
class Finished:
    """A candidate with its final fit and symmetry, its parameters and the lines fitted.

    And with the lines of the pattern that it leaves unexplained, and, for the first candidate, how
    sure the elements on its sites are. `exchanged` is what has the first candidate's atoms with
    other elements on some sites: it counts through that candidate's doubt, not beside it.
    """

    proposal: Proposal
    fit: FitResult
    standardised: Standardised
    score: float
    n_free: int
    n_lines: int
    unexplained: tuple[UnexplainedLine, ...] = ()
    doubt: Doubt = NO_DOUBT
    exchanged: bool = False


class Ranking:
    """Refines proposals in stages, fewer and further each time, and keeps the best in order.

    Parameters
    ----------
    prepared : PreparedPattern
    progress : Progress
    deadline : float
        `time.perf_counter()` after which no further refinement is begun.
    most : int
        How many candidates to keep at most.
    formula_known : bool
        Whether all proposals have the sample's formula, which is to be kept.
    """

    def __init__(
        self,
        prepared: PreparedPattern,
        progress: Progress,
        deadline: float,
        most: int = 20,
        formula_known: bool = False,
    ) -> None:
        self._given = prepared
        self._prepared, self._quick = prepared, _quick_range(prepared)
        self._run = Run(Evidence(prepared), progress, deadline)
        self._most, self._formula_known = most, formula_known
        self._ordered: list[Ranked] = []
        # By the refinement itself: an id would be given out again once another is dropped.
        self._finished: dict[Refinement, Finished] = {}
        # Those whose optics have been asked for.
        self._asked: WeakSet[Refinement] = WeakSet()
        # Of those that came first so far, what is looked at.
        self._polish: WeakKeyDictionary[Refinement, Refinement] = WeakKeyDictionary()
        # Those that were asked whether they have less symmetry.
        self._lowered: WeakSet[Refinement] = WeakSet()
        # Of those to which hydrogen was added, with other amounts of it.
        self._amounts: WeakKeyDictionary[Refinement, list[Ranked]] = WeakKeyDictionary()
        # Of those that came first so far: the answer is asked for again before every source.
        self._exchanges: WeakKeyDictionary[Refinement, list[Recoloured]] = WeakKeyDictionary()

    @property
    def prepared(self) -> PreparedPattern:
        """The pattern under the optics that explain it best so far."""
        return self._prepared

    @property
    def notes(self) -> tuple[str, ...]:
        """In words, what the best candidate was refined with otherwise than given."""
        if not self._ordered:
            return ()
        first = self._ordered[0].refinement
        placed = (report.HYDROGEN_HELD,) if first.hydrogen_held else ()
        return (*notes_on_changes(self._given, first.prepared), *placed)

    def glance(self, proposal: Proposal) -> Ranked | None:
        """A proposal with a quick refinement, not put among the others; None if that fails."""
        result = self._place(proposal)
        return None if result is None else Ranked(*result, score=0.0)

    def add(
        self,
        proposals: list[Proposal],
        span: tuple[float, float],
        on_first: Callable[[Ranked], None] | None = None,
        completed: int = COMPLETED,
    ) -> None:
        """Refine proposals and put them in order with those that are there already.

        Parameters
        ----------
        proposals : list of Proposal
            The most promising first.
        span : pair of float
            Of the progress that is reported.
        on_first : callable, optional
            Called with the best of the first few as soon as they are placed.
        completed : int
            How many are refined to the end.
        """
        low, high = span

        def part(begin: float, end: float) -> tuple[float, float]:
            return low + (high - low) * begin, low + (high - low) * end

        run, evidence = self._run, self._run.evidence
        before = self._quick
        first = run.stage(proposals[:FIRST], self._place, part(0.0, 0.0))
        if on_first is not None and first:
            on_first(first[0])
        early = run.stage(proposals[FIRST:OPTICS_TRIALS], self._place, part(0.0, 0.1))
        placed = self._under_better_optics(in_order(evidence, first + early))
        others = run.stage(proposals[OPTICS_TRIALS:PLACED], self._place, part(0.1, 0.45))
        placed = in_order(evidence, placed + others)
        # What explains it best by now may be another, and better off as the pattern was given.
        if others and (placed[0].proposal is others[0].proposal or self._quick is not before):
            placed = self._under_better_optics(placed)
        relaxed = run.stage(placed[:RELAXED], relax, part(0.45, 0.7))
        best = without_duplicates(in_order(evidence, relaxed + placed[RELAXED:]))
        near = in_reach(evidence, best[:completed])
        whole = self._completed(near, part(0.7, 0.88))
        # The others are at least brought to the same range, so that all scores are of one kind.
        done = {id(r.proposal) for r in whole}
        rest = in_order(evidence, [r for r in best[: self._most] if id(r.proposal) not in done])
        known = in_order(evidence, [*self._ordered, *whole, *rest])
        rest = [r for r in rest if r.score < hopeless(evidence, known)]
        if time.perf_counter() < run.deadline:
            far = out_of_reach(evidence, known)
            rest = run.stage(rest, lambda r: self._extend(r, far), part(0.88, 0.96))
        ordered = without_duplicates(in_order(evidence, [*self._ordered, *whole, *rest]))
        extended = {id(r.proposal) for r in rest}
        overtaking = [
            r for r in in_reach(evidence, ordered[:OVERTAKING]) if id(r.proposal) in extended
        ]
        if overtaking:
            chosen = {id(r.proposal) for r in overtaking}
            kept = [r for r in ordered if id(r.proposal) not in chosen]
            again = run.stage(overtaking, self._complete, part(0.96, 0.97))
            ordered = without_duplicates(in_order(evidence, kept + again))
        self._ordered = self._under_own_optics(ordered[: self._most], part(0.97, 1.0))
        self._recolour_first(high)

    def _recolour_first(self, done: float) -> None:
        """Exchange elements on the first candidate's sites while that is clearly better."""
        run = self._run
        while self._ordered and time.perf_counter() < run.deadline:
            first = self._ordered[0]
            hopeful = likeliest(self._exchanges_of_first(), run.evidence.n, HOPEFUL)
            refine = partial(exchanged, first, evidence=run.evidence)
            found = run.stage(hopeful, refine, (done, done))
            score = run.evidence.score(first.proposal, first.refinement)
            if not found or found[0].score > score - CLEARLY_BETTER:
                return
            every = in_order(run.evidence, [found[0], *self._ordered])
            self._ordered = without_duplicates(every)[: self._most]

    def lower_symmetries(self, unsure: bool, span: tuple[float, float]) -> bool:
        """Let candidates near the first leave their symmetry; whether any did.

        Where the first is sure, it may still be so only by having less symmetry than those others
        that are nearly right: they alone are asked then.
        """
        if not self._ordered:
            return False
        run, first = self._run, self._ordered[0]
        reach = max(LOWERED_REACH, run.evidence.n * LOWERED_SHARE)
        near = [r for r in self._ordered[:LOWERED] if r.score < first.score + reach]
        near = [r for r in near if unsure or _n_metric(r) < _n_metric(first)]
        fresh = [r for r in near if r.proposal.parent is None and r.refinement not in self._lowered]
        found = []
        for number, ranked in enumerate(fresh):
            done = span[0] + (span[1] - span[0]) * number / len(fresh)
            run.progress.report(done, "Lowering symmetries")
            if time.perf_counter() > run.deadline:
                break
            self._lowered.add(ranked.refinement)
            less = lowered(ranked, misfit(first.refinement), run.evidence)
            # What left a symmetry for nothing would only fill the list with one structure.
            best = in_order(run.evidence, [ranked, *less])[0]
            found += [best] if best.refinement is not ranked.refinement else []
        ordered = without_duplicates(in_order(run.evidence, [*self._ordered, *found]))
        self._ordered = ordered[: self._most]
        return bool(found)

    def place_hydrogen(self, share: float | None, span: tuple[float, float]) -> None:
        """Complete the first candidates with the hydrogen that they must have.

        Parameters
        ----------
        share : float or None
            Of hydrogen among the atoms, where the formula is known.
        span : pair of float
            Of the progress that is reported.
        """
        complete, amounts = completed_with_hydrogen(self._ordered, self._run, share, span)
        self._ordered = without_duplicates(complete)
        self._amounts.update(amounts)

    def finished(self) -> list[Finished]:
        """The candidates with their final fits, the best first, every structure once.

        The first is polished to be looked at; the order is of fits that were all taken as far.
        """
        shown = list(self._ordered)
        if shown:
            shown[0] = replace(shown[0], refinement=self._polished(shown[0].refinement))
        self._finished = {
            r.refinement: self._finished.get(r.refinement) or finish(r) for r in shown
        }
        found = [replace(self._finished[r.refinement], score=r.score) for r in shown]
        if found:
            told = doubt(self._exchanges_of_first(), self._run.evidence.n)
            found[0] = replace(found[0], doubt=told)
        return every_structure_once(found)

    def exchanged(self) -> list[Finished]:
        """The first candidate refined with other elements on some sites, where that is likely.

        Or with another amount of the hydrogen that was added to it.
        """
        if not self._ordered:
            return []
        run, first = self._run, self._ordered[0]
        amounts = in_order(run.evidence, self._amounts.get(first.refinement, []))
        found = [replace(finish(ranked), exchanged=True) for ranked in amounts]
        for other in likeliest(self._exchanges_of_first(), run.evidence.n, LEAST_LOG_ODDS):
            run.progress.report(1.0, "Exchanging elements")
            if time.perf_counter() > run.deadline:
                break
            result = exchanged(first, other, run.evidence)
            if result is not None:
                ranked = Ranked(*result, score=run.evidence.score(*result))
                found.append(replace(finish(ranked), exchanged=True))
        return found

    def _polished(self, refinement: Refinement) -> Refinement:
        if refinement not in self._polish:
            self._polish[refinement] = polish(refinement)
        return self._polish[refinement]

    def _exchanges_of_first(self) -> list[Recoloured]:
        first = self._ordered[0].refinement
        if first not in self._exchanges:
            self._exchanges[first] = recolourings(first, self._formula_known)
        return self._exchanges[first]

    def _place(self, proposal: Proposal) -> tuple[Proposal, Refinement] | None:
        return place(self._quick, proposal)

    def _complete(self, ranked: Ranked) -> tuple[Proposal, Refinement] | None:
        return complete(self._prepared, ranked, self._run.evidence)

    def _completed(self, near: list[Ranked], span: tuple[float, float]) -> list[Ranked]:
        """Refined to the end, and what was decided before the best fit was known decided again."""
        run, evidence = self._run, self._run.evidence
        known, middle = evidence.n, span[0] + 0.8 * (span[1] - span[0])
        whole = run.stage(near, self._complete, (span[0], middle))
        if evidence.n < GROWN * known:
            return whole
        again = [
            r for r in in_reach(evidence, whole) if not len(r.refinement.state.parameters.b_lighter)
        ]
        decided = run.stage(again, self._settle, (middle, span[1]))
        done = {id(r.proposal) for r in decided}
        return in_order(evidence, [r for r in whole if id(r.proposal) not in done] + decided)

    def _settle(self, ranked: Ranked) -> tuple[Proposal, Refinement] | None:
        return settled(self._prepared, ranked, self._run.evidence)

    def _extend(self, ranked: Ranked, far: float) -> tuple[Proposal, Refinement] | None:
        return extend(self._prepared, ranked, self._run.evidence, far)

    def _under_better_optics(self, placed: list[Ranked]) -> list[Ranked]:
        """Placed anew where the measurement is explained better otherwise than was assumed."""
        # What fits worse than a candidate that is there already says nothing about the optics.
        known = misfit(self._ordered[0].refinement) if self._ordered else math.inf
        if not placed or misfit(placed[0].refinement) > known:
            return placed
        evidence = self._run.evidence
        better = better_optics(self._given, self._quick, placed, evidence)
        if better is None:
            return placed
        change, again = better
        self._prepared, self._quick = change.apply(self._prepared), change.apply(self._quick)
        rest = [placed_again(change, r) for r in placed[OPTICS_TRIALS:]]
        found = [Ranked(*result, score=0.0) for result in (*again, *rest) if result is not None]
        return in_order(evidence, found)

    def _under_own_optics(self, ordered: list[Ranked], span: tuple[float, float]) -> list[Ranked]:
        """The best under the optics that explain each best; those of now may suit another."""
        run, evidence = self._run, self._run.evidence
        fresh = [r for r in ordered[:OPTICS_TRIALS] if r.refinement not in self._asked]
        self._asked.update(r.refinement for r in fresh)
        best = ordered[0].score if ordered else math.inf
        trials = [
            (change, r) for r in fresh for change in hopeful_changes(self._given, r, best, evidence)
        ]
        better = run.stage(trials, lambda trial: under_change(*trial, evidence), span)
        if not better:
            return ordered
        ordered = without_duplicates(in_order(evidence, [*ordered, *better]))
        own = ordered[0].refinement.prepared
        self._prepared, self._quick = (
            replace(one, radiation=own.radiation, dispersion=own.dispersion)
            for one in (self._prepared, self._quick)
        )
        return ordered[: self._most]


def _n_metric(ranked: Ranked) -> int:
    """How many parameters the cell has: the fewer, the more symmetric."""
    return len(ranked.refinement.state.parameters.metric)


def _quick_range(prepared: PreparedPattern) -> PreparedPattern:
    """The part of the pattern that holds the first `QUICK_LINES` lines."""
    angles = np.asarray(prepared.peaks.two_theta)
    prepared = prepared.thinned(QUICK_POINTS_PER_FWHM)
    if len(angles) <= QUICK_LINES:
        return prepared
    return prepared.within(prepared.two_theta[0], float(np.sort(angles)[QUICK_LINES - 1]) + 1.0)


def finish(ranked: Ranked) -> Finished:
    """The final fit of a candidate, with the Le Bail residual of its lattice."""
    refinement = ranked.refinement
    prepared = refinement.prepared
    fit = report.finish(refinement, rwp_lebail=le_bail(refinement).rwp)
    return Finished(
        ranked.proposal,
        fit,
        refinement.model.crystal.standardised,
        ranked.score,
        n_structural(refinement),
        len(prepared.peaks),
        unexplained_lines(prepared.peaks, fit, prepared.radiation),
    )
