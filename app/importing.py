"""Files that need a word from the user: which columns to read, and which of several ranges."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.controller import Controller
from app.jobs.runner import Handlers
from app.language import noop, tr
from app.settings import Settings
from app.state.importing import ImportState
from app.state.messages import Offer

if TYPE_CHECKING:
    from app.state.examples import Example
    from engine.pattern.pattern import PowderPattern
    from engine.pattern.readers.asked_columns import ColumnsQuestion, TextLayout

MOST_LAYOUTS = 30
_SETTING = "text_layouts"
NOT_A_TABLE = noop("'{0}' has no columns of numbers to choose from.")


class Importing(QObject):
    """Asks which columns of a text hold the pattern, and remembers the answer by layout.

    Parameters
    ----------
    controller : Controller
    settings : Settings
        Keeps the answers.
    """

    def __init__(self, controller: Controller, settings: Settings) -> None:
        super().__init__(controller)
        self._controller = controller
        self._session = controller.session
        self._services = controller.services
        self._jobs = controller.jobs
        self._settings = settings
        self._example: Example | None = None
        self.state = ImportState()
        self.state.layout_changed.connect(self._look)
        controller.asked.connect(self._take_question)

    # -- the question ------------------------------------------------------------------------

    def _take_question(self, question: ColumnsQuestion, example: Example | None) -> None:
        """Read the file as the last one of its layout was, or ask."""
        self._example = example
        layout = self._remembered(question.kind)
        if layout is None:
            self.state.ask(question)
            return

        def refused(why: str) -> None:
            self.state.ask(question, layout)

        def read(pattern: PowderPattern) -> None:
            self._take(pattern, question)
            self._session.messages.add(
                "info",
                tr("{0} was read like the last file of its layout.", question.path.name),
                "open",
                (Offer(tr("Choose columns…"), lambda: self.state.ask(question, layout)),),
            )

        path = question.path
        self._jobs.start(
            "open",
            lambda _progress: self._services.read_layout(path, layout),
            Handlers(result=read, refused=refused),
        )

    def ask_again(self) -> None:
        """Ask for the columns of the pattern's file, whatever it was read as."""
        pattern = self._session.pattern.pattern
        if pattern is None or pattern.path is None:
            return
        path = Path(pattern.path)
        messages = self._session.messages
        messages.clear("open")

        def ask(question: ColumnsQuestion | None) -> None:
            if question is None:
                messages.add("error", tr(NOT_A_TABLE, path.name), "open")
            else:
                self.state.ask(question, self._remembered(question.kind))

        self._jobs.start(
            "columns",
            lambda _progress: self._services.ask_columns(path),
            Handlers(result=ask, refused=lambda why: messages.add("error", why, "open")),
        )

    def _look(self) -> None:
        """What the answer would give, computed beside the window."""
        question, layout = self.state.question, self.state.layout
        if question is None or layout is None:
            return
        path = question.path
        self._jobs.start(
            "preview",
            lambda _progress: self._services.read_layout(path, layout),
            Handlers(
                result=self.state.set_preview,
                refused=lambda why: self.state.set_preview(None, why),
            ),
        )

    def accept(self) -> bool:
        """Take over what the preview shows and remember how; False if there is nothing."""
        question, layout, pattern = self.state.question, self.state.layout, self.state.preview
        if question is None or layout is None or pattern is None:
            return False
        self._remember(question.kind, layout)
        self.state.ask(None)
        self._take(pattern, question)
        return True

    def cancel(self) -> None:
        """Leave the file alone; the session stays as it was."""
        self._jobs.abandon("preview")
        self.state.ask(None)

    def _take(self, pattern: PowderPattern, question: ColumnsQuestion) -> None:
        self._controller.take_pattern(pattern, question.path, self._example)

    # -- what is remembered ------------------------------------------------------------------

    def _stored(self) -> dict[str, Any]:
        stored = self._settings.get(_SETTING, {})
        return dict(stored) if isinstance(stored, dict) else {}

    def _remembered(self, kind: str) -> TextLayout | None:
        stored = self._stored().get(kind)
        if not isinstance(stored, dict):
            return None
        from engine.pattern.readers.asked_columns import layout_of

        return layout_of(stored)

    def _remember(self, kind: str, layout: TextLayout) -> None:
        kept = {name: value for name, value in self._stored().items() if name != kind}
        kept[kind] = asdict(layout)
        newest = list(kept.items())[-MOST_LAYOUTS:]
        self._settings.set(_SETTING, dict(newest))
