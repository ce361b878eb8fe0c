"""``densight info``: what was read from a pattern's file."""

from __future__ import annotations

import argparse
import json
from typing import Any

from engine.cli.arguments import add_pattern, pattern_of, warnings_of
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.pattern.readers.registry import UnreadableFileError


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
    try:
        pattern = pattern_of(arguments)
    except UnreadableFileError as error:
        print(json.dumps(refusal(error)) if arguments.json else tried(error))
        raise
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


def refusal(error: UnreadableFileError) -> dict[str, Any]:
    """What ``--json`` prints of a file that nobody could read."""
    attempts = [{"reader": a.reader, "asked": a.asked, "reason": a.reason} for a in error.attempts]
    return {"error": str(error), "attempts": attempts}


def tried(error: UnreadableFileError) -> str:
    """Every reader and why it did not read the file, those that tried first."""
    width = max((len(attempt.reader) for attempt in error.attempts), default=0)
    ordered = sorted(error.attempts, key=lambda attempt: not attempt.asked)
    lines = [f"  {attempt.reader:{width}}  {attempt.reason}" for attempt in ordered]
    return "\n".join(["what was tried:", *lines])


def in_words(pattern: PowderPattern) -> str:
    """The facts for people."""
    radiation = pattern.radiation
    lines = " and ".join(f"{x:.7g}" for x in radiation.wavelengths)
    anode = f"{radiation.anode}, " if radiation.anode else ""
    kind = "counts" if pattern.poisson else "scaled intensities"
    details = pattern.details
    seconds = "" if details.seconds is None else f"{details.seconds:g} s a point"
    named = {
        "sample": details.sample,
        "instrument": details.instrument,
        "measured": details.date,
        "counted": seconds,
    }
    return "\n".join(
        [
            f"pattern     {pattern.name}",
            f"format      {pattern.format}",
            f"points      {len(pattern)} ({kind})",
            f"range       {pattern.two_theta[0]:.4f} to {pattern.two_theta[-1]:.4f} degrees 2theta",
            f"step        {pattern.step:.5g} degrees",
            f"wavelength  {lines} A ({anode}{radiation.provenance})",
            *(f"{name:<12}{text}" for name, text in named.items() if text),
            *_ranges(pattern),
            *_spikes(pattern),
        ]
    )


def _spikes(pattern: PowderPattern) -> list[str]:
    """A line on single points far too high, where there are such."""
    from engine.pattern.spikes import find_spikes

    where = ", ".join(f"{pattern.two_theta[i]:.2f}" for i in find_spikes(pattern))
    return [f"spikes      at {where} degrees; --without-spikes leaves them out"] if where else []


def _ranges(pattern: PowderPattern) -> list[str]:
    """A line for each range of a file of several."""
    if pattern.details.n_ranges < 2 or pattern.path is None:
        return []
    from engine.pattern.io import read_ranges

    try:
        found = read_ranges(pattern.path)
    except BadInputError as error:
        return [f"ranges      {pattern.details.n_ranges}; not all can be used: {error}"]
    return [
        f"range {i:<6}{part.two_theta[0]:.4f} to {part.two_theta[-1]:.4f} degrees 2theta, "
        f"{len(part)} points"
        for i, part in enumerate(found, start=1)
    ]
