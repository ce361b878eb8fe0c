"""The page of benchmarks: aims, rates, every failure by its cause, every measured pattern."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.training import (
    bench_aims,
    bench_figures,
    bench_refine_tables,
    bench_rival,
    bench_speed,
    bench_tables,
)
from engine.training.bench_collection import ALL, RIVAL, Collection
from engine.training.bench_figures import rate
from engine.training.bench_results import Row
from engine.training.bench_speed import SpeedTable

_HEAD = """# Benchmarks

Written by `densight bench report` from the result files of `densight bench solve` and `densight
bench measured`; nothing here is typed in. The elements are all that is given: no cell, no formula,
no number of atoms. Intervals are Wilson's, 95 %.

*Loose* is pymatgen's `StructureMatcher(0.3, 0.5, 10)`, *strict* its defaults (0.2, 0.3, 5),
*crystallographic* means unscaled, reduced cell within 1 % and 1 degree, stol 0.3 and the right
space group. Top-1 is the candidate that the program itself ranks first, top-20 any of its first
twenty; *ties counted* means right at rank 1, or listed by the program as a tie of rank 1. Without
another word top-1 and top-20 are loose.

These are development figures: the solver's constants were set while looking at the measured
patterns below and at entries of `val`, and the verdict's coefficients were fitted to such patterns
too. Patterns that nobody has tuned anything on will do somewhat worse.
"""
_AIMS = """
## The aims

{table}

The upper limit of a control is the upper end of its interval: with no pattern called "solved" it
falls to 1 % at 381 patterns, so that smaller controls cannot show the aim met. *Right cell*: the
lattice within 0.3 % and 0.3 degrees, of the patterns whose lines above 1 % of the strongest
generate the whole lattice.
"""
_SIMULATED = """
## {title}

{words}

{table}
"""
_STANDARD = """Standard test patterns of unseen structures (`densight bench solve`): equally many of
each crystal system from a seeded permutation of `val`, none of which shares formula and space
group with anything that the library was built from; Cu K-alpha doublet, background, zero error,
counting noise; made with pymatgen and not with our own simulator."""
_CAUSES = """
### Failures, by cause

{sentence}

*Cell*: no candidate, and none of the first five indexed cells, has the right lattice or what the
visible lines show of it. *Type absent*: the truth's structure type is not in the library.
*Decoration*: a candidate has the right sites in wrong colours. *Search*: the type is in the
library, and was not proposed. *Refinement*: the right structure was proposed and fell out.
*Ranking*: it is in the list, not first. *Of the truth* is R_wp of the true structure refined as a
candidate is: where it is not lower than the first candidate's, the pattern does not decide.

{table}
"""
_SOURCES = """
## What each source of candidates adds

The same patterns of `val`, with sources of candidates switched off (`--no-network`,
`--no-phasing`, `--no-library`).

| candidates from | top-1 | ties counted | top-20 | all sources, top-1, same patterns |
| --- | --- | --- | --- | --- |
{rows}
"""
_MEASURED = """
## Measured patterns

`densight bench measured`: single-phase X-ray patterns with a known structure. Formulas of these
phases are left out of the library. Hydrogen is taken out of candidate and truth before they are
compared. Wavelengths are those of the index of the data.

{table}
"""
_REFINEMENT = """
## Refinement

`densight bench refine`: the measured patterns above, refined from their known structure by the
engine of `densight fit` without any hint, against free intensities (Le Bail) with the same cell,
background and line shape. The aim is R_wp within {most} times that floor for 80 % of the
untextured; a specimen counts as textured where the refinement finds r of March and Dollase outside
{low} to {high}. Why single patterns fail is told in [refinement.md](refinement.md).

{table}
"""
_CONTROLS = """
## Controls

Patterns to which no answer is right. *Wrong elements*: as many elements of another sample, none in
common where there is such a sample. *Permuted*: the right elements and line positions, intensities
permuted among the lines. *Hump*: an amorphous hump, background and noise. *Noise* and *scattered*
are given with the formula: background and noise only, and permuted lines at random places.

| control | n | verdicts | called solved, 95 % interval |
| --- | --- | --- | --- |
{rows}

{solved}
"""
_CALIBRATION = """
## How far the probabilities can be trusted

A model of the form behind `score`, fitted to the first candidates of the results named on the
command line, with the coefficients that came out; the program ships those of
`engine.solve.verdict`. Verdicts on this page are those of the shipped ones, on what each run stored
of its first candidates; where a result was also fitted to, its counts of *solved* are not of
unseen patterns. The table is: cross-validation with whole phases held out says, of the first
candidates whose stated probability fell into a range, how many were right.

{reliability}
"""
_CONTROL_NAMES = (
    ("wrong elements, `val`", "val", "elements"),
    ("wrong elements, measured", "measured", "elements"),
    ("permuted, `val`", "val", "permuted"),
    ("scattered, `val`", "val", "scattered"),
    ("hump, `val`", "val", "hump"),
    ("noise, `val`", "val", "noise"),
)


def page(
    collection: Collection,
    machine: str,
    reliability: str = "",
    earlier: str = "",
    speed: Sequence[SpeedTable] = (),
) -> str:
    """The whole page.

    Parameters
    ----------
    collection : Collection
    machine : str
        What the times were measured on.
    reliability : str
        Text of `engine.training.calibration.calibrate`; "" leaves its section out.
    earlier : str
        A page to add at the end as it is.
    speed : sequence of SpeedTable
    """
    parts = [_HEAD, _program(collection, machine)]
    parts.append(_AIMS.format(table=bench_aims.table(collection)))
    parts += _simulated(collection)
    parts += _sources(collection)
    parts += _rival(collection)
    parts += _measured(collection)
    parts += _refinement(collection)
    parts += _controls(collection)
    if reliability:
        parts.append(_CALIBRATION.format(reliability=reliability))
    parts += bench_speed.section(speed)
    if earlier:
        parts.append("\n" + earlier.strip() + "\n")
    return "".join(parts)


def _program(collection: Collection, machine: str) -> str:
    states = [
        f"version {p['version']}, code {p['code']}, weights {p['weights']}, types {p['types']}"
        for p in collection.programs()
    ]
    return f"\nTimes: one process, on {machine}.\n\nProgram: {'; '.join(states)}.\n"


def _simulated(collection: Collection) -> Iterator[str]:
    rows = collection.rows("val")
    if rows:
        yield _SIMULATED.format(
            title="Simulated patterns of unseen structures",
            words=_STANDARD,
            table=bench_tables.summary(rows) + "\n" + bench_tables.by_system(rows) + _blind(rows),
        )
        yield _failed(rows)
    for name, words in (
        ("val_multi", "Four to seven elements."),
        ("val_large", "21 to 52 atoms in the cell."),
    ):
        rows = collection.rows(name)
        if rows:
            text = bench_tables.summary(rows)
            yield _SIMULATED.format(title=f"`{name}`", words=words, table=text)
            yield _failed(rows)


def _blind(rows: Sequence[Row]) -> str:
    part = bench_tables.visible_part(rows)
    if part.n == 0:
        return ""
    return (
        "\n\nWhere the visible lines do not generate the whole lattice: the lattice, or what they "
        f"show of it, in the first five of {part.in_words}."
    )


def _failed(rows: Sequence[Row]) -> str:
    sentence = bench_tables.causes(rows)
    if not sentence:
        return "\nNo failures.\n"
    return _CAUSES.format(sentence=sentence, table=bench_tables.failures(rows))


def _sources(collection: Collection) -> Iterator[str]:
    everything = collection.rows("val")
    lines = []
    for source in collection.sources("val"):
        rows = collection.rows("val", source)
        if source == ALL or not rows:
            continue
        pairs = collection.pairs(rows, everything)
        same = rate([other for _, other in pairs], bench_figures.first)
        questions = (bench_figures.first, bench_figures.tied, bench_figures.listed)
        shares = [rate(rows, question).in_words for question in questions]
        lines.append(f"| {source} | {' | '.join(shares)} | {same.in_words if pairs else ''} |")
    if lines:
        yield _SOURCES.format(rows="\n".join(lines))


def _rival(collection: Collection) -> Iterator[str]:
    rows = collection.rows("val", RIVAL)
    pairs = collection.pairs(rows, collection.rows("val"))
    if pairs:
        yield bench_rival.section(pairs, collection.rival())


def _measured(collection: Collection) -> Iterator[str]:
    rows = collection.rows("measured")
    if rows:
        yield _MEASURED.format(table=bench_tables.summary(rows))
        yield _failed(rows)
        yield "\n### Every measured pattern\n\n" + bench_tables.measured_rows(rows) + "\n"


def _refinement(collection: Collection) -> Iterator[str]:
    rows = collection.rows("refine")
    if rows:
        low, high = bench_refine_tables.TEXTURED
        table = bench_refine_tables.section(rows)
        most = bench_refine_tables.MOST
        yield _REFINEMENT.format(most=most, low=low, high=high, table=table)


def _controls(collection: Collection) -> Iterator[str]:
    lines, solved = [], []
    for name, source, control in _CONTROL_NAMES:
        rows = collection.rows(source, control=control)
        if not rows:
            continue
        found = rate(rows, bench_figures.called_solved)
        lines.append(
            f"| {name} | {len(rows)} | {bench_tables.verdicts(rows)} | {found.interval_in_words} |"
        )
        solved += bench_tables.solved_controls(rows)
    if lines:
        listed = "Called solved:\n\n" + "\n".join(solved) if solved else "None was called solved."
        yield _CONTROLS.format(rows="\n".join(lines), solved=listed)
