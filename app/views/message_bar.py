"""Messages in place: a strip for each, which the user can put away; nothing waits for them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.language import noop, tr
from app.state.messages import Message, MessagesState, Offer

MAXIMUM_SHOWN, SHOWN_IF_LOW = 3, 2
_SIGNS = {"info": "ℹ", "warning": "⚠", "error": "✕"}
_NAMES = {"info": noop("Note"), "warning": noop("Warning"), "error": noop("Problem")}


class MessageStrip(QFrame):
    """One message."""

    def __init__(self, message: Message, state: MessagesState) -> None:
        """Show `message` until the user dismisses it in `state`."""
        super().__init__()
        self.message = message
        self._state = state
        self.setProperty("message", message.severity)
        self.setAccessibleName(f"{tr(_NAMES[message.severity])}: {message.text}")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 4, 4)
        sign = QLabel(_SIGNS[message.severity])
        text = QLabel(message.text)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QPushButton("✕")
        close.setProperty("flat", True)
        close.setFlat(True)
        close.setToolTip(tr("Dismiss"))
        close.setAccessibleName(tr("Dismiss message"))
        close.clicked.connect(lambda: state.dismiss(message))
        top = Qt.AlignmentFlag.AlignTop
        lift = max(close.sizeHint().height() - text.fontMetrics().height(), 0) // 2
        for label in (sign, text):  # the first line stands beside the buttons' words
            label.setContentsMargins(0, lift, 0, lift)
        row.addWidget(sign, 0, top)
        row.addWidget(text, 1, top)
        self.offers = [QPushButton(offer.text) for offer in message.offers]
        for button, offer in zip(self.offers, message.offers, strict=True):
            button.clicked.connect(lambda _checked=False, offer=offer: self._take(offer))
            row.addWidget(button, 0, top)
        row.addWidget(close, 0, top)

    def _take(self, offer: Offer) -> None:
        self._state.dismiss(self.message)
        offer.do()


class MessageBar(QWidget):
    """The gravest and newest messages, the newest on top."""

    def __init__(self, state: MessagesState, parent: QWidget | None = None) -> None:
        """Show the messages of `state`."""
        super().__init__(parent)
        self._state = state
        self._most = MAXIMUM_SHOWN
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        state.changed.connect(self._refresh)
        self._refresh()

    def set_low(self, low: bool) -> None:
        """Fewer at a time in a low window: the others come as these are put away."""
        most = SHOWN_IF_LOW if low else MAXIMUM_SHOWN
        if most != self._most:
            self._most = most
            self._refresh()

    @property
    def strips(self) -> list[MessageStrip]:
        """What is shown, from top to bottom."""
        items = [self._column.itemAt(i) for i in range(self._column.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, MessageStrip)]

    def _refresh(self) -> None:
        wanted = self._state.pressing(self._most)[::-1]
        for strip in self.strips:
            self._column.removeWidget(strip)
            strip.hide()
            strip.deleteLater()
        for message in wanted:
            self._column.addWidget(MessageStrip(message, self._state))
        self.setVisible(bool(wanted))
