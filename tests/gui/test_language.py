"""A made-up language in the real window: what stays English was forgotten."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox, QGroupBox, QLabel, QTabBar, QWidget

from tests.gui.steps import settle, solved

# Names, symbols and keys are the same in every language; so is what the engine says.
SAME = re.compile(
    r"[A-Z][a-z]?|[abc]\*?|Densight|densight|CPU.*|Pnma.*|Fm.*|halite.*|.*K[αβ].*|I|√I|log I|2θ|"
    r"arPLS|SNIP|hkl|Ctrl.*|qt_.*|/.*|text, \d columns|The file gives no wavelength.*|"
    r"Scroll Left|Scroll Right|Close|Export\.\.\."
)
WORD = re.compile(r"[A-Za-z]{3,} ?[A-Za-z]{2,}")


class Brackets(QTranslator):
    """Puts every text of the program in brackets."""

    def isEmpty(self):  # noqa: N802
        return False

    def translate(self, context, source, disambiguation=None, n=-1):
        return f"⟦{source}⟧" if context == "Densight" else None


@pytest.fixture
def brackets(qapp):
    made = Brackets(qapp)
    qapp.installTranslator(made)
    yield
    qapp.removeTranslator(made)


@pytest.fixture
def translated(brackets, window):
    """The window, made while the language is installed."""
    return window


def shown(root):
    """Everything that a widget says, with its kind."""
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.objectName().startswith("qt_"):
            continue
        kind = type(widget).__name__
        yield f"{kind} tip", widget.toolTip()
        yield f"{kind} name", widget.accessibleName()
        if isinstance(widget, QLabel | QAbstractButton):
            yield kind, widget.text()
        elif isinstance(widget, QGroupBox):
            yield kind, widget.title()
        elif isinstance(widget, QComboBox):
            yield from ((kind, widget.itemText(i)) for i in range(widget.count()))
        elif isinstance(widget, QTabBar):
            yield from ((kind, widget.tabText(i)) for i in range(widget.count()))
    for action in root.findChildren(QAction):
        yield "action", action.text()


def english(root):
    found = set()
    for kind, text in shown(root):
        plain = re.sub(r"<[^>]*>|&\w+;", "", text)
        if "⟦" in plain or SAME.fullmatch(plain) or not WORD.search(plain):
            continue
        found.add((kind, plain[:80]))
    return found


def test_the_window_speaks_another_language(translated, qtbot, file):
    solved(translated, qtbot, file)
    translated.pattern_menu.tools["background"].trigger()
    settle(translated, qtbot)
    assert english(translated) == set()


def test_so_do_the_windows_beside_it(translated, qtbot, file):
    solved(translated, qtbot, file)
    translated.actions_.batch.trigger()
    translated.actions_.compare.trigger()
    translated.actions_.edit.trigger()
    settle(translated, qtbot)
    beside = translated.beside
    for one in (beside.batch_window, beside.comparison, beside.edit_dialog):
        assert english(one) == set()
        one.close()


def test_headings_of_tables_too(translated, qtbot, file):
    solved(translated, qtbot, file)
    model = translated.candidates.model()
    names = [str(model.headerData(i, translated.candidates.horizontalHeader().orientation()))
             for i in range(model.columnCount())]  # fmt: skip
    assert all("⟦" in name for name in names if WORD.search(name)), names
