"""``densight info``: what was read from a pattern's file."""

from __future__ import annotations

import argparse
import json
from typing import Any

from engine.cli.arguments import add_pattern, pattern_of, warnings_of
from engine.pattern.pattern import PowderPattern


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "info", help="what was read: format, points, range, step, wavelength"
    )
    add_pattern(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what is known of the pattern."""
    pattern = pattern_of(arguments)
    if arguments.json:
        from engine.export.atomic import finite

        print(json.dumps(finite(describe(pattern)), ensure_ascii=False))
    else:
        print(in_words(pattern))
    return 0


def describe(pattern: PowderPattern) -> dict[str, Any]:
    """The facts under the names of the contract; angles in degrees."""
    from engine.export.fit_files import radiation_record

    return {
        "format": pattern.format,
        "n_points": len(pattern),
        "two_theta_min": round(float(pattern.two_theta[0]), 6),
        "two_theta_max": round(float(pattern.two_theta[-1]), 6),
        "step": round(pattern.step, 6),
        "radiation": radiation_record(pattern.radiation),
        "warnings": list(warnings_of(pattern)),
    }


def in_words(pattern: PowderPattern) -> str:
    """The facts for people."""
    radiation = pattern.radiation
    lines = " and ".join(f"{x:.7g}" for x in radiation.wavelengths)
    anode = f"{radiation.anode}, " if radiation.anode else ""
    kind = "counts" if pattern.poisson else "scaled intensities"
    return "\n".join(
        [
            f"pattern     {pattern.name}",
            f"format      {pattern.format}",
            f"points      {len(pattern)} ({kind})",
            f"range       {pattern.two_theta[0]:.4f} to {pattern.two_theta[-1]:.4f} degrees 2theta",
            f"step        {pattern.step:.5g} degrees",
            f"wavelength  {lines} A ({anode}{radiation.provenance})",
        ]
    )
