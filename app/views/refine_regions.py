"""The regions that are excluded from the pattern, each to be switched for a refinement."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.language import tr
from app.refining import Refining
from app.state.session import Session
from engine.pattern.excluded import regions_text

MOST_SHOWN = 4  # more are scrolled to


class RegionSwitches(QListWidget):
    """A tick for every excluded region of the pattern: ticked ones the fit does not see."""

    def __init__(self, session: Session, refining: Refining, parent: QWidget | None = None) -> None:
        """Show the regions of `session`; what is not ticked is used again by `refining`."""
        super().__init__(parent)
        self._session, self._state = session, refining.state
        self.setAccessibleName(tr("Excluded regions of the pattern"))
        self.setToolTip(
            tr("Excluded in the pattern; take a tick away to refine against that region as well")
        )
        self.itemChanged.connect(lambda _item: self._switch())
        session.pattern.changed.connect(self.refresh)
        session.pattern.prepared.connect(self.refresh)
        refining.state.wishes_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the regions as they are now."""
        regions, again = self._session.preparing.regions, self._state.wishes.used_again
        self.blockSignals(True)
        self.clear()
        for region in regions:
            item = QListWidgetItem(f"{regions_text([region])}°")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            ticked = Qt.CheckState.Unchecked if region in again else Qt.CheckState.Checked
            item.setCheckState(ticked)
            self.addItem(item)
        self.blockSignals(False)
        rows = min(max(len(regions), 1), MOST_SHOWN)
        self.setFixedHeight(rows * max(self.sizeHintForRow(0), 18) + 2 * self.frameWidth() + 2)

    def _switch(self) -> None:
        regions = self._session.preparing.regions
        again = tuple(
            region
            for i, region in enumerate(regions)
            if self.item(i).checkState() == Qt.CheckState.Unchecked
        )
        self._state.wish(used_again=again)
