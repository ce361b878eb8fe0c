"""What several subcommands take from the command line, and how they read it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from engine.crystal.composition import check_contents, parse_elements
from engine.errors import BadInputError
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation, parse_wavelength

Number = TypeVar("Number", int, float)

DEVICES = ("auto", "cpu", "cuda", "mps")


def add_pattern(parser: argparse.ArgumentParser) -> None:
    """The pattern's file and the wavelength that it was measured with."""
    parser.add_argument("pattern", metavar="PATTERN", type=Path, help="file of the pattern")
    add_wavelength(parser)
    parser.add_argument(
        "--range",
        dest="ranges",
        metavar="N|merge|sum",
        help="of a file with several ranges: the number of one, or all merged or added up; "
        "default: merged where they continue each other, else the first",
    )


def add_corrections(parser: argparse.ArgumentParser) -> None:
    """What is left out of the pattern, and the optics that its file does not state."""
    group = parser.add_argument_group("corrections")
    group.add_argument(
        "--exclude",
        metavar="LOW-HIGH",
        nargs="+",
        default=[],
        help="regions of 2theta in degrees that no fit sees",
    )
    group.add_argument(
        "--without-spikes", action="store_true", help="leave out single points far too high"
    )
    group.add_argument(
        "--monochromator",
        type=number(float, 0.0, above=True),
        metavar="DEG",
        help="Bragg angle 2theta of a crystal monochromator, for example 26.6 (graphite, Cu)",
    )
    group.add_argument(
        "--slits", choices=("fixed", "automatic"), help="divergence slits; default: fixed"
    )
    group.add_argument(
        "--capillary",
        type=number(float, 0.0, above=True),
        metavar="MU_R",
        help="the sample is a cylinder: its linear absorption coefficient times its radius",
    )


def corrected(pattern: PowderPattern, arguments: argparse.Namespace) -> PowderPattern:
    """The pattern with the corrections of `add_corrections`."""
    from engine.pattern.excluded import parse_regions, without_regions
    from engine.pattern.spikes import without_spikes

    optics = {
        "monochromator_two_theta": arguments.monochromator,
        "slit_mode": arguments.slits,
        "capillary_mu_r": arguments.capillary,
    }
    stated: dict[str, Any] = {name: x for name, x in optics.items() if x is not None}
    if stated:
        radiation = replace(pattern.radiation, optics_provenance="typed", **stated)
        pattern = replace(pattern, radiation=radiation)
    if arguments.without_spikes:
        pattern = without_spikes(pattern)
    return without_regions(pattern, parse_regions(",".join(arguments.exclude)))


def add_wavelength(
    parser: argparse.ArgumentParser,
    default: str = "what the file says, else Cu K-alpha with a warning",
) -> None:
    """The wavelength, in any of its three spellings; `default` says what is taken without one."""
    parser.add_argument(
        "--wavelength",
        metavar="W",
        help="CuKa (doublet), CuKa1, likewise Co Mo Cr Fe Ag; or angstrom: 1.5406 or "
        f"1.54056,1.54439; default: {default}",
    )


def add_contents(parser: argparse.ArgumentParser, required: bool) -> None:
    """What is known of the sample's composition."""
    parser.add_argument(
        "--elements",
        required=required,
        metavar="Na,Cl",
        help="the elements that are known to be in the sample, apart by commas, or by blanks in "
        "quotes: 'Na Cl'",
    )
    parser.add_argument("--formula", metavar="F", help="chemical formula, where it is known")
    parser.add_argument(
        "--others-possible",
        action="store_true",
        help="elements that are not listed may be present too",
    )


def add_device(parser: argparse.ArgumentParser) -> None:
    """Where to compute, and the seed of all random numbers."""
    parser.add_argument("--device", choices=DEVICES, default="auto")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")


def device_of(arguments: argparse.Namespace) -> str:
    """The device that was asked for.

    Raises
    ------
    BadInputError
        If this computer does not have it.
    """
    if arguments.device not in ("auto", "cpu"):
        from engine.model.device import choose_device

        choose_device(arguments.device)
    return str(arguments.device)


def add_search_limits(parser: argparse.ArgumentParser) -> None:
    """How far the solver goes."""
    parser.add_argument(
        "--max-atoms",
        type=number(int, 1),
        default=60,
        metavar="N",
        help="largest primitive cell to consider; default: 60 atoms",
    )
    parser.add_argument(
        "--time-limit", type=number(float, 0.0, above=True), metavar="S", help="seconds"
    )
    parser.add_argument(
        "--top", type=number(int, 1), default=20, metavar="N", help="candidates; default: 20"
    )


def number(
    kind: Callable[[str], Number], least: float, above: bool = False
) -> Callable[[str], Number]:
    """A reader of numbers that are at least `least`, or greater than it if `above`."""
    bound = f"greater than {least:g}" if above else f"at least {least:g}"

    def read(text: str) -> Number:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"'{text}' is no number") from None
        if not (value > least if above else value >= least) or value == float("inf"):
            raise argparse.ArgumentTypeError(f"{text} must be {bound}")
        return value

    return read


def radiation_of(arguments: argparse.Namespace) -> Radiation | None:
    """The radiation that the user typed, None without one."""
    return None if arguments.wavelength is None else parse_wavelength(arguments.wavelength)


def pattern_of(arguments: argparse.Namespace) -> PowderPattern:
    """Read the pattern that the arguments name, and pass its warnings on."""
    from engine.pattern.io import read_pattern
    from engine.pattern.readers.ranges import parse_range

    radiation = radiation_of(arguments)
    ranges = None if arguments.ranges is None else parse_range(arguments.ranges)
    pattern = read_pattern(existing(arguments.pattern), radiation, ranges)
    if hasattr(arguments, "without_spikes"):
        pattern = corrected(pattern, arguments)
    for warning in warnings_of(pattern):
        warn(warning)
    return pattern


def warnings_of(pattern: PowderPattern) -> tuple[str, ...]:
    """The pattern's warnings; an assumed wavelength is always among them, and once."""
    if pattern.radiation.provenance == "assumed" and not any(
        "assumed" in text for text in pattern.warnings
    ):
        return (
            *pattern.warnings,
            "No wavelength was found in the file: Cu K-alpha is assumed; give --wavelength.",
        )
    return pattern.warnings


def contents_of(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The elements that the arguments name, checked against the formula."""
    elements = parse_elements(arguments.elements)
    check_contents(elements, arguments.formula, arguments.others_possible)
    return elements


def existing(path: Path) -> Path:
    """The path of a file that can be opened.

    Raises
    ------
    BadInputError
        If there is none.
    """
    if path.is_dir():
        raise BadInputError(f"'{path}' is a folder: name a file in it.")
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadInputError(f"'{path}' cannot be opened: {reason}.") from None


def refuse_overwriting(out: Path, source: Path) -> None:
    """Refuse an output that is the input itself, under whatever name.

    Raises
    ------
    BadInputError
        If both are one file, also through links.
    """
    if out.exists() and out.samefile(source):
        raise BadInputError(f"'{out}' is the input itself: give --out another name.")


def warn(text: str) -> None:
    """Say something on stderr that does not stop the work."""
    print(f"densight: warning: {text}", file=sys.stderr)
