"""Colours of the window, light and dark, following the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

Choice = Literal["system", "light", "dark"]
FRAMED = ("QCheckBox", "QRadioButton", "QAbstractSpinBox", "QComboBox")
OUTLINE_FACTOR = 140


@dataclass(frozen=True)
class Theme:
    """Colour tokens; every colour on screen is one of these (atoms excepted)."""

    dark: bool
    window: str
    surface: str
    raised: str
    line: str
    frame: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    on_accent: str
    good: str
    caution: str
    bad: str
    caution_soft: str
    bad_soft: str
    info_soft: str
    observed: str
    calculated: str
    background: str
    difference: str
    ticks: str
    outer_surface: str
    inner_surface: str
    plus: str
    minus: str


LIGHT = Theme(
    dark=False,
    window="#f3f4f6",
    surface="#ffffff",
    raised="#fbfbfc",
    line="#d5d9df",
    frame="#8a94a0",
    text="#1c232b",
    muted="#5d6875",
    accent="#1b6682",
    accent_soft="#dcebf1",
    on_accent="#ffffff",
    good="#0f6f5c",
    caution="#8a5a00",
    bad="#821729",
    caution_soft="#fdf3dc",
    bad_soft="#fbe6e3",
    info_soft="#e4eff4",
    observed="#27313c",
    calculated="#c8402e",
    background="#8893a0",
    difference="#3b6ea5",
    ticks="#0b7a66",
    outer_surface="#5b9db8",
    inner_surface="#d9923b",
    plus="#c78500",
    minus="#3267c8",
)

DARK = Theme(
    dark=True,
    window="#1a1d21",
    surface="#212529",
    raised="#2a2f35",
    line="#3a414a",
    frame="#66717e",
    text="#e3e7eb",
    muted="#9aa5b1",
    accent="#5fb0cd",
    accent_soft="#23414e",
    on_accent="#0e1a20",
    good="#7fe0c8",
    caution="#e3b25a",
    bad="#ee8a7d",
    caution_soft="#3a3120",
    bad_soft="#402624",
    info_soft="#22343d",
    observed="#d5dbe1",
    calculated="#f0705c",
    background="#7c8896",
    difference="#7fb0e6",
    ticks="#5ad6a0",
    outer_surface="#6fb4cf",
    inner_surface="#e6a552",
    plus="#f2bd2e",
    minus="#5b8dee",
)


def palette(theme: Theme) -> QPalette:
    """Qt's palette for a theme."""
    made = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.raised,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.on_accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.Light: theme.raised,
        role.Midlight: theme.line,
        role.Mid: theme.line,
        role.Dark: theme.muted if theme.dark else theme.line,
        role.Shadow: theme.line,
    }
    for name, colour in colours.items():
        made.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        faded = QColor(theme.muted)
        faded.setAlphaF(0.55)
        made.setColor(QPalette.ColorGroup.Disabled, name, faded)
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.line))
    return made


def framed_palette(theme: Theme) -> QPalette:
    """As `palette`, with outlines that can be seen.

    Fusion takes the colour of an outline from that of the window, made darker by this factor; on
    a dark window nothing darker is seen. The widgets of `FRAMED` fill no window of their own.
    """
    made = palette(theme)
    made.setColor(QPalette.ColorRole.Window, QColor(theme.frame).lighter(OUTLINE_FACTOR))
    return made


def stylesheet(theme: Theme) -> str:
    """Style rules for what Fusion alone does not draw the way it is wanted here."""
    t = theme
    muted = QColor(t.muted)
    faint = f"rgba({muted.red()}, {muted.green()}, {muted.blue()}, 150)"
    return f"""
    QMainWindow::separator {{ width: 5px; height: 5px; }}
    QMenuBar {{ background: {t.window}; padding: 1px 4px; }}
    QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; background: transparent; }}
    QMenuBar::item:selected {{ background: {t.accent_soft}; color: {t.accent}; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
    QSplitter::handle {{ background: {t.window}; }}
    QSplitter::handle:hover {{ background: {t.line}; }}
    QFrame[panel="true"] {{
        background: {t.surface}; border: 1px solid {t.line}; border-radius: 6px;
    }}
    QLabel[heading="true"] {{ color: {t.text}; font-weight: 600; }}
    QLabel[muted="true"] {{ color: {t.muted}; }}
    QLabel[hint="true"] {{ color: {t.caution}; }}
    QLabel[chip="neutral"] {{
        color: {t.muted}; border: 1px solid {t.line}; border-radius: 8px; padding: 1px 7px;
    }}
    QLabel[chip="good"] {{
        color: {t.good}; border: 1px solid {t.good}; border-radius: 8px; padding: 1px 7px;
    }}
    QLabel[chip="caution"] {{
        color: {t.caution}; background: {t.caution_soft}; border: 1px solid {t.caution};
        border-radius: 8px; padding: 1px 7px; font-weight: 600;
    }}
    QToolButton[segment="true"] {{
        border: 1px solid {t.line}; border-right: none; padding: 2px 6px; background: {t.raised};
        color: {t.muted};
    }}
    QToolButton[segment="true"][place="first"] {{
        border-top-left-radius: 5px; border-bottom-left-radius: 5px;
    }}
    QToolButton[segment="true"][place="last"] {{
        border-right: 1px solid {t.line};
        border-top-right-radius: 5px; border-bottom-right-radius: 5px;
    }}
    QToolButton[segment="true"][place="only"] {{
        border: 1px solid {t.line}; border-radius: 5px; padding: 3px 9px;
    }}
    QToolButton[segment="true"]:checked {{
        background: {t.accent_soft}; color: {t.accent}; font-weight: 600;
    }}
    QToolButton[segment="true"][place="chip"] {{
        border: 1px solid {t.line}; border-radius: 5px; padding: 3px 4px;
    }}
    QToolButton[segment="true"][place="chip"]:checked {{ font-weight: 400; }}
    QToolButton[segment="true"]:disabled {{ color: {faint}; background: {t.surface}; }}
    QToolButton[segment="true"]:focus {{ border: 1px solid {t.accent}; }}
    QPushButton {{
        background: {t.raised}; color: {t.text}; border: 1px solid {t.line};
        border-radius: 5px; padding: 5px 12px;
    }}
    QPushButton:hover {{ border-color: {t.accent}; }}
    QPushButton:focus {{ border: 1px solid {t.accent}; }}
    QPushButton:pressed {{ background: {t.accent_soft}; }}
    QPushButton:disabled {{ color: {faint}; background: {t.surface}; }}
    QPushButton::menu-indicator {{ width: 8px; right: 6px; }}
    QPushButton[flat="true"][opens="true"] {{ padding-right: 18px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; }}
    QScrollBar::handle {{ background: {t.line}; border-radius: 3px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: 28px; }}
    QScrollBar::handle:horizontal {{ min-width: 28px; }}
    QScrollBar::handle:hover {{ background: {t.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QPushButton[primary="true"] {{
        background: {t.accent}; color: {t.on_accent}; border: 1px solid {t.accent};
        font-weight: 600;
    }}
    QPushButton[primary="true"]:hover {{ border-color: {t.text}; }}
    QPushButton[primary="true"]:focus {{ border: 2px solid {t.text}; padding: 4px 11px; }}
    QPushButton[primary="true"]:disabled {{
        background: {t.line}; color: {t.muted}; border-color: {t.line};
    }}
    QPushButton[flat="true"] {{ border: none; background: transparent; padding: 3px 6px; }}
    QPushButton[flat="true"]:focus {{ background: {t.accent_soft}; color: {t.accent}; }}
    QPushButton[flat="true"]:hover {{ background: {t.accent_soft}; }}
    QCheckBox:focus, QRadioButton:focus {{ color: {t.accent}; }}
    QLineEdit {{
        background: {t.surface}; border: 1px solid {t.line}; border-radius: 5px; padding: 3px 6px;
        selection-background-color: {t.accent}; selection-color: {t.on_accent};
    }}
    QLineEdit:focus {{ border-color: {t.accent}; }}
    QProgressBar {{
        border: none; background: {t.line}; border-radius: 2px; max-height: 4px; min-height: 4px;
    }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 2px; }}
    QTableView {{
        border: none; background: {t.surface}; alternate-background-color: {t.raised};
        gridline-color: transparent; selection-background-color: {t.accent_soft};
        selection-color: {t.text};
    }}
    QTableView::item {{ padding: 0 6px; }}
    QTableView::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
    QTableView[dense="true"]::item {{ padding: 0 1px; }}
    QHeaderView {{ background: {t.surface}; }}
    QHeaderView::section {{
        background: {t.surface}; color: {t.muted}; border: none;
        border-bottom: 1px solid {t.line}; padding: 4px 6px; font-weight: 600;
    }}
    QTableCornerButton::section {{
        background: {t.surface}; border: none; border-bottom: 1px solid {t.line};
    }}
    QHeaderView[dense="true"]::section {{ padding: 4px 1px; }}
    QHeaderView[sortable="true"]::section {{ padding: 4px 13px 4px 6px; }}
    QHeaderView::up-arrow, QHeaderView::down-arrow {{
        width: 9px; height: 9px; subcontrol-origin: padding; subcontrol-position: center right;
        right: 2px;
    }}
    QListWidget[contents="true"] {{ border: none; background: {t.surface}; outline: none; }}
    QListWidget[contents="true"]::item {{ padding: 5px 8px; }}
    QListWidget[contents="true"]::item:selected {{
        background: {t.accent_soft}; color: {t.accent};
    }}
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{
        background: transparent; color: {t.muted}; padding: 6px 12px; border: none;
        border-bottom: 2px solid transparent; font-weight: 600;
    }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
    QTabBar::tab:focus {{ color: {t.accent}; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {t.line}; }}
    QStatusBar {{ color: {t.muted}; }}
    QStatusBar::item {{ border: none; }}
    QToolTip {{
        background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; padding: 3px;
    }}
    QFrame[message="info"] {{
        background: {t.info_soft}; border: none; border-left: 3px solid {t.accent};
    }}
    QFrame[message="warning"] {{
        background: {t.caution_soft}; border: none; border-left: 3px solid {t.caution};
    }}
    QFrame[message="error"] {{
        background: {t.bad_soft}; border: none; border-left: 3px solid {t.bad};
    }}
    """


class ThemeKeeper(QObject):
    """Applies the theme to the application: the user's choice, else the system's.

    Signals
    -------
    changed(theme)
        Emitted with the new `Theme` after light and dark changed places.
    """

    changed = Signal(object)

    def __init__(self, app: QApplication) -> None:
        """Style `app` and watch the system's colour scheme."""
        super().__init__(app)
        self._app = app
        # Where the platform does not say, its own palette tells light from dark.
        self._dark_palette = app.palette().window().color().lightness() < 128
        self._choice: Choice = "system"
        app.setStyle("Fusion")
        self.theme = LIGHT
        self._applied: Theme | None = None
        self._apply()
        app.styleHints().colorSchemeChanged.connect(self._apply)

    def choose(self, choice: Choice) -> None:
        """Follow the system, or stay light or dark."""
        self._choice = choice
        self._apply()

    def _is_dark(self) -> bool:
        if self._choice != "system":
            return self._choice == "dark"
        scheme = self._app.styleHints().colorScheme()
        if scheme == Qt.ColorScheme.Unknown:
            return self._dark_palette
        return scheme == Qt.ColorScheme.Dark

    def _apply(self, *_: object) -> None:
        theme = DARK if self._is_dark() else LIGHT
        if theme is self._applied:
            return
        self.theme = self._applied = theme
        self._app.setPalette(palette(self.theme))
        for name in FRAMED:
            self._app.setPalette(framed_palette(self.theme), name)  # type: ignore[arg-type]
        self._app.setStyleSheet(stylesheet(self.theme))
        self.changed.emit(self.theme)
