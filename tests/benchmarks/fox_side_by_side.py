"""FOX on standard test patterns, told the cell, the space group and the independent atoms.

    python -m tests.benchmarks.fox_side_by_side --per-system 4 --out DIR [--python /usr/bin/python3]

FOX's engine (pyobjcryst) is run by another interpreter, which has it (Debian: python3-pyobjcryst).
It is told what our solver has to find: the cell, the space group, and how many atoms of each
element are independent. Writes results.jsonl, which `densight bench report` sets beside our
own results on the same patterns.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from pymatgen.core.structure import Structure
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from engine.crystal.composition import atomic_number
from engine.crystal.structure import CrystalStructure
from engine.solve.maps.frame import Frame, operations_of
from engine.solve.maps.sites import site_at
from engine.training import bench_sets
from engine.training.bench_jobs import Job, balanced_lines
from engine.training.bench_results import ResultFile
from engine.training.scoring import compare

SCRIPT = Path(__file__).with_name("fox_solve.py")
RUNS, TRIALS = 5, 300_000
LIMIT = 3000
# Images of an atom nearer than this are one atom on a special position (angstrom).
MERGED = 0.9


def main() -> None:
    """Run FOX on all patterns, going on where an earlier run was stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-system", type=int, default=4)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--python", default="/usr/bin/python3", help="one that has pyobjcryst")
    arguments = parser.parse_args()
    run = {
        "kind": "rival",
        "set": "val",
        "conditions": {},
        "sources": {},
        "program": {"name": "FOX", "version": _version(arguments.python)},
        "effort": f"{RUNS} runs of {TRIALS} trials of parallel tempering",
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    results = ResultFile(arguments.out / "results.jsonl", run)
    for line in balanced_lines("val", arguments.per_system):
        job = Job("val", line)
        if job.name not in results:
            row = results.add(solve_one(job, arguments.python))
            print(row["name"], row["loose"], f"{row['cpu_seconds']:.0f} s", flush=True)


def solve_one(job: Job, python: str) -> dict[str, Any]:
    """FOX on one pattern, compared with the truth."""
    task = bench_sets.task_of(job)
    known = _Known(task.truth)
    problem = {
        "two_theta": task.pattern.two_theta.tolist(),
        "counts": task.pattern.counts.tolist(),
        "wavelength": "Cu",
        "cell": list(known.conventional.lattice.parameters),
        "space_group": known.symbol,
        "atoms": known.independent,
        "trials": TRIALS,
        "runs": RUNS,
    }
    answer = _ask(problem, python)
    row = {"name": job.name, "loose": False, "strict": False, "cpu_seconds": 0.0, "rwp": None}
    if answer is None:
        return row | {"error": "FOX did not end."}
    match = compare(known.structure(answer["atoms"]), known.number, task.truth, known.number)
    return row | {
        "loose": match.loose,
        "strict": match.strict,
        "cpu_seconds": answer["seconds"],
        "rwp": answer["rwp"],
    }


class _Known:
    """What FOX is told, and how its answer becomes a structure."""

    def __init__(self, truth: Structure) -> None:
        found = SpacegroupAnalyzer(truth, symprec=0.01)
        self.conventional = found.get_refined_structure()
        self.number, self.symbol = found.get_space_group_number(), found.get_space_group_symbol()
        standard = SpacegroupAnalyzer(self.conventional, symprec=0.01)
        sites = standard.get_symmetrized_structure().equivalent_sites
        self.independent = [group[0].specie.symbol for group in sites]
        hall_number = int(found.get_symmetry_dataset().hall_number)
        lattice = np.asarray(self.conventional.lattice.matrix)
        rotations, translations = operations_of(hall_number)
        self._frame = Frame(lattice, self.number, hall_number, rotations, translations)

    def structure(self, atoms: list[Any]) -> CrystalStructure:
        """All atoms of the cell, those near a special position moved onto it."""
        numbers, places = [], []
        for symbol, x, y, z, _ in atoms:
            site = site_at(self._frame, np.array([x, y, z]), 0.0, MERGED)
            numbers += [atomic_number(symbol)] * site.multiplicity
            places.append(site.images)
        return CrystalStructure(self._frame.lattice, np.array(numbers), np.concatenate(places))


def _ask(problem: dict[str, Any], python: str) -> dict[str, Any] | None:
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "problem.json", Path(folder) / "answer.json"
        asked.write_text(json.dumps(problem))
        try:
            subprocess.run(
                [python, str(SCRIPT), str(asked), str(answered)],
                check=True,
                capture_output=True,
                timeout=LIMIT,
                cwd=folder,
                env={"PATH": "/usr/bin:/bin"},
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return None
        found: dict[str, Any] = json.loads(answered.read_text())
        return found


def _version(python: str) -> str:
    code = "import pyobjcryst.version as v; print(v.__version__)"
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return "pyobjcryst " + done.stdout.strip().splitlines()[-1]


if __name__ == "__main__":
    main()
