"""Start-up, opening a pattern, isosurface frames and memory, beside the aims for two cores.

python -m tests.benchmarks.bench_window [--program PATH] [--repeats 5] [--out FILE.md]

Needs a display with OpenGL (``xvfb-run -s "-screen 0 1600x1000x24"`` has llvmpipe). `--program` is
a frozen program, whose window's appearance is then timed too (with xdotool). Every figure is the
median of the repeats, with the smallest beside it: what other work on the machine takes shows in
the median first.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from app.launch import make_application, make_window
from app.settings import Settings
from app.state.density import DensityMap
from app.views.density_canvas import DensityCanvas
from engine.crystal.cmed import density_on_grid
from tests.made_structures import BY_NAME

ROOT = Path(__file__).resolve().parents[2]
GRID = 64
FRAMES = 60
POINTS = 10_000
LONGEST_SECONDS = 120.0
PAINTED = """
import sys, time
from pathlib import Path
from app.launch import make_application, make_window
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


def start_of_checkout(folder: Path) -> float:
    """Seconds from the start of a process to its painted window."""
    start = time.time()
    command = [sys.executable, "-c", PAINTED, str(folder / "start.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1]) - start


def start_of_program(program: Path, folder: Path) -> float:
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
        return time.time() - start
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


def opening(folder: Path, repeats: int) -> Iterator[float]:
    """Seconds from the call that opens a pattern of 10,000 points to its drawn plot."""
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
        start = time.perf_counter()
        window.open_file(path)
        wait_until(lambda before=before: window.session.pattern.pattern is not before)
        window.pattern.plot.repaint()
        yield time.perf_counter() - start
        wait_until(lambda: not window.jobs.busy)
    window.discard_and_close()
    wait_until(lambda: not window.jobs.busy)


def frames() -> dict[str, list[float]]:
    """Seconds a frame while the level moves, and while the picture is turned."""
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
    found: dict[str, list[float]] = {"level": [], "turn": []}
    for step in range(FRAMES):
        start = time.perf_counter()
        canvas.set_surfaces((0.1 + 0.2 * step / FRAMES) * top, 0.5 * top, 0.4)
        draw()
        found["level"].append(time.perf_counter() - start)
    for step in range(FRAMES):
        start = time.perf_counter()
        canvas.turn_to(6.0 * step)
        draw()
        found["turn"].append(time.perf_counter() - start)
    canvas.close()
    place.close()
    return found


def memory_megabytes() -> float:
    """Resident memory of this process (Linux)."""
    text = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
    return float(line.split()[1]) / 1024.0


def row(what: str, aim: str, seconds: list[float], per_second: bool = False) -> str:
    """A line of the table: median and best."""
    middle, best = statistics.median(seconds), min(seconds)
    if per_second:
        return f"| {what} | {aim} | {1 / middle:.0f} a second | {1 / best:.0f} a second |"
    return f"| {what} | {aim} | {middle:.2f} s | {best:.2f} s |"


def main() -> int:
    """Measure, and print a table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    make_application()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_of_checkout(folder)  # the first fills the disk's cache
        starts = [start_of_checkout(folder) for _ in range(chosen.repeats)]
        table = [
            "| what | aim | median | best |",
            "| --- | --- | --- | --- |",
            row("window painted, from a checkout", "1.5 s", starts),
        ]
        if chosen.program is not None:
            first = start_of_program(chosen.program, folder)
            table.append(row("window visible, frozen, first start here", "1.6 s", [first]))
            later = [start_of_program(chosen.program, folder) for _ in range(chosen.repeats)]
            table.append(row("window visible, frozen, later starts", "1.1 s", later))
        times = list(opening(folder, chosen.repeats))
    table.append(row(f"{POINTS} points opened and drawn", "0.1 s", times))
    memory = memory_megabytes()
    found = frames()
    table.append(row(f"isosurface, level moved, {GRID}^3", "20 a second", found["level"], True))
    table.append(row(f"isosurface, turned, {GRID}^3", "none", found["turn"], True))
    table.append(f"| the window's own process, resident | none | {memory:.0f} MB | |")
    text = "\n".join(table) + "\n"
    print(text)
    if chosen.out is not None:
        chosen.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
