"""Fixtures for all tests, and the count of tests that had no data to run on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NO_DATA = "no data"


def _data_folder() -> Path | None:
    try:
        from engine.training.data import data_root as find_data_root
    except ImportError:
        folder = Path(os.environ.get("DENSIGHT_DATA", ROOT.parent / "shared" / "data"))
    else:
        folder = find_data_root()
    if folder is None or not (Path(folder) / "structures").is_dir():
        return None
    return Path(folder)


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of the development data; the test is skipped where there is none."""
    folder = _data_folder()
    if folder is None:
        pytest.skip(f"{NO_DATA}: set DENSIGHT_DATA or put the data at ../shared/data")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _few_threads() -> None:
    """Several workers and tests share few cores: one thread each unless the user said otherwise."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    lacking = sum(NO_DATA in str(report.longrepr) for report in skipped)
    terminalreporter.write_line(
        f"{lacking} tests were skipped for lack of the development data (DENSIGHT_DATA)."
    )
