"""What the user says of the chosen candidate: pin, discard, a note; and why it stands there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.language import tr
from app.state.session import Session
from app.state.standing import standing
from app.views.controls import SharedUndo
from app.views.yielding_button import YieldingButton
from app.views.yielding_text import YieldingText

NARROWEST_NOTE = 56
SPACING, MARGIN = 6, 6


class CandidateMarks(QWidget):
    """Two switches, a line for a note, and the candidate's standing in words.

    Signals
    -------
    compare_wanted()
        The chosen candidate is to be set beside another.
    edit_wanted()
        The chosen candidate is to be edited.
    """

    compare_wanted = Signal()
    edit_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Show and change the marks of `session.solution.chosen`."""
        super().__init__(parent)
        self._solution = session.solution
        self.why = YieldingText()
        self.why.setProperty("muted", True)
        self.why.setAccessibleName(tr("Why the candidate stands where it stands"))
        self.pin = _button(tr("★ Pin"), tr("Keep this candidate on top of the list (Ctrl+P)"))
        self.discard = _button(
            tr("✕ Discard"), tr("Put this candidate aside, to the end of the list (Ctrl+Del)")
        )
        self.compare = _button(
            tr("⇄ Compare"),
            tr("Two candidates, or a candidate and the network, side by side (Ctrl+K)"),
        )
        self.edit = _button(
            tr("✎ Edit"), tr("Other elements or another symmetry, refined as a new candidate (F2)")
        )
        for switch in (self.pin, self.discard):
            switch.setCheckable(True)
        for button, wanted in (
            (self.compare, self.compare_wanted),
            (self.edit, self.edit_wanted),
        ):
            button.clicked.connect(lambda _checked=False, wanted=wanted: wanted.emit())
        self.note = QLineEdit()
        self.note.setPlaceholderText(tr("Note"))
        self.note.setMinimumWidth(NARROWEST_NOTE)
        self.note.setAccessibleName(tr("Note on this candidate"))
        SharedUndo(self.note)
        self.pin.clicked.connect(self._pin)
        self.discard.clicked.connect(self._discard)
        self.note.editingFinished.connect(self._annotate)
        self._buttons = (self.pin, self.discard, self.compare, self.edit)
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        for button in self._buttons:
            row.addWidget(button)
        row.addWidget(self.note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 4, MARGIN, 4)
        column.setSpacing(4)
        column.addWidget(self.why)
        column.addLayout(row)
        for signal in (self._solution.chosen_changed, self._solution.marks_changed):
            signal.connect(self._refresh)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Signs without their words where the note would have no room beside them."""
        super().resizeEvent(event)
        words = sum(button.sizeHint().width() + SPACING for button in self._buttons)
        narrow = self.width() < words + NARROWEST_NOTE + 2 * MARGIN
        for button in self._buttons:
            size = button.minimumSizeHint() if narrow else button.sizeHint()
            button.setMaximumWidth(size.width())

    def toggle_pin(self) -> None:
        """Pin the chosen candidate, or no longer."""
        if self.pin.isEnabled():
            self.pin.click()

    def toggle_discard(self) -> None:
        """Discard the chosen candidate, or take it back."""
        if self.discard.isEnabled():
            self.discard.click()

    def _pin(self, pinned: bool) -> None:
        if self._solution.chosen is not None:
            self._solution.pin(self._solution.chosen, pinned)

    def _discard(self, discarded: bool) -> None:
        if self._solution.chosen is not None:
            self._solution.discard(self._solution.chosen, discarded)

    def _annotate(self) -> None:
        chosen = self._solution.chosen
        if chosen is not None and self.note.text().strip() != self._solution.mark_of(chosen).note:
            self._solution.annotate(chosen, self.note.text())

    def _refresh(self) -> None:
        found, chosen = self._solution.solution, self._solution.chosen
        self.setVisible(chosen is not None)
        if found is None or chosen is None:
            return
        mark = self._solution.mark_of(chosen)
        self.why.setText(standing(found, self._solution.chosen_index))
        self.pin.setChecked(mark.pinned)
        self.discard.setChecked(mark.discarded)
        if self.note.text() != mark.note:
            self.note.setText(mark.note)
            self.note.setCursorPosition(0)  # a long one is read from its beginning


def _button(text: str, tip: str) -> YieldingButton:
    """A button whose sign, the first letter of its text, stays where it is narrow."""
    button = YieldingButton(text, text[:1])
    button.setToolTip(tip)
    button.setProperty("segment", True)
    button.setProperty("place", "only")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button
