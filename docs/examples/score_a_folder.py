"""Solve all patterns of a folder and score the answers: python score_a_folder.py FOLDER OUT

For every ``NAME.xy`` there is the true structure in ``NAME.cif``; its elements are what the solver
is told. The score is the share of patterns whose first candidate pymatgen's StructureMatcher maps
onto the truth (ltol 0.3, stol 0.5, angle_tol 10), with its 95 % Wilson interval.
"""

import csv
import json
import math
import sys
from pathlib import Path

from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure

from engine.batch.manifest import read_manifest
from engine.batch.run import run_batch
from engine.batch.task import Options


def write_manifest(folder: Path, path: Path) -> None:
    """A row for each pattern that has a true structure."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "elements"])
        for pattern in sorted(folder.glob("*.xy")):
            truth = pattern.with_suffix(".cif")
            if truth.is_file():
                composition = Structure.from_file(truth).composition
                symbols = " ".join(element.symbol for element in composition.elements)
                rows.writerow([pattern.absolute(), symbols])


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22, 209, 1927)."""
    share, width = right / n, z * z / n
    centre = (share + width / 2) / (1 + width)
    half = math.sqrt(share * (1 - share) * width + width * width / 4) / (1 + width)
    return centre - half, centre + half


def main(folder: Path, out: Path) -> int:
    """Solve, compare with the truth, print a line a pattern and the score."""
    out.mkdir(parents=True, exist_ok=True)
    write_manifest(folder, out / "manifest.csv")
    run_batch(read_manifest(out / "manifest.csv"), out, Options(), workers=1, tell=print)
    matcher = StructureMatcher(ltol=0.3, stol=0.5, angle_tol=10)
    right, n = 0, 0
    for text in (out / "results.jsonl").read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        truth = Structure.from_file(folder / f"{line['id']}.cif")
        first = out / line["id"] / "candidate_01.cif"
        matches = first.is_file() and matcher.fit(truth, Structure.from_file(first))
        right, n = right + bool(matches), n + 1
        answer = line.get("error") or line["verdict"]
        print(f"{line['id']}: {answer}, {'right' if matches else 'wrong'}")
    if not n:
        print("no pattern with a true structure beside it was found")
        return 1
    low, high = wilson(right, n)
    print(f"first candidate right: {right} of {n} ({low:.2f} to {high:.2f})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))
