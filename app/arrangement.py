"""How the window shares its room: as the user left it, or as a new user gets it."""

from __future__ import annotations

import base64

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QSplitter

from app.settings import Settings

SIDE_WIDTH = 388
PLOT_SHARE = 52  # per cent of the height
TABLES_SHARE = 54  # per cent of the lower row
NARROW_TABLES_SHARE, ROOMY = 60, 800  # where the row is not roomy, columns need it more


class Arrangement:
    """The sizes of a window and of its parts, kept in the settings."""

    def __init__(
        self, window: QMainWindow, right: QSplitter, lower: QSplitter, settings: Settings
    ) -> None:
        """`right` has the plot above `lower`, which has the tables beside the density."""
        self._window, self._right, self._lower = window, right, lower
        self._settings = settings
        self._settled = False

    def begin(self) -> None:
        """Give a new user's window its proportions, once its size is known."""
        if not self._settled:
            self._settled = True
            self.reset()

    def reset(self) -> None:
        """The proportions that a new user gets."""
        window = self._window
        height, width = max(window.height(), 600), max(window.width() - SIDE_WIDTH, 500)
        self._right.setSizes([height * PLOT_SHARE // 100, height * (100 - PLOT_SHARE) // 100])
        share = TABLES_SHARE if width >= ROOMY else NARROW_TABLES_SHARE
        tables = round(width * share / 100)
        self._lower.setSizes([tables, width - tables])

    def restore(self) -> None:
        """As it was left."""
        window = self._window
        window.resize(1440, 900)
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            space = screen.availableSize()
            window.resize(min(1440, space.width() - 40), min(900, space.height() - 60))
        self.reset()
        stored = self._settings.get("layout")
        self._settled = isinstance(stored, dict)
        if not isinstance(stored, dict):
            return
        for name, restore in (
            ("window", window.restoreGeometry),
            ("right", self._right.restoreState),
            ("lower", self._lower.restoreState),
        ):
            if isinstance(stored.get(name), str):
                restore(QByteArray(base64.b64decode(stored[name])))

    def store(self) -> None:
        """Keep it for the next time."""
        parts = {
            "window": self._window.saveGeometry(),
            "right": self._right.saveState(),
            "lower": self._lower.saveState(),
        }
        coded = {name: base64.b64encode(bytes(part.data())) for name, part in parts.items()}
        self._settings.set("layout", {name: code.decode() for name, code in coded.items()})
