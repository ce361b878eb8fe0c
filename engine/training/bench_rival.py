"""Another program's results on the same patterns, beside ours."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from engine.training import bench_figures as figures
from engine.training.bench_figures import rate
from engine.training.bench_results import Row

_SECTION = """
## Beside {name}

`python -m tests.benchmarks.fox_side_by_side`: {name} ({version}) on {n} of the standard patterns.
It is told what our solver has to find: the true cell, the space group and the independent atoms of
each element; then Le Bail fits for background and line shape, {effort}, and what it leaves on
special positions is merged there. Loose and strict as above. Densight is told the elements.

| | told | top-1, loose | top-1, strict | median time of one core |
| --- | --- | --- | --- | --- |
| {name} | cell, space group, atoms | {rival_loose} | {rival_strict} | {rival_time:.0f} s |
| Densight | elements | {our_loose} | {our_strict} | {our_time:.0f} s |

Right with both: {both}; with {name} alone: {only_rival}; with Densight alone: {only_ours}.
"""


def found(row: Row) -> bool:
    """Whether the other program's structure is the truth, loosely."""
    return bool(row["loose"])


def section(pairs: Sequence[tuple[Row, Row]], rival: dict[str, str]) -> str:
    """The section of the page.

    Parameters
    ----------
    pairs : sequence of (row of the rival, our row)
    rival : dict
        Its name, version and effort.
    """
    theirs, ours = [one for one, _ in pairs], [two for _, two in pairs]
    both = sum(found(one) and figures.first(two) for one, two in pairs)
    return _SECTION.format(
        name=rival["name"],
        version=rival["version"],
        effort=rival["effort"],
        n=len(pairs),
        rival_loose=rate(theirs, found).in_words,
        rival_strict=rate(theirs, lambda row: bool(row["strict"])).in_words,
        rival_time=statistics.median(row["cpu_seconds"] for row in theirs),
        our_loose=rate(ours, figures.first).in_words,
        our_strict=rate(ours, figures.strict).in_words,
        our_time=statistics.median(row["cpu_seconds"] for row in ours),
        both=both,
        only_rival=sum(map(found, theirs)) - both,
        only_ours=sum(map(figures.first, ours)) - both,
    )
