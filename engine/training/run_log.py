"""The log of a run: a CSV file always, TensorBoard's events where that is installed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

COUNTS = ("step", "seconds", "views", "views_per_second")


class RunLog:
    """``log.csv`` in a run's folder, and events in ``tensorboard`` beside it.

    Parameters
    ----------
    folder : Path
    columns : tuple of str
        What is logged besides `COUNTS`. A log that is there keeps its own columns.
    step : int
        Where the run goes on; what was logged beyond is dropped, as it will be done again.
    """

    def __init__(self, folder: Path, columns: tuple[str, ...], step: int) -> None:
        self.path = folder / "log.csv"
        self.columns: tuple[str, ...] = (*COUNTS, *columns)
        if self.path.is_file():
            self._go_on(step)
        else:
            with self.path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerow(self.columns)
        self._events = _event_writer(folder / "tensorboard", step)

    @property
    def draws_curves(self) -> bool:
        """Whether TensorBoard is installed."""
        return self._events is not None

    def _go_on(self, step: int) -> None:
        with self.path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        self.columns = tuple(rows[0])
        kept = [row for row in rows[1:] if row and int(row[0]) <= step]
        if len(kept) < len(rows) - 1:
            partial = self.path.with_suffix(".partial")
            with partial.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([rows[0], *kept])
            partial.replace(self.path)

    def write(self, counts: dict[str, float], values: dict[str, float]) -> None:
        """Add a row of `counts` (named as in `COUNTS`) and `values`."""
        texts = {name: f"{count:.0f}" for name, count in counts.items()}
        texts |= {name: f"{value:.5f}" for name, value in values.items()}
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, self.columns, extrasaction="ignore", restval="").writerow(texts)
        if self._events is not None:
            values = {**values, "views_per_second": counts["views_per_second"]}
            for name, value in values.items():
                group = "validation" if name.startswith("val_") else "training"
                self._events.add_scalar(f"{group}/{name}", value, int(counts["step"]))

    def close(self) -> None:
        """End the log."""
        if self._events is not None:
            self._events.close()


def _event_writer(folder: Path, step: int) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    # Events beyond the step where a run goes on are hidden.
    return SummaryWriter(str(folder), purge_step=step + 1)
