"""Time of batched simulation beside pymatgen and gemmi, for the same lines, in one process.

Run by hand: ``python -m tests.benchmarks.bench_simulation [--structures N] [--threads N] [--out
TABLE.json]``. The structures are drawn at random from the validation set; all list the lines
between 5 and 90 degrees at Cu K-alpha-1 with their intensities. gemmi is told the reflections.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from pymatgen.analysis.diffraction.xrd import XRDCalculator

from engine.crystal.structure import CrystalStructure
from engine.crystal.structure_io import from_record, to_pymatgen
from engine.diffraction.batch import powder_lines, simulate_batch
from engine.diffraction.reflections import hkl_within
from engine.diffraction.structure_factors import CrystalBatch
from engine.pattern.radiation import preset
from engine.training.bench_speed import SpeedTable, write_table
from engine.training.data import data_root
from tests.engine.diffraction.reference import gemmi_structure_factors

RANGE = (5.0, 90.0)
BATCH = 32
PEERS = 8  # of so many structures the other programs get one
WORDS = """Lines of {structures} structures of `val`, {atoms:.0f} atoms each in the mean, {lines}
lines in all, in float32 on {threads} thread(s), beside what `XRDCalculator` of pymatgen takes, and
beside gemmi's structure factors (called from Python) at reflections that are listed for it; both on
every {peers}th structure. Shortest of three runs, processor time. Aim: 100 times pymatgen's."""


def structures(count: int) -> list[CrystalStructure]:
    """Random structures of the validation set, by rising size so that batches are even."""
    with gzip.open(data_root() / "structures" / "val.jsonl.gz", "rt") as lines:
        records = [json.loads(line) for line in lines]
    chosen = np.random.default_rng(0).permutation(len(records))[:count]
    found = [from_record(records[i]) for i in chosen]
    return sorted(found, key=lambda structure: structure.volume)


def limits() -> tuple[float, float]:
    """Largest and smallest sin(theta)/lambda of the range, 1/angstrom."""
    low, high = (np.sin(np.radians(x / 2.0)) / preset("CuKa1").primary for x in RANGE)
    return high, low


def batched(found: list[CrystalStructure], profile: bool) -> int:
    """Simulate all structures; the number of lines."""
    grid = torch.arange(RANGE[0], RANGE[1], 0.02)
    total = 0
    for start in range(0, len(found), BATCH):
        batch = CrystalBatch.from_structures(found[start : start + BATCH])
        if profile:
            simulate_batch(batch, preset("CuKa1"), grid, 0.1, reach=10.0)
        else:
            total += int(powder_lines(batch, *limits()).count.sum())
    return total


def milliseconds(work: Callable[[], object], patterns: int) -> float:
    """Processor time of a pattern in the shortest of three runs."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1e3 * min(times) / patterns


def pymatgen_time(found: list[CrystalStructure]) -> float:
    """Of XRDCalculator, milliseconds a pattern."""
    calculator = XRDCalculator(wavelength=preset("CuKa1").primary)
    theirs = [to_pymatgen(structure) for structure in found]

    def work() -> None:
        for structure in theirs:
            calculator.get_pattern(structure, scaled=False, two_theta_range=RANGE)

    return milliseconds(work, len(theirs))


def gemmi_time(found: list[CrystalStructure]) -> float:
    """Of gemmi's structure factors, milliseconds a pattern."""
    told = [hkl_within(structure.lattice, *limits())[0] for structure in found]

    def work() -> None:
        for structure, hkl in zip(found, told, strict=True):
            gemmi_structure_factors(structure, hkl)

    return milliseconds(work, len(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--structures", type=int, default=512)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")
    found = structures(options.structures)
    reference = pymatgen_time(found[::PEERS])
    times = {
        "`XRDCalculator`, lines": reference,
        "gemmi, structure factors": gemmi_time(found[::PEERS]),
        "batched, lines": milliseconds(lambda: batched(found, False), len(found)),
        "batched, 4,250-point pattern": milliseconds(lambda: batched(found, True), len(found)),
    }
    words = WORDS.format(
        structures=len(found),
        atoms=np.mean([len(structure) for structure in found]),
        lines=batched(found, False),
        threads=options.threads,
        peers=PEERS,
    )
    table = SpeedTable(
        "Batched simulation",
        words,
        "python -m tests.benchmarks.bench_simulation",
        ("what", "a pattern", "times faster than `XRDCalculator`"),
        tuple((what, f"{t:.3f} ms", f"{reference / t:.0f}") for what, t in times.items()),
    )
    print(table)
    if options.out is not None:
        write_table(options.out, table)


if __name__ == "__main__":
    main()
