"""Time of batched simulation beside pymatgen's XRDCalculator, for the same lines, in one process.

Run by hand: ``python -m tests.benchmarks.bench_simulation [--structures N] [--threads N]``. The
structures are drawn at random from the validation set; both list the lines between 5 and 90
degrees at Cu K-alpha-1 with their intensities.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
import warnings

import numpy as np
import torch
from pymatgen.analysis.diffraction.xrd import XRDCalculator

from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import from_record, to_pymatgen
from engine.diffraction.batch import powder_lines, simulate_batch
from engine.diffraction.structure_factors import CrystalBatch
from engine.pattern.radiation import preset
from engine.training.data import data_root

RANGE = (5.0, 90.0)
BATCH = 32


def structures(count: int) -> list[CrystalStructure]:
    """Random structures of the validation set, by rising size so that batches are even."""
    with gzip.open(data_root() / "structures" / "val.jsonl.gz", "rt") as lines:
        records = [json.loads(line) for line in lines]
    chosen = np.random.default_rng(0).permutation(len(records))[:count]
    found = [from_record(records[i]) for i in chosen]
    return sorted(found, key=lambda structure: structure.volume)


def batched(found: list[CrystalStructure], profile: bool) -> int:
    """Simulate all structures; the number of lines."""
    radiation = preset("CuKa1")
    low, high = (np.sin(np.radians(x / 2.0)) / radiation.primary for x in RANGE)
    grid = torch.arange(RANGE[0], RANGE[1], 0.02)
    total = 0
    for start in range(0, len(found), BATCH):
        batch = CrystalBatch.from_structures(found[start : start + BATCH])
        if profile:
            simulate_batch(batch, radiation, grid, 0.1, reach=10.0)
        else:
            total += int(powder_lines(batch, high, low).count.sum())
    return total


def seconds(work, *arguments) -> float:
    """Shortest of three runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--structures", type=int, default=512)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")
    found = structures(options.structures)
    calculator = XRDCalculator(wavelength=preset("CuKa1").primary)
    theirs = [to_pymatgen(structure) for structure in found[::8]]

    def reference() -> None:
        for structure in theirs:
            calculator.get_pattern(structure, scaled=False, two_theta_range=RANGE)

    reference_ms = 1e3 * seconds(reference) / len(theirs)
    lines_ms = 1e3 * seconds(batched, found, False) / len(found)
    pattern_ms = 1e3 * seconds(batched, found, True) / len(found)
    print(f"structures {len(found)}, lines {batched(found, False)}, threads {options.threads}")
    print(f"XRDCalculator lines       {reference_ms:8.3f} ms a pattern")
    print(f"batched lines             {lines_ms:8.3f} ms, {reference_ms / lines_ms:.0f} times")
    print(
        f"batched 4,250-point pattern {pattern_ms:6.3f} ms, {reference_ms / pattern_ms:.0f} times"
    )


if __name__ == "__main__":
    main()
