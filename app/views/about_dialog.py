"""What the program is made of: versions, device, licences; all of it can be copied."""

from __future__ import annotations

import platform
from importlib import metadata

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

import engine
from app.language import tr
from app.log import log_file

# What the program uses, as distributions are called.
PARTS = (
    "PySide6-Essentials",
    "pyqtgraph",
    "vispy",
    "PyOpenGL",
    "torch",
    "pymatgen",
    "numpy",
    "scipy",
    "scikit-image",
    "gemmi",
    "spglib",
    "psygnal",
    "platformdirs",
    "safetensors",
    "matplotlib",
)
LONGEST_LICENCE = 60
ABOUT = """\
<h3>Densight {version}</h3>
<p>From a powder X-ray pattern and the elements you know to the electron density, the crystal
structure and the evidence for both.</p>
<p>BSD 3-Clause licence. The density follows the CMED of Guo et al., npj Comput. Mater. 10, 209
(2024). Structure types from the Materials Project (CC BY 4.0).</p>
"""


def versions(device: str) -> str:
    """Versions of the program and of what it runs on, a line each."""
    lines = [
        f"Densight {engine.__version__}",
        f"Python {platform.python_version()}",
        f"Qt {qVersion()}",
        f"System {platform.platform()}",
        f"Device {device or 'not known yet'}",
    ]
    log = log_file()
    if log is not None:
        lines.append(f"Log {log}")
    return "\n".join(lines)


def licences() -> str:
    """Version and licence of every library, a line each, as their own records state them."""
    lines = []
    for name in PARTS:
        try:
            record = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # a frozen program carries the records of few
        lines.append(f"{name} {record['Version']}: {_licence(record)}")
    return "\n".join(lines)


def _licence(record: metadata.PackageMetadata) -> str:
    stated = next((record[key] for key in ("License-Expression", "License") if key in record), "")
    first = stated.strip().splitlines()[0].strip() if stated.strip() else ""
    if first and len(first) <= LONGEST_LICENCE:
        return first
    kinds = [
        value.split("::")[-1].strip()
        for value in record.get_all("Classifier") or ()
        if value.startswith("License ::")
    ]
    return ", ".join(kinds) or "see its documentation"


class AboutDialog(QDialog):
    """A short text above versions and licences."""

    def __init__(self, device: str, parent: QWidget | None = None) -> None:
        """Say which `device` computes."""
        super().__init__(parent)
        self.setWindowTitle(tr("About Densight"))
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 460)
        text = QLabel(ABOUT.format(version=engine.__version__))
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.tabs = QTabWidget()
        self.versions = _page(versions(device), tr("Versions"))
        self.licences = _page(licences(), "Licences of the libraries")
        self.tabs.addTab(self.versions, tr("Versions"))
        self.tabs.addTab(self.licences, tr("Licences"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = QPushButton(tr("Copy"))
        self.copy.setToolTip(tr("Copy versions and licences"))
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(self.tabs, 1)
        column.addWidget(buttons)

    def _copy(self) -> None:
        both = f"{self.versions.toPlainText()}\n\n{self.licences.toPlainText()}\n"
        QGuiApplication.clipboard().setText(both)


def _page(content: str, name: str) -> QPlainTextEdit:
    page = QPlainTextEdit(content)
    page.setReadOnly(True)
    page.setAccessibleName(name)
    page.setTabChangesFocus(True)
    return page
