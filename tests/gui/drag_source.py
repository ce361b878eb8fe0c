"""A window of another program from which a file can be dragged: ``drag_source.py FILE``."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    """Starts a drag of one file when the mouse moves with its button down."""

    def mouseMoveEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(sys.argv[1])])
        drag = QDrag(self)
        drag.setMimeData(data)
        result = drag.exec(Qt.DropAction.CopyAction)
        print(f"dropped {result.name}", flush=True)


def main() -> int:
    """Show the source at the screen's left edge until it is killed."""
    app = QApplication(sys.argv)
    source = Source("drag me")
    source.setWindowFlags(Qt.WindowType.X11BypassWindowManagerHint)
    source.setGeometry(0, 0, 90, 90)
    source.show()
    print("shown", flush=True)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
