"""The question which columns of a text hold the pattern, while it is open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psygnal import Signal

if TYPE_CHECKING:
    from engine.pattern.pattern import PowderPattern
    from engine.pattern.readers.asked_columns import ColumnsQuestion, TextLayout


class ImportState:
    """A question, the answer so far, and what would be read by it.

    `question_changed` says that there is another question or none, `layout_changed` that the
    answer is another one, `preview_changed` that what would be read is known, or why nothing.
    """

    question_changed = Signal()
    layout_changed = Signal()
    preview_changed = Signal()

    def __init__(self) -> None:
        self.question: ColumnsQuestion | None = None
        self.layout: TextLayout | None = None
        self.preview: PowderPattern | None = None
        self.refusal = ""

    def ask(self, question: ColumnsQuestion | None, layout: TextLayout | None = None) -> None:
        """Open a question with a first answer, or close it."""
        self.question = question
        self.layout = layout or (question.layout if question is not None else None)
        self.preview, self.refusal = None, ""
        self.question_changed.emit()
        if question is not None:
            self.layout_changed.emit()

    def change(self, **changes: Any) -> None:
        """Answer otherwise: fields of the layout, or of its columns."""
        if self.layout is None:
            return
        of_columns = {k: changes.pop(k) for k in tuple(changes) if k in _COLUMNS}
        columns = replace(self.layout.columns, **of_columns)
        changed = replace(self.layout, columns=columns, **changes)
        if changed != self.layout:
            self.layout = changed
            self.layout_changed.emit()

    def set_preview(self, pattern: PowderPattern | None, refusal: str = "") -> None:
        """What the answer would give: a pattern, or why there is none."""
        self.preview, self.refusal = pattern, refusal
        self.preview_changed.emit()


_COLUMNS = ("x", "y", "sigma", "weight", "axis")
