"""The guide, in a window of its own, opened at the page that belongs to what is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QResizeEvent, QTextBlock, QTextDocument
from PySide6.QtWidgets import QListWidget, QSplitter, QTextBrowser, QVBoxLayout, QWidget

from app.language import tr

MARGIN = 56
PAGE_MARGIN = 18
LIST_WIDTH = 230


class GuidePage(QTextBrowser):
    """Shows Markdown with its pictures no wider than the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start empty."""
        super().__init__(parent)
        self.setOpenLinks(False)
        self.document().setDocumentMargin(PAGE_MARGIN)
        self.setAccessibleName(tr("Guide"))
        self._folder = Path()
        self._text = ""

    def open(self, path: Path) -> None:
        """Show a file; pictures and links are relative to its folder."""
        self._folder = path.parent
        self._text = path.read_text(encoding="utf-8")
        self.setMarkdown(self._text)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802
        """A picture from the guide's folder, as wide as there is room."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        image = QImage(str(self._folder / QUrl(name).toString()))
        room = self.viewport().width() - MARGIN
        if not image.isNull() and image.width() > room > 0:
            image = image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        return image

    def headings(self) -> list[tuple[str, QTextBlock]]:
        """All headings with their blocks, in order."""
        found = []
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() > 0:
                found.append((block.text(), block))
            block = block.next()
        return found

    def show_heading(self, words: str) -> bool:
        """Scroll to the first heading that has `words` in it; False if there is none."""
        for heading, block in self.headings():
            if words.casefold() in heading.casefold():
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(round(top))
                return True
        return False

    def draw_again(self) -> None:
        """Lay the same text out for another width."""
        at = self.verticalScrollBar()
        share = at.value() / max(at.maximum(), 1)
        self.setMarkdown(self._text)
        at.setValue(round(share * at.maximum()))


class GuideWindow(QWidget):
    """Headings on the left, the text on the right."""

    def __init__(self, path: Path, parent: QWidget) -> None:
        """Show the guide in the file `path`."""
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Guide to Densight"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1000, 780)
        self.page = GuidePage()
        self.page.anchorClicked.connect(self._follow)
        self.contents = QListWidget()
        self.contents.setAccessibleName(tr("Headings of the guide"))
        self.contents.setProperty("contents", True)
        self.contents.setMinimumWidth(LIST_WIDTH)
        self.contents.currentTextChanged.connect(self.page.show_heading)
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.addWidget(self.contents)
        whole.addWidget(self.page)
        whole.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(whole)
        self._path = path
        self._resized = QTimer(self)
        self._resized.setSingleShot(True)
        self._resized.setInterval(150)
        self._resized.timeout.connect(self.page.draw_again)
        self._drawn = QSize()
        self.page.open(path)
        self.contents.addItems([words for words, _block in self.page.headings()])

    def open_at(self, heading: str) -> None:
        """Show the part under a heading, once the window has its size."""
        for row in range(self.contents.count()):
            if heading.casefold() in self.contents.item(row).text().casefold():
                self.contents.setCurrentRow(row)
                self.page.show_heading(heading)
                return

    def _follow(self, link: QUrl) -> None:
        """Another page of the documents here; the web in the browser."""
        if link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)
            return
        target = (self._path.parent / link.path()).resolve()
        if target.suffix == ".md" and target.exists():
            self._path = target
            self.page.open(target)
            self.contents.clear()
            self.contents.addItems([words for words, _block in self.page.headings()])

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Pictures follow the width, when it has come to rest."""
        super().resizeEvent(event)
        if self.isVisible():
            self._resized.start()
