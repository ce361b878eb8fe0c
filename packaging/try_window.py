"""What the smoke test has the frozen program's window do: open, solve, export, close."""

from __future__ import annotations

import sys
from pathlib import Path

OPTION = "--try-window"
SECONDS = 400


def try_window(arguments: list[str]) -> int:
    """Open a pattern in the window, solve it, write CIF and a picture of the window, and close.

    Parameters
    ----------
    arguments : list of str
        A folder to write into, the pattern, and the elements separated by commas.

    Returns
    -------
    int
        0 if the window got as far as that; 1 if it did not, or not in time.
    """
    from PySide6.QtCore import QTimer

    from app.launch import SETTLE_MILLISECONDS, make_application, make_window

    folder, pattern, elements = Path(arguments[0]), arguments[1], arguments[2].split(",")
    app, window = make_application(), make_window()
    steps: list[str] = []

    def opened(_path: str) -> None:
        steps.append("opened")
        window.session.elements.select(tuple(elements))
        window.controller.solve()

    def status_changed() -> None:
        if window.session.solution.status == "done" and "solved" not in steps:
            steps.append("solved")
            window.exports.write_cif(folder / "window.cif")

    def saved(_path: str) -> None:
        steps.append("saved")
        QTimer.singleShot(3 * SETTLE_MILLISECONDS, leave)

    def leave() -> None:
        if window.grab().save(str(folder / "window.png")):
            steps.append("drawn")
        window.discard_and_close()

    def too_late() -> None:
        print(f"the window was not done after {SECONDS} s", file=sys.stderr)
        window.discard_and_close()

    def crashed(_kind: str, trace: str) -> None:
        print(trace, file=sys.stderr)

    window.controller.opened.connect(opened)
    window.session.solution.status_changed.connect(status_changed)
    window.exports.saved.connect(saved)
    window.jobs.crashed.connect(crashed)
    window.painted.connect(lambda: window.open_files([pattern]))
    QTimer.singleShot(1000 * SECONDS, too_late)
    window.resize(1300, 850)
    window.show()
    app.exec()
    window.jobs.shutdown()
    print("window:", *steps, file=sys.stderr)
    return 0 if steps == ["opened", "solved", "saved", "drawn"] else 1
