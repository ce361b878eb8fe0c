"""Undo and redo: what the session was before each step that changes its result.

Everything that a step can change is immutable and held by reference, so a memory of the whole
session costs nothing but the references, and going back brings results back as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psygnal import Signal

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from app.state.session import Session
    from app.state.solution import Marks, Status
    from engine.export.density_answer import DensityAnswer
    from engine.pattern.overlay import Stack
    from engine.pattern.pattern import PowderPattern
    from engine.pattern.peaks import PeakList
    from engine.pattern.preparation import Preparation
    from engine.solve.result import Solution

MAXIMUM_STEPS = 100
MAXIMUM_BYTES = 1 << 30  # of arrays that only the memory keeps alive


@dataclass(frozen=True, eq=False)
class Memory:
    """The session at one moment, by reference.

    Attributes
    ----------
    pattern, note, preparation, background, peaks
        Of the pattern's state; the last two follow from the others, and are None where they had
        not been worked out yet.
    selected, formula, others_possible
        Of the elements' state.
    solution, status, chosen, solve_run
        Of the solution's state; `solve_run` numbers the search that they belong to.
    marks
        What the user has said of candidates.
    prediction, density_run
        Of the density's state.
    document
        The project file that the session belonged to.
    stack
        Patterns for comparison; how they stand is not gone back to.
    """

    pattern: PowderPattern | None
    note: str
    preparation: Preparation
    background: NDArray[np.float64] | None
    peaks: PeakList | None
    selected: tuple[str, ...]
    formula: str | None
    others_possible: bool
    solution: Solution | None
    status: Status
    chosen: int
    solve_run: int
    marks: Marks
    prediction: DensityAnswer | None
    density_run: int
    document: Path | None
    stack: Stack

    def same_work(self, other: Memory) -> bool:
        """Whether saving the one would save the other: same inputs, results and marks."""
        return (
            self.pattern is other.pattern
            and self.solution is other.solution
            and self.prediction is other.prediction
            and self._plain == other._plain
        )

    @property
    def _plain(self) -> tuple[object, ...]:
        """What is compared by value."""
        return (
            self.preparation, self.stack, self.marks,
            self.selected, self.formula, self.others_possible,
        )  # fmt: skip


class History:
    """The steps that can be undone and redone.

    `changed` says that there are other steps than before.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        self._session = session
        self._past: list[tuple[str, Memory]] = []
        self._future: list[tuple[str, Memory]] = []
        self._silent = 0
        self._series: object = None

    @property
    def undo_text(self) -> str:
        """What undo would take back; empty if there is nothing."""
        return self._past[-1][0] if self._past else ""

    @property
    def redo_text(self) -> str:
        """What redo would do again; empty if there is nothing."""
        return self._future[-1][0] if self._future else ""

    @property
    def before(self) -> Memory | None:
        """Where undo would lead."""
        return self._past[-1][1] if self._past else None

    @property
    def after(self) -> Memory | None:
        """Where redo would lead."""
        return self._future[-1][1] if self._future else None

    def record(self, text: str, series: object = None) -> None:
        """Remember the session as it is, before the change that `text` names.

        Changes of one `series` that follow each other, such as the presses of a key, are one step,
        which has the name of the last.
        """
        if self._silent:
            return
        goes_on = series is not None and series == self._series and bool(self._past)
        self._series = series
        if goes_on:
            self._past[-1] = (text, self._past[-1][1])
            self.changed.emit()
            return
        self._past.append((text, self._session.remember()))
        self._future.clear()
        self._forget_the_oldest()
        self.changed.emit()

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Everything changed inside is one step."""
        self.record(text)
        with self.silence():
            yield

    @contextmanager
    def silence(self) -> Iterator[None]:
        """What is changed inside is no step."""
        self._silent += 1
        try:
            yield
        finally:
            self._silent -= 1

    def undo(self) -> None:
        """Go back one step."""
        self._move(self._past, self._future)

    def redo(self) -> None:
        """Go forward one step."""
        self._move(self._future, self._past)

    def clear(self) -> None:
        """Forget all steps."""
        self._series = None
        self._past.clear()
        self._future.clear()
        self.changed.emit()

    def _move(self, source: list[tuple[str, Memory]], target: list[tuple[str, Memory]]) -> None:
        if not source:
            return
        self._series = None
        text, memory = source.pop()
        target.append((text, self._session.remember()))
        with self.silence():
            self._session.recall(memory)
        self.changed.emit()

    def _forget_the_oldest(self) -> None:
        del self._past[:-MAXIMUM_STEPS]
        while len(self._past) > 1 and _bytes(memory for _, memory in self._past) > MAXIMUM_BYTES:
            del self._past[0]


def _bytes(memories: Iterator[Memory]) -> int:
    """Size of all arrays of patterns, fits and densities, each counted once."""
    sizes: dict[int, int] = {}

    def count(thing: Any, *names: str) -> None:
        for name in names:
            array = getattr(thing, name, None)
            if array is not None:
                sizes[id(array)] = int(getattr(array, "nbytes", 0))

    for memory in memories:
        count(memory.pattern, "two_theta", "counts", "sigma")
        for overlay in memory.stack.overlays:
            count(overlay.pattern, "two_theta", "counts", "sigma")
        count(memory.prediction, "density")
        for candidate in memory.solution.candidates if memory.solution is not None else ():
            count(candidate.fit, "two_theta", "observed", "calculated", "background", "sigma")
    return sum(sizes.values())
