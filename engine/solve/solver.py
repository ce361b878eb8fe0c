"""From a pattern and its elements to ranked, refined structures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version

import numpy as np

import engine
from engine.crystal.composition import HYDROGEN, atomic_number, parse_formula
from engine.crystal.reduced_formula import reduced_formula
from engine.errors import BadInputError
from engine.pattern.doublet import detect_doublet
from engine.pattern.pattern import PowderPattern
from engine.pattern.spurious import much_is_left_out, note_on_wide
from engine.progress import Part, Progress
from engine.refine.prepared import PreparedPattern, prepare
from engine.solve.candidate_refinement import Ranked
from engine.solve.cells import CellsOfPattern
from engine.solve.library_proposals import library_on_cells, library_proposals
from engine.solve.map_proposals import Rising
from engine.solve.network_proposals import UNAVAILABLE, network_proposals
from engine.solve.phasing.proposals import phasing_proposals
from engine.solve.proposals import Proposal, wanted_ratios
from engine.solve.ranking import Finished, Ranking, finish
from engine.solve.result import Candidate, Problem, Solution
from engine.solve.slit_evidence import under_likelier_slits
from engine.solve.unexplained import in_words
from engine.solve.verdict import (
    COINCIDENCE,
    EXCESS,
    RESIDUAL,
    UNEXPLAINED,
    explains,
    features,
    near_best,
    probabilities,
    reason,
    strong_texture,
    tied,
    verdict,
    verdict_on_first,
    with_exchanged,
)

NO_LIMIT = 1e9
FEWEST_LINES = 2
# Parts of the progress: what the library proposes is refined; then each further source is asked,
# and what it proposes is refined.
LIBRARY_SPAN = (0.3, 0.6)
ON_CELLS_SPANS = ((0.6, 0.7), (0.7, 0.72))
NETWORK_SPANS = ((0.72, 0.8), (0.8, 0.85))
PHASING_SPANS = ((0.85, 0.92), (0.92, 0.95))
HYDROGEN_SPAN = (0.95, 0.96)
LOWERING_SPANS = ((0.96, 0.98), (0.98, 1.0))
MAPS_COMPLETED = 4
# A first candidate that is so near to the Le Bail fit of its lattice (ln of the ratio of R_wp), and
# leaves so little (R_wp without background), is not asked to compete with further sources.
SMALL_EXCESS, SMALL_RESIDUAL = 0.09, 0.25
# Beyond these of the first candidate, shifts by tenths of an angstrom are not what is lacking.
NEARLY_EXCESS, NEARLY_RESIDUAL = 0.3, 0.35
# Beyond these it is not hydrogen that is lacking.
SKELETON_EXCESS, SKELETON_RESIDUAL = 0.6, 0.5
# Root of the summed areas of lines that it has no line for, of the strongest's.
SMALL_UNEXPLAINED = 0.3


def solve(problem: Problem, progress: Progress | None = None) -> Solution:
    """Find structures for a pattern.

    Parameters
    ----------
    problem : Problem
    progress : Progress, optional
        Gets a first `Solution` through `partial` as soon as there is a candidate.

    Returns
    -------
    Solution
        Candidates best first; none, with the verdict "no-solution", where nothing fits.

    Raises
    ------
    BadInputError
        If no element is given, one is unknown, or the formula contradicts the elements.
    CancelledError
        If the progress asks to stop.
    """
    watch = progress or Progress()
    began = time.perf_counter()
    _check(problem)
    watch.report(0.0, "Fitting lines")
    pattern, remarks = _as_measured(problem.pattern)
    prepared = prepare(pattern)
    if len(prepared.peaks) < FEWEST_LINES:
        note = f"Only {len(prepared.peaks)} lines stand out of the noise; a structure needs more."
        return _solution(
            problem, prepared, [], {"total": time.perf_counter() - began}, (*remarks, note)
        )
    timings = {"lines": time.perf_counter() - began}

    deadline = began + (NO_LIMIT if problem.time_limit is None else problem.time_limit)
    ranking = Ranking(prepared, watch, deadline, problem.top, problem.formula is not None)

    def show(first: Ranked) -> None:
        timings.setdefault("first_candidate", time.perf_counter() - began)
        watch.partial(_solution(problem, prepared, [finish(first)], dict(timings), ()))

    def show_early(proposal: Proposal) -> None:
        first = ranking.glance(proposal)
        if first is not None:
            show(first)

    watch.report(0.05, "Searching the structure types")
    proposals = []
    if problem.library:
        proposals = library_proposals(problem, prepared, Part(watch, 0.05, 0.3), show_early)
    timings["proposals"] = time.perf_counter() - began
    ranking.add(proposals, LIBRARY_SPAN, show)
    cells, likelier = CellsOfPattern(pattern), under_likelier_slits(prepared, problem.elements)
    for source in _SOURCES:
        if not source.wanted(problem):
            continue
        finished = ranking.finished()
        if not problem.thorough and not source.needed(finished):
            continue
        asked = time.perf_counter()
        if asked > deadline:
            break
        # What explains a wrong candidate best says nothing about the measurement.
        seen = ranking.prepared if _nearly_fits(finished) else likelier
        propose = partial(source.propose, problem, pattern, seen, cells)
        remarks += _ask(partial(propose, deadline=deadline), ranking, watch, source)
        timings[source.name] = time.perf_counter() - asked
    _place_hydrogen(problem, ranking)
    finished = _with_lower_symmetries(ranking)
    if finished and verdict_on_first(features(finished, 0)) != "no-solution":
        finished = with_exchanged(finished, ranking.exchanged(), problem.top)
    timings["total"] = time.perf_counter() - began
    timings.setdefault("first_candidate", timings["total"])
    watch.report(1.0, "Done")
    if not finished:
        remarks = (*remarks, _nothing_proposed(problem))
    return _solution(
        problem, prepared, finished, timings, (*remarks, *ranking.notes, *_notes(prepared))
    )


def _place_hydrogen(problem: Problem, ranking: Ranking) -> None:
    """Complete candidates that lack the hydrogen of the sample, where their other atoms fit."""
    elements = np.unique([atomic_number(symbol) for symbol in problem.elements])
    ratios = wanted_ratios(problem, elements)
    share = None if ratios is None else ratios.get(HYDROGEN, 0.0)
    if HYDROGEN not in elements or len(elements) < 2 or share == 0.0:
        return
    finished = ranking.finished()
    if not finished:
        return
    found = features(finished, 0)
    if found[EXCESS] < SKELETON_EXCESS and found[RESIDUAL] < SKELETON_RESIDUAL:
        ranking.place_hydrogen(share, HYDROGEN_SPAN)


def _with_lower_symmetries(ranking: Ranking) -> list[Finished]:
    finished = ranking.finished()
    # Another first candidate may be less sure, and ask more of them.
    for span in LOWERING_SPANS:
        if not _nearly_fits(finished):
            break
        if not ranking.lower_symmetries(_unsure(finished), span):
            break
        finished = ranking.finished()
    return finished


def _nearly_fits(finished: list[Finished]) -> bool:
    """Whether the first candidate is so near that small shifts may be all that it lacks."""
    if not finished:
        return False
    found = features(finished, 0)
    return found[EXCESS] < NEARLY_EXCESS and found[RESIDUAL] < NEARLY_RESIDUAL


def _unsure(finished: list[Finished]) -> bool:
    """Whether the first candidate so far is not certain."""
    if not finished:
        return True
    found = features(finished, 0)
    # What leaves strong lines unexplained may be a part of the answer, however well the rest fits.
    return found[UNEXPLAINED] > SMALL_UNEXPLAINED or verdict_on_first(found) != "solved"


def _unexplained(finished: list[Finished]) -> bool:
    """Whether the candidates so far leave something that further ones could explain."""
    if not _unsure(finished):
        return False
    if not finished:
        return True
    found = features(finished, 0)
    # Atoms that fit about as well as a lattice that has all lines leave nothing to be explained
    # better: what is in doubt then, other structures that fit alike would only confuse. But what
    # is no answer leaves everything to be explained, and one less symmetric than its lattice may
    # stand in for one that no type was found for.
    if found[EXCESS] > SMALL_EXCESS or found[RESIDUAL] > SMALL_RESIDUAL:
        return True
    no_answer = verdict_on_first(found) == "no-solution"
    return no_answer or bool(finished[0].unexplained) or found[COINCIDENCE] > 0.0


def _types_on_cells(
    problem: Problem,
    pattern: PowderPattern,
    prepared: PreparedPattern,
    cells: CellsOfPattern,
    progress: Progress,
    deadline: float,
) -> list[Proposal]:
    progress = Rising(progress)
    likely = cells.likely(Part(progress, 0.0, 0.5))
    return library_on_cells(problem, prepared, likely, Part(progress, 0.5, 1.0))


@dataclass(frozen=True)
class _Source:
    """A source of candidates that is asked where those so far leave the question open.

    The spans are those of asking it and of refining what it proposes, within the whole progress.
    """

    name: str
    propose: Callable[..., list[Proposal]]
    wanted: Callable[[Problem], bool]
    needed: Callable[[list[Finished]], bool]
    spans: tuple[tuple[float, float], tuple[float, float]]
    failed: str


_SOURCES = (
    _Source(
        "types_on_cells",
        _types_on_cells,
        lambda problem: problem.library,
        _unsure,
        ON_CELLS_SPANS,
        "The types could not be tried on indexed cells ({error}).",
    ),
    _Source(
        "network",
        network_proposals,
        lambda problem: problem.network,
        _unexplained,
        NETWORK_SPANS,
        "The network could not be used ({error}); only the library was searched.",
    ),
    _Source(
        "phasing",
        phasing_proposals,
        lambda problem: problem.phasing,
        _unexplained,
        PHASING_SPANS,
        "The intensities could not be phased ({error}).",
    ),
)


def _ask(
    propose: Callable[[Progress], list[Proposal]],
    ranking: Ranking,
    watch: Progress,
    source: _Source,
) -> tuple[str, ...]:
    """Add what a source proposes; a note where it cannot be used."""
    asking, refining = source.spans
    try:
        proposals = propose(Part(watch, *asking))
    except UNAVAILABLE as error:
        return (source.failed.format(error=error),)
    if proposals:
        ranking.add(proposals, refining, completed=MAPS_COMPLETED)
    return ()


def _nothing_proposed(problem: Problem) -> str:
    if problem.formula is not None:
        return (
            f"No known structure type fits the lines with all of {', '.join(problem.elements)} in "
            f"the proportions of {problem.formula}; check the formula or leave it out."
        )
    return (
        f"No known structure type fits the lines with all of {', '.join(problem.elements)}; "
        "tick only elements that are surely in the sample."
    )


def _as_measured(pattern: PowderPattern) -> tuple[PowderPattern, tuple[str, ...]]:
    """The pattern with both lines of a K-alpha doublet that it shows but was not said to have."""
    if len(pattern.radiation.wavelengths) > 1:
        return pattern, ()
    seen = detect_doublet(pattern)
    if seen is None:
        return pattern, ()
    note = (
        f"One wavelength ({pattern.radiation.primary:.5g} A) was given, but the lines are split "
        "like a K-alpha doublet; both lines of it were used."
    )
    return pattern.with_radiation(seen), (note,)


def _check(problem: Problem) -> None:
    if not problem.elements:
        raise BadInputError("No element is ticked; tick at least one that is in the sample.")
    for symbol in problem.elements:
        atomic_number(symbol)
    if problem.formula is not None:
        missing = set(parse_formula(problem.formula)) - set(problem.elements)
        if missing and not problem.others_possible:
            raise BadInputError(
                f"The formula {problem.formula} contains {', '.join(sorted(missing))}, which "
                "is not among the elements; tick it or correct the formula."
            )


def _solution(
    problem: Problem,
    prepared: PreparedPattern,
    finished: list[Finished],
    timings: dict[str, float],
    notes: tuple[str, ...],
) -> Solution:
    chances = probabilities(finished)
    part = much_is_left_out(prepared.peaks.area, prepared.peaks.foreign)
    candidates = tuple(
        _candidate(finished, index, chance, part) for index, chance in enumerate(chances)
    )
    best = candidates[0].verdict if candidates else "no-solution"
    if candidates and candidates[0].ties and best == "solved":
        notes = (*notes, "Solved up to candidates that the pattern cannot tell apart.")
    doubt = finished[0].doubt.in_words(candidates[0].formula) if candidates else ""
    if doubt and best != "no-solution":
        notes = (*notes, doubt)
    if candidates and candidates[0].unexplained and best != "no-solution":
        left = in_words(candidates[0].unexplained).replace("It has", "The first candidate has")
        notes = (*notes, f"{left} Look for an impurity.")
    return Solution(
        problem=problem,
        verdict=best,
        candidates=candidates,
        timings=timings,
        device="cpu",
        versions=_versions(),
        notes=notes,
    )


def _candidate(finished: list[Finished], index: int, chance: float, part: bool) -> Candidate:
    """What is shown of a candidate; `part` where it explains only part of the pattern."""
    one = finished[index]
    found = features(finished, index)
    # Candidates that fit badly are all alike; only of those near the best is it worth saying.
    ties = tuple(
        other + 1
        for other in range(len(finished))
        if other != index and near_best(finished, index) and tied(one, finished[other])
    )
    return Candidate(
        rank=index + 1,
        structure=one.fit.structure,
        formula=reduced_formula(one.fit.structure.numbers),
        space_group=one.standardised.symbol,
        space_group_number=one.standardised.number,
        n_atoms=len(one.standardised.primitive),
        source=one.proposal.source,
        fit=one.fit,
        score=chance,
        verdict=verdict(chance, part or strong_texture(found), index == 0 and explains(found)),
        ties=ties,
        reason=f"{reason(finished, index, ties)} {in_words(one.unexplained)}".rstrip(),
        features=found,
        unexplained=one.unexplained,
    )


def _notes(prepared: PreparedPattern) -> tuple[str, ...]:
    estimated = "The intensities are not raw counts; their uncertainty was estimated."
    notes = (
        "" if prepared.poisson else estimated,
        note_on_wide(prepared.peaks.area, prepared.peaks.foreign),
    )
    return tuple(note for note in notes if note)


def _versions() -> dict[str, str]:
    found = {"densight": engine.__version__}
    for name in ("numpy", "scipy", "torch", "gemmi", "spglib", "pymatgen"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
