"""``densight index``: the lattices that may be behind a pattern."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from engine.cli.arguments import add_corrections, add_pattern, number, pattern_of
from engine.pattern.pattern import PowderPattern

if TYPE_CHECKING:
    from engine.solve.indexing import IndexedCell


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("index", help="the lattices that may be behind a pattern")
    add_pattern(parser)
    add_corrections(parser)
    parser.add_argument(
        "--top", type=number(int, 1), default=5, metavar="N", help="lattices; default: 5"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Index the pattern and print what was found."""
    from engine.cli.progress import TerminalProgress
    from engine.solve.indexing import index_pattern

    pattern = pattern_of(arguments)
    progress = TerminalProgress()
    try:
        cells = index_pattern(pattern, arguments.top, progress)
    finally:
        progress.close()
    if arguments.json:
        from engine.export.atomic import finite

        print(json.dumps(finite(describe(pattern, cells)), ensure_ascii=False))
    else:
        print(in_words(cells))
    return 0


def describe(pattern: PowderPattern, cells: list[IndexedCell]) -> dict[str, Any]:
    """The answer as JSON: angstrom and degrees, chances from 0 to 1."""
    from engine.export.fit_files import radiation_record

    return {
        "pattern": pattern.name,
        "radiation": radiation_record(pattern.radiation),
        "cells": [
            {
                "rank": rank,
                "bravais": cell.bravais,
                "crystal_system": cell.system,
                "cell": list(cell.cell),
                "cell_su": list(cell.cell_su),
                "volume": cell.volume,
                "reduced_cell": list(_six(cell)),
                "zero": cell.zero,
                "chance": cell.chance,
                "score": cell.score,
                "m20": cell.m20,
                "f20": cell.f20,
                "lines": cell.lines,
                "explained": cell.explained,
                "calculated": cell.calculated,
                "relation": cell.relation or None,
            }
            for rank, cell in enumerate(cells, start=1)
        ],
    }


def in_words(cells: list[IndexedCell]) -> str:
    """The answer for people: a table, or one line where nothing was found."""
    if not cells:
        return "No lattice: the pattern shows fewer than three lines."
    rows = [
        " #  lattice  chance     a         b         c       alpha   beta   gamma   volume"
        "   M20   F20  lines"
    ]
    for rank, cell in enumerate(cells, start=1):
        a, b, c, alpha, beta, gamma = cell.cell
        rows.append(
            f"{rank:2d}  {cell.bravais:<7s}  {100.0 * cell.chance:5.1f}%"
            f"  {a:8.4f}  {b:8.4f}  {c:8.4f}  {alpha:6.2f} {beta:6.2f} {gamma:6.2f}"
            f"  {cell.volume:8.2f} {cell.m20:5.0f} {cell.f20:5.0f}"
            f"  {cell.explained}/{cell.lines}" + (f"  {cell.relation}" if cell.relation else "")
        )
    return "\n".join(rows)


def _six(cell: IndexedCell) -> tuple[float, ...]:
    from engine.crystal.lattice import cell_from_matrix

    return cell_from_matrix(cell.lattice)
