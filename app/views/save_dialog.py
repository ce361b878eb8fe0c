"""The question where to save a file: the name is whole before it is asked whether to replace one.

The system's dialog asks only about the name as it was typed, and Qt's default suffix leaves a name
alone that has a dot in it ("s_1.5K"): where a suffix is added here, the question is put here too.
"""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.language import tr

SUFFIX = re.compile(r"\*(\.\w+)")


def ask_where_to_save(parent: QWidget, title: str, start: Path, filters: str) -> Path | None:
    """Ask for a file until it is new or may be replaced; None if the user gives up.

    Parameters
    ----------
    parent : QWidget
    title : str
    start : Path
        The name that is proposed.
    filters : str
        As Qt has them; the name gets the suffix of the chosen one unless it ends in one of them.
    """
    while True:
        typed, chosen = QFileDialog.getSaveFileName(parent, title, str(start), filters)
        if not typed:
            return None
        path = _with_suffix(Path(typed), chosen or filters, filters)
        if path == Path(typed) or not path.exists() or may_replace(parent, title, path):
            return path
        start = path


def _with_suffix(path: Path, chosen: str, filters: str) -> Path:
    """`path`, with the suffix of the chosen filter where it ends in none of them."""
    if path.suffix.lower() in SUFFIX.findall(filters):
        return path
    return path.with_name(path.name.rstrip(".") + SUFFIX.findall(chosen)[0])


def may_replace(parent: QWidget, title: str, path: Path) -> bool:
    """Ask whether a file may be replaced."""
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        title,
        tr("'{0}' exists already. Replace it?", path.name),
        parent=parent,
    )
    box.setInformativeText(tr("It is in {0}. What it holds would be lost.", path.parent))
    replace = box.addButton(tr("Replace"), QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    replaced = box.clickedButton() is replace
    box.deleteLater()
    return replaced
