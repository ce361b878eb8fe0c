"""A short version of ``tests.benchmarks.bench_rounds``: nothing is left of a round."""

from __future__ import annotations

from tests.gui.conftest import threads
from tests.gui.rounds import begun_threads, footprint, one_round, wait_until, write_patterns


def test_rounds_of_drop_solve_and_cancel_leave_nothing(window, engine, tmp_path):
    paths = write_patterns(tmp_path)
    for turn in range(3):
        one_round(window, engine, paths[turn % 2])
    wait_until(lambda: not threads())
    before = footprint()
    for turn in range(3, 9):
        one_round(window, engine, paths[turn % 2])
    wait_until(lambda: not threads())
    after = footprint()
    assert after.threads <= before.threads, begun_threads()
    assert after.widgets <= before.widgets
    assert after.timers <= before.timers
    assert len(engine.problems) == 1  # of the last round; those before are let go
