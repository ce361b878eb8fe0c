"""What the window asks its user: which file to open or write, and what to do with unsaved work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.documents import Documents
from app.exports import Exports
from app.language import noop, tr
from app.settings import Settings
from app.state.session import Session
from app.views.plot_export import FILTERS
from app.views.save_dialog import ask_where_to_save
from engine.errors import BadInputError

MAP_FILTER = noop("CCP4 map (*.ccp4);;Gaussian cube (*.cube);;XCrySDen (*.xsf);;NumPy (*.npz)")


class Asking(QObject):
    """The questions of one window; each answer goes straight to where the work is done."""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        settings: Settings,
        documents: Documents,
        exports: Exports,
    ) -> None:
        """Ask above `window`."""
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings
        self._documents = documents
        self._exports = exports
        self.unsaved_box: QMessageBox | None = None

    def open(self, open_file: Callable[[str], None]) -> None:
        """Ask for a pattern or a project."""
        path, _filter = QFileDialog.getOpenFileName(
            self._window,
            tr("Open a powder pattern or a project"),
            self._settings.folder(),
        )
        if path:
            open_file(path)

    def where_to_save(self, title: str, name: str, filters: str) -> str:
        """Ask for a file; its name has one of the filters' suffixes. Empty if there is none."""
        folder = Path(self._settings.folder("export_folder"))
        path = ask_where_to_save(self._window, title, folder / name, filters)
        if path is None:
            return ""
        self._settings.set("export_folder", str(path.parent))
        return str(path)

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save to the project's file, or ask for one; `then` is called when it is written."""
        if self._documents.path is None:
            self.save_as(then)
        else:
            self._documents.save(self._documents.path, then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask under which name to save the session; `then` is called when it is written."""
        pattern = self._session.pattern.pattern
        name = f"{pattern.name if pattern is not None else 'project'}.densight"
        path = self.where_to_save(tr("Save the project"), name, tr("Densight project (*.densight)"))
        if path:
            self._documents.save(path, then)

    def export_cif(self) -> None:
        """Ask where to write the chosen candidate."""
        candidate, pattern = self._session.solution.chosen, self._session.pattern.pattern
        if candidate is None or pattern is None:
            return
        name = f"{pattern.name}_{candidate.formula}_{candidate.rank:02d}.cif"
        path = self.where_to_save(tr("Export the chosen candidate"), name, tr("CIF (*.cif)"))
        if path:
            self._exports.write_cif(path)

    def export_map(self) -> None:
        """Ask where to write the density that is shown."""
        pattern = self._session.pattern.pattern
        name = f"{pattern.name if pattern is not None else 'density'}_density"
        path = self.where_to_save(tr("Export the density that is shown"), name, tr(MAP_FILTER))
        if path:
            self._exports.write_map(path)

    def save_picture(self, of: str, save: Callable[[Path], None]) -> None:
        """Ask where to save a picture of the plot or of the density, and say how it went."""
        pattern = self._session.pattern.pattern
        name = f"{pattern.name if pattern is not None else 'densight'}_{of}.png"
        filters = tr(FILTERS) if of == "plot" else tr("PNG (*.png)")
        path = self.where_to_save(tr("Save a picture of the {0}", of), name, filters)
        if not path:
            return
        messages = self._session.messages
        messages.clear("export")
        try:
            save(Path(path))
        except BadInputError as error:
            messages.add("error", str(error), "export")
        else:
            messages.add(
                "info", tr("Saved {0} in {1}.", Path(path).name, Path(path).parent), "export"
            )

    def screenshot(self, save: Callable[[str], object]) -> None:
        """Ask where to save a picture of the window."""
        path = self.where_to_save(
            tr("Save a picture of the window"), "densight.png", tr("PNG (*.png)")
        )
        if path:
            save(path)

    def before_closing(self, close: Callable[[], None]) -> None:
        """Ask what to do with unsaved work; `close` is called unless the user stays.

        The question does not hold up the program: it belongs to the window, and other windows
        and running searches go on.
        """
        if self.unsaved_box is not None:
            self.unsaved_box.raise_()
            return
        pattern, path = self._session.pattern.pattern, self._documents.path
        name = path.stem if path is not None else pattern.name if pattern is not None else ""
        buttons = QMessageBox.StandardButton
        box = QMessageBox(
            QMessageBox.Icon.Question,
            "Densight",
            tr("Save the work on '{0}' before closing?", name),
            buttons.Save | buttons.Discard | buttons.Cancel,
            self._window,
        )
        box.setInformativeText(tr("Otherwise candidates, fits and densities are lost."))
        box.setDefaultButton(buttons.Save)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def answered(_result: int) -> None:
            self.unsaved_box = None
            answer = box.standardButton(box.clickedButton())
            if answer == buttons.Discard:
                close()
            elif answer == buttons.Save:
                self.save(then=close)

        box.finished.connect(answered)
        self.unsaved_box = box
        box.open()
