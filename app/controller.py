"""What the user can do: each action changes the session, or starts a job that will."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.candidate_details import CandidateDetails
from app.jobs.runner import Handlers, JobRunner
from app.language import tr
from app.result_notes import ResultNotes
from app.services import Services
from app.state.messages import Offer
from app.state.session import Session
from engine.errors import BadInputError
from engine.pattern.radiation import parse_wavelength
from engine.progress import Progress
from engine.solve.result import Problem

if TYPE_CHECKING:
    from app.state.examples import Example
    from app.state.history import Memory
    from engine.export.density_answer import DensityAnswer
    from engine.export.project import Project
    from engine.pattern.pattern import PowderPattern
    from engine.pattern.peaks import PeakList
    from engine.pattern.readers.asked_columns import ColumnsQuestion
    from engine.solve.result import Solution


class Controller(QObject):
    """Joins session, jobs and engine; the views call it and watch the session.

    Signals
    -------
    opened(path)
        A pattern file has been opened.
    asked(question, example)
        A file is a text that nobody could read: its `ColumnsQuestion`, and the bundled example
        that it is, or None.
    """

    opened = Signal(str)
    asked = Signal(object, object)

    def __init__(
        self, session: Session, services: Services, jobs: JobRunner, parent: QObject | None = None
    ) -> None:
        """Act on `session` by `services`, in threads of `jobs`."""
        super().__init__(parent)
        self.session = session
        self.services = services
        self.jobs = jobs
        self.notes = ResultNotes(session)
        self._details = CandidateDetails(session, services, jobs, self)

    # -- patterns ----------------------------------------------------------------------------

    def open_file(self, path: str | Path, example: Example | None = None) -> None:
        """Read a pattern; on bad input the session stays as it was."""
        path = Path(path)
        self.session.messages.clear("open")

        def read(_progress: Progress) -> PowderPattern | ColumnsQuestion:
            try:
                return self.services.read_pattern(path)
            except BadInputError as error:
                question = self.services.question_of(path, str(error)) if path.is_file() else None
                if question is None:
                    raise
                return question

        def take(found: PowderPattern | ColumnsQuestion) -> None:
            if hasattr(found, "layout"):
                self.asked.emit(found, example)
            else:
                self.take_pattern(found, path, example)

        self.jobs.start(
            "open",
            read,
            Handlers(
                result=take,
                refused=lambda why: self.session.messages.add("error", why, "open"),
            ),
        )

    def take_pattern(
        self, pattern: PowderPattern, path: Path, example: Example | None, step: str = ""
    ) -> None:
        """Put a pattern that was read from `path` on the table, as a step of the history."""
        session = self.session
        self.cancel_solve()
        self.cancel_density()
        session.messages.clear()
        self._offer_back()
        with session.history.step(step or tr("Open {0}", pattern.name)):
            session.document = None
            session.clear_results()
            session.pattern.set_pattern(pattern, example.note if example is not None else "")
            if example is not None:
                session.elements.select(example.elements)
        self._warn_of(pattern)
        self.opened.emit(str(path))
        self.derive()

    def _offer_back(self) -> None:
        """Say that unsaved work makes room for something else, and how it comes back."""
        if not self.session.unsaved:
            return
        pattern = self.session.pattern.pattern
        name = f"'{pattern.name}'" if pattern is not None else tr("the former session")
        self.session.messages.add(
            "info",
            tr(
                "What was found for {0} was put away and is not saved (Ctrl+Z brings it back).",
                name,
            ),
            "replaced",
            (Offer(tr("Bring it back"), self.undo),),
        )

    def _warn_of(self, pattern: PowderPattern) -> None:
        """Say what the reader had to mend or assume."""
        warnings = list(pattern.warnings)
        assumed = pattern.radiation.provenance == "assumed"
        if assumed and not any("assumed" in warning for warning in warnings):
            warnings.append(_assumed(pattern))
        for warning in warnings:
            self.session.messages.add("warning", warning, "pattern")

    def derive(self) -> None:
        """Work out background and peaks of the pattern on the table, as it is prepared."""
        pattern, preparation = self.session.pattern.seen, self.session.pattern.preparation
        if pattern is None:
            return

        def derive(_progress: Progress) -> Any:
            return self.services.derive(pattern, preparation)

        self.jobs.start(
            "peaks",
            derive,
            Handlers(
                result=lambda found: self._take_derived(*found),
                refused=lambda text: self.session.messages.add("warning", text, "pattern"),
            ),
        )

    def _take_derived(self, background: Any, peaks: PeakList) -> None:
        """Show background and peaks, and name what is none of the sample's."""
        from engine.pattern.spurious import in_words

        self.session.pattern.set_derived(background, peaks)
        self.session.messages.clear("foreign")
        foreign = in_words(getattr(peaks, "foreign", ()))
        if foreign:
            self.session.messages.add("info", foreign, "foreign")

    def set_wavelength(self, text: str) -> bool:
        """Take over a typed wavelength or the name of a preset; False if it is neither."""
        messages = self.session.messages
        messages.clear("wavelength")
        try:
            radiation = parse_wavelength(text)
        except BadInputError as error:
            messages.add("error", str(error), "wavelength")
            return False
        pattern = self.session.pattern.pattern
        if pattern is None or radiation == pattern.radiation:
            return True
        if self.session.solution.solution is not None or self.session.density.n_samples:
            messages.add(
                "info",
                tr("The results for the former wavelength were put away; solve again."),
                "wavelength",
            )
        self.cancel_solve()
        self.cancel_density()
        with self.session.history.step(tr("Wavelength {0}", text.strip())):
            self.session.clear_results()
            self.session.pattern.set_radiation(radiation)
        for message in messages.messages:
            if "assumed" in message.text:
                messages.dismiss(message)
        self.derive()
        return True

    # -- elements ----------------------------------------------------------------------------

    def set_composition(self, text: str) -> bool:
        """Take over a typed formula or list of elements; False if it is neither."""
        self.session.messages.clear("elements")
        try:
            self.session.elements.set_text(text)
        except BadInputError as error:
            self.session.messages.add("error", str(error), "elements")
            return False
        return True

    def _ready(self) -> PowderPattern:
        """The pattern as it is seen, if there are elements as well; else `BadInputError`."""
        pattern = self.session.pattern.seen
        if pattern is None:
            raise BadInputError(
                tr("There is no pattern yet: drop a file here, or open an example.")
            )
        if not self.session.elements.selected:
            raise BadInputError(
                tr(
                    "No element is ticked: tick the elements that are in the "
                    "sample, then try again."
                )
            )
        return pattern

    # -- solving -----------------------------------------------------------------------------

    def solve(self) -> bool:
        """Start the solver on pattern and elements; False if something is missing."""
        session = self.session
        session.messages.clear("elements")
        try:
            pattern = self._ready()
        except BadInputError as error:
            session.messages.add("error", str(error), "elements")
            return False
        elements = session.elements
        problem = Problem(
            pattern, elements.selected, elements.formula, others_possible=elements.others_possible
        )
        solution = session.solution
        session.messages.clear("solve")
        self.cancel_solve()
        session.history.record(tr("Solve structure"))
        solution.begin()
        self.start_search(problem, result=self.take_solution, partial=solution.set_solution)
        return True

    def start_search(self, problem: Problem, **taken: Callable[[Solution], None]) -> None:
        """Have the solver answer; its state is shown as that of the session's search.

        Parameters
        ----------
        problem
            What is asked.
        **taken
            The handlers `result` and, where unfinished answers are to be shown, `partial`.
        """
        solution = self.session.solution
        self.jobs.start(
            "solve",
            lambda progress: self.services.solve(problem, progress),
            Handlers(
                **taken,
                refused=self._refuse_solve,
                failed=lambda: solution.set_status("failed", 0.0, tr("Stopped by an error")),
                cancelled=lambda: solution.set_status("cancelled", 0.0, tr("Cancelled")),
                progress=lambda fraction, text: solution.set_status("running", fraction, text),
            ),
        )

    def take_solution(self, found: Solution) -> None:
        """Show the answer of a search."""
        session = self.session
        if found.candidates:
            session.density.show_next_candidate()
        session.solution.set_solution(found)
        session.solution.set_status("done", 1.0, "")
        self.notes.tell_solution(found)

    def _refuse_solve(self, text: str) -> None:
        """Say why a search could not be made."""
        self.session.solution.set_status("failed", 0.0, "")
        self.session.messages.add("error", text, "solve")

    def cancel_solve(self) -> None:
        """Stop the solver; candidates that it has shown stay."""
        self.jobs.cancel("solve")

    # -- density -----------------------------------------------------------------------------

    def predict_density(self) -> bool:
        """Run the network on pattern and elements; False if something is missing."""
        session = self.session
        density = session.density
        session.messages.clear("elements")
        try:
            pattern = self._ready()
        except BadInputError as error:
            session.messages.add("error", str(error), "elements")
            return False
        elements = session.elements
        selected, formula = elements.selected, elements.formula
        others = elements.others_possible
        self.cancel_density()
        session.history.record(tr("Predict density"))
        density.begin()
        self.jobs.start(
            "density",
            lambda progress: self.services.predict_density(
                pattern, selected, formula, others, progress
            ),
            Handlers(
                result=self._take_prediction,
                refused=self._refuse_density,
                failed=lambda: density.set_status("failed"),
                cancelled=lambda: density.set_status("idle"),
                progress=lambda fraction, text: density.set_status("running", fraction, text),
            ),
        )
        return True

    def _take_prediction(self, prediction: DensityAnswer) -> None:
        self.session.density.set_status("idle")
        self.session.density.set_prediction(prediction)
        self.session.messages.clear("density")
        self.notes.tell_density(prediction)

    def _refuse_density(self, text: str) -> None:
        self.session.density.set_status("failed")
        self.session.messages.add("error", text, "density")

    def cancel_density(self) -> None:
        """Stop the network's run."""
        self.jobs.cancel("density")

    def put_back(self, project: Project, step: str) -> None:
        """Make the session what a project holds, as one step of its history.

        The session belongs to no document then; whoever knows of one says so.
        """
        session = self.session
        self.cancel_solve()
        self.cancel_density()
        self.jobs.abandon("peaks")
        self._offer_back()
        with session.history.step(step):
            session.document = None
            session.clear_results()
            session.pattern.recall(
                project.pattern, project.note, project.preparation, None, None, anew=True
            )
            session.overlays.set_stack(project.stack)
            session.elements.recall(project.elements, project.formula, project.others_possible)
            session.density.set_prediction(project.prediction)
            if project.solution is not None and project.solution.candidates:
                session.density.show_next_candidate()
            session.solution.set_solution(project.solution)
            session.solution.choose(project.chosen)
            session.solution.set_status("done" if project.solution is not None else "idle")
        if project.pattern is not None:
            self._warn_of(project.pattern)
        self.notes.remind()
        self.derive()

    # -- back and forth ----------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last step; a search that it began is stopped."""
        self._travel(self.session.history.before, self.session.history.undo)

    def redo(self) -> None:
        """Do again the step that was taken back."""
        self._travel(self.session.history.after, self.session.history.redo)

    def _travel(self, target: Memory | None, go: Callable[[], None]) -> None:
        session = self.session
        if target is None:
            return
        if target.solve_run != session.solution.run:
            self.cancel_solve()
        if target.density_run != session.density.run:
            self.cancel_density()
        state = session.pattern
        if target.pattern is not state.pattern or target.preparation != state.preparation:
            self.jobs.abandon("peaks")
        if target.pattern is not state.pattern:
            self.jobs.abandon("open")
            session.messages.clear("pattern")
            session.messages.clear("foreign")
            if target.pattern is not None:
                self._warn_of(target.pattern)
        session.messages.clear("wavelength")
        go()
        self.notes.remind()
        if not state.settled:
            self.derive()

    # -- start -------------------------------------------------------------------------------

    def warm_up(self, can_draw: Callable[[], None], ready: Callable[[], None]) -> None:
        """Load what is heavy, after the first paint.

        Parameters
        ----------
        can_draw : callable
            Called when the canvas for densities can be made.
        ready : callable
            Called when `session.device` is known.
        """

        def draw(progress: Progress) -> None:
            self.services.warm_up_drawing()

        def done(device: str) -> None:
            self.session.device = device
            ready()

        self.jobs.start("warm-up", self.services.warm_up, Handlers(result=done))
        self.jobs.start("warm-up drawing", draw, Handlers(result=lambda _nothing: can_draw()))


def _assumed(pattern: PowderPattern) -> str:
    anode = pattern.radiation.anode or "Cu"
    return tr(
        "The file names no wavelength: {0} Kα is assumed. Choose the right one "
        "under Radiation if it is not.",
        anode,
    )
