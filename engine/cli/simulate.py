"""``densight simulate``: the powder pattern of a structure."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.cli.arguments import (
    add_wavelength,
    existing,
    number,
    radiation_of,
    refuse_overwriting,
    warn,
)
from engine.errors import BadInputError
from engine.pattern.radiation import preset

MOST_POINTS = 2_000_000


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("simulate", help="calculate the pattern of a structure")
    parser.add_argument("structure", metavar="STRUCTURE.cif", type=Path)
    add_wavelength(parser, default="CuKa")
    parser.add_argument(
        "--range",
        dest="two_theta_range",
        nargs=2,
        type=float,
        default=(5.0, 90.0),
        metavar=("FROM", "TO"),
        help="degrees 2theta; default: 5 90",
    )
    positive = number(float, 0.0, above=True)
    parser.add_argument("--step", type=positive, default=0.02, help="degrees; default: 0.02")
    parser.add_argument("--fwhm", type=positive, default=0.1, help="degrees; default: 0.1")
    parser.add_argument(
        "--noise", type=number(int, 0), metavar="SEED", help="add counting noise with this seed"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="P.xy")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Simulate and write the pattern."""
    low, high = arguments.two_theta_range
    if not 0.0 < low < high < 180.0:
        raise BadInputError(
            f"The range {low:g} to {high:g} cannot be simulated: "
            "it must rise and lie between 0 and 180 degrees."
        )
    if (high - low) / arguments.step > MOST_POINTS:
        raise BadInputError(f"The step {arguments.step:g} is too small: take a larger one.")
    path = existing(arguments.structure)
    refuse_overwriting(arguments.out, path)
    radiation = radiation_of(arguments) or preset("CuKa")
    from engine.crystal.anomalous import dispersion
    from engine.crystal.structure_io import read_structure
    from engine.diffraction.profile import simulate_pattern
    from engine.export.pattern_files import write_pattern

    structure = read_structure(path)
    for text in structure.warnings:
        warn(text)
    pattern = simulate_pattern(
        structure,
        radiation,
        two_theta_range=(low, high),
        step=arguments.step,
        fwhm=arguments.fwhm,
        noise_seed=arguments.noise,
        dispersion=dispersion(structure.numbers, radiation.primary),
    )
    write_pattern(pattern, arguments.out, title=f"Simulated by Densight from {path.name}")
    print(f"written: {arguments.out} ({len(pattern)} points)")
    return 0
