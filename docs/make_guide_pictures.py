"""Takes the guide's pictures from the running program, on the bundled examples.

    python -m docs.make_guide_pictures [--out FOLDER] [--theme light|dark] [--size 1280x800]

It needs a display with OpenGL (``xvfb-run -s "-screen 0 1600x1000x24"`` will do) and solves for
real: the pictures show what the program answers, on the machine on which they were taken.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QTimer

from app.launch import make_application, make_window
from app.main_window import MainWindow
from app.settings import Settings
from app.state.examples import load_examples
from app.views.opengl import SMOOTH
from engine import resources

LONGEST_WAIT_SECONDS = 600.0
SETTLE_SECONDS = 0.8
Condition = Callable[[], bool]


class Photographer:
    """Walks through the scenes; each yields what has to be true before the next step."""

    def __init__(self, window: MainWindow, folder: Path, suffix: str, only: str = "") -> None:
        self._window = window
        self._folder = folder
        self._suffix = suffix
        self._steps = self._batch() if only == "batch" else self._scenes()
        self._until: Condition = lambda: True
        self._since = time.monotonic()
        self._true_since: float | None = None
        self.failed = False
        self.timer = QTimer()
        self.timer.timeout.connect(self._look)

    def _look(self) -> None:
        """Take the next step once what was waited for has been true for a moment."""
        now = time.monotonic()
        if now - self._since > LONGEST_WAIT_SECONDS:
            print("gave up waiting", file=sys.stderr)
            self.failed = True
            self._end()
            return
        if not self._until():
            self._true_since = None
            return
        self._true_since = self._true_since or now
        if now - self._true_since < SETTLE_SECONDS:
            return
        self._since, self._true_since = now, None
        try:
            self._until = next(self._steps)
        except StopIteration:
            self._end()

    def _end(self) -> None:
        self.timer.stop()
        self._window.discard_and_close()

    def _shoot(self, name: str) -> None:
        path = self._folder / f"{name}{self._suffix}.png"
        self._window.grab().save(str(path))
        print(path)

    def _rests(self) -> bool:
        return not self._window.jobs.busy

    def _scenes(self) -> Iterator[Condition]:
        window, session = self._window, self._window.session
        examples = resources.path("examples/index.json").parent
        yield lambda: bool(session.device) and self._rests()
        self._shoot("01-empty")
        with tempfile.TemporaryDirectory() as folder:
            # A copy: a file that is no example brings no elements, and assumes its wavelength.
            own = Path(folder) / "sample_17.xy"
            lines = (examples / "rutile.xy").read_text(encoding="utf-8").splitlines(keepends=True)
            own.write_text("".join(line for line in lines if line[:1].isdigit()), encoding="utf-8")
            window.open_file(own)
            yield lambda: session.pattern.peaks is not None and self._rests()
        self._shoot("02-pattern")
        window.controller.set_wavelength("CuKa")
        window.controller.set_composition("Ti O")
        yield self._rests
        self._shoot("03-elements")
        window.controller.solve()
        yield lambda: session.solution.fraction > 0.1 or session.solution.status != "running"
        self._shoot("04-solving")
        yield lambda: session.solution.status != "running" and self._rests()
        self._shoot("05-solved")
        window.candidates.selectRow(1)
        yield self._rests
        window.marks.note.setFocus()
        window.marks.note.setText("wrong bond lengths?")
        window.marks.note.editingFinished.emit()
        window.marks.toggle_discard()
        yield self._rests
        self._shoot("06-candidates")
        window.candidates.selectRow(0)
        window.tabs.setCurrentIndex(1)
        yield self._rests
        window.peaks.table.selectRow(2)
        session.pattern.set_scale("sqrt")
        yield self._rests
        self._shoot("07-peaks")
        window.tabs.setCurrentIndex(0)
        window.pattern.plot.show_all()
        session.pattern.set_scale("linear")
        window.controller.predict_density()
        yield lambda: session.density.status != "running" and self._rests()
        self._shoot("08-density")
        yield from self._density_and_comparison()
        window.close()
        yield lambda: window.asking.unsaved_box is not None
        box = window.asking.unsaved_box
        if box is not None:
            box.grab().save(str(self._folder / f"09-unsaved{self._suffix}.png"))
            box.reject()
        bad = examples / "index.json"
        window.open_file(bad)
        yield self._rests
        self._shoot("10-refused")
        window.open_file(examples / "calcite.xy")
        yield lambda: session.pattern.peaks is not None and self._rests()
        session.elements.select(("Mn", "Fe", "Al", "Si", "O", "H", "Ar"))
        yield self._rests
        self._shoot("11-hints")
        yield from self._batch()

    def _density_and_comparison(self) -> Iterator[Condition]:
        """The candidate's octahedra, a section through it, and what the network makes of it."""
        window, density = self._window, self._window.session.density
        density.set_source("candidate")
        density.draw(polyhedra=True)
        yield self._rests
        self._shoot("12-polyhedra")
        density.draw(polyhedra=False, view="section", hkl=(1, -1, 0))
        yield self._rests
        self._shoot("13-section")
        density.draw(view="surfaces")
        window.beside.compare()
        comparison = window.beside.comparison
        if comparison is not None:
            comparison.show_choice(1, ("candidate", 1))
            yield self._rests
            comparison.grab().save(str(self._folder / f"14-compare{self._suffix}.png"))
            comparison.close()

    def _batch(self) -> Iterator[Condition]:
        """All examples at once, and a measurement that broke off."""
        beside = self._window.beside
        examples = resources.path("examples/index.json").parent
        yield lambda: bool(self._window.session.device) and self._rests()
        with tempfile.TemporaryDirectory() as room:
            os.environ["HOME"] = os.environ["USERPROFILE"] = room  # as on a user's own computer
            folder = Path(room) / "Measurements" / "furnace"
            folder.mkdir(parents=True)
            rows = ["file,elements"]
            for example in load_examples():
                shutil.copy(examples / example.path.name, folder)
                rows.append(f"{example.path.name},{' '.join(example.elements)}")
            (folder / "sample_17_stopped.xy").write_text("10.00 512\n10.02 498\n", encoding="utf-8")
            rows.append("sample_17_stopped.xy,Ca O")
            (folder / "list.csv").write_text("\n".join(rows), encoding="utf-8")
            beside.batch([str(folder / "list.csv")])
            yield self._rests
            beside.batching.state.set_workers(1)
            beside.batching.start()
            yield self._rests
            window = beside.batch_window
            if window is not None:
                window.resize(1180, 700)
                window.table.selectRow(0)
                yield self._rests
                window.grab().save(str(self._folder / f"15-batch{self._suffix}.png"))
                window.close()


def main(arguments: list[str]) -> int:
    """Take all pictures; 0 if all could be taken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=resources.path("guide/images"))
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--only", choices=("", "batch"), default="")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    width, height = (int(part) for part in chosen.size.split("x"))
    app = make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder) / "window.json")
        settings.set("theme", chosen.theme)
        window = make_window(settings=settings)
        window.density.samples = SMOOTH
        window.resize(width, height)
        suffix = "" if chosen.theme == "light" else f"-{chosen.theme}"
        photographer = Photographer(window, chosen.out, suffix, chosen.only)
        window.painted.connect(window.warm_up)
        window.painted.connect(lambda: photographer.timer.start(50))
        window.show()
        app.exec()
    return 1 if photographer.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
