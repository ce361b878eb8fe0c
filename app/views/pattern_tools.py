"""The row of tools above the pattern: which one is in hand, and what can be set for it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from app.state.plot_tool import Tool
from app.state.session import Session
from app.views.controls import Elided, Segmented, SharedUndo
from app.views.pattern_plot import PatternPlot
from app.views.pattern_regions import ExcludedRegions
from app.views.plot_tool import PlotTool

TOOLS: tuple[tuple[Tool, str, str], ...] = (
    ("exclude", "Exclude", "Regions that no search and no fit sees (Ctrl+7)"),
)


def hint(text: str) -> Elided:
    """A sentence on how a tool is used, shortened where there is no room."""
    label = Elided(text)
    label.setProperty("muted", True)
    label.setToolTip(text)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return label


def option_row(*widgets: QWidget) -> QWidget:
    """A page of options, side by side."""
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 1 if isinstance(widget, Elided) else 0)
    return page


class RegionOptions(QWidget):
    """Excluded regions as one types them."""

    def __init__(self, session: Session, tool: PlotTool) -> None:
        """Show and change the regions of `session`."""
        super().__init__()
        self._session, self._tool = session, tool
        self.entry = QLineEdit()
        self.entry.setAccessibleName("Excluded regions of 2θ, degrees")
        self.entry.setToolTip("Excluded regions of 2θ in degrees, for example 25-27, 40.2-41")
        self.entry.setPlaceholderText("25-27, 40.2-41")
        self.entry.setMinimumWidth(150)
        self.entry.editingFinished.connect(self._typed)
        SharedUndo(self.entry)
        self.clear = QPushButton("Use all")
        self.clear.setToolTip("Take back all excluded regions")
        self.clear.clicked.connect(lambda: tool.attempt(lambda: session.preparing.type_regions("")))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.entry, 2)
        row.addWidget(self.clear)
        row.addWidget(hint("Drag over what is to be left out; double click takes it back"), 3)
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


class PatternTools(QWidget):
    """Makes the plot's tools, and shows the options of the one in hand."""

    def __init__(self, session: Session, plot: PatternPlot) -> None:
        """Work on the pattern of `session` in `plot`."""
        super().__init__()
        self._session, self._plot = session, plot
        self.regions = ExcludedRegions(plot)
        self.tools: dict[Tool, PlotTool] = {"exclude": self.regions}
        self.pages: dict[Tool, QWidget] = {"exclude": RegionOptions(session, self.regions)}
        self.choice = Segmented(TOOLS)
        self.choice.chosen.connect(session.plot_tool.choose)
        self.opener = QToolButton()
        self.opener.setText("Tools")
        self.opener.setCheckable(True)
        self.opener.setProperty("segment", True)
        self.opener.setProperty("place", "only")
        self.opener.setToolTip("Excluded regions (Ctrl+7)")
        self.opener.clicked.connect(self._open)
        self.stack = QStackedWidget()
        self.stack.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 6, 0)
        row.setSpacing(10)
        row.addWidget(self.choice)
        row.addWidget(self.stack, 1)
        for page in self.pages.values():
            self.stack.addWidget(page)
        for tool in self.tools.values():
            plot.add_layer(tool)
        self._last: Tool = "exclude"
        session.plot_tool.changed.connect(self._refresh)
        session.pattern.changed.connect(self._refresh)
        self._refresh()

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
        for box in (self._plot.box, self._plot.rest_box):
            box.tool = in_hand
        cross = Qt.CursorShape.CrossCursor if in_hand is not None else Qt.CursorShape.ArrowCursor
        self._plot.viewport().setCursor(cross)
        if tool != "look":
            self._last = tool
            self.choice.set_value(tool)
            self.stack.setCurrentWidget(self.pages[tool])
