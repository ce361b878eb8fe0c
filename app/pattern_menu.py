"""The menu for what is done to the pattern: tools of the plot, and ways back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from app.language import noop, tr
from app.state.plot_tool import Tool
from app.state.session import Session

TOOLS: tuple[tuple[Tool, str, str], ...] = (
    ("look", noop("Look and zoom"), ""),
    ("exclude", noop("Exclude regions"), "Ctrl+7"),
    ("peaks", noop("Add and remove peaks"), "Ctrl+8"),
    ("background", noop("Background"), "Ctrl+9"),
    ("compare", noop("Compare patterns"), "Ctrl+Shift+K"),
)


class PatternMenu:
    """Makes the menu *Pattern* before that named *View*; entries are enabled as they make sense."""

    def __init__(
        self,
        window: QMainWindow,
        session: Session,
        focus_plot: Callable[[], None],
        add_patterns: Callable[[], None],
    ) -> None:
        """Put the menu into `window`.

        `focus_plot` gives the plot the keys, `add_patterns` asks for patterns for comparison.
        """
        self._window, self._session, self._focus_plot = window, session, focus_plot
        self.menu = QMenu(tr("&Pattern"), window)
        group = QActionGroup(window)
        self.tools: dict[Tool, QAction] = {}
        for tool, text, keys in TOOLS:
            action = self._make(tr(text), partial(self._choose, tool), keys)
            action.setCheckable(True)
            group.addAction(action)
            self.tools[tool] = action
        self.menu.addSeparator()
        self.use_all = self._make(
            tr("Take back all excluded regions"), lambda: session.preparing.type_regions("")
        )
        self.search_again = self._make(
            tr("Search peaks automatically again"), session.preparing.search_peaks_again
        )
        self.automatic = self._make(
            tr("Automatic background"), lambda: session.preparing.choose_background("automatic")
        )
        self.menu.addSeparator()
        self.add_patterns = self._make(tr("Compare with patterns…"), add_patterns, "Ctrl+Shift+A")
        self.no_patterns = self._make(tr("Remove patterns for comparison"), session.overlays.clear)
        bar = window.menuBar()
        after = next((entry for entry in bar.actions() if entry.text() == "&View"), None)
        if after is not None:
            bar.insertMenu(after, self.menu)
        else:
            bar.addMenu(self.menu)
        for signal in (
            session.pattern.changed,
            session.pattern.prepared,
            session.plot_tool.changed,
            session.overlays.changed,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def _make(self, text: str, do: Callable[[], object], keys: str = "") -> QAction:
        action = QAction(text, self._window)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: do())
        self.menu.addAction(action)
        return action

    def _choose(self, tool: Tool) -> None:
        self._session.plot_tool.choose(tool)
        self._focus_plot()

    def _refresh(self) -> None:
        session = self._session
        there = session.pattern.pattern is not None
        for tool, action in self.tools.items():
            action.setChecked(session.plot_tool.tool == tool)
            action.setEnabled(there)
        self.use_all.setEnabled(bool(session.preparing.regions))
        self.automatic.setEnabled(session.preparing.background.method != "automatic")
        self.add_patterns.setEnabled(there)
        self.no_patterns.setEnabled(bool(session.overlays.stack.overlays))
        self.search_again.setEnabled(bool(session.preparing.peak_edits))
