"""The windows beside the main one: guide, keys, about, errors, comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.batching import Batching
from app.editing import Editing
from app.language import tr
from app.services import Services
from app.state.messages import Offer
from app.theme import LIGHT, Theme
from app.views.about_dialog import AboutDialog
from app.views.compare_window import CompareWindow
from app.views.edit_dialog import EditDialog
from app.views.error_dialog import ErrorDialog
from app.views.guide_window import GuideWindow
from app.views.keys_dialog import KeysDialog
from engine import resources

if TYPE_CHECKING:
    from app.main_window import MainWindow
    from app.turning import Turning
    from app.views.batch_window import BatchWindow
    from app.views.turn_dialog import TurnDialog

# The guide's heading for each part of the window, by the part's attribute; innermost first.
PAGES = (
    ("radiation", "Check the wavelength"),
    ("table", "Tick the elements"),
    ("formula", "Tick the elements"),
    ("solve_button", "Solve"),
    ("density_button", "Solve"),
)
PANELS = (
    ("pattern", "Check the wavelength"),
    ("tabs", "Judge"),
    ("density", "Look at density and structure"),
    ("sample", "Open a pattern"),
)


class SideWindows(QObject):
    """Opens each of them once; all end with the main window."""

    def __init__(self, window: MainWindow, services: Services) -> None:
        """Open windows beside `window`."""
        super().__init__(window)
        self._window = window
        self._services = services
        self._theme: Theme = LIGHT
        self.error: ErrorDialog | None = None
        self.guide: GuideWindow | None = None
        self.comparison: CompareWindow | None = None
        self.editing = Editing(window.controller)
        self.edit_dialog: EditDialog | None = None
        self.batching = Batching(services.solve_all, window.jobs, window.settings, self)
        self.batching.results_wanted.connect(window.another_wanted)
        self.batch_window: BatchWindow | None = None
        self.turning: Turning | None = None
        self.turn_dialog: TurnDialog | None = None

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        if self.comparison is not None:
            self.comparison.set_theme(theme)
        if self.batch_window is not None:
            self.batch_window.set_theme(theme)

    def report_error(self, kind: str, trace: str) -> None:
        """Show an internal error in the one dialog there is for them."""
        if self.error is None:
            self.error = ErrorDialog(self._window)
        self.error.add(kind, trace)

    def show_about(self) -> None:
        """Versions, device, licences."""
        AboutDialog(self._window.session.device, self._window).show()

    def show_keys(self) -> None:
        """What mouse and keys do."""
        KeysDialog(self._window.menuBar()).show()

    def show_guide(self) -> None:
        """The guide, at the page that belongs to what has the focus."""
        if self.guide is None:
            try:
                page = resources.path("guide/index.md")
            except FileNotFoundError as error:
                self._window.session.messages.add("warning", str(error), "guide")
                return
            guide = self.guide = GuideWindow(page, self._window)
            guide.destroyed.connect(lambda: setattr(self, "guide", None))
        self.guide.show()
        self.guide.raise_()
        self.guide.open_at(self.page_of(QApplication.focusWidget()))

    def page_of(self, widget: QWidget | None) -> str:
        """The guide's heading for a part of the window; the first where there is none."""
        window = self._window
        if widget is not None and widget.window() is self.batch_window:
            return "Many patterns"
        places = [(getattr(window.sample, name), page) for name, page in PAGES]
        places += [(getattr(window, name), page) for name, page in PANELS]
        if window.session.pattern.pattern is None:
            return "Open a pattern"
        for part, page in places:
            if widget is not None and (part is widget or part.isAncestorOf(widget)):
                return page
        return "Judge" if window.session.solution.candidates else "Tick the elements"

    def compare(self) -> None:
        """Set the chosen candidate beside another."""
        window = self._window
        if self.comparison is None:
            made = self.comparison = CompareWindow(
                window.session,
                self._services,
                window.jobs,
                window,
                samples=window.density.samples,
                has_opengl=window.density.has_opengl,
            )
            made.set_theme(self._theme)
            made.closed.connect(self._comparison_closed)
        self.comparison.show()
        self.comparison.raise_()

    def _comparison_closed(self) -> None:
        self.comparison = None

    def edit(self) -> None:
        """Change elements or symmetry of the chosen candidate."""
        if self.edit_dialog is None:
            self.edit_dialog = EditDialog(self._window.session, self.editing, self._window)
        self.edit_dialog.show()
        self.edit_dialog.raise_()

    def batch(self, paths: Sequence[str] = ()) -> None:
        """The window for many patterns, made when it is first needed, with more of them."""
        if self.batch_window is None:
            from app.views.batch_window import BatchWindow

            made = self.batch_window = BatchWindow(self.batching, self._window)
            made.set_theme(self._theme)
            made.stopped.connect(self._batch_was_stopped)
            made.help_wanted.connect(self.show_guide)
        self.batch_window.show()
        self.batch_window.raise_()
        self.batch_window.activateWindow()
        if paths:
            self.batching.add(paths)

    def _batch_was_stopped(self) -> None:
        """Closing its window stopped the batch: say so, and how it goes on."""
        self._window.session.messages.add(
            "info",
            tr("The batch was closed. {0}", self.batching.state.message),
            "batch",
            (Offer(tr("Show the batch"), self.batch),),
            lasting=True,
        )

    def save_turn(self) -> None:
        """The dialog for a moving picture of the density."""
        if self.turn_dialog is None:
            from app.turning import Turning
            from app.views.turn_dialog import TurnDialog

            window = self._window
            self.turning = Turning(window.jobs, lambda: window.density.turnable, self)
            self.turn_dialog = TurnDialog(self.turning, window.asking.where_to_save, window)
        self.turn_dialog.show()
        self.turn_dialog.raise_()

    def close_all(self) -> None:
        """Close what is open."""
        if self.batch_window is not None:
            self.batch_window.stopped.disconnect(self._batch_was_stopped)
        for one in (
            self.error, self.guide, self.comparison, self.edit_dialog, self.batch_window,
            self.turn_dialog,
        ):  # fmt: skip
            if one is not None:
                one.close()
