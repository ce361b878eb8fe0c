"""What is dropped on a window or handed to it: a file, several, or whole folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QDropEvent

from app.language import tr
from app.state.messages import Offer

if TYPE_CHECKING:
    from app.main_window import MainWindow


def local_files(event: QDropEvent) -> list[str]:
    """The files and folders of a drag, those on this computer."""
    data = event.mimeData()
    if not data.hasUrls():
        return []
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


def open_together(window: MainWindow, files: list[str]) -> None:
    """Open the first of several files, and say what can be done with all; folders are batches."""
    if any(Path(file).is_dir() for file in files):
        window.beside.batch(files)
        return
    window.open_file(files[0])
    if len(files) < 2:
        return
    others = len(files) - 1
    window.session.messages.add(
        "info",
        tr("One pattern a window: {0} was taken.", Path(files[0]).name),
        "open-many",
        (
            Offer(
                tr("Open {0} more window{1}", others, "s" if others > 1 else ""),
                lambda: window.another_wanted.emit(files[1:]),
            ),
            Offer(tr("Solve all {0}", len(files)), lambda: window.beside.batch(files)),
        ),
        lasting=True,
    )
