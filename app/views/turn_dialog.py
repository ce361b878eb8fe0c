"""What a moving picture of the density shall be: pictures, seconds, width; then where it goes."""

from __future__ import annotations

from collections.abc import Callable
from glob import escape
from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.language import noop, tr
from app.state.turn import (
    LEAST_PICTURES,
    LEAST_SECONDS,
    LEAST_WIDTH,
    MOST_PICTURES,
    MOST_SECONDS,
    MOST_WIDTH,
)
from app.turning import Turning
from app.views.controls import muted, progress_bar
from app.views.save_dialog import may_replace

FILTERS = noop(
    "Animated GIF, 255 colours (*.gif);;Animated PNG, all colours (*.apng);;"
    "A PNG for every picture (*.png)"
)


class TurnDialog(QDialog):
    """Stays open beside the window; what is turned is the density as it is seen there."""

    def __init__(
        self, turning: Turning, ask: Callable[[str, str, str], str], parent: QWidget
    ) -> None:
        """Save by `turning`; `ask` asks for a file: (title, name, filters) to a path."""
        super().__init__(parent)
        self._turning = turning
        self._ask = ask
        self.setWindowTitle(tr("Save a turn of the density"))
        self.setModal(False)
        self._build()
        turning.state.wishes_changed.connect(self._show_wishes)
        turning.state.status_changed.connect(self._refresh)
        self._show_wishes()
        self._refresh()

    def _build(self) -> None:
        state = self._turning.state
        words = muted(
            tr(
                "One turn about the axis that stands upright, with the "
                "levels, atoms and colours that "
                "are shown."
            )
        )
        words.setWordWrap(True)
        self.pictures, self.width_ = QSpinBox(), QSpinBox()
        self.seconds = QDoubleSpinBox()
        self.pictures.setRange(LEAST_PICTURES, MOST_PICTURES)
        self.pictures.setToolTip(tr("More are smoother, and make a larger file"))
        self.pictures.valueChanged.connect(lambda n: state.wish(pictures=n))
        self.seconds.setRange(LEAST_SECONDS, MOST_SECONDS)
        self.seconds.setDecimals(1)
        self.seconds.setSuffix(" s")
        self.seconds.setToolTip(tr("That one turn takes"))
        self.seconds.valueChanged.connect(lambda s: state.wish(seconds=s))
        self.width_.setRange(LEAST_WIDTH, MOST_WIDTH)
        self.width_.setSingleStep(80)
        self.width_.setSuffix(" px")
        self.width_.setToolTip(tr("Of every picture; the height follows from the view"))
        self.width_.valueChanged.connect(lambda n: state.wish(width=n))
        form = QFormLayout()
        form.addRow(tr("&Pictures in a turn"), self.pictures)
        form.addRow(tr("&Duration"), self.seconds)
        form.addRow(tr("&Width"), self.width_)
        self.progress = progress_bar()
        self.status = muted()
        self.status.setWordWrap(True)
        self.save = QPushButton(tr("Save…"))
        self.save.setProperty("primary", True)
        self.save.setDefault(True)
        self.stop = QPushButton(tr("Stop"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.stop, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.save, QDialogButtonBox.ButtonRole.ActionRole)
        self.save.clicked.connect(self._save)
        self.stop.clicked.connect(self._turning.cancel)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(words)
        column.addLayout(form)
        column.addWidget(self.progress)
        column.addWidget(self.status)
        column.addStretch(1)
        column.addWidget(buttons)
        self.resize(380, 260)

    def _save(self) -> None:
        title = tr("Save a turn of the density")
        path = self._ask(title, "density_turn.gif", tr(FILTERS))
        if not path:
            return
        # Of a file for every picture the dialog has asked about a name that is none of theirs.
        there = series(Path(path)) if path.lower().endswith(".png") else []
        if not there or may_replace(self, title, there[0]):
            self._turning.save(path)

    def reject(self) -> None:
        """Close, and stop what runs."""
        self._turning.cancel()
        super().reject()

    def _show_wishes(self) -> None:
        wishes = self._turning.state.wishes
        boxes = (self.pictures, self.seconds, self.width_)
        for box in boxes:
            box.blockSignals(True)
        self.pictures.setValue(wishes.pictures)
        self.seconds.setValue(wishes.seconds)
        self.width_.setValue(wishes.width)
        for box in boxes:
            box.blockSignals(False)

    def _refresh(self) -> None:
        state = self._turning.state
        running = state.status == "running"
        self.save.setEnabled(not running)
        self.stop.setEnabled(running)
        self.progress.setVisible(running)
        self.progress.setValue(round(1000 * state.fraction))
        self.status.setText(state.message)


def series(path: Path) -> list[Path]:
    """The numbered pictures that are there already where `path` names a series."""
    return sorted(path.parent.glob(f"{escape(path.stem)}_[0-9][0-9][0-9]*.png"))
