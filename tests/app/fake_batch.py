"""Workers of a batch that answer in the batch's own thread; everything around them is real."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.batch.task import PROJECT, failure
from engine.export.project import Project, write_project
from engine.solve.result import Problem
from tests.app.fake_engine import make_pattern, make_solution


class FakeWorkers:
    """Takes the place of `engine.batch.run._run`; waits before each pattern while `gate` is shut.

    It shuts the gate itself before the pattern `hold_at`.

    A file called ``broken`` fails, one called ``odd`` has no solution, all others are rock salt.
    """

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.solved: list[str] = []
        self.asked: list[Any] = []
        self.workers = 0
        self.hold_at = ""

    def __call__(
        self,
        entries: Any,
        total: int,
        out: Path,
        options: Any,
        workers: int,
        scheduler: Any,
        watch: Any,
        projects: bool,
    ) -> Iterator[tuple[Any, dict[str, Any]]]:
        self.workers = workers
        for entry in entries:
            self.asked.append(entry)
            watch.begun(entry)
            if entry.id == self.hold_at:
                self.gate.clear()
                self.hold_at = ""
            while not self.gate.wait(0.01):
                watch.tick()
            watch.tick()
            self.solved.append(entry.id)
            yield entry, self.answer(entry, out, projects)

    def answer(self, entry: Any, out: Path, projects: bool) -> dict[str, Any]:
        if Path(entry.file).stem == "broken":
            return failure(entry, "the file is no pattern.")
        folder = out / entry.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "solution.json").write_text(json.dumps({"pattern": entry.file}))
        if Path(entry.file).stem == "odd":
            return {"id": entry.id, "verdict": "no-solution", "warnings": [], "seconds": 9.5}
        (folder / "candidate_01.cif").write_text(f"data_{entry.id}\n")
        if projects:
            pattern = make_pattern()
            problem = Problem(pattern, ("Na", "Cl"))
            write_project(
                folder / PROJECT,
                Project(pattern, "", ("Na", "Cl"), solution=make_solution(problem)),
            )
        return {
            "id": entry.id,
            "verdict": "solved",
            "warnings": ["The wavelength was assumed."],
            "formula": "NaCl",
            "space_group": "F m -3 m",
            "space_group_number": 225,
            "cell": [5.64, 5.64, 5.64, 90.0, 90.0, 90.0],
            "n_atoms": 2,
            "source": "library",
            "rwp": 0.0512,
            "score": 0.97,
            "seconds": 3.25 + 0.5 * len(self.solved),
        }


def write_folder(folder: Path, names: tuple[str, ...] = ("a", "b", "broken", "odd")) -> Path:
    """A folder of patterns with a file that is none."""
    folder.mkdir(parents=True)
    pattern = make_pattern()
    for name in names:
        np.savetxt(folder / f"{name}.xy", np.column_stack([pattern.two_theta, pattern.counts]))
    (folder / "README.md").write_text("The furnace was hot.\n")
    return folder
