"""Which second phase is refined together with the chosen candidate."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from app import text
from app.language import tr
from app.refining import Refining
from app.state.refinement import Further
from app.state.session import Session

MOST_LISTED = 12


class FurtherPhase(QComboBox):
    """None, another candidate, or a structure from a file."""

    def __init__(self, session: Session, refining: Refining, parent: QWidget | None = None) -> None:
        """Offer the candidates of `session`; what is chosen is wished of `refining`."""
        super().__init__(parent)
        self._session, self._state = session, refining.state
        self.setToolTip(
            tr("A mixture is refined as one; weight fractions are stated with the result")
        )
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(18)
        self._offered: list[Further | None] = []
        self.activated.connect(self._take)
        session.solution.changed.connect(self.refresh)
        session.solution.chosen_changed.connect(self.refresh)
        refining.state.wishes_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """List what can be chosen now; a candidate that is gone is chosen no more."""
        solution, wished = self._session.solution, self._state.wishes.further
        others = [one for one in solution.candidates if one is not solution.chosen]
        offered = [Further(text.candidate(one), one.structure) for one in others[:MOST_LISTED]]
        kept = [one for one in offered if wished and one.structure is wished.structure]
        if wished is not None and isinstance(wished.structure, Path):
            offered.append(wished)
            kept = [wished]
        self._offered = [None, *offered]
        self.blockSignals(True)
        self.clear()
        self.addItem(tr("none"))
        self.addItems([one.name for one in offered])
        self.addItem(tr("From a file…"))
        self.setCurrentIndex(1 + offered.index(kept[0]) if kept else 0)
        self.blockSignals(False)
        if wished is not None and not kept:
            self._state.wish(further=None)

    def choose_file(self, path: Path) -> None:
        """Refine together with the structure that a file holds."""
        self._state.wish(further=Further(path.name, path))

    def _take(self, index: int) -> None:
        if index < len(self._offered):
            self._state.wish(further=self._offered[index])
            return
        name, _filter = QFileDialog.getOpenFileName(
            self, tr("Structure of the second phase"), "", "CIF, POSCAR (*.cif *.vasp POSCAR*)"
        )
        if name:
            self.choose_file(Path(name))
        self.refresh()
