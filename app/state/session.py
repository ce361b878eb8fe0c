"""The whole session: every model that the window shows."""

from __future__ import annotations

from pathlib import Path

from app.state.density import DensityState
from app.state.elements import ElementsState
from app.state.history import History, Memory
from app.state.messages import MessagesState
from app.state.overlays import OverlayState
from app.state.pattern import PatternState
from app.state.plot_tool import PlotToolState
from app.state.preparing import Preparing
from app.state.solution import SolutionState


class Session:
    """Pattern, elements, solution, density and messages, each an evented model of its own.

    `document` is the project file that the session belongs to; steps of the history lead from
    one document to another, so that what came back is never saved under another's name.
    """

    def __init__(self) -> None:
        self.pattern = PatternState()
        self.elements = ElementsState()
        self.solution = SolutionState()
        self.density = DensityState()
        self.messages = MessagesState()
        self.preparing = Preparing(self.pattern)
        self.plot_tool = PlotToolState()
        self.overlays = OverlayState()
        self.history = History(self)
        self.device = ""
        self.document: Path | None = None
        self.pattern.about_to_prepare.connect(self.history.record)
        self.overlays.about_to_change.connect(self.history.record)
        self.elements.about_to_change.connect(self.history.record)
        self.solution.about_to_mark.connect(self.history.record)
        self._saved: dict[Path | None, Memory] = {None: self.remember()}

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been put in yet."""
        return self.pattern.pattern is None and not self.elements.selected

    @property
    def modified(self) -> bool:
        """Whether the session holds something that its document does not."""
        saved = self._saved.get(self.document)
        return saved is None or not self.remember().same_work(saved)

    @property
    def unsaved(self) -> bool:
        """Whether work would be lost with the session: results, or changes to a document."""
        solution, density = self.solution.solution, self.density.prediction
        results = solution is not None or density is not None or bool(self.solution.marks)
        return (results or self.document is not None) and self.modified

    def saved_as(self, document: Path, memory: Memory) -> None:
        """A project file now holds what the session was at `memory`.

        The session belongs to it from now on, unless it has gone on to another pattern meanwhile.
        """
        self._saved[document] = memory
        if memory.pattern is self.pattern.pattern:
            self.document = document

    def clear_results(self) -> None:
        """Forget candidates and densities: they belonged to another pattern."""
        self.solution.clear()
        self.density.clear()
        self.density.set_status("idle")

    def remember(self) -> Memory:
        """The session as it is now."""
        pattern, elements, solution = self.pattern, self.elements, self.solution
        return Memory(
            pattern=pattern.pattern,
            note=pattern.note,
            preparation=pattern.preparation,
            background=pattern.background if pattern.settled else None,
            peaks=pattern.peaks if pattern.settled else None,
            selected=elements.selected,
            formula=elements.formula,
            others_possible=elements.others_possible,
            solution=solution.solution,
            status=solution.status,
            chosen=solution.chosen_index,
            solve_run=solution.run,
            marks=solution.marks,
            prediction=self.density.prediction,
            density_run=self.density.run,
            document=self.document,
            stack=self.overlays.stack,
        )

    def recall(self, memory: Memory) -> None:
        """Make the session what it was; a search that still belongs to it goes on."""
        self.document = memory.document
        self.pattern.recall(
            memory.pattern, memory.note, memory.preparation, memory.background, memory.peaks
        )
        self.overlays.recall(memory.stack.overlays)
        self.elements.recall(memory.selected, memory.formula, memory.others_possible)
        if memory.density_run != self.density.run:
            self.density.recall(memory.prediction, memory.density_run)
        if memory.solve_run != self.solution.run:
            status = "cancelled" if memory.status == "running" else memory.status
            self.solution.recall(memory.solution, status, memory.chosen, memory.solve_run)
        self.solution.set_marks(memory.marks)
