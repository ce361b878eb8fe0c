"""How long the window cannot answer while a structure is being solved.

Run ``python -m tests.gui.measure_stall [PATTERN ELEMENT ...]`` with a display. A timer of 5 ms
stands for the user's hand: what lies between two of its beats is what the user waits at most.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer

from app.launch import SWITCH_SECONDS, make_application, make_window
from app.settings import Settings

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "resources" / "examples"
BEAT_MILLISECONDS = 5


def main(arguments: list[str]) -> int:
    """Open, wait until the program is at rest, solve, and print the gaps."""
    path = arguments[0] if arguments else str(EXAMPLES / "rutile.xy")
    elements = tuple(arguments[1:]) or ("Ti", "O")
    sys.setswitchinterval(SWITCH_SECONDS)
    app = make_application()
    beats: dict[str, list[float]] = {"start": [], "open": [], "solve": []}
    phase, last, began = "start", time.perf_counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(settings=Settings(Path(folder) / "window.json"))

        def beat() -> None:
            nonlocal last, phase, began
            now = time.perf_counter()
            beats[phase].append(now - last)
            last = now
            session = window.session
            if window.jobs.busy:
                return
            if phase == "start" and session.device:
                phase = "open"
                window.open_file(path)
            elif phase == "open" and session.pattern.peaks is not None:
                phase, began = "solve", now
                session.elements.select(elements)
                window.controller.solve()
            elif phase == "solve" and session.solution.status != "running":
                print(f"solve: {session.solution.status}, {now - began:.2f} s")
                timer.stop()
                window.discard_and_close()

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)
        window.painted.connect(window.warm_up)
        window.painted.connect(lambda: timer.start(BEAT_MILLISECONDS))
        window.show()
        app.exec()
    for name, gaps in beats.items():
        values = 1000.0 * np.array(gaps)
        late = values[values > 50.0]
        print(
            f"{name}: n {len(values)}, median {np.median(values):.1f} ms, "
            f"99 % {np.percentile(values, 99):.1f} ms, longest {values.max():.0f} ms, "
            f"{len(late)} over 50 ms, together {late.sum():.0f} ms"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
