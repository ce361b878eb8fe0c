"""The wavelength of the pattern, and where it is known from."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.controller import Controller
from app.language import noop, tr
from app.state.session import Session
from app.views.controls import Chip, SharedUndo
from engine.pattern.radiation import K_ALPHA, Radiation, preset

PROVENANCE = {
    "file": (noop("from the file"), "neutral", noop("The wavelength is written in the file.")),
    "preset": ("preset", "neutral", noop("The wavelength was chosen from the list.")),
    "typed": ("typed", "neutral", noop("The wavelength was typed in.")),
    "assumed": (
        "⚠ assumed",
        "caution",
        noop(
            "The file names no wavelength. A wrong one gives wrong cells: choose or type the right "
            "one."
        ),
    ),
}


def describe(radiation: Radiation) -> str:
    """A preset's name where it is one, else the wavelengths in angstrom."""
    for anode in K_ALPHA:
        for suffix, shown in (("Ka", "Kα"), ("Ka1", "Kα1")):
            if preset(anode + suffix).wavelengths == radiation.wavelengths:
                return f"{anode} {shown}"
    return ", ".join(f"{wavelength:.7g}" for wavelength in radiation.wavelengths)


class RadiationBar(QWidget):
    """An editable list of presets with a chip that tells the provenance."""

    def __init__(
        self, session: Session, controller: Controller, parent: QWidget | None = None
    ) -> None:
        """Show and change the radiation of the session's pattern."""
        super().__init__(parent)
        self._session = session
        self._controller = controller
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.entry = QComboBox()
        self.entry.setEditable(True)
        self.entry.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.entry.setAccessibleName(tr("Wavelength"))
        self.entry.setToolTip(
            tr(
                "Choose a tube, or type a wavelength in angstrom (1.5406) or a doublet "
                "(1.54056, 1.54439)"
            )
        )
        for anode in K_ALPHA:
            for suffix, shown in (("Ka", "Kα"), ("Ka1", "Kα1")):
                self.entry.addItem(f"{anode} {shown}", f"{anode}{suffix}")
        line = self.entry.lineEdit()
        assert line is not None
        line.setPlaceholderText(tr("Wavelength"))
        self.line = line
        SharedUndo(line)
        self.chip = Chip()
        row.addWidget(self.entry, 1)
        row.addWidget(self.chip)
        self.entry.activated.connect(lambda _index: self._take())
        line.editingFinished.connect(self._take)
        session.pattern.changed.connect(self._refresh)
        self._refresh()

    def _take(self) -> None:
        radiation = self._session.pattern.radiation
        text = self.entry.currentText().strip()
        if radiation is None or not text:
            self._refresh()
            return
        same = text == describe(radiation)
        chosen_anew = same and radiation.provenance == "assumed" and not self.line.hasFocus()
        if same and not chosen_anew:
            return
        if not self._controller.set_wavelength(text.replace("Kα", "Ka")):
            self._refresh()

    def _refresh(self) -> None:
        radiation = self._session.pattern.radiation
        self.entry.setEnabled(radiation is not None)
        self.entry.blockSignals(True)
        if radiation is None:
            self.entry.setCurrentText("")
            self.chip.show_as("", "neutral")
        else:
            self.entry.setCurrentText(describe(radiation))
            text, tone, tip = PROVENANCE[radiation.provenance]
            self.chip.show_as(tr(text), tone)
            self.chip.setToolTip(tr(tip))
            wavelengths = " / ".join(f"{wavelength:.6g}" for wavelength in radiation.wavelengths)
            self.entry.setToolTip(
                tr("{0} Å. Choose a tube, or type a wavelength in Å.", wavelengths)
            )
        self.entry.blockSignals(False)
