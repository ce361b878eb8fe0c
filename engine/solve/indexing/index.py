"""From a pattern, or from lines, to the lattices that may be behind them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pattern.pattern import PowderPattern
from engine.progress import Progress
from engine.solve.indexing.cell import IndexedCell, standard_parameters
from engine.solve.indexing.chance import chances
from engine.solve.indexing.line_list import FEWEST_LINES, LineList, lines_from, lines_of
from engine.solve.indexing.merit import merit_of
from engine.solve.indexing.relatives import matching_basis
from engine.solve.indexing.search import CellSearch, Found

FloatArray = NDArray[np.float64]

_RELATED_WITHIN = 0.01  # of lengths
_MOST_INDEX = 6


def index_pattern(
    pattern: PowderPattern, count: int = 5, progress: Progress | None = None
) -> list[IndexedCell]:
    """Lattices that may be behind a pattern, the likeliest first.

    Parameters
    ----------
    pattern : PowderPattern
        Of one phase; a few foreign lines do no harm.
    count : int
        At most so many cells.
    progress : Progress, optional
        Told often; may raise to cancel.

    Returns
    -------
    list of IndexedCell
        Empty where the pattern has fewer than three lines.
    """
    progress = progress or Progress()
    progress.report(0.0, "indexing: reading the lines")
    return index_line_list(lines_of(pattern), count, progress)


def index_lines(
    two_theta: FloatArray,
    wavelength: float,
    count: int = 5,
    intensities: FloatArray | None = None,
    sigma: FloatArray | None = None,
) -> list[IndexedCell]:
    """Lattices that may be behind lines, the likeliest first.

    Parameters
    ----------
    two_theta : (n,) array
        Positions in degrees.
    wavelength : float
        Angstrom.
    count : int
        At most so many cells.
    intensities : (n,) array, optional
        Integrated; faint lines are taken for foreign more easily.
    sigma : (n,) array, optional
        Standard uncertainties of the positions, degrees.

    Raises
    ------
    BadInputError
        If the arrays do not go together or hold what cannot be.
    """
    lines = lines_from(two_theta, wavelength, intensities, sigma)
    return index_line_list(lines, count, Progress())


def index_line_list(lines: LineList, count: int, progress: Progress) -> list[IndexedCell]:
    """`index_pattern` for lines that are read already."""
    if len(lines) < FEWEST_LINES:
        return []
    search = CellSearch(lines, progress)
    return described(search.run(), search.judged_lines, count)


def described(found: list[Found], lines: LineList, count: int) -> list[IndexedCell]:
    """The answer for judged cells, the best of them first.

    Parameters
    ----------
    found : list of Found
        Distinct, in falling order of score.
    lines : LineList
        Those that they were judged on.
    count : int
    """
    likely = chances([f.judged for f in found], lines)
    cells: list[IndexedCell] = []
    for one, chance in list(zip(found, likely, strict=True))[:count]:
        judged = one.judged
        expected = float(np.median(lines.sigma))
        stretch = max(1.0, judged.spread / expected) if np.isfinite(judged.spread) else 1.0
        cell, cell_su = standard_parameters(judged.kind, judged, stretch)
        cells.append(
            IndexedCell(
                lattice=one.lattice,
                bravais=judged.kind.symbol,
                cell=cell,
                cell_su=cell_su,
                volume=abs(float(np.linalg.det(judged.kind.conventional(judged.parameters)))),
                zero=judged.zero,
                zero_su=stretch * float(np.sqrt(max(judged.covariance[-1, -1], 0.0))),
                score=judged.score,
                chance=chance,
                merit=merit_of(judged.kind, judged.parameters, judged.zero, lines),
                lines=len(lines),
                explained=judged.explained,
                calculated=judged.calculated,
                discrepancy=judged.spread,
                relation=_relation(one.lattice, [f.lattice for f in found[: len(cells)]]),
            )
        )
    return cells


def _relation(lattice: FloatArray, better: list[FloatArray]) -> str:
    """Whether a lattice is a sub- or superlattice of one that is ranked before it."""
    volume = abs(np.linalg.det(lattice))
    for rank, other in enumerate(better, start=1):
        ratio = volume / abs(np.linalg.det(other))
        for larger, smaller, word in ((lattice, other, "multiple"), (other, lattice, "part")):
            index = round(ratio if word == "multiple" else 1.0 / ratio)
            if not 2 <= index <= _MOST_INDEX:
                continue
            if matching_basis(smaller, larger, _RELATED_WITHIN, 1.0) is not None:
                share = f"{index} times" if word == "multiple" else f"1/{index} of"
                return f"{share} the cell of rank {rank}"
    return ""
