"""200 rounds of drop, solve and cancel in the real window: threads, widgets, timers, memory.

Run by hand: ``xvfb-run -a -s "-screen 0 1600x1000x24" python -m tests.benchmarks.bench_rounds
[--rounds N]``. What is compared is the footprint once the memory of steps is full (it keeps the
last hundred) and that at the end; growth beyond 5 % fails.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtTest import QTest

from app.launch import make_application, make_window
from app.settings import Settings
from tests.app.fake_engine import FakeEngine
from tests.gui.rounds import Footprint, footprint, one_round, wait_until, write_patterns

STEADY_AFTER = 60  # rounds: each is two steps of the history, which keeps a hundred
LARGEST_GROWTH = 0.05


def run(rounds: int) -> int:
    """Run all rounds, print the footprints, and judge; 0 if nothing grew."""
    make_application()
    engine = FakeEngine()
    steady: Footprint | None = None
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(engine.services(), Settings(Path(folder) / "window.json"))
        window.show()
        wait_until(lambda: window._was_painted)
        window.warm_up()
        wait_until(lambda: not window.jobs.busy)
        paths = write_patterns(Path(folder))
        start = time.monotonic()
        for turn in range(1, rounds + 1):
            one_round(window, engine, paths[turn % 2])
            if turn % 20 == 0 or turn == rounds:
                QTest.qWait(300)
                now = footprint()
                print(
                    f"round {turn}: {now.threads} threads, {now.widgets} widgets, "
                    f"{now.timers} timers, {now.resident / 1e6:.1f} MB, "
                    f"{time.monotonic() - start:.0f} s",
                    flush=True,
                )
                if steady is None and turn >= min(STEADY_AFTER, rounds // 2):
                    steady = now
        window.discard_and_close()
    assert steady is not None
    growth = steady.growth(now)
    print(", ".join(f"{name} {100 * value:+.1f} %" for name, value in growth.items()))
    return int(any(value > LARGEST_GROWTH for value in growth.values()))


def main(arguments: list[str]) -> int:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    return run(parser.parse_args(arguments).rounds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
