"""The aims of the solver beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.training import bench_figures as figures
from engine.training import bench_rival
from engine.training.bench_collection import NO_LIBRARY, RIVAL, Collection
from engine.training.bench_figures import Rate, rate
from engine.training.bench_refine_tables import MOST, close_to_free, untextured
from engine.training.bench_results import Row
from engine.training.bench_tables import right_cell

# Points that a changed pattern may cost.
MOST_LOST = 0.02
MOST_CALLED = 0.01
# Of fewer patterns a rate says neither that an aim is met nor that it is not.
FEWEST = 20
CONDITIONS = (("anomalous dispersion", "dispersion"), ("automatic slits", "automatic_slits"))
CONTROLS = (
    ("wrong elements, `val`", "val", "elements"),
    ("wrong elements, measured", "measured", "elements"),
    ("permuted intensities", "val", "permuted"),
    ("amorphous hump", "val", "hump"),
)


@dataclass(frozen=True)
class Aim:
    """One line of the table.

    Attributes
    ----------
    on, aim, figure, interval : str
    n : int
        Patterns, or phases, that the figure is of; 0 where nothing was measured.
    met : bool or None
        None where the aim is to report.
    """

    on: str
    aim: str
    figure: str
    interval: str
    n: int
    met: bool | None


def table(collection: Collection) -> str:
    """All aims, as Markdown."""
    lines = ["| on | aim | figure | 95 % interval | n | |", "| --- | --- | --- | --- | --- | --- |"]
    for aim in aims(collection):
        met = {True: "met", False: "**short**", None: ""}[aim.met]
        if aim.n < FEWEST:
            met = "too few to say" if aim.n else "not measured"
        n = str(aim.n) if aim.n else ""
        lines.append(f"| {aim.on} | {aim.aim} | {aim.figure} | {aim.interval} | {n} | {met} |")
    return "\n".join(lines)


def aims(collection: Collection) -> Iterator[Aim]:
    """All aims in their order."""
    rows = collection.rows("val")
    yield _least("`val`", "top-1", 0.90, rate(rows, figures.first))
    yield _least("", "top-1, ties that the program lists counted", 0.97, rate(rows, figures.tied))
    yield _least("", "strict top-1", 0.88, rate(rows, figures.strict))
    yield _least("", "top-20", 0.97, rate(rows, figures.listed))
    yield _least("", "crystallographic top-1", None, rate(rows, figures.crystallographic))
    for known, least, name in ((True, 0.97, "in the library"), (False, 0.80, "absent")):
        part = [row for row in figures.answered(rows) if row.get("type_known") is known]
        yield _least(f"`val`, type {name}", "top-20", least, rate(part, figures.listed))
    multi, large = collection.rows("val_multi"), collection.rows("val_large")
    yield _least("`val_multi`", "top-1", 0.85, rate(multi, figures.first))
    for name, condition in CONDITIONS:
        changed: dict[str, Any] = {condition: True}
        yield _no_worse(collection, name, rows, collection.rows("val", **changed))
    yield _no_worse(collection, "a second phase", rows, collection.second_phase())
    for system in CRYSTAL_SYSTEMS:
        part = [row for row in rows if row.get("system") == system]
        least = 0.85 if system == "triclinic" else 0.95
        yield _least(f"cells, {system}", "right in the first five", least, right_cell(part))
    yield _least("`val_large`", "top-1", 0.70, rate(large, figures.first))
    yield from _unticked(collection.rows("val", unticked=True))
    yield from _measured(collection.rows("measured"))
    refined = rate(untextured(collection.rows("refine")), close_to_free)
    on = "measured, refined from the truth, untextured"
    yield _least(on, f"R_wp within {MOST} times free intensities,", 0.80, refined)
    yield from _controls(collection)
    yield from _called(rows, collection.rows("measured"))
    alone = collection.rows("val", NO_LIBRARY)
    yield _least("`val`, library off", "top-1", 0.60, rate(alone, figures.first))
    for control, name in (("noise", "noise"), ("scattered", "scattered lines")):
        part = collection.rows("val", control=control)
        found = rate(part, figures.first)
        yield _least(f"formula known, {name} for a pattern", "still matches", None, found)
    yield from _times(rows)
    yield _beside(collection, rows)


def _beside(collection: Collection, rows: list[Row]) -> Aim:
    """Another program that is told cell and group, and ours on the same patterns."""
    on, aim = "FOX or GSAS-II with cell and group given", "side by side"
    pairs = collection.pairs(collection.rows("val", RIVAL), rows)
    if not pairs:
        return Aim(on, aim, "", "", 0, None)
    theirs = rate([row for row, _ in pairs], bench_rival.found)
    ours = rate([row for _, row in pairs], figures.first)
    name = collection.rival()["name"]
    figure = f"{name} {theirs.in_words}, Densight {ours.in_words}"
    return Aim(on, aim, figure, "", len(pairs), None)


def _least(on: str, what: str, least: float | None, found: Rate) -> Aim:
    aim = f"{what} >= {100 * least:.0f} %" if least is not None else f"{what}, reported"
    if found.n == 0:
        return Aim(on, aim, "", "", 0, None)
    met = None if least is None else found.share >= least
    return Aim(on, aim, found.in_words, found.interval_in_words, found.n, met)


def _no_worse(collection: Collection, name: str, rows: list[Row], changed: list[Row]) -> Aim:
    """A changed pattern against the standard one of the same structures."""
    on, aim = f"`val`, {name}", f"top-1 at most {100 * MOST_LOST:.0f} points lower"
    pairs = collection.pairs(rows, changed)
    if not pairs:
        return Aim(on, aim, "", "", 0, None)
    before = rate([one for one, _ in pairs], figures.first)
    after = rate([other for _, other in pairs], figures.first)
    figure = f"{after.in_words}; standard: {before.in_words}"
    met = before.share - after.share <= MOST_LOST + 1e-9
    return Aim(on, aim, figure, after.interval_in_words, len(pairs), met)


def _unticked(rows: Sequence[Row]) -> Iterator[Aim]:
    asked = [row for row in rows if "error" in row or "unticked" in row]
    on = "`val`, an element unticked"
    yield _least(on, "structure with a wild card", 0.70, rate(asked, figures.first))
    near = rate(asked, lambda row: bool(row["unticked"]["near"]))
    yield _least("", "and Z within 3", 0.70, near)


def _measured(rows: Sequence[Row]) -> Iterator[Aim]:
    phases = figures.by_phase(rows)
    mean = Rate(sum(phases.values()), len(phases))
    yield _least("measured, mean over phases", "top-1", 0.85, mean)
    yield _least("measured, patterns", "top-1", None, rate(rows, figures.first))


def _controls(collection: Collection) -> Iterator[Aim]:
    for name, source, control in CONTROLS:
        found = rate(collection.rows(source, control=control), figures.called_solved)
        aim = f'"solved" at the upper limit <= {100 * MOST_CALLED:.0f} %'
        if found.n == 0:
            yield Aim(name, aim, "", "", 0, None)
            continue
        high = found.interval[1]
        figure = f"{found.in_words}, upper limit {100 * high:.1f} %"
        yield Aim(name, aim, figure, found.interval_in_words, found.n, high <= MOST_CALLED)


def _called(simulated: Sequence[Row], measured: Sequence[Row]) -> Iterator[Aim]:
    for name, rows, least in (("`val`", simulated, 0.85), ("measured", measured, 0.70)):
        answered = figures.answered(rows)
        called = [row for row in answered if figures.called_solved(row)]
        right = [row for row in answered if figures.first(row)]
        yield _least(f'{name}, called "solved"', "right", 0.98, rate(called, figures.first))
        counted = rate(called, figures.tied)
        yield _least("", "right, ties counted", None, counted)
        found = rate(right, figures.called_solved)
        yield _least(f"{name}, right at rank 1", 'called "solved"', least, found)


def _times(rows: Sequence[Row]) -> Iterator[Aim]:
    on = "median time, `val`"
    for what, name, cpu, most in (
        ("full solution", "seconds", "cpu_seconds", 3.0),
        ("first candidate", "first_candidate", "first_candidate_cpu", 1.0),
    ):
        wall, processor = figures.median(rows, name), figures.median(rows, cpu)
        aim = f"{what} <= {most:.0f} s"
        if wall is None or processor is None:
            yield Aim(on, aim, "", "", 0, None)
            continue
        figure = f"{wall:.1f} s, {processor:.1f} s of processor"
        yield Aim(on, aim, figure, "", len(figures.answered(rows)), wall <= most)
