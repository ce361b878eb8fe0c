"""How often known crystals have a lattice more symmetric than they are themselves.

    python -m tests.benchmarks.lattice_coincidences [--every 3]

The shares behind the prior of `engine.solve.plausibility.metric_prior` (decision 0014), by crystal
system and by how many cell parameters coincide within 0.1 %: of all of `val` and of every n-th
training structure.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import islice

from engine.crystal.lattice import CRYSTAL_SYSTEMS, crystal_system
from engine.crystal.structure_io import from_record
from engine.crystal.symmetry import primitive_cell
from engine.errors import BadInputError
from engine.solve.plausibility import metric_coincidences
from engine.training.data import data_root, read_records


def main() -> None:
    """Count, and print a line for each system."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=3, help="of the training structures")
    arguments = parser.parse_args()
    folder = data_root() / "structures"
    seen: Counter[str] = Counter()
    found: Counter[tuple[str, int]] = Counter()
    for name, step in (("val", 1), ("train", arguments.every)):
        for record in islice(read_records(folder / f"{name}.jsonl.gz"), 0, None, step):
            group = int(record["space_group"])
            try:
                lattice = primitive_cell(from_record(record), 0.01).lattice
            except BadInputError:
                continue
            seen[crystal_system(group)] += 1
            found[crystal_system(group), metric_coincidences(lattice, group)] += 1
    for system in CRYSTAL_SYSTEMS:
        shares = {n: found[system, n] / max(seen[system], 1) for n in range(1, 6)}
        words = ", ".join(f"{n}: {100.0 * share:.2f} %" for n, share in shares.items() if share)
        print(f"{system}: {seen[system]}; {words or 'none'}", flush=True)


if __name__ == "__main__":
    main()
