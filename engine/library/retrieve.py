"""Finding structure types whose powder lines look like the measured ones.

On an axis of ln(1/d) a change of cell volume is a shift. The measured lines and those of every
type are drawn on that axis; one matrix product gives the likeness at all shifts at once. The
likeness is a cosine over the measured window only: what a type has outside it, or what was
measured beyond the last line kept of a type, does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from engine.library.types import StructureTypes

BIN = 0.005
# Two volumes of one type are worth trying if their shifts differ by more bins than this.
SHIFT_APART = 4
AT_ONCE = 32  # shifts, in one product of matrices
TYPES_AT_ONCE = 128
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LineSet:
    """Measured lines, ready to be compared.

    Attributes
    ----------
    d_star : (n,) array
        1/d in 1/angstrom, increasing.
    amplitude : (n,) array
        Square root of the integrated intensity freed of Lorentz and polarisation factors.
    d_star_min, d_star_max : float
        The measured window, 1/angstrom.
    """

    d_star: FloatArray
    amplitude: FloatArray
    d_star_min: float
    d_star_max: float


@dataclass(frozen=True, eq=False)
class Hits:
    """Retrieved types: library index, ln(V per atom)/3 and likeness, best first."""

    index: IntArray
    log_length: FloatArray
    likeness: FloatArray

    def best(self, most: int) -> Hits:
        """The first so many."""
        return Hits(self.index[:most], self.log_length[:most], self.likeness[:most])


class Retriever:
    """The lines of a choice of types, drawn once on the logarithmic axis."""

    def __init__(self, library: StructureTypes, chosen: IntArray) -> None:
        self._chosen = chosen
        lines = _gather_lines(library.line_offsets, chosen)
        row = np.repeat(np.arange(len(chosen)), np.diff(library.line_offsets)[chosen])
        log_d_star = library.log_d_star[lines]
        self._start = float(log_d_star.min()) - 10 * BIN
        self._bins = int((float(log_d_star.max()) - self._start) / BIN) + 12
        self._row = row.astype(np.int64)
        self._place = ((log_d_star - self._start) / BIN).astype(np.float32)
        self._line_power = library.amplitude[lines] ** 2
        self._drawn: dict[tuple[float, int], NDArray[np.float32]] = {}
        self._running: dict[tuple[float, int], NDArray[np.float32]] = {}
        self._end = library.log_end[chosen]

    @property
    def chosen(self) -> IntArray:
        """Indices in the library, increasing."""
        return self._chosen

    def search(
        self,
        lines: LineSet,
        volume_per_atom: tuple[float, float],
        width: float,
        keep: int,
        shifts_per_type: int = 2,
    ) -> Hits:
        """The types most like `lines`.

        Parameters
        ----------
        lines : LineSet
        volume_per_atom : (low, high)
            Cubic angstrom per atom, the range of shifts to try.
        width : float
            Standard deviation of the lines on the ln(1/d) axis.
        keep : int
            How many hits to return.
        shifts_per_type : int
            How many separate volumes of one type may be returned.
        """
        low, high = (np.log(v) / 3.0 for v in volume_per_atom)
        shifts = np.arange(low, high + BIN, BIN)
        likeness = self._likeness(lines, shifts, width)
        rows, columns, values = _best_shifts(likeness, shifts_per_type)
        best = np.argsort(-values)[:keep]
        best = best[values[best] > 0]
        return Hits(
            self._chosen[rows[best]], shifts[columns[best]], values[best].astype(np.float64)
        )

    def at_volumes(
        self, lines: LineSet, index: IntArray, log_length: FloatArray, width: float, keep: int
    ) -> Hits:
        """Those of some types, each at a given volume, that are most like `lines`.

        Parameters
        ----------
        lines : LineSet
        index : (n,) int array
            In the library; all among the chosen types.
        log_length : (n,) array
            ln(V per atom)/3 of each.
        width : float
            Standard deviation of the lines on the ln(1/d) axis.
        keep : int
            How many hits to return.
        """
        rows = np.searchsorted(self._chosen, index)
        likeness = np.zeros(len(index))
        for shift in np.unique(log_length):
            here = log_length == shift
            found = self._likeness(lines, np.array([shift]), width, rows[here])
            likeness[here] = found[:, 0]
        best = np.argsort(-likeness, kind="stable")[:keep]
        return Hits(index[best], log_length[best], likeness[best])

    def _few_types(self) -> Iterator[tuple[slice, slice]]:
        """A few types at a time, and where their lines are.

        So few that all that is made of them stays in the processor's cache.
        """
        for begin in range(0, len(self._chosen), TYPES_AT_ONCE):
            part = slice(begin, min(begin + TYPES_AT_ONCE, len(self._chosen)))
            first, last = np.searchsorted(self._row, (part.start, part.stop))
            yield part, slice(int(first), int(last))

    def _draw_types(self, sigma: float, coarse: int) -> NDArray[np.float32]:
        """Amplitudes of all types, blurred by `sigma` (ln units), in bins of `coarse` * BIN."""
        key = (sigma, coarse)
        if key not in self._drawn:
            shape = (len(self._chosen), self._bins // coarse + 2)
            drawn = np.empty(shape, dtype=np.float32)
            for part, lines in self._few_types():
                row, place = self._row[lines] - part.start, self._place[lines] / coarse
                power = _splat(row, place, self._line_power[lines], drawn[part].shape)
                drawn[part] = _blurred_amplitudes(power, sigma / BIN / coarse)
            self._drawn[key] = drawn
        return self._drawn[key]

    def _draw_query(
        self,
        lines: LineSet,
        shifts: FloatArray,
        sigma: float,
        shape: tuple[int, int],
        step: float,
    ) -> NDArray[np.float32]:
        """(shifts, bins) amplitudes of the measured lines, blurred as the types are."""
        # One bin of the library is ln(1/d) + ln(length), so the measured lines are moved up.
        position = (np.log(lines.d_star)[None, :] + shifts[:, None] - self._start) / step
        row = np.repeat(np.arange(len(shifts)), len(lines.d_star))
        power = _splat(row, position.ravel(), np.tile(lines.amplitude**2, len(shifts)), shape)
        return _blurred_amplitudes(power, sigma / step)

    def _running_power(self, sigma: float, coarse: int) -> NDArray[np.float32]:
        """(types, bins + 1) power of the drawn types before each bin."""
        key = (sigma, coarse)
        if key not in self._running:
            types = self._draw_types(sigma, coarse)
            running = np.zeros((len(types), types.shape[1] + 1), dtype=np.float32)
            for part, _ in self._few_types():
                np.cumsum(types[part] * types[part], axis=1, out=running[part, 1:])
            self._running[key] = running
        return self._running[key]

    def _likeness(
        self, lines: LineSet, shifts: FloatArray, width: float, rows: IntArray | None = None
    ) -> NDArray[np.float32]:
        """(types, shifts) cosines between the drawn lines inside the measured window."""
        chosen: slice | IntArray = slice(None) if rows is None else rows
        # Bins need be no finer than about half the blur of each of the two patterns.
        sigma = width / np.sqrt(2.0)
        coarse = max(1, int(sigma / BIN))
        types = self._draw_types(sigma, coarse)[chosen]
        step = BIN * coarse
        query = self._draw_query(lines, shifts, sigma, (len(shifts), types.shape[1]), step)
        product = _products(types, query)
        # The window is one stretch of bins, so a type's power in it is a difference of sums.
        running = self._running_power(sigma, coarse)
        first, last = (
            np.clip(((np.log(d_star) + shifts - self._start) / step), 0, types.shape[1] - 1)
            for d_star in (lines.d_star_min, lines.d_star_max)
        )
        first, last = np.ceil(first).astype(np.int64), np.floor(last).astype(np.int64)
        energy = np.cumsum(query * query, axis=1).T
        end = np.clip((self._end[chosen] - self._start) / step, 0, types.shape[1] - 1).astype(
            np.int64
        )
        # A few types at a time, so that all that is made of them stays in the processor's cache.
        for begin in range(0, len(types), TYPES_AT_ONCE):
            part = slice(begin, begin + TYPES_AT_ONCE)
            sums = running[part] if rows is None else running[rows[part]]
            query_norm = energy[end[part]]
            # Of a pattern whose greater part lies beyond a type's kept lines, nothing can be said.
            covered = query_norm / np.maximum(energy[-1], 1e-12)
            type_norm = sums[:, last + 1] - sums[:, first]
            scale = np.sqrt(np.maximum(type_norm * query_norm, 1e-12))
            product[part] = product[part] / scale * np.minimum(1.0, covered / 0.5)
        return product


def _blurred_amplitudes(power: NDArray[np.float32], bins: float) -> NDArray[np.float32]:
    """Root of the power in each bin, blurred by a Gaussian of so many bins."""
    blurred = gaussian_filter1d(power, bins, axis=1, truncate=2.5)
    return np.asarray(np.sqrt(blurred), dtype=np.float32)


def _products(types: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """(types, shifts) scalar products; a query moved by a few shifts is empty but for a stretch."""
    product = np.empty((len(types), len(query)), dtype=np.float32)
    for begin in range(0, len(query), AT_ONCE):
        rows = slice(begin, begin + AT_ONCE)
        filled = np.flatnonzero(query[rows].any(axis=0))
        columns = slice(filled[0], filled[-1] + 1) if len(filled) else slice(0, 0)
        np.matmul(types[:, columns], query[rows, columns].T, out=product[:, rows])
    return product


def _gather_lines(offsets: IntArray, chosen: IntArray) -> IntArray:
    """Flat indices of all lines of the chosen types."""
    counts = offsets[chosen + 1] - offsets[chosen]
    starts = np.repeat(offsets[chosen] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return np.asarray(starts + np.arange(int(counts.sum())))


def _splat(
    row: IntArray,
    position: NDArray[np.floating[Any]],
    power: NDArray[np.floating[Any]],
    shape: tuple[int, int],
) -> NDArray[np.float32]:
    """Share each line between its two nearest bins."""
    left = np.floor(position).astype(np.int64)
    share = position - left
    inside = (left >= 0) & (left < shape[1] - 1)
    flat = row[inside] * shape[1] + left[inside]
    size = shape[0] * shape[1]
    drawn = np.bincount(flat, power[inside] * (1.0 - share[inside]), size)
    drawn += np.bincount(flat + 1, power[inside] * share[inside], size)
    return drawn.reshape(shape).astype(np.float32)


def _best_shifts(
    likeness: NDArray[np.float32], count: int
) -> tuple[IntArray, IntArray, NDArray[np.float32]]:
    """The best shift of every row, then the best one well away from it, and so on."""
    rows = np.arange(len(likeness))
    left = likeness.copy()
    found_rows, found_columns, found_values = [], [], []
    for _ in range(count):
        column = left.argmax(axis=1)
        found_rows.append(rows)
        found_columns.append(column)
        found_values.append(left[rows, column])
        for offset in range(-SHIFT_APART, SHIFT_APART + 1):
            left[rows, np.clip(column + offset, 0, left.shape[1] - 1)] = -1.0
    return tuple(np.concatenate(part) for part in (found_rows, found_columns, found_values))  # type: ignore[return-value]


def merge_hits(parts: Sequence[Hits], same: float = 0.01) -> Hits:
    """Several searches in one list, each type and volume once, in the order of likeness."""
    index = np.concatenate([part.index for part in parts])
    log_length = np.concatenate([part.log_length for part in parts])
    likeness = np.concatenate([part.likeness for part in parts])
    order = np.argsort(-likeness, kind="stable")
    keys = np.stack([index[order], np.round(log_length[order] / same).astype(np.int64)], axis=1)
    _, first = np.unique(keys, axis=0, return_index=True)
    kept = order[np.sort(first)]
    return Hits(index[kept], log_length[kept], likeness[kept])
