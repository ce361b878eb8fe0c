"""Start-up, opening a pattern, isosurface frames and memory, beside the aims for two cores.

python -m tests.benchmarks.bench_window [--program PATH] [--repeats 5] [--out TABLE.json]

Needs a display with OpenGL (``xvfb-run -s "-screen 0 1600x1000x24"`` has llvmpipe). `--program` is
a frozen program, whose window's appearance is then timed too (with xdotool). Every figure is the
median of the repeats, with the smallest beside it: what other work on the machine takes shows in
the median first. The last column is the median of the processor time: on a busy machine that
alone says what the program itself takes.

A pattern of five million points is opened too, moved, zoomed and drawn on other scales; with
``--only large`` nothing else is.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QPointF
from PySide6.QtWidgets import QApplication, QWidget

from app.launch import make_application, make_window
from app.main_window import MainWindow
from app.settings import Settings
from app.state.density import DensityMap
from app.views.density_canvas import DensityCanvas
from engine.crystal.cmed import density_on_grid
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset
from engine.training.bench_speed import SpeedTable, write_table
from tests.app.fake_engine import FakeEngine
from tests.made_structures import BY_NAME

ROOT = Path(__file__).resolve().parents[2]
GRID = 64
FRAMES = 60
Cells = tuple[str, ...]
COLUMNS = ("what", "aim", "median", "best", "processor, median")
WORDS = """The window under Xvfb, with OpenGL by the processor: the median by the clock, the best,
and the median processor time of all processes that took part."""
POINTS = 10_000
MANY_POINTS = 5_000_000
MOVES = 20
LONGEST_SECONDS = 120.0
PAINTED = """
import sys, time
from pathlib import Path
from app.launch import make_application, make_window
from app.main_window import MainWindow
from app.settings import Settings
app = make_application()
window = make_window(settings=Settings(Path(sys.argv[1])))
def painted():
    print(time.time(), flush=True)
    window.close()
window.painted.connect(painted)
window.show()
app.exec()
"""


@dataclass(frozen=True, order=True)
class Taken:
    """Seconds on the clock, and of the processor (of all threads); nan where it was not asked."""

    clock: float
    processor: float = float("nan")


class Watch:
    """Takes both times of what is done inside a ``with`` block of it."""

    def __enter__(self) -> Watch:
        self._start = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.taken = Taken(
            time.perf_counter() - self._start[0], time.process_time() - self._start[1]
        )


def of_children() -> float:
    """Processor seconds of the processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start_of_checkout(folder: Path) -> Taken:
    """From the start of a process to its painted window; the processor's until it has ended."""
    start, before = time.time(), of_children()
    command = [sys.executable, "-c", PAINTED, str(folder / "start.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Taken(float(done.stdout.split()[-1]) - start, of_children() - before)


def start_of_program(program: Path, folder: Path) -> Taken:
    """Seconds from the start of a frozen program to a visible window, as xdotool sees it."""
    home = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(folder))
    start = time.time()
    process = subprocess.Popen([str(program)], env={**os.environ, **home})
    try:
        find = ["xdotool", "search", "--onlyvisible", "--pid", str(process.pid)]
        while subprocess.run(find, capture_output=True).returncode != 0:
            if time.time() - start > LONGEST_SECONDS:
                raise TimeoutError(f"{program} shows no window")
            time.sleep(0.01)
        return Taken(time.time() - start)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def wait_until(holds: Callable[[], bool]) -> None:
    """Let Qt work until something holds."""
    end = time.monotonic() + LONGEST_SECONDS
    while not holds():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there in time")


def opening(folder: Path, repeats: int) -> Iterator[Taken]:
    """Both times from the call that opens a pattern of 10,000 points to its drawn plot."""
    two_theta = np.linspace(5.0, 105.0, POINTS)
    random = np.random.default_rng(0)
    window = make_window(settings=Settings(folder / "open.json"))
    window.show()
    window.warm_up()
    wait_until(lambda: not window.jobs.busy)
    for number in range(repeats):
        path = folder / f"pattern-{number}.xy"
        counts = random.poisson(100.0 + 1000.0 * np.exp(-((two_theta - 30 - number) ** 2)))
        np.savetxt(path, np.column_stack([two_theta, counts]), fmt="%.4f")
        before = window.session.pattern.pattern
        with Watch() as watch:
            window.open_file(path)
            wait_until(lambda before=before: window.session.pattern.pattern is not before)
            window.pattern.plot.repaint()
        yield watch.taken
        wait_until(lambda: not window.jobs.busy)
    window.discard_and_close()
    wait_until(lambda: not window.jobs.busy)


def large(folder: Path) -> Iterator[tuple[str, list[Taken]]]:
    """What is done with a pattern of five million points, each change with its painted plot.

    The engine behind the window is a made-up one: what the real one takes is none of the window's.
    """
    two_theta = np.linspace(5.0, 120.0, MANY_POINTS)
    expected = 100.0 + sum(
        height * np.exp(-(((two_theta - angle) / 0.05) ** 2))
        for height, angle in ((1000.0, 30.0), (2000.0, 45.0), (300.0, 60.0))
    )
    counts = np.random.default_rng(0).poisson(expected).astype(float)
    pattern = PowderPattern(two_theta, counts, np.sqrt(counts + 1.0), preset("CuKa", "file"))
    window = make_window(FakeEngine().services(), Settings(folder / "large.json"))
    window.show()
    window.warm_up()
    wait_until(lambda: not window.jobs.busy)
    state, box, plot = window.session.pattern, window.pattern.plot.box, window.pattern.plot
    before = memory_megabytes()
    yield "shown", [_watched(window, lambda: state.set_pattern(pattern))]
    yield (
        "moved, all of it in view",
        [
            _watched(window, lambda n=n: box.setXRange(6.0 + n, 90.0 + n, padding=0))
            for n in range(MOVES)
        ],
    )
    centre = QPointF(45.0, 100.0)
    yield (
        "zoomed",
        [_watched(window, lambda: box.scaleBy((0.8, 1.0), centre)) for _ in range(MOVES)],
    )
    yield (
        "moved, a hundredth of it in view",
        [_watched(window, lambda: box.translateBy((0.02, 0.0))) for _ in range(MOVES)],
    )
    plot.show_all()
    yield (
        "another scale",
        [_watched(window, lambda s=s: state.set_scale(s)) for s in ("sqrt", "log", "linear")],
    )
    yield (
        "another axis",
        [_watched(window, lambda a=a: state.set_x_axis(a)) for a in ("q", "d", "two_theta")],
    )
    yield (
        "cursor moved",
        [_watched(window, lambda n=n: plot.set_cursor(20.0 + n)) for n in range(MOVES)],
    )
    more = memory_megabytes() - before
    print(f"{MANY_POINTS} points: {more:.0f} MB more than before they were shown")
    window.discard_and_close()
    wait_until(lambda: not window.jobs.busy)


def _watched(window: MainWindow, change: Callable[[], object]) -> Taken:
    with Watch() as watch:
        change()
        window.pattern.plot.repaint()
    QApplication.processEvents()
    return watch.taken


def frames() -> dict[str, list[Taken]]:
    """Both times of a frame while the level moves, and while the picture is turned."""
    structure = BY_NAME["rutile"].structure
    values = density_on_grid(structure, GRID)
    top = float(values.max())
    place = QWidget()
    place.resize(640, 480)
    canvas = DensityCanvas(place)
    canvas.native.setGeometry(0, 0, 640, 480)
    place.show()
    canvas.set_map(DensityMap(values, structure.lattice), structure.lattice, atoms=False)

    def draw() -> None:
        canvas.native.repaint()
        QApplication.processEvents()

    canvas.set_surfaces(0.2 * top, 0.5 * top, 0.4)
    draw()
    found: dict[str, list[Taken]] = {"level": [], "turn": []}
    for step in range(FRAMES):
        with Watch() as watch:
            canvas.set_surfaces((0.1 + 0.2 * step / FRAMES) * top, 0.5 * top, 0.4)
            draw()
        found["level"].append(watch.taken)
    for step in range(FRAMES):
        with Watch() as watch:
            canvas.turn_to(6.0 * step)
            draw()
        found["turn"].append(watch.taken)
    canvas.close()
    place.close()
    return found


def memory_megabytes() -> float:
    """Resident memory of this process (Linux)."""
    text = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
    return float(line.split()[1]) / 1024.0


def row(what: str, aim: str, taken: list[Taken], per_second: bool = False) -> Cells:
    """A line of the table: median and best on the clock, median of the processor."""
    clock = [one.clock for one in taken]
    figures = (
        statistics.median(clock),
        min(clock),
        statistics.median(one.processor for one in taken),
    )
    if per_second:
        return (what, aim, *(f"{1 / x:.0f} a second" for x in figures))
    return (what, aim, *(f"{x:.3f} s" for x in figures))


def small(program: Path | None, folder: Path, repeats: int) -> list[Cells]:
    """The figures that have an aim."""
    start_of_checkout(folder)  # the first fills the disk's cache
    starts = [start_of_checkout(folder) for _ in range(repeats)]
    table = [row("window painted, from a checkout", "1.5 s", starts)]
    if program is not None:
        first = start_of_program(program, folder)
        table.append(row("window visible, frozen, first start here", "1.6 s", [first]))
        later = [start_of_program(program, folder) for _ in range(repeats)]
        table.append(row("window visible, frozen, later starts", "1.1 s", later))
    table.append(row(f"{POINTS} points opened and drawn", "0.1 s", list(opening(folder, repeats))))
    memory, found = memory_megabytes(), frames()
    table.append(row(f"isosurface, level moved, {GRID}^3", "20 a second", found["level"], True))
    table.append(row(f"isosurface, turned, {GRID}^3", "none", found["turn"], True))
    table.append(("the window's own process, resident", "none", f"{memory:.0f} MB", "", ""))
    return table


def main() -> int:
    """Measure, and print a table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", choices=("", "large"), default="")
    chosen = parser.parse_args()
    make_application()
    rows: list[Cells] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.only == "":
            rows += small(chosen.program, folder, chosen.repeats)
        for what, taken in large(folder):
            rows.append(row(f"{MANY_POINTS} points, {what}", "none", taken))
    command = "python -m tests.benchmarks.bench_window"
    table = SpeedTable("The window", WORDS, command, COLUMNS, tuple(rows))
    print(table)
    if chosen.out is not None:
        write_table(chosen.out, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
