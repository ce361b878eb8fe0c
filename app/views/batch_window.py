"""The window for many patterns: what they are and what is in them on the left, verdicts beside."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.batching import Batching
from app.language import noop, tr
from app.state.batch import VERDICTS
from app.state.element_hints import hints
from app.theme import LIGHT, Theme
from app.views.batch_row_words import RowWords
from app.views.batch_table import WORDS, BatchTable
from app.views.batch_texts import FILES_TIP, FOLDER_TIP, WORKERS_TIP
from app.views.controls import Elided, Panel, flat_button, heading, muted, progress_bar
from app.views.periodic_table import PeriodicTable
from engine.errors import BadInputError
from engine.pattern.radiation import K_ALPHA

SIDE_WIDTH = 388
AS_THE_FILES_SAY = noop("As the files say")
MOST_LEFT_OUT = 12  # names in a tooltip
MOST_WINDOWS = 5  # results opened at once
MOST_WORKERS = 256
SETTLE_MILLISECONDS = 80


class BatchWindow(QWidget):
    """A window of its own beside the main one; closing it stops the batch.

    Signals
    -------
    stopped()
        It was closed while the batch ran.
    help_wanted()
        The user wants the guide.
    """

    stopped = Signal()
    help_wanted = Signal()

    def __init__(self, batching: Batching, parent: QWidget) -> None:
        """Show and change the state of `batching`."""
        super().__init__(parent, Qt.WindowType.Window)
        self._batching = batching
        self._state = batching.state
        self._theme: Theme = LIGHT
        self._later = QTimer(self)  # a resumed batch answers thousands of rows at once
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLE_MILLISECONDS)
        self._later.timeout.connect(self._refresh_summary)
        self.setWindowTitle("Batch – Densight")
        self.setAcceptDrops(True)
        screen = self.screen().availableSize()
        self.resize(min(1360, screen.width() - 40), min(760, screen.height() - 60))
        self._build()
        self._wire()
        for child in self.findChildren(QWidget):
            child.setAcceptDrops(False)  # a file is welcome anywhere: the window itself takes it
        self._refresh_rows()
        self._refresh_settings()
        self._refresh_status()
        self.add_folder.setFocus()

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        side = QWidget()
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._build_patterns())
        column.addWidget(self._build_elements())
        column.addWidget(self._build_run())
        column.addStretch(1)
        right = Panel()
        right.column.setContentsMargins(2, 6, 2, 4)
        top = QHBoxLayout()
        top.setContentsMargins(8, 0, 8, 0)
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.RichText)
        self.summary.setAccessibleName(tr("How many patterns came to which verdict"))
        self.open_results = flat_button(
            tr("Open result"), tr("Open it in a window of its own (Enter)")
        )
        self.export_all = flat_button(
            tr("Export all…"),
            tr("results.csv, and the first candidate of every pattern as CIF (Ctrl+E)"),
        )
        top.addWidget(self.summary, 1)
        top.addWidget(self.open_results)
        top.addWidget(self.export_all)
        self.table = BatchTable(self._state)
        right.column.addLayout(top)
        right.column.addWidget(self.table, 1)
        right.column.addWidget(RowWords(self._state, self.table))
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 6, 6, 6)
        row.setSpacing(6)
        row.addWidget(side)
        row.addWidget(right, 1)

    def _build_patterns(self) -> Panel:
        panel = Panel()
        top = QHBoxLayout()
        top.addWidget(heading(tr("Patterns")))
        top.addStretch(1)
        self.clear = flat_button(tr("Clear"), tr("An empty list; results that were written stay"))
        top.addWidget(self.clear)
        self.add_folder = QPushButton(tr("Add folder…"))
        self.add_folder.setToolTip(tr(FOLDER_TIP))
        self.add_files = QPushButton(tr("Add files…"))
        self.add_files.setToolTip(tr(FILES_TIP))
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_folder, 1)
        buttons.addWidget(self.add_files, 1)
        self.found = muted()
        self.found.setWordWrap(True)
        grid = QGridLayout()
        grid.setSpacing(6)
        self.wavelength = QComboBox()
        self.wavelength.setEditable(True)
        self.wavelength.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.wavelength.setAccessibleName(tr("Wavelength of all patterns"))
        self.wavelength.setToolTip(
            tr(
                "Goes before what the files say. Choose a tube, or type a wavelength in angstrom\n"
                "(0.41326) or a doublet (1.54056, 1.54439). Without one, a file that names none\n"
                "is taken for Cu Kα, and its row says so."
            )
        )
        self.wavelength.addItem(tr(AS_THE_FILES_SAY), "")
        for anode in K_ALPHA:
            for suffix, shown in (("Ka", "Kα"), ("Ka1", "Kα1")):
                self.wavelength.addItem(f"{anode} {shown}", f"{anode}{suffix}")
        name = QLabel(tr("&Wavelength"))
        name.setBuddy(self.wavelength)
        grid.addWidget(name, 0, 0)
        grid.addWidget(self.wavelength, 0, 1)
        grid.setColumnStretch(1, 1)
        panel.column.addLayout(top)
        panel.column.addLayout(buttons)
        panel.column.addWidget(self.found)
        panel.column.addLayout(grid)
        return panel

    def _build_elements(self) -> Panel:
        panel = Panel()
        top = QHBoxLayout()
        top.addWidget(heading(tr("Elements in all samples")))
        top.addStretch(1)
        self.no_elements = flat_button(tr("Clear"), tr("No elements for all"))
        top.addWidget(self.no_elements)
        self.formula = QLineEdit()
        self.formula.setPlaceholderText(tr("Elements (Ti O), or the formula if known (TiO2)"))
        self.formula.setAccessibleName(tr("Elements or formula of all samples"))
        self.formula.setClearButtonEnabled(True)
        self.periodic = PeriodicTable(self._state.elements)
        self.meaning = muted()
        self.meaning.setWordWrap(True)
        self.hints = QLabel()
        self.hints.setProperty("hint", True)
        self.hints.setWordWrap(True)
        self.others = QCheckBox(tr("Other elements may be present"))
        panel.column.addLayout(top)
        panel.column.addWidget(self.formula)
        panel.column.addWidget(self.periodic)
        panel.column.addWidget(self.meaning)
        panel.column.addWidget(self.hints)
        panel.column.addWidget(self.others)
        return panel

    def _build_run(self) -> Panel:
        panel = Panel()
        grid = QGridLayout()
        grid.setSpacing(6)
        self.out = Elided()
        self.out.setAccessibleName(tr("Output folder"))
        self.choose_out = flat_button(
            tr("Choose…"), tr("Where the results go: a folder for each pattern")
        )
        self.workers = QSpinBox()
        self.workers.setRange(1, MOST_WORKERS)
        self.workers.setToolTip(tr(WORKERS_TIP))
        self.workers.setAccessibleName(tr("Number of workers"))
        name = QLabel(tr("Wor&kers"))
        name.setBuddy(self.workers)
        grid.addWidget(QLabel(tr("Results")), 0, 0)
        grid.addWidget(self.out, 0, 1)
        grid.addWidget(self.choose_out, 0, 2)
        grid.addWidget(name, 1, 0)
        grid.addWidget(self.workers, 1, 1, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(1, 1)
        self.start = QPushButton(tr("Start"))
        self.start.setProperty("primary", True)
        self.start.setToolTip(tr("Solve all that have no answer yet (Ctrl+R)"))
        self.stop = QPushButton(tr("Stop"))
        self.stop.setToolTip(tr("End the workers; Start goes on from there (Esc)"))
        buttons = QHBoxLayout()
        buttons.addWidget(self.start, 1)
        buttons.addWidget(self.stop, 1)
        self.progress = progress_bar()
        self.status = muted()
        self.status.setWordWrap(True)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.status.setAccessibleName(tr("What the batch is doing"))
        panel.column.addLayout(grid)
        panel.column.addLayout(buttons)
        panel.column.addWidget(self.progress)
        panel.column.addWidget(self.status)
        return panel

    def _wire(self) -> None:
        state, batching = self._state, self._batching
        self.add_folder.clicked.connect(self._ask_folder)
        self.add_files.clicked.connect(self._ask_files)
        self.clear.clicked.connect(state.clear)
        self.no_elements.clicked.connect(state.elements.clear)
        self.formula.editingFinished.connect(self._take_formula)
        self.others.toggled.connect(state.elements.set_others_possible)
        self.wavelength.activated.connect(lambda _index: self._take_wavelength())
        line = self.wavelength.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._take_wavelength)
        self.workers.valueChanged.connect(state.set_workers)
        self.choose_out.clicked.connect(self._ask_out)
        self.start.clicked.connect(batching.start)
        self.stop.clicked.connect(batching.stop)
        self.export_all.clicked.connect(self._ask_export)
        self.open_results.clicked.connect(lambda: self._open(self.table.chosen))
        self.table.opened.connect(self._open)
        self.table.selectionModel().selectionChanged.connect(self._refresh_results)
        for keys, do in (
            (QKeySequence.StandardKey.Open, self._ask_files),
            ("Ctrl+R", batching.start),
            ("Esc", batching.stop),
            ("Ctrl+E", self._ask_export),
            (QKeySequence.StandardKey.Close, self.close),
            (QKeySequence.StandardKey.HelpContents, self.help_wanted.emit),
        ):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _checked=False, do=do: do())
            self.addAction(action)
        state.rows_changed.connect(self._refresh_rows)
        state.row_changed.connect(self._refresh_row)
        state.settings_changed.connect(self._refresh_settings)
        state.status_changed.connect(self._refresh_status)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        self.periodic.set_theme(theme)
        self.table.set_theme(theme)
        self._refresh_summary()

    # -- asking ------------------------------------------------------------------------------

    def _ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, tr("A folder of patterns, or a former batch"), self._batching.folder
        )
        if folder:
            self._batching.add([folder])

    def _ask_files(self) -> None:
        files, _filter = QFileDialog.getOpenFileNames(
            self, tr("Patterns, or a manifest"), self._batching.folder
        )
        if files:
            self._batching.add(files)

    def _ask_out(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self, tr("Where the results go"), str(self._state.out or "")
        )
        if folder:
            self._state.set_out(Path(folder))

    def _ask_export(self) -> None:
        if not self.export_all.isEnabled():
            return
        start = str(self._state.out.parent) if self._state.out is not None else ""
        folder = QFileDialog.getExistingDirectory(self, tr("Where table and CIFs go"), start)
        if folder:
            self._batching.export(folder)

    def _take_formula(self) -> None:
        try:
            self._state.elements.set_text(self.formula.text())
        except BadInputError as error:
            self._state.tell(str(error))

    def _take_wavelength(self) -> None:
        typed = self.wavelength.currentText().strip()
        row = self.wavelength.findText(typed)
        try:
            self._state.set_wavelength(self.wavelength.itemData(row) if row >= 0 else typed)
        except BadInputError as error:
            self._state.tell(str(error))
        self._refresh_settings()

    def _open(self, indices: list[int]) -> None:
        """Open results of rows that have some, not more windows than anybody wants at once."""
        answered = [i for i in indices if self._state.rows[i].status in ("done", "failed")]
        if answered:
            self._batching.open_results(answered[:MOST_WINDOWS])
        elif indices:
            self._state.tell(tr("There is no result to open yet."))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Files and folders are welcome while the list can change."""
        if event.mimeData().hasUrls() and not self._state.running:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Put what was dropped on the list."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self._batching.add(paths)

    # -- showing -----------------------------------------------------------------------------

    def _refresh_rows(self) -> None:
        state = self._state
        n, out = len(state.rows), len(state.left_out)
        words = f"{n} pattern{'s' if n != 1 else ''}" if n else tr("Drop a folder or files here.")
        if out:
            words += tr(", {0} other file{1} left out", out, "s" if out != 1 else "")
        self.found.setText(words)
        listed = list(state.left_out[:MOST_LEFT_OUT])
        if out > MOST_LEFT_OUT:
            listed.append(tr("and {0} more", out - MOST_LEFT_OUT))
        self.found.setToolTip("\n".join(listed))
        self._refresh_summary()
        self._refresh_status()

    def _refresh_row(self, _index: int) -> None:
        if not self._later.isActive():
            self._later.start()

    def _refresh_summary(self) -> None:
        theme, counts = self._theme, self._state.counts()
        colours = {"solved": theme.good, "tentative": theme.caution, "failed": theme.bad}
        parts = [
            f'<span style="color:{colours.get(name, theme.muted)}">●</span>&nbsp;'
            f"{counts[name]} {tr(WORDS[name]).lower()}"
            for name in VERDICTS
            if counts[name]
        ]
        waiting = len(self._state.rows) - self._state.n_answered
        if waiting:
            parts.append(tr("{0} to do", waiting))
        self.summary.setText("&nbsp;&nbsp; ".join(parts))
        self._refresh_results()

    def _refresh_results(self) -> None:
        state = self._state
        self.export_all.setEnabled(state.n_answered > 0)
        chosen = [state.rows[i] for i in self.table.chosen if i < len(state.rows)]
        self.open_results.setEnabled(any(row.status in ("done", "failed") for row in chosen))

    def _refresh_settings(self) -> None:
        state, elements = self._state, self._state.elements
        self.formula.setText(elements.text)
        self.formula.setCursorPosition(0)  # of a long one the beginning is seen
        self.others.setChecked(elements.others_possible)
        self.no_elements.setEnabled(bool(elements.selected))
        if elements.formula is not None:
            meaning = tr("Composition fixed: {0}", text.formula(elements.formula))
        elif elements.selected:
            meaning = tr("{0} in any amounts", ", ".join(elements.selected))
        else:
            meaning = tr(
                "For patterns that have none of their own (F2 in the table, or a manifest)"
            )
        self.meaning.setText(meaning)
        self.hints.setText("\n".join(hints(elements.selected)))
        self.hints.setVisible(bool(self.hints.text()))
        row = self.wavelength.findData(state.wavelength)
        self.wavelength.blockSignals(True)
        if row >= 0:
            self.wavelength.setCurrentIndex(row)
        else:
            self.wavelength.setEditText(state.wavelength)
        self.wavelength.blockSignals(False)
        self.workers.blockSignals(True)
        self.workers.setValue(state.workers)
        self.workers.blockSignals(False)
        self.out.setText(text.place(state.out) if state.out is not None else tr("Not chosen yet"))
        self.out.setToolTip(str(state.out or ""))

    def _refresh_status(self) -> None:
        state = self._state
        running = state.running
        for widget in (
            self.add_folder, self.add_files, self.clear, self.formula, self.periodic,
            self.others, self.wavelength, self.workers, self.choose_out, self.no_elements,
        ):  # fmt: skip
            if widget.isEnabled() == running:
                widget.setEnabled(not running)
        self.clear.setEnabled(bool(state.rows) and not running)
        self.no_elements.setEnabled(bool(state.elements.selected) and not running)
        self.start.setEnabled(bool(state.rows) and not running)
        again = state.n_answered and state.n_answered < len(state.rows)
        self.start.setText(tr("Go on") if again and not running else tr("Start"))
        self.stop.setEnabled(running)
        self.progress.setVisible(running)
        self.progress.setValue(round(1000 * state.fraction))
        if self.status.text() != state.message:
            self.status.setText(state.message)
        self._refresh_results()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop the batch; the list stays for when the window is shown again."""
        was_running = self._state.running
        self._batching.close()
        super().closeEvent(event)
        if was_running:
            self.stopped.emit()
