"""What can be set for each tool of the pattern plot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from app.language import noop, tr
from app.state.session import Session
from app.views.controls import Elided, SharedUndo, muted
from app.views.plot_tool import PlotTool
from engine.pattern.choices import HIGHEST_DEGREE

METHODS = (
    ("automatic", noop("Automatic"), noop("Estimated, then settled together with the peaks")),
    (
        "arpls",
        "arPLS",
        noop("Smoothed where the pattern shows it; peaks are fitted on it as it is"),
    ),
    ("snip", "SNIP", noop("What peak clipping leaves; peaks are fitted on it as it is")),
    ("spline", noop("Curve by hand"), noop("A smooth curve through anchors that you place")),
    ("polynomial", noop("Polynomial"), noop("A polynomial fitted to anchors that you place")),
)


def hint(text: str) -> Elided:
    """A sentence on how a tool is used, shortened where there is no room."""
    label = Elided(text, mode=Qt.TextElideMode.ElideRight)
    label.setProperty("muted", True)
    label.setToolTip(text)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return label


class RegionOptions(QWidget):
    """Excluded regions as one types them."""

    def __init__(self, session: Session, tool: PlotTool) -> None:
        """Show and change the regions of `session`."""
        super().__init__()
        self._session, self._tool = session, tool
        self.entry = QLineEdit()
        self.entry.setAccessibleName(tr("Excluded regions of 2θ, degrees"))
        self.entry.setToolTip(tr("Excluded regions of 2θ in degrees, for example 25-27, 40.2-41"))
        self.entry.setPlaceholderText("25-27, 40.2-41")
        self.entry.setMinimumWidth(150)
        self.entry.editingFinished.connect(self._typed)
        SharedUndo(self.entry)
        self.clear = QPushButton(tr("Use all"))
        self.clear.setToolTip(tr("Take back all excluded regions"))
        self.clear.clicked.connect(lambda: tool.attempt(lambda: session.preparing.type_regions("")))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.entry, 2)
        row.addWidget(self.clear)
        row.addWidget(hint(tr("Drag to leave out, double click to take back")), 3)
        session.pattern.changed.connect(self._refresh)
        session.pattern.prepared.connect(self._refresh)
        self._refresh()

    def _typed(self) -> None:
        text = self.entry.text()
        if text == self._session.preparing.regions_text:
            return
        if self._tool.attempt(lambda: self._session.preparing.type_regions(text)):
            self._refresh()

    def _refresh(self) -> None:
        self.entry.setText(self._session.preparing.regions_text)
        self.clear.setEnabled(bool(self._session.preparing.regions))


class PeakOptions(QWidget):
    """What differs from the automatic search, and the way back to it."""

    def __init__(self, session: Session, tool: PlotTool) -> None:
        """Show the edits of `session`."""
        super().__init__()
        self._session = session
        self.count = muted()
        self.count.setAccessibleName(tr("Peaks changed by hand"))
        self.again = QPushButton(tr("Search again"))
        self.again.setToolTip(tr("Bring back the peaks of the automatic search"))
        self.again.clicked.connect(lambda: tool.attempt(session.preparing.search_peaks_again))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.count)
        row.addWidget(self.again)
        row.addWidget(hint(tr("Click to add a peak; click on a mark to remove it")), 1)
        for signal in (session.pattern.changed, session.pattern.prepared):
            signal.connect(self._refresh)
        session.pattern.derived_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        edits, peaks = self._session.preparing.peak_edits, self._session.pattern.peaks
        self.again.setEnabled(bool(edits))
        changes = [
            f"{len(places)} {what}"
            for places, what in ((edits.added, "added"), (edits.removed, "removed"))
            if places
        ]
        number = "" if peaks is None else tr("{0} peaks", len(peaks))
        self.count.setText(f"{number}: {', '.join(changes)}" if changes else number)


class BackgroundOptions(QWidget):
    """The method, and what is to be said of a curve through anchors."""

    def __init__(self, session: Session, tool: PlotTool) -> None:
        """Show and change the background of `session`."""
        super().__init__()
        self._session, self._tool = session, tool
        preparing = session.preparing
        self.method = QComboBox()
        self.method.setAccessibleName(tr("Background"))
        for value, name, tip in METHODS:
            self.method.addItem(tr(name), value)
            self.method.setItemData(self.method.count() - 1, tr(tip), Qt.ItemDataRole.ToolTipRole)
        self.method.activated.connect(self._choose)
        self.degree = QSpinBox()
        self.degree.setRange(0, HIGHEST_DEGREE)
        self.degree.setPrefix(tr("degree {0}", "").rstrip() + " ")
        self.degree.setAccessibleName(tr("Degree of the polynomial"))
        self.degree.setToolTip(tr("Degree of the polynomial, lower where there are fewer anchors"))
        self.degree.setKeyboardTracking(False)
        self.degree.valueChanged.connect(self._choose_degree)
        self.anew = QPushButton(tr("Place anew"))
        self.anew.setToolTip(tr("Put the anchors back on the background that they draw, evenly"))
        self.anew.clicked.connect(lambda: tool.attempt(preparing.place_anchors_anew))
        self.hint = hint("")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.method, self.degree, self.anew):
            row.addWidget(widget)
        row.addWidget(self.hint, 1)
        for signal in (session.pattern.changed, session.pattern.prepared):
            signal.connect(self._refresh)
        session.pattern.derived_changed.connect(self._refresh)
        self._refresh()

    def _choose(self, index: int) -> None:
        method = self.method.itemData(index)
        if not self._tool.attempt(lambda: self._session.preparing.choose_background(method)):
            self._refresh()

    def _choose_degree(self, degree: int) -> None:
        self._tool.attempt(lambda: self._session.preparing.choose_degree(degree))

    def _refresh(self) -> None:
        choice = self._session.preparing.background
        self.method.setCurrentIndex(self.method.findData(choice.method))
        self.method.setToolTip(tr(METHODS[self.method.currentIndex()][2]))
        self.degree.blockSignals(True)
        self.degree.setValue(choice.degree)
        self.degree.blockSignals(False)
        self.degree.setVisible(choice.method == "polynomial")
        self.anew.setVisible(choice.has_curve)
        text = (
            tr("Drag anchors; click to add, double click to remove")
            if choice.has_curve
            else tr(METHODS[self.method.currentIndex()][2])
        )
        self.hint.setText(text)
        self.hint.setToolTip(text)
