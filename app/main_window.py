"""The one main window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.actions import Actions, Handlers
from app.arrangement import SIDE_WIDTH, TABLES_SHARE, Arrangement
from app.asking import Asking
from app.choices import Choices
from app.controller import Controller
from app.derived_maps import DerivedMaps
from app.documents import Documents
from app.exports import Exports
from app.importing import Importing
from app.jobs.runner import JobRunner
from app.language import tr
from app.log import SessionLog
from app.opening import local_files, open_together
from app.overlaying import Overlaying
from app.pattern_menu import PatternMenu
from app.pattern_work import PatternWork
from app.ranges import Ranges
from app.recovery import Recovery
from app.refining import Refining
from app.searching_on import SearchingOn
from app.services import Services
from app.settings import Settings
from app.side_windows import SideWindows
from app.state.examples import find_example
from app.state.session import Session
from app.theme import Theme
from app.views.candidate_marks import CandidateMarks
from app.views.candidates_table import CandidatesTable
from app.views.controls import Panel, muted
from app.views.density_panel import DensityPanel
from app.views.message_bar import MessageBar
from app.views.pattern_panel import PatternPanel
from app.views.peak_table import PeakTable
from app.views.range_bar import RangeBar
from app.views.sample_panel import SamplePanel

if TYPE_CHECKING:
    from app.views.import_dialog import ImportDialog
    from app.views.refine_dialog import RefineDialog

STATUS_MARGINS = 8, 0, 10, 0
SMALLEST = 960, 600
LOW = 740


class MainWindow(QMainWindow):
    """Sample on the left, pattern above, candidates, peaks and density below.

    Signals
    -------
    painted()
        Emitted once, after the window has been drawn for the first time.
    theme_chosen(choice)
        The user wants "system", "light" or "dark".
    taking_chosen(wished)
        Files of a second start are to be opened here, or no more.
    another_wanted(files)
        The user wants a window more, or one for each of the files.
    closing()
        The window is about to stop its work and go.
    """

    painted = Signal()
    theme_chosen = Signal(str)
    taking_chosen = Signal(bool)
    another_wanted = Signal(list)
    closing = Signal()

    def __init__(self, services: Services | None = None, settings: Settings | None = None) -> None:
        """Make the window; nothing heavy is imported for it."""
        super().__init__()
        self.session = Session()
        self.settings = settings or Settings()
        self.jobs = JobRunner(self)
        self.services = services = services or Services()
        self.controller = Controller(self.session, services, self.jobs, self)
        self.exports = Exports(self.session, services, self.jobs, self)
        self.documents = Documents(self.controller, self.jobs, self)
        self.recovery = Recovery(
            self.documents, self.session, self.jobs, self.settings.data_folder / "recovery"
        )
        self.log = SessionLog(self.controller, self.jobs)
        self.choices = Choices(self.controller, self.settings, self.open_file)
        self.asking = Asking(self, self.session, self.settings, self.documents, self.exports)
        self.importing = Importing(self.controller, self.settings)
        self.ranges = Ranges(self.controller)
        self.refining = Refining(self.controller)
        self.searching_on = SearchingOn(self.controller)
        self.derived_maps = DerivedMaps(self.controller)
        self.pattern_work = PatternWork(self.controller)
        self.overlaying = Overlaying(self.controller, self.settings, self)
        self.refine_dialog: RefineDialog | None = None
        self.import_dialog: ImportDialog | None = None
        self.beside = SideWindows(self, services)
        self._may_close = False
        self._was_painted = False
        self.setWindowTitle("Densight[*]")
        self.setAcceptDrops(True)
        self._build()
        self.arrangement = Arrangement(self, self.right, self.below, self.settings)
        self.actions_ = Actions(
            self,
            self.session,
            self.controller,
            Handlers(
                new_window=lambda: self.another_wanted.emit([]),
                open_file=self.ask_open,
                batch=self.beside.batch,
                save=self.asking.save,
                save_as=self.asking.save_as,
                export_cif=self.asking.export_cif,
                export_map=self.asking.export_map,
                save_plot=lambda: self.asking.save_picture("plot", self.pattern.save),
                save_density=lambda: self.asking.save_picture("density", self.density.save),
                save_turn=self.beside.save_turn,
                screenshot=lambda: self.asking.screenshot(self.save_screenshot),
                cancel=self.sample.cancel,
                show_all=self.pattern.plot.show_all,
                reset_layout=self.arrangement.reset,
                about=self.beside.show_about,
                mouse_help=self.beside.show_keys,
                guide=self.beside.show_guide,
                compare=self.beside.compare,
                choose_theme=self._choose_theme,
                take_files=self.taking_chosen.emit,
                pin=self.marks.toggle_pin,
                discard=self.marks.toggle_discard,
                columns=self.importing.ask_again,
                refine=self.show_refinement,
                edit=self.beside.edit,
                search_further=self.searching_on.search_further,
                second_phase=self.searching_on.second_phase,
            ),
        )
        self.pattern_menu = PatternMenu(
            self, self.session, self.pattern.plot.setFocus, self.overlaying.ask
        )
        self.pattern.tools.stacking.add.clicked.connect(self.overlaying.ask)
        self._wire()
        self.arrangement.restore()

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        session, controller = self.session, self.controller
        self.sample = SamplePanel(session, controller)
        self.range_bar = RangeBar(self.ranges)
        self.sample.pattern_panel.column.addWidget(self.range_bar)
        side = QScrollArea()
        side.setWidget(self.sample)
        side.setWidgetResizable(True)
        side.setFrameShape(QScrollArea.Shape.NoFrame)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFixedWidth(SIDE_WIDTH)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.messages = MessageBar(session.messages)
        self.pattern = PatternPanel(session)
        self.candidates = CandidatesTable(session)
        self.peaks = PeakTable(session)
        self.density = DensityPanel(session, controller)
        self.marks = CandidateMarks(session)
        candidates = QWidget()
        column = QVBoxLayout(candidates)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.candidates)  # a stretch would have it give way before any words
        column.addWidget(self.marks)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setAccessibleName(tr("Candidates or peaks"))
        self.tabs.addTab(candidates, tr("Candidates"))
        self.tabs.addTab(self.peaks, tr("Peaks"))
        tables = Panel()
        tables.column.setContentsMargins(2, 2, 2, 2)
        tables.column.addWidget(self.tabs)
        self.below = QSplitter(Qt.Orientation.Horizontal)
        self.below.addWidget(tables)
        self.below.addWidget(self.density)
        self.below.setStretchFactor(0, TABLES_SHARE)
        self.below.setStretchFactor(1, 100 - TABLES_SHARE)
        self.right = QSplitter(Qt.Orientation.Vertical)
        self.right.addWidget(self.pattern)
        self.right.addWidget(self.below)
        for splitter in (self.below, self.right):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(6)
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(self.messages)
        column.addWidget(self.right, 1)
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.addWidget(side)
        whole.addWidget(work)
        whole.setStretchFactor(1, 1)
        whole.setHandleWidth(4)
        whole.setContentsMargins(6, 4, 6, 0)
        self.setCentralWidget(whole)
        self.device = muted(tr("Starting up"))
        self.activity = QLabel()
        self.statusBar().addWidget(self.activity, 1)
        self.statusBar().addPermanentWidget(self.device)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(*STATUS_MARGINS)
        self.setMinimumSize(*SMALLEST)
        # A file is welcome anywhere: no entry or view may take it for text of its own.
        for child in self.findChildren(QWidget):
            child.setAcceptDrops(False)

    def _wire(self) -> None:
        session = self.session
        self.sample.open_button.clicked.connect(self.ask_open)
        self.pattern.empty.open_button.clicked.connect(self.ask_open)
        self.sample.examples_button.setMenu(self.actions_.examples)
        self.pattern.empty.examples_button.setMenu(self.actions_.examples)
        self.choices.fill(self.actions_.examples, self.actions_.recent, self.sample.recent)
        self.controller.opened.connect(self.choices.remember_file)
        self.jobs.crashed.connect(self.beside.report_error)
        self.marks.compare_wanted.connect(self.beside.compare)
        self.marks.edit_wanted.connect(self.beside.edit)
        self.jobs.changed.connect(lambda _kind: self._refresh_activity())
        session.pattern.changed.connect(self._refresh_title)
        self.documents.changed.connect(self._refresh_title)
        self.documents.opened.connect(self.choices.remember_file)
        session.solution.changed.connect(self._refresh_tabs)
        session.pattern.derived_changed.connect(self._refresh_tabs)
        self.peaks.looked_at.connect(self.pattern.plot.look_at)
        self.importing.state.question_changed.connect(self._show_question)
        self.sample.use(self.actions_)
        self._refresh_tabs()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours in everything that does not follow the palette."""
        for view in (
            self.sample, self.pattern, self.candidates, self.peaks, self.density, self.beside
        ):  # fmt: skip
            view.set_theme(theme)
        if self.import_dialog is not None:
            self.import_dialog.set_theme(theme)

    def _choose_theme(self, choice: str) -> None:
        self.settings.set("theme", choice)
        self.theme_chosen.emit(choice)

    # -- first paint -------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Give a new user's window its proportions, now that its size is known."""
        super().showEvent(event)
        self.arrangement.begin()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Spare height where there is little."""
        super().resizeEvent(event)
        low = self.height() < LOW
        self.sample.set_low(low)
        self.messages.set_low(low)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Say when the first picture is on the screen: right after this event is done with."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def warm_up(self) -> None:
        """Load what the first solve needs; call it after the first paint."""
        self.controller.warm_up(
            can_draw=self.density.prepare_canvas,
            ready=lambda: self.device.setText(self.session.device),
        )

    # -- opening -----------------------------------------------------------------------------

    def open_file(self, path: str | Path) -> None:
        """Open a pattern or a project; a bundled example brings its elements along."""
        self.session.messages.clear("open-many")
        if Path(path).suffix.lower() == ".densight":
            self.documents.open(path)
            return
        self.controller.open_file(path, find_example(path))

    def _show_question(self) -> None:
        """The dialog for columns, made when it is first needed."""
        if self.import_dialog is None and self.importing.state.question is not None:
            from app.views.import_dialog import ImportDialog

            self.import_dialog = ImportDialog(self.importing, self.pattern.plot.theme, self)
            self.import_dialog.begin()

    def show_refinement(self) -> None:
        """The dialog in which the chosen candidate is refined, made when it is first needed."""
        if self.refine_dialog is None:
            from app.views.refine_dialog import RefineDialog

            self.refine_dialog = RefineDialog(self.session, self.refining, self)
        self.refine_dialog.show()
        self.refine_dialog.raise_()
        self.refine_dialog.activateWindow()

    def ask_open(self) -> None:
        """Ask for a pattern or a project, and open it."""
        self.asking.open(self.open_file)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Files are welcome anywhere."""
        if local_files(event):
            event.acceptProposedAction()
            self.activity.setText(tr("Drop to open"))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """The file went away again."""
        self._refresh_activity()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open what was dropped."""
        files = local_files(event)
        self._refresh_activity()
        if not files:
            return
        event.acceptProposedAction()
        self.open_files(files)

    def open_files(self, files: list[str]) -> None:
        """Open the first of several files, and offer what can be done with the others."""
        open_together(self, files)

    # -- saving ------------------------------------------------------------------------------

    def save_screenshot(self, path: str | Path) -> bool:
        """Save a picture of the whole window, the density's included."""
        saved = self.grab().save(str(path))
        if saved:
            self.session.messages.add("info", tr("Saved {0}.", Path(path).name), "export")
        else:
            self.session.messages.add("error", tr("{0} could not be written.", path), "export")
        return saved

    # -- showing where things are ------------------------------------------------------------

    def _refresh_title(self) -> None:
        pattern = self.session.pattern.pattern
        path = self.documents.path
        name = path.stem if path is not None else pattern.name if pattern is not None else ""
        self.setWindowTitle(f"{name}[*] – Densight" if name else "Densight[*]")
        self.setWindowModified(path is not None and self.session.modified)

    def _refresh_tabs(self) -> None:
        n = len(self.session.solution.candidates)
        peaks = self.session.pattern.peaks
        self.tabs.setTabText(0, tr("Candidates ({0})", n) if n else tr("Candidates"))
        self.tabs.setTabText(1, tr("Peaks ({0})", len(peaks)) if peaks is not None else tr("Peaks"))

    def _refresh_activity(self) -> None:
        names = {
            "open": tr("Reading the file"),
            "peaks": tr("Fitting peaks"),
            "overlay": tr("Reading patterns"),
            "solve": tr("Solving"),
            "density": tr("Predicting density"),
            "refine": tr("Refining"),
            "edit": tr("Refining what was edited"),
            "candidate": tr("Computing the candidate's density"),
            "export": tr("Writing"),
        }
        running = [text for kind, text in names.items() if self.jobs.running(kind)]
        self.activity.setText(", ".join(running))

    # -- end ----------------------------------------------------------------------

    def discard_and_close(self) -> None:
        """Close without a question; what is not saved goes."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask about unsaved work; else stop all work, remember the layout, and go."""
        if self.session.unsaved and not self._may_close:
            event.ignore()
            self.asking.before_closing(self.discard_and_close)
            return
        self.arrangement.store()
        self.hide()
        self.closing.emit()
        self.density.shutdown()
        if self.refine_dialog is not None:
            self.refine_dialog.close()
        self.beside.close_all()
        self.jobs.shutdown()
        self.recovery.close()
        super().closeEvent(event)
