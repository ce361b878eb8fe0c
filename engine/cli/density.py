"""``densight density``: electron density from a pattern (the network) or of a structure."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.arguments import (
    add_contents,
    add_device,
    add_pattern,
    contents_of,
    existing,
    number,
    pattern_of,
    refuse_overwriting,
    warn,
)
from engine.cli.progress import TerminalProgress
from engine.crystal.lattice import Cell, cell_from_matrix, matrix_from_cell
from engine.errors import BadInputError
from engine.export.density_files import (
    check_map_path,
    write_prediction,
    write_structure_density,
)

if TYPE_CHECKING:
    from engine.model.prediction import DensityPrediction

LARGEST_GRID = 256
# Classes of space groups that are named: the most, and the least likely.
EXTINCTIONS, LEAST_CHANCE = 3, 0.01
# A POSCAR is columns of numbers, as many a pattern is; only its name tells.
STRUCTURE_SUFFIXES = (".vasp", ".poscar")
STRUCTURE_NAMES = ("POSCAR", "CONTCAR")


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "density",
        help="predict the electron density behind a pattern, or calculate that of a structure",
        description="With --elements the network predicts the density (CMED) behind a pattern; "
        "without them the file must be a structure, and its own CMED is calculated.",
    )
    add_pattern(parser)
    add_contents(parser, required=False)
    parser.add_argument(
        "--cell",
        metavar="a,b,c,al,be,ga",
        help="the cell, where it is known (any setting; angstrom, degrees); refined on the lines",
    )
    parser.add_argument("--samples", type=number(int, 1), default=5, metavar="N")
    parser.add_argument("--grid", type=number(int, 8), default=50, metavar="N", help="default: 50")
    add_device(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="MAP", help=".npz, .ccp4, .cube or .xsf"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Predict or calculate the density and write it."""
    check_map_path(arguments.out)
    if arguments.grid > LARGEST_GRID:
        raise BadInputError(
            f"A grid of {arguments.grid} points is too fine: at most {LARGEST_GRID}."
        )
    refuse_overwriting(arguments.out, existing(arguments.pattern))
    if arguments.elements is None:
        return _of_structure(arguments)
    return _of_pattern(arguments)


def _of_pattern(arguments: argparse.Namespace) -> int:
    elements = contents_of(arguments)
    cell = parse_cell(arguments.cell) if arguments.cell else None
    pattern = pattern_of(arguments)
    from engine.model.inference import predict_density

    progress = TerminalProgress()
    try:
        prediction = predict_density(
            pattern,
            elements,
            formula=arguments.formula,
            cell=cell,
            others_possible=arguments.others_possible,
            samples=arguments.samples,
            grid=arguments.grid,
            device=arguments.device,
            seed=arguments.seed,
            progress=progress,
        )
    finally:
        progress.close()
    write_prediction(prediction, arguments.out)
    for note in prediction.notes:
        warn(note)
    count = len(prediction.weights)
    print(
        f"written: {arguments.out} ({count} sample{'s' if count > 1 else ''} on "
        f"{prediction.device}, the first {prediction.crystal_system[0]})"
    )
    for line in _about(prediction):
        print(line)
    return 0


def _about(prediction: DensityPrediction) -> list[str]:
    """What else the network says, a line each."""
    from engine.crystal.extinction_classes import members_of_class

    a, b, c, alpha, beta, gamma = cell_from_matrix(prediction.cell[0])
    lines = [
        f"cell of the first: {a:.4f} {b:.4f} {c:.4f} A, {alpha:.2f} {beta:.2f} {gamma:.2f} degrees "
        f"({prediction.cell_source[0]}), expected correlation {prediction.quality[0]:.2f}"
    ]
    extinction = prediction.extinction
    if prediction.contents is None or extinction is None:
        return lines
    for index in extinction.argsort()[::-1][:EXTINCTIONS]:
        if extinction[index] >= LEAST_CHANCE:
            share = f"{100 * extinction[index]:.0f} %"
            lines.append(f"space group {members_of_class(int(index))}: {share}")
    for symbol, chance in prediction.contents.likeliest_missing():
        lines.append(f"perhaps also {symbol}: {100 * chance:.0f} %")
    return lines


def _of_structure(arguments: argparse.Namespace) -> int:
    structure_only = ("cell", "formula", "wavelength")
    given = [name for name in structure_only if getattr(arguments, name) is not None]
    from engine.crystal.structure_io import read_structure

    if _is_pattern(arguments.pattern):
        raise BadInputError(
            f"'{arguments.pattern}' is a pattern: to predict the density behind it, give the "
            "--elements of its sample."
        )
    structure = read_structure(arguments.pattern)
    for text in structure.warnings:
        warn(text)
    if given:
        warn(f"--{given[0]} says nothing about a structure's own density and is not used.")
    write_structure_density(structure, arguments.out, arguments.grid)
    print(f"written: {arguments.out} (the density of {arguments.pattern.name})")
    return 0


def _is_pattern(path: Path) -> bool:
    """Whether a file holds measured points rather than a structure."""
    from engine.pattern.io import load
    from engine.pattern.readers.pdcif import has_measured_points, looks_like_cif
    from engine.pattern.readers.registry import choose_reader

    source = load(path)
    if looks_like_cif(source):
        return has_measured_points(source.text)
    if path.suffix.lower() in STRUCTURE_SUFFIXES or path.stem.upper() in STRUCTURE_NAMES:
        return False
    try:
        choose_reader(source)
    except BadInputError:
        return False
    return True


def parse_cell(text: str) -> Cell:
    """Read six cell parameters.

    Raises
    ------
    BadInputError
        If they are not six numbers that make a cell.
    """
    try:
        a, b, c, alpha, beta, gamma = (float(part) for part in text.replace(";", ",").split(","))
    except ValueError:
        raise BadInputError(
            f"'{text}' is no cell: give a,b,c in angstrom and al,be,ga in degrees, "
            "for example 4.59,4.59,2.96,90,90,90."
        ) from None
    cell = (a, b, c, alpha, beta, gamma)
    matrix_from_cell(*cell)  # refuses lengths and angles that no cell has
    return cell
