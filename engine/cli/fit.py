"""``densight fit``: refine a known structure against a pattern."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from engine.cli.arguments import add_pattern, existing, pattern_of
from engine.cli.progress import TerminalProgress


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("fit", help="refine a known structure against a pattern")
    add_pattern(parser)
    parser.add_argument("structure", metavar="STRUCTURE.cif", type=Path)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Refine, write the fit's folder and print the residuals."""
    path = existing(arguments.structure)
    pattern = pattern_of(arguments)
    from engine.crystal.structure_io import read_structure
    from engine.export.atomic import make_folder
    from engine.export.fit_files import write_fit
    from engine.refine.profile import refine_profile

    structure = read_structure(path)
    folder = make_folder(arguments.out)
    progress = TerminalProgress()
    try:
        fit = refine_profile(pattern, structure, progress)
    finally:
        progress.close()
    write_fit(fit, folder, pattern)
    cell = " ".join(f"{x:.4f}" for x in fit.structure.cell)
    print(f"R_wp {100.0 * fit.rwp:.2f} %   R_Bragg {100.0 * fit.r_bragg:.2f} %   cell {cell}")
    print(f"written: {folder / 'fit.json'}")
    return 0
