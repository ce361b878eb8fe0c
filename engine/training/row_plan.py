"""Which training cells each step takes: batches that share a grid, a function of the seed alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.model.cell_maps import COARSE_SIZES, SPACING, Shape

IntArray = NDArray[np.int64]
BLOCK = 1 << 15  # rows drawn at a time


def coarse_shapes(lattice: NDArray[np.floating]) -> IntArray:
    """`engine.model.cell_maps.coarse_shape` of many lattices (n, 3, 3), as (n, 3)."""
    lengths = np.linalg.norm(np.asarray(lattice, dtype=np.float64), axis=2)
    place = np.searchsorted(COARSE_SIZES, np.ceil(lengths / SPACING - 1e-9))
    sizes = np.array(COARSE_SIZES, dtype=np.int64)
    return np.asarray(sizes[np.minimum(place, len(COARSE_SIZES) - 1)])


class RowPlan:
    """Rows drawn at random, waiting until a batch of one shape is together.

    Cells of rare shapes are met as often as they are drawn, only later. Every block of draws has
    random numbers of its own, so any process that starts at any step finds the same batches.

    Parameters
    ----------
    lattice : (n, 3, 3) array
        Of every cell.
    draw : callable
        From a generator and a number to so many rows.
    batch : int
        Rows of a step.
    largest : int
        Cells whose coarse grid has more points are left out.
    stream : list of int
        What the random numbers come from, besides the number of a block.
    """

    def __init__(
        self,
        lattice: NDArray[np.floating],
        draw: Callable[[np.random.Generator, int], IntArray],
        batch: int,
        largest: int,
        stream: list[int],
    ) -> None:
        self._shapes = coarse_shapes(lattice)
        self._draw, self._batch, self._stream = draw, batch, stream
        kinds, self._kind = np.unique(self._shapes, axis=0, return_inverse=True)
        self._kind = self._kind.reshape(-1)
        self._kind[np.prod(kinds, axis=1)[self._kind] > largest] = -1
        if not np.any(self._kind >= 0):
            raise ValueError(f"no cell has a coarse grid of at most {largest} points")
        self._begin()

    def _begin(self) -> None:
        self._block = self._first = 0
        self._ready: list[IntArray] = []
        self._waiting: dict[int, IntArray] = {}

    def shape(self, row: int) -> Shape:
        """Coarse grid of a row's cell."""
        a, b, c = (int(n) for n in self._shapes[row])
        return a, b, c

    def rows(self, step: int) -> IntArray:
        """The rows of a step, (batch,). Steps that were passed are found again from the start."""
        if step < self._first:
            self._begin()
        while step >= self._first + len(self._ready):
            passed = min(step - self._first, len(self._ready))
            self._first, self._ready = self._first + passed, self._ready[passed:]
            self._ready.extend(self._next_block())
        return self._ready[step - self._first]

    def _next_block(self) -> list[IntArray]:
        rng = np.random.default_rng([*self._stream, self._block])
        self._block += 1
        drawn = self._draw(rng, BLOCK)
        drawn = drawn[self._kind[drawn] >= 0]
        kinds = self._kind[drawn]
        order = np.argsort(kinds, kind="stable")
        present, starts = np.unique(kinds[order], return_index=True)
        complete: list[tuple[int, IntArray]] = []
        for kind, places in zip(present, np.split(order, starts[1:]), strict=True):
            before = self._waiting.get(int(kind), np.zeros(0, dtype=np.int64))
            every = np.concatenate([before, drawn[places]])
            full = len(every) // self._batch
            for index in range(full):
                last = (index + 1) * self._batch
                complete.append(
                    (int(places[last - 1 - len(before)]), every[last - self._batch : last])
                )
            self._waiting[int(kind)] = every[full * self._batch :]
        return [rows for _, rows in sorted(complete, key=lambda entry: entry[0])]
