"""200 rounds of drop, solve and cancel in the real window: threads, widgets, timers, memory.

Run by hand: ``xvfb-run -a -s "-screen 0 1600x1000x24" python -m tests.benchmarks.bench_rounds
[--rounds N] [--minutes M] [--profile]``. The engine behind the window is a made-up one that answers
at once; what a round costs is the window itself: under Xvfb most of it is OpenGL drawn by the
processor, and the session that is kept on the disk after every result.

What is compared is the footprint once the memory of steps is full and that at the end; growth
beyond 5 % fails. The memory is held at `STEPS` steps, two of which are a round, so that it is
full soon. With ``--minutes`` the run ends after so long, with as many rounds as there were.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from PySide6.QtTest import QTest

import app.state.history
from app.launch import make_application, make_window
from app.settings import Settings
from tests.app.fake_engine import FakeEngine
from tests.gui.rounds import Footprint, footprint, one_round, wait_until, write_patterns

STEPS = 20
STEADY_AFTER = 15  # rounds; the allocator needs some more than the steps alone
EVERY = 5  # rounds between two looks
LARGEST_GROWTH = 0.05
SMALL = (960, 600)  # the smallest window: the fewest pixels to be drawn by the processor
MOST_LINES = 25


def run(rounds: int, minutes: float, profile: bool) -> int:
    """Run the rounds, print the footprints, judge: 0 if nothing grew, 2 if there were too few."""
    make_application()
    app.state.history.MAXIMUM_STEPS = STEPS
    engine = FakeEngine()
    steady: Footprint | None = None
    watch = cProfile.Profile() if profile else None
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(engine.services(), Settings(Path(folder) / "window.json"))
        window.resize(*SMALL)
        window.show()
        wait_until(lambda: window._was_painted)
        window.warm_up()
        wait_until(lambda: not window.jobs.busy)
        paths = write_patterns(Path(folder))
        start, cpu = time.monotonic(), time.process_time()
        now, done = footprint(), 0
        with watch if watch is not None else nullcontext():
            for turn in range(1, rounds + 1):
                one_round(window, engine, paths[turn % 2])
                done = turn
                late = minutes > 0 and time.monotonic() - start > 60.0 * minutes
                if turn % EVERY == 0 or turn == rounds or late:
                    now = _look(turn, start, cpu)
                    if steady is None and turn >= STEADY_AFTER:
                        steady = now
                if late:
                    break
        window.discard_and_close()
    if watch is not None:
        pstats.Stats(watch).sort_stats("cumulative").print_stats(MOST_LINES)
    if steady is None or done < 2 * STEADY_AFTER:
        print(f"{done} rounds are too few to judge: {2 * STEADY_AFTER} at least.")
        return 2
    growth = steady.growth(now)
    print(", ".join(f"{name} {100 * value:+.1f} %" for name, value in growth.items()))
    return int(any(value > LARGEST_GROWTH for value in growth.values()))


def _look(turn: int, start: float, cpu: float) -> Footprint:
    """Print what the program holds, and what a round has cost so far."""
    QTest.qWait(300)
    now = footprint()
    print(
        f"round {turn}: {now.threads} threads, {now.widgets} widgets, {now.timers} timers, "
        f"{now.resident / 1e6:.1f} MB, {(time.process_time() - cpu) / turn:.2f} s of processor "
        f"time a round, {time.monotonic() - start:.0f} s since the start",
        flush=True,
    )
    return now


def main(arguments: list[str]) -> int:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=0.0, help="end after so long")
    parser.add_argument("--profile", action="store_true", help="say what the time went into")
    chosen = parser.parse_args(arguments)
    return run(chosen.rounds, chosen.minutes, chosen.profile)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
