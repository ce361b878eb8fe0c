"""The log of a run."""

from pathlib import Path

import pytest

from engine.training.run_log import RunLog

COUNTS = {"step": 5.0, "seconds": 2.4, "views": 640.0, "views_per_second": 266.7}


def test_rows_are_plain_and_go_on(tmp_path: Path) -> None:
    log = RunLog(tmp_path, ("loss", "val_once"), step=0)
    log.write(COUNTS, {"loss": 0.25, "other": 1.0})
    log.write({**COUNTS, "step": 10.0}, {"loss": 0.2, "val_once": 0.5})
    log.close()
    expected = ["step,seconds,views,views_per_second,loss,val_once", "5,2,640,267,0.25000,"]
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert lines == [*expected, "10,2,640,267,0.20000,0.50000"]
    RunLog(tmp_path, ("loss", "val_once", "new"), step=5).close()
    assert (tmp_path / "log.csv").read_text().splitlines() == expected


def test_curves_are_drawn_where_tensorboard_is_there(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    log = RunLog(tmp_path, ("loss", "val_once"), step=0)
    assert log.draws_curves
    log.write(COUNTS, {"loss": 0.25, "val_once": 0.5})
    log.close()
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert events.Scalars("validation/val_once")[0].value == 0.5
    assert events.Scalars("training/loss")[0].step == 5
