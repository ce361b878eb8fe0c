"""Small controls that several panels share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.views.yielding_button import YieldingButton


def heading(text: str) -> QLabel:
    """The title of a panel."""
    label = QLabel(text)
    label.setProperty("heading", True)
    return label


def muted(text: str = "") -> QLabel:
    """Secondary text."""
    label = QLabel(text)
    label.setProperty("muted", True)
    return label


def flat_button(text: str, tip: str = "") -> QPushButton:
    """A button that looks like its words."""
    button = QPushButton(text)
    button.setProperty("flat", True)
    button.setToolTip(tip)
    return button


def progress_bar() -> QProgressBar:
    """A bar of thousandths without words that keeps its room while it is hidden."""
    bar = QProgressBar()
    bar.setRange(0, 1000)
    bar.setTextVisible(False)
    policy = bar.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    bar.setSizePolicy(policy)
    return bar


def restyle(widget: QWidget) -> None:
    """Make the style sheet look again at a widget whose properties changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def emphasise(button: QPushButton, primary: bool) -> None:
    """Draw a button as the next thing to do, or as one among others."""
    if bool(button.property("primary")) != primary:
        button.setProperty("primary", primary)
        restyle(button)


class Elided(QLabel):
    """One line that is shortened, in its middle by default, where there is no room for it."""

    def __init__(
        self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle
    ) -> None:
        """Show `text`; it never asks for more width than it gets."""
        super().__init__(text)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw what fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        inside = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self._mode, inside.width())
        painter.drawText(inside, int(self.alignment()), shown)
        painter.end()


class Panel(QFrame):
    """A framed area of the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty panel with a vertical `layout`."""
        super().__init__(parent)
        self.setProperty("panel", True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(10, 8, 10, 8)
        self.column.setSpacing(6)


class Chip(QLabel):
    """A short word in a frame, with a tone: neutral, good or caution."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty chip."""
        super().__init__(parent)
        self.setProperty("chip", "neutral")

    def show_as(self, text: str, tone: str) -> None:
        """Show `text` in `tone`; an empty text hides the chip."""
        self.setText(text)
        self.setVisible(bool(text))
        if self.property("chip") != tone:
            self.setProperty("chip", tone)
            restyle(self)


class Segmented(QWidget):
    """A few choices side by side, one of which holds.

    Signals
    -------
    chosen(value)
        The user chose another value.
    """

    chosen = Signal(str)

    def __init__(
        self,
        choices: Sequence[tuple[str, str, str]],
        short: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make a button for each (value, text, tool tip); `short` texts are for narrow places."""
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QToolButton] = {}
        for index, (value, text, tip) in enumerate(choices):
            button = YieldingButton(tr(text), (short or {}).get(value, ""))
            button.setToolTip(tr(tip))
            button.setAccessibleName(tr(tip))
            button.setCheckable(True)
            button.setProperty("segment", True)
            place = "first" if index == 0 else "last" if index == len(choices) - 1 else "middle"
            button.setProperty("place", place)
            button.clicked.connect(lambda _checked, value=value: self.chosen.emit(value))
            self._group.addButton(button)
            self._buttons[value] = button
            row.addWidget(button)

    def button(self, value: str) -> QToolButton:
        """The button of one choice."""
        return self._buttons[value]

    def set_value(self, value: str) -> None:
        """Show that `value` holds, without a signal."""
        self._buttons[value].setChecked(True)

    def set_enabled(self, value: str, enabled: bool) -> None:
        """Whether `value` can be chosen."""
        self._buttons[value].setEnabled(enabled)


class SliderRow(QWidget):
    """A named slider from 0 to 1 with what its value means beside the name."""

    STEPS = 500

    def __init__(
        self, name: str, moved: Callable[[float], None], parent: QWidget | None = None
    ) -> None:
        """Call `moved` with the fraction when the user moves the slider."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        self._name = QLabel(name)
        self._reading = muted()
        self._reading.setAlignment(Qt.AlignmentFlag.AlignRight)
        top.addWidget(self._name)
        top.addStretch(1)
        top.addWidget(self._reading)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, self.STEPS)
        self.slider.setPageStep(self.STEPS // 20)
        self.slider.setAccessibleName(name)
        self.slider.valueChanged.connect(lambda value: moved(value / self.STEPS))
        column.addLayout(top)
        column.addWidget(self.slider)

    def set_name(self, name: str) -> None:
        """Call it otherwise."""
        self._name.setText(name)
        self.slider.setAccessibleName(name)

    @property
    def reading(self) -> str:
        """What the value means, as shown."""
        return self._reading.text()

    def show_value(self, fraction: float, reading: str) -> None:
        """Show a value that came from elsewhere."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(fraction * self.STEPS))
        self.slider.blockSignals(False)
        self._reading.setText(reading)


class SharedUndo(QObject):
    """Lets the window's undo through a line that has nothing of its own to take back.

    A line keeps Ctrl+Z to itself otherwise, even right after what was typed has become a step
    of the session.
    """

    def __init__(self, line: QLineEdit) -> None:
        """Watch `line`."""
        super().__init__(line)
        self._line = line
        line.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Give a shortcut to the window where the line cannot use it."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            mine = self._line.isUndoAvailable() or self._line.isRedoAvailable()
            if not mine and (event.matches(keys.Undo) or event.matches(keys.Redo)):
                event.ignore()
                return True
        return super().eventFilter(watched, event)
