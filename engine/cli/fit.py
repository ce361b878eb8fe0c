"""``densight fit``: refine known structures against a pattern."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.arguments import add_pattern, existing, number, pattern_of
from engine.cli.progress import TerminalProgress

if TYPE_CHECKING:
    from engine.refine.result import FitResult


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("fit", help="refine known structures against a pattern")
    add_pattern(parser)
    parser.add_argument(
        "structures",
        metavar="STRUCTURE.cif",
        type=Path,
        nargs="+",
        help="one phase, or several for weight fractions",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    parser.add_argument(
        "--monochromator",
        type=number(float, 0.0, above=True),
        metavar="DEG",
        help="Bragg angle 2theta of a crystal monochromator, for example 26.6 (graphite, Cu)",
    )
    parser.add_argument(
        "--particle-size",
        metavar="UM",
        type=number(float, 0.0, above=True),
        nargs="+",
        help="grain diameter in micrometres, one for all phases or one each, to correct weight "
        "fractions for microabsorption",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Refine, write the fit's folder and print the residuals."""
    paths = [existing(path) for path in arguments.structures]
    pattern = pattern_of(arguments)
    if arguments.monochromator is not None:
        optics = replace(
            pattern.radiation,
            monochromator_two_theta=arguments.monochromator,
            optics_provenance="typed",
        )
        pattern = replace(pattern, radiation=optics)
    from engine.crystal.structure_io import read_structure
    from engine.export.atomic import make_folder
    from engine.export.fit_files import write_fit

    structures = [read_structure(path) for path in paths]
    folder = make_folder(arguments.out)
    progress = TerminalProgress()
    try:
        fit = _refined(arguments, pattern, structures, progress)
    finally:
        progress.close()
    write_fit(fit, folder, pattern)
    print(summary(fit))
    print(f"written: {folder / 'fit.json'}")
    return 0


def _refined(
    arguments: argparse.Namespace, pattern: Any, structures: list[Any], progress: TerminalProgress
) -> FitResult:
    from engine.errors import BadInputError

    sizes = arguments.particle_size
    if len(structures) == 1:
        from engine.refine.profile import refine_profile

        if sizes:
            raise BadInputError("--particle-size corrects weight fractions: give several phases.")
        return refine_profile(pattern, structures[0], progress)
    from engine.refine.phases import refine_phases
    from engine.refine.whole_pattern.options import RefinementOptions

    if sizes and len(sizes) not in (1, len(structures)):
        raise BadInputError(
            f"--particle-size needs one value or one for each of the {len(structures)} phases."
        )
    options = RefinementOptions(particle_diameters=tuple(sizes) if sizes else None)
    return refine_phases(pattern, structures, options, progress)


def summary(fit: FitResult) -> str:
    """The residuals, and the cell or the phases with their weight fractions, for people."""
    lines = [f"R_wp {100.0 * fit.rwp:.2f} %   R_Bragg {100.0 * fit.r_bragg:.2f} %"]
    if not fit.phases:
        cell = " ".join(f"{x:.4f}" for x in fit.structure.cell)
        lines[0] += f"   cell {cell}"
    for phase in fit.phases:
        cell = " ".join(f"{x:.4f}" for x in phase.structure.cell)
        share = 100.0 * (phase.weight_fraction or 0.0)
        spread = 100.0 * (phase.weight_fraction_su or 0.0)
        corrected = phase.weight_fraction_corrected
        more = "" if corrected is None else f"   corrected {100.0 * corrected:.1f} wt%"
        lines.append(f"{phase.name:<16} {share:5.1f} ({spread:.1f}) wt%{more}   cell {cell}")
    lines.extend(f"note: {note}" for note in fit.notes)
    return "\n".join(lines)
