"""Fixtures for all tests, and the count of tests that had no data to run on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

# Tests and their subprocesses share few cores. numpy reads this when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest

from engine.crystal.structure import CrystalStructure
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset
from engine.refine.result import FitResult, Parameter, Reflections
from engine.solve.result import Candidate, Problem, Solution
from engine.training.data import data_root as find_data_root

NO_DATA = "no data"


def _data_folder() -> Path | None:
    folder = find_data_root()
    return folder if (folder / "structures").is_dir() else None


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of the development data; the test is skipped where there is none."""
    folder = _data_folder()
    if folder is None:
        pytest.skip(f"{NO_DATA}: set DENSIGHT_DATA or put the data at ../shared/data")
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    lacking = sum(NO_DATA in str(report.longrepr) for report in skipped)
    terminalreporter.write_line(
        f"{lacking} tests were skipped for lack of the development data (DENSIGHT_DATA)."
    )


@pytest.fixture(scope="session")
def rutile() -> CrystalStructure:
    """Rutile, TiO2, P42/mnm (136)."""
    u = 0.3053
    return CrystalStructure(
        lattice=np.diag([4.594, 4.594, 2.959]),
        numbers=np.array([22, 22, 8, 8, 8, 8]),
        frac_coords=np.array(
            [
                [0.0, 0.0, 0.0],
                [0.5, 0.5, 0.5],
                [u, u, 0.0],
                [1 - u, 1 - u, 0.0],
                [0.5 + u, 0.5 - u, 0.5],
                [0.5 - u, 0.5 + u, 0.5],
            ]
        ),
        u_iso=np.full(6, 0.006),
        name="rutile",
    )


@pytest.fixture
def a_pattern() -> PowderPattern:
    """A made-up pattern of 500 points with two peaks, measured with Cu K-alpha."""
    two_theta = np.linspace(20.0, 69.9, 500)
    counts = 100.0 + sum(
        1000.0 * np.exp(-(((two_theta - place) / 0.2) ** 2)) for place in (27.4, 54.3)
    )
    return PowderPattern(two_theta, counts, np.sqrt(counts), preset("CuKa"), name="made up")


@pytest.fixture
def a_fit(a_pattern: PowderPattern, rutile: CrystalStructure) -> FitResult:
    """A fit result of that pattern; its numbers are chosen to be recognised in files."""
    background = np.full(len(a_pattern), 100.0)
    return FitResult(
        structure=rutile,
        two_theta=a_pattern.two_theta,
        observed=a_pattern.counts,
        calculated=a_pattern.counts - 3.0,
        background=background,
        sigma=a_pattern.sigma,
        reflections=Reflections(
            hkl=np.array([[1, 1, 0], [2, 1, 1]]),
            d_spacing=np.array([3.248, 1.687]),
            two_theta=np.array([27.4, 54.3]),
            multiplicity=np.array([4, 16]),
            intensity=np.array([350.0, 340.0]),
            f_squared=np.array([1400.0, 900.0]),
        ),
        parameters=(Parameter("scale", 0.01, 0.0001), Parameter("a", 4.594, None, "A")),
        rwp=0.0825,
        rwp_background_subtracted=0.11,
        rwp_lebail=None,
        r_bragg=0.041,
        gof=None,
    )


@pytest.fixture
def make_solution(
    a_pattern: PowderPattern, a_fit: FitResult, rutile: CrystalStructure
) -> Callable[[int], Solution]:
    """Make a solution with so many candidates."""

    def make(n_candidates: int) -> Solution:
        candidates = tuple(
            Candidate(
                rank=rank,
                structure=rutile,
                formula="TiO2",
                space_group="P4_2/mnm",
                space_group_number=136,
                n_atoms=6,
                source="library",
                fit=a_fit,
                score=0.9 / rank,
                verdict="solved" if rank == 1 else "tentative",
                ties=(2,) if rank == 1 and n_candidates > 1 else (),
            )
            for rank in range(1, n_candidates + 1)
        )
        return Solution(
            problem=Problem(pattern=a_pattern, elements=("Ti", "O"), seed=7),
            verdict="solved" if candidates else "no-solution",
            candidates=candidates,
            timings={"first_candidate": 0.5, "total": 2.0},
            versions={"library": "1"},
        )

    return make
