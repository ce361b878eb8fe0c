"""Makes the example patterns in ``resources/examples``: ``python -m tests.make_examples``.

The structures are typed in from common knowledge; background and counting noise are added so
that the patterns look like measured ones. Everything follows from the numbers below.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.diffraction.profile import simulate_pattern
from engine.export.pattern_files import write_pattern
from engine.pattern.radiation import preset
from tests.made_structures import Made

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "examples"
RADIATION = "CuKa"
EXAMPLES = (
    (
        Made(
            "Rutile, TiO2", "tetragonal", 136, "P 42/m n m",
            (4.5937, 4.5937, 2.9587, 90.0, 90.0, 90.0),
            (("Ti", 0.0, 0.0, 0.0), ("O", 0.3048, 0.3048, 0.0)),
        ),
        0.10,
    ),
    (
        Made(
            "Corundum, Al2O3", "trigonal", 167, "R -3 c:H",
            (4.7589, 4.7589, 12.9910, 90.0, 90.0, 120.0),
            (("Al", 0.0, 0.0, 0.3522), ("O", 0.3064, 0.0, 0.25)),
        ),
        0.09,
    ),
    (
        Made(
            "Halite, NaCl", "cubic", 225, "F m -3 m",
            (5.6402, 5.6402, 5.6402, 90.0, 90.0, 90.0),
            (("Na", 0.0, 0.0, 0.0), ("Cl", 0.5, 0.5, 0.5)),
        ),
        0.12,
    ),
    (
        Made(
            "Calcite, CaCO3", "trigonal", 167, "R -3 c:H",
            (4.9900, 4.9900, 17.0610, 90.0, 90.0, 120.0),
            (("Ca", 0.0, 0.0, 0.0), ("C", 0.0, 0.0, 0.25), ("O", 0.2573, 0.0, 0.25)),
        ),
        0.13,
    ),
)  # fmt: skip
U_ISO = 0.006


def main() -> None:
    """Write the patterns and their index."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    index = []
    for seed, (made, fwhm) in enumerate(EXAMPLES, start=1):
        mineral, formula = made.name.split(", ")
        structure = replace(made.structure, u_iso=np.full(len(made.structure), U_ISO))
        exact = simulate_pattern(structure, preset(RADIATION), (15.0, 100.0), 0.02, fwhm)
        x = exact.two_theta
        background = 70.0 + 260.0 * np.exp(-x / 24.0) + 60.0 * np.exp(-(((x - 27.0) / 9.0) ** 2))
        counts = np.random.default_rng([2026, seed]).poisson(exact.counts + background)
        measured = replace(
            exact,
            counts=counts.astype(float),
            sigma=np.sqrt(np.maximum(counts, 1.0)),
            name=mineral.lower(),
            poisson=True,
        )
        file = f"{mineral.lower()}.xy"
        write_pattern(measured, FOLDER / file, title=f"Simulated pattern of {mineral}")
        index.append(
            {
                "file": file,
                "name": f"{mineral}, simulated",
                "elements": list(dict.fromkeys(symbol for symbol, *_ in made.sites)),
                "radiation": RADIATION,
                "note": f"Simulated from the structure of {mineral.lower()}, {formula}, with "
                "background and counting noise",
            }
        )
    text = json.dumps(index, indent=1)
    (FOLDER / "index.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
