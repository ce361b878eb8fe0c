"""``densight fit``: refine known structures against a pattern."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.arguments import add_corrections, add_pattern, existing, number, pattern_of, warn
from engine.cli.progress import TerminalProgress
from engine.errors import BadInputError
from engine.export.numbers import in_words
from engine.refine.whole_pattern.options import GROUPS, N_BACKGROUND, RefinementOptions

if TYPE_CHECKING:
    from engine.refine.result import FitResult, PhaseFit


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("fit", help="refine known structures against a pattern")
    add_pattern(parser)
    parser.add_argument(
        "structures",
        metavar="STRUCTURE.cif",
        type=Path,
        nargs="*",
        help="one phase, or several for weight fractions",
    )
    _add_lattice(parser)
    _add_groups(parser)
    add_corrections(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    parser.add_argument(
        "--particle-size",
        metavar="UM",
        type=number(float, 0.0, above=True),
        nargs="+",
        help="grain diameter in micrometres, one for all phases or one each, to correct weight "
        "fractions for microabsorption",
    )
    parser.set_defaults(run=run)


def _add_lattice(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("without atoms")
    group.add_argument(
        "--lebail",
        action="store_true",
        help="intensities of their own for all reflections, on the cell and space group of "
        "STRUCTURE.cif or of the next two options",
    )
    group.add_argument("--cell", metavar="a,b,c,al,be,ga", help="angstrom and degrees")
    group.add_argument(
        "--space-group", metavar="S", help="symbol in the cell's setting, or number: 'P 21/c'"
    )


def _add_groups(parser: argparse.ArgumentParser) -> None:
    named = ", ".join(GROUPS)
    group = parser.add_argument_group("what is refined", f"Groups of parameters: {named}.")
    group.add_argument(
        "--refine",
        metavar="GROUP",
        nargs="+",
        help="refine these and no others; default: what the automatic strategy finds worth it",
    )
    group.add_argument("--fix", metavar="GROUP", nargs="+", default=[], help="hold these")
    group.add_argument("--background-terms", metavar="N", type=number(int, 1), default=N_BACKGROUND)
    group.add_argument(
        "--humps",
        metavar="DEG",
        type=number(float, 0.0, above=True),
        nargs="+",
        default=[],
        help="refine diffuse humps near these 2theta; default: those that pay",
    )
    group.add_argument(
        "--robust",
        action="store_true",
        help="let lines of unknown impurities pull less: what lies above the fit counts by its "
        "logarithm; residuals are stated with plain weights",
    )
    group.add_argument(
        "--texture-axis", metavar=("H", "K", "L"), type=int, nargs=3, help="of March and Dollase"
    )


def run(arguments: argparse.Namespace) -> int:
    """Refine, write the fit's folder and print the residuals."""
    paths = [existing(path) for path in arguments.structures]
    pattern = pattern_of(arguments)
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
    from engine.refine.phases import refine_lattice, refine_phases

    options = _options(arguments, len(structures))
    if arguments.lebail:
        lattice, group, name = _lattice(arguments, structures)
        return refine_lattice(pattern, lattice, group, options, progress, name)
    if arguments.cell or arguments.space_group:
        raise BadInputError("--cell and --space-group go with --lebail.")
    if not structures:
        raise BadInputError("Give a STRUCTURE.cif to refine, or --lebail with a cell.")
    return refine_phases(pattern, structures, options, progress)


def _options(arguments: argparse.Namespace, phases: int) -> RefinementOptions:
    sizes = arguments.particle_size
    if sizes and phases < 2:
        raise BadInputError("--particle-size corrects weight fractions: give several phases.")
    if sizes and len(sizes) not in (1, phases):
        raise BadInputError(
            f"--particle-size needs one value or one for each of the {phases} phases."
        )
    axis = arguments.texture_axis
    if axis is not None and not any(axis):
        raise BadInputError("--texture-axis 0 0 0 is no direction.")
    return RefinementOptions(
        refine=None if arguments.refine is None else tuple(arguments.refine),
        fix=tuple(arguments.fix),
        background_terms=arguments.background_terms,
        texture_axis=None if axis is None else (axis[0], axis[1], axis[2]),
        hump_positions=tuple(arguments.humps),
        robust=arguments.robust,
        particle_diameters=tuple(sizes) if sizes else None,
    )


def _lattice(arguments: argparse.Namespace, structures: list[Any]) -> tuple[Any, str, str]:
    """Lattice, space group and name of what is fitted without atoms."""
    from engine.cli.density import parse_cell
    from engine.crystal.lattice import matrix_from_cell
    from engine.crystal.symmetry import standardise

    given = arguments.cell is not None and arguments.space_group is not None
    if given and not structures:
        return matrix_from_cell(*parse_cell(arguments.cell)), arguments.space_group, ""
    if len(structures) == 1 and arguments.cell is None and arguments.space_group is None:
        for text in structures[0].warnings:
            warn(text)
        found = standardise(structures[0], 0.02)
        return found.conventional.lattice, found.hall, structures[0].name
    raise BadInputError("--lebail needs either one STRUCTURE.cif, or --cell and --space-group.")


def summary(fit: FitResult) -> str:
    """Residuals, phases, parameters with uncertainties, strong correlations, for people."""
    longest = max((len(phase.name) for phase in fit.phases), default=0)
    return "\n".join(
        [
            _residuals(fit),
            *(_phase(phase, longest) for phase in fit.phases),
            *_parameters(fit),
            *_correlated(fit),
            *(f"note: {note}" for note in fit.notes),
        ]
    )


def _residuals(fit: FitResult) -> str:
    parts = [("R_p", fit.rp), ("R_wp", fit.rwp), ("R_exp", fit.r_exp), ("R_Bragg", fit.r_bragg)]
    words = [f"{name} {100.0 * x:.2f} %" for name, x in parts if x is not None and x == x]
    if fit.gof is not None:
        words.append(f"GoF {fit.gof:.2f}")
    if fit.rwp_lebail is not None and len(fit.structure):
        words.append(f"(R_wp of free intensities {100.0 * fit.rwp_lebail:.2f} %)")
    return "   ".join(words)


def _phase(phase: PhaseFit, width: int) -> str:
    cell = " ".join(
        in_words(value, float(su), 4)
        for value, su in zip(phase.structure.cell, phase.cell_su, strict=True)
    )
    words = [f"{phase.name:<{max(width, 16)}}"]
    if phase.weight_fraction is not None:
        spread = 100.0 * (phase.weight_fraction_su or 0.0)
        words.append(f"{100.0 * phase.weight_fraction:5.1f} ({spread:.1f}) wt%")
    if phase.weight_fraction_corrected is not None:
        words.append(f"corrected {100.0 * phase.weight_fraction_corrected:.1f} wt%")
    words.append(f"cell {cell}")
    if phase.texture_axis is not None:
        axis = " ".join(str(i) for i in phase.texture_axis)
        words.append(f"texture {axis}: r {phase.texture:.3f}")
    return "   ".join(words)


def _parameters(fit: FitResult) -> list[str]:
    return [
        f"  {p.name:<24} {in_words(p.value, p.su, 5)} {p.unit}".rstrip()
        for p in fit.parameters
        if not p.name.startswith("background")
    ]


def _correlated(fit: FitResult) -> list[str]:
    """The pairs of parameters that the pattern hardly tells apart."""
    if fit.correlations is None:
        return []
    strong = fit.correlations.strong()
    return [f"  correlation {value:+.3f}: {one}, {other}" for one, other, value in strong]
