"""The files that show a profile fit: a table, a plot, and the refined model."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.export.atomic import make_folder, replacing, write_json
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation
from engine.refine.result import FitResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = ("two_theta", "observed", "calculated", "background", "difference")

# Fixed, since laying out automatically takes longer than drawing.
_MARGINS = {"left": 0.085, "right": 0.985, "top": 0.94, "bottom": 0.095}
_INK = "#1f2933"
_OBSERVED = "#52606d"
_CALCULATED = "#d64545"
_BACKGROUND = "#8a9ba8"
_DIFFERENCE = "#2f6fb0"
_TICKS = "#2d8a57"


def write_fit(fit: FitResult, folder: Path | str, pattern: PowderPattern) -> None:
    """Write ``fit.json``, ``fit.csv``, ``fit.png`` and ``refined.cif`` of one refinement.

    Several phases give ``refined_1.cif``, ``refined_2.cif`` ... in their order; without atoms
    there is none. A whole-pattern refinement also gives ``fit.cif``, everything as pdCIF.

    Parameters
    ----------
    fit : FitResult
    folder : path
        Made where it does not exist.
    pattern : PowderPattern
        What was fitted; named in the files with its radiation.

    Raises
    ------
    BadInputError
        If the folder cannot be written to.
    """
    from engine.export.cif import write_cif
    from engine.export.powder_cif import write_powder_cif

    target = make_folder(Path(folder))
    provenance = {"pattern": pattern.name, "structure": "given, and refined on the profile"}
    if len(fit.phases) > 1:
        for name, phase in zip(cif_names(fit), fit.phases, strict=True):
            write_cif(target / name, phase.structure, provenance=provenance)
    elif len(fit.structure):
        write_cif(target / "refined.cif", fit.structure, fit=fit, provenance=provenance)
    if fit.phases:
        write_powder_cif(target / "fit.cif", fit, pattern)
    write_fit_table(fit, target / "fit.csv")
    plot_fit(fit, target / "fit.png", title=pattern.name)
    write_json(target / "fit.json", fit_record(fit, pattern))


def cif_names(fit: FitResult) -> list[str]:
    """Names of the structure files of a fit."""
    if len(fit.structure) == 0:
        return ["fit.cif"]
    if len(fit.phases) < 2:
        return ["refined.cif"]
    return [f"refined_{i}.cif" for i in range(1, len(fit.phases) + 1)]


def fit_record(fit: FitResult, pattern: PowderPattern) -> dict[str, Any]:
    """What ``fit.json`` holds; R values are fractions, lengths in angstrom, angles in degrees."""
    return {
        "pattern": str(pattern.path or pattern.name),
        "radiation": radiation_record(pattern.radiation),
        "cif": cif_names(fit)[0],
        "cell": list(fit.structure.cell),
        **residuals(fit),
        "n_points": len(fit.two_theta),
        "n_reflections": len(fit.reflections),
        "parameters": [
            {"name": p.name, "value": p.value, "su": p.su, "unit": p.unit} for p in fit.parameters
        ],
        "notes": list(fit.notes),
        **_phase_records(fit),
    }


def _phase_records(fit: FitResult) -> dict[str, Any]:
    """What only a whole-pattern refinement has: the phases, R_p, R_exp and correlations."""
    if not fit.phases:
        return {}
    phases = [
        {
            "name": phase.name,
            "cif": name,
            "space_group": phase.standardised.symbol,
            "cell": list(phase.structure.cell),
            "cell_su": [float(x) if np.isfinite(x) else None for x in phase.cell_su],
            "r_bragg": phase.r_bragg if np.isfinite(phase.r_bragg) else None,
            "weight_fraction": phase.weight_fraction,
            "weight_fraction_su": phase.weight_fraction_su,
            "weight_fraction_corrected": phase.weight_fraction_corrected,
            "linear_absorption_per_cm": phase.linear_absorption if len(phase.structure) else None,
            "texture_axis": phase.texture_axis,
            "march_dollase_r": phase.texture if phase.texture_axis else None,
        }
        for name, phase in zip(cif_names(fit), fit.phases, strict=True)
    ]
    record: dict[str, Any] = {"phases": phases, "rp": fit.rp, "r_exp": fit.r_exp}
    if fit.correlations is not None:
        matrix = np.round(fit.correlations.matrix, 4).tolist()
        record["correlations"] = {"names": list(fit.correlations.names), "matrix": matrix}
    return record


def residuals(fit: FitResult) -> dict[str, float | None]:
    """The residuals of a fit under the names that the JSON files use."""
    return {
        "rwp": fit.rwp,
        "rwp_background_subtracted": fit.rwp_background_subtracted,
        "rwp_lebail": fit.rwp_lebail,
        "r_bragg": fit.r_bragg if np.isfinite(fit.r_bragg) else None,
        "gof": fit.gof,
    }


def radiation_record(radiation: Radiation) -> dict[str, Any]:
    """The radiation under the names that the JSON files use (wavelengths in angstrom)."""
    return {
        "wavelengths": list(radiation.wavelengths),
        "weights": list(radiation.weights),
        "anode": radiation.anode,
        "provenance": radiation.provenance,
    }


def write_fit_table(fit: FitResult, path: Path) -> None:
    """Write the profile as CSV: degrees of two_theta, and counts."""
    table = np.column_stack(
        [fit.two_theta, fit.observed, fit.calculated, fit.background, fit.difference]
    )
    with replacing(path) as temporary, temporary.open("w", encoding="ascii") as file:
        file.write(",".join(COLUMNS) + "\n")
        np.savetxt(file, table, fmt=("%.6f", "%.8g", "%.8g", "%.8g", "%.8g"), delimiter=",")


def write_observed_table(pattern: PowderPattern, path: Path) -> None:
    """Write the same table where nothing was calculated: the other columns stay empty."""
    with replacing(path) as temporary, temporary.open("w", encoding="ascii") as file:
        file.write(",".join(COLUMNS) + "\n")
        for angle, counts in zip(pattern.two_theta, pattern.counts, strict=True):
            file.write(f"{angle:.6f},{counts:.8g},,,\n")


def plot_fit(fit: FitResult, path: Path, title: str = "") -> None:
    """Draw observed and calculated profile, reflection ticks and the difference curve."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 5.6), dpi=150)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(3, 1, height_ratios=(12, 1, 3.2), hspace=0.08, **_MARGINS)
    profile = figure.add_subplot(grid[0])
    ticks = figure.add_subplot(grid[1], sharex=profile)
    difference = figure.add_subplot(grid[2], sharex=profile)
    _draw_profile(profile, fit, title)
    _draw_ticks(ticks, fit)
    _draw_difference(difference, fit)
    profile.set_xlim(float(fit.two_theta[0]), float(fit.two_theta[-1]))
    _save(figure, path)


def plot_observed(pattern: PowderPattern, path: Path, title: str = "") -> None:
    """Draw a pattern for which nothing could be calculated."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 5.6), dpi=150)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(figure.add_gridspec(1, 1, **_MARGINS)[0])
    axes.plot(pattern.two_theta, pattern.counts, color=_OBSERVED, lw=0.9, label="observed")
    _style(axes)
    whole = f"{title}: no solution" if title else "no solution"
    axes.set_title(whole, color=_INK, loc="left", parse_math=False)
    axes.set_xlabel("2θ (degrees)")
    axes.set_ylabel("Intensity (counts)")
    axes.margins(x=0.0)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    """Write a figure; what its font has no sign for becomes a box, without a word of the library's.

    Names of samples are in all the world's scripts.
    """
    with replacing(path) as temporary, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(temporary)


def _draw_profile(axes: Axes, fit: FitResult, title: str) -> None:
    axes.plot(fit.two_theta, fit.observed, "o", ms=2.4, color=_OBSERVED, mew=0.0, label="observed")
    axes.plot(fit.two_theta, fit.background, color=_BACKGROUND, lw=0.9, ls="--", label="background")
    axes.plot(fit.two_theta, fit.calculated, color=_CALCULATED, lw=0.9, label="calculated")
    _style(axes)
    axes.tick_params(labelbottom=False)
    axes.set_ylabel("Intensity (counts)")
    axes.set_title(title, color=_INK, loc="left", fontsize=11, parse_math=False)
    axes.set_title(_residual_text(fit), color=_INK, loc="right", fontsize=10)
    axes.legend(frameon=False, loc="upper right", fontsize=9, markerscale=1.8)


def _draw_ticks(axes: Axes, fit: FitResult) -> None:
    axes.vlines(fit.reflections.two_theta, 0.15, 0.85, color=_TICKS, lw=0.8)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    axes.tick_params(labelbottom=False, bottom=False)
    axes.set_ylabel("hkl", rotation=0, ha="right", va="center", color=_TICKS, fontsize=9)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def _draw_difference(axes: Axes, fit: FitResult) -> None:
    axes.axhline(0.0, color=_BACKGROUND, lw=0.6)
    axes.plot(fit.two_theta, fit.difference, color=_DIFFERENCE, lw=0.8)
    _style(axes)
    axes.set_xlabel("2θ (degrees)")
    axes.set_ylabel("obs − calc")


def _style(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(colors=_INK, labelsize=9)
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-3, 5))


def _residual_text(fit: FitResult) -> str:
    parts = []
    if np.isfinite(fit.rwp):
        parts.append(f"$R_{{wp}}$ = {100.0 * fit.rwp:.2f} %")
    if np.isfinite(fit.r_bragg):
        parts.append(f"$R_{{Bragg}}$ = {100.0 * fit.r_bragg:.2f} %")
    if fit.gof is not None and np.isfinite(fit.gof):
        parts.append(f"GoF = {fit.gof:.2f}")
    return "    ".join(parts)
