"""The row of tools above the pattern: which one is in hand, and what can be set for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from app.language import noop, tr
from app.state.plot_tool import Tool
from app.state.session import Session
from app.theme import Theme
from app.views.controls import Segmented
from app.views.overlay_options import OverlayOptions
from app.views.pattern_background import BackgroundAnchors
from app.views.pattern_options import BackgroundOptions, PeakOptions, RegionOptions
from app.views.pattern_overlays import OverlaidPatterns
from app.views.pattern_peaks import PeakMarks
from app.views.pattern_plot import PatternPlot
from app.views.pattern_regions import ExcludedRegions
from app.views.plot_tool import PlotTool

ROOM_FOR_OPTIONS = 420
TOOLS: tuple[tuple[Tool, str, str], ...] = (
    ("exclude", noop("Exclude"), noop("Regions that no search and no fit sees (Ctrl+7)")),
    ("peaks", noop("Peaks"), noop("Add and remove peaks of the list (Ctrl+8)")),
    (
        "background",
        noop("Background"),
        noop("Where the background comes from, and its anchors (Ctrl+9)"),
    ),
    (
        "compare",
        noop("Compare"),
        noop("Other patterns, one over the other or stacked (Ctrl+Shift+K)"),
    ),
)


class PatternTools(QWidget):
    """Makes the plot's tools, and shows the options of the one in hand."""

    def __init__(self, session: Session, plot: PatternPlot) -> None:
        """Work on the pattern of `session` in `plot`."""
        super().__init__()
        self._session, self._plot = session, plot
        self.regions = ExcludedRegions(plot)
        self.peaks = PeakMarks(plot)
        self.anchors = BackgroundAnchors(plot)
        self.overlays = OverlaidPatterns(plot)
        self.stacking = OverlayOptions(session)
        self.tools: dict[Tool, PlotTool] = {
            "exclude": self.regions,
            "peaks": self.peaks,
            "background": self.anchors,
            "compare": self.overlays,
        }
        self.pages: dict[Tool, QWidget] = {
            "exclude": RegionOptions(session, self.regions),
            "peaks": PeakOptions(session, self.peaks),
            "background": BackgroundOptions(session, self.anchors),
            "compare": self.stacking,
        }
        self.choice = Segmented(TOOLS)
        self.choice.chosen.connect(session.plot_tool.choose)
        self.opener = QToolButton()
        self.opener.setText(tr("Tools"))
        self.opener.setCheckable(True)
        self.opener.setProperty("segment", True)
        self.opener.setProperty("place", "only")
        self.opener.setToolTip(
            tr("Excluded regions (Ctrl+7), peaks by hand (Ctrl+8), background (Ctrl+9)")
        )
        self.opener.clicked.connect(self._open)
        self.stack = QStackedWidget()
        self.stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 6, 0)
        self._row.setSpacing(6)
        self._row.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        self._row.addWidget(self.stack, 1)
        for page in self.pages.values():
            self.stack.addWidget(page)
        for tool in self.tools.values():
            plot.add_layer(tool)
        self._last: Tool = "exclude"
        session.plot_tool.changed.connect(self._refresh)
        session.pattern.changed.connect(self._refresh)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where there is no room beside the tools, their options stand below."""
        super().resizeEvent(event)
        narrow = self.width() < self.choice.sizeHint().width() + ROOM_FOR_OPTIONS
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.stacking.set_theme(theme)

    def _open(self, wanted: bool) -> None:
        """Take the last tool in hand again, or lay it down."""
        self._session.plot_tool.choose(self._last if wanted else "look")

    def _refresh(self) -> None:
        tool = self._session.plot_tool.tool
        if self._session.pattern.pattern is None:
            tool = "look"
        self.opener.setEnabled(self._session.pattern.pattern is not None)
        self.opener.setChecked(tool != "look")
        self.setVisible(tool != "look")
        for name, made in self.tools.items():
            if made.in_hand != (name == tool):
                made.take(name == tool)
        in_hand = self.tools.get(tool)
        if tool == "compare":
            in_hand = None  # the mouse zooms, as without a tool
        for box in (self._plot.box, self._plot.rest_box):
            box.tool = in_hand
        cross = Qt.CursorShape.CrossCursor if in_hand is not None else Qt.CursorShape.ArrowCursor
        self._plot.viewport().setCursor(cross)
        if tool != "look":
            self._last = tool
            self.choice.set_value(tool)
            self.stack.setCurrentWidget(self.pages[tool])
