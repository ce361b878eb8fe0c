"""One refinement by easydiffraction (cryspy) and by Densight, in one process: seconds and R_wp.

    python -m tests.benchmarks.easydiffraction_side_by_side PATTERN.xye [--repeats N]

PATTERN is the laboratory pattern of PbSO4 that easydiffraction's tutorials use (development data:
experimental/easydiffraction/PbSO4_lab_xray.dat). Needs `pip install densight[bench]`, which brings
easydiffraction and cryspy; run by hand, on one thread (OMP_NUM_THREADS=1), never in CI.

Both begin with the same structure, cell and line widths, see all points of the pattern, and refine
the same: scale, six Chebyshev terms, zero error, cell, U, V, W, X, Y; then the free coordinates as
well. easydiffraction knows one wavelength only, so that both are given one; what Densight makes of
the doublet is stated beside it. Both times leave out reading the file and importing; Densight's has
its search for lines and background in it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import gemmi
import numpy as np

from engine.crystal.composition import atomic_number
from engine.crystal.lattice import matrix_from_cell
from engine.crystal.structure import CrystalStructure
from engine.pattern.io import read_pattern
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import doublet, single
from engine.refine.phases import refine_phases
from engine.refine.prepared import prepare
from engine.refine.whole_pattern.options import RefinementOptions

GROUP = "P n m a"
CELL = (8.47, 5.39, 6.95)
# Label, element, x, y, z, Wyckoff letter, B in square angstrom.
SITES = (
    ("Pb", "Pb", 0.1882, 0.25, 0.1670, "c", 0.8),
    ("S", "S", 0.0630, 0.25, 0.6860, "c", 0.8),
    ("O1", "O", 0.9050, 0.25, 0.6000, "c", 0.8),
    ("O2", "O", 0.1810, 0.25, 0.5430, "c", 0.8),
    ("O3", "O", 0.0850, 0.026, 0.8060, "d", 0.8),
)
WAVELENGTHS = 1.540567, 1.544390
TERMS = 6
WIDTHS = {"u": 0.10, "v": -0.05, "w": 0.03}
GROUPS = ("scale", "background", "zero", "cell", "profile")


def main() -> None:
    """Time both and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pattern", type=Path)
    parser.add_argument("--repeats", type=int, default=1)
    asked = parser.parse_args()
    whole = read_pattern(asked.pattern)
    one = whole.with_radiation(single(WAVELENGTHS[0]))
    both = whole.with_radiation(doublet(*WAVELENGTHS))
    if len(prepare(one).two_theta) != len(whole):
        raise SystemExit("This pattern is thinned before it is refined: take another.")
    print(f"{len(whole)} points")
    for coordinates in (False, True):
        what = "with coordinates" if coordinates else "without coordinates"
        work: dict[str, Callable[[], tuple[float, int]]] = {
            "Densight": partial(by_densight, one, coordinates),
            "Densight, doublet": partial(by_densight, both, coordinates),
            "easydiffraction": partial(by_easydiffraction, asked.pattern, coordinates),
        }
        first = 0.0
        for name, job in work.items():
            seconds, rwp, count = _best(job, asked.repeats)
            first = first or seconds
            print(
                f"{what}: {name:18s} {seconds:8.2f} s, {seconds / first:6.1f} times the first's, "
                f"R_wp {100.0 * rwp:5.2f} %, {count} parameters",
                flush=True,
            )


def _best(job: Callable[[], tuple[float, int]], repeats: int) -> tuple[float, float, int]:
    """Least seconds of a processor, R_wp and number of parameters."""
    found = []
    for _ in range(repeats):
        began = time.process_time()
        rwp, count = job()
        found.append((time.process_time() - began, rwp, count))
    return min(found)


def by_densight(pattern: PowderPattern, coordinates: bool) -> tuple[float, int]:
    """R_wp and number of refined parameters."""
    groups = (*GROUPS, "coordinates") if coordinates else GROUPS
    options = RefinementOptions(refine=groups, background_terms=TERMS)
    fit = refine_phases(pattern, [structure()], options)
    return fit.rwp, sum(p.su is not None for p in fit.parameters)


def structure() -> CrystalStructure:
    """The starting structure, its sites multiplied by the operations of the group."""
    group = gemmi.find_spacegroup_by_name(GROUP)
    numbers, places, u_iso = [], [], []
    for _, symbol, *place, _, b in SITES:
        found: list[np.ndarray[Any, Any]] = []
        for operation in group.operations():
            image = np.array(operation.apply_to_xyz(place)) % 1.0
            if all(np.abs((image - x + 0.5) % 1.0 - 0.5).max() > 1e-3 for x in found):
                found.append(image)
        places += found
        numbers += [atomic_number(symbol)] * len(found)
        u_iso += [float(b) / (8.0 * np.pi**2)] * len(found)
    return CrystalStructure(
        matrix_from_cell(*CELL, 90.0, 90.0, 90.0),
        np.array(numbers),
        np.array(places),
        u_iso=np.array(u_iso),
        name="PbSO4",
    )


def by_easydiffraction(path: Path, coordinates: bool) -> tuple[float, int]:
    """The same with easydiffraction, its talk kept quiet."""
    with contextlib.redirect_stdout(io.StringIO()):
        project, experiment = _project(path)
        count = _free(project.structures["pbso4"], experiment, coordinates)
        project.analysis.fit()
    data = experiment.data
    observed, calculated = np.asarray(data.intensity_meas), np.asarray(data.intensity_calc)
    weight = np.asarray(data.intensity_meas_su) ** -2.0
    chi = float(weight @ (observed - calculated) ** 2)
    return float(np.sqrt(chi / (weight @ observed**2))), count


def _project(path: Path) -> tuple[Any, Any]:
    from easydiffraction import ExperimentFactory, Project, StructureFactory

    crystal = StructureFactory.from_scratch(name="pbso4")
    crystal.space_group.name_h_m = GROUP
    for name, length in zip("abc", CELL, strict=True):
        setattr(crystal.cell, f"length_{name}", length)
    for label, symbol, x, y, z, letter, b in SITES:
        crystal.atom_sites.create(
            label=label, type_symbol=symbol, fract_x=x, fract_y=y, fract_z=z,
            wyckoff_letter=letter, b_iso=b,
        )  # fmt: skip
    experiment = ExperimentFactory.from_data_path(
        name="xrd", data_path=str(path), radiation_probe="xray"
    )
    experiment.instrument.setup_wavelength = WAVELENGTHS[0]
    for name, value in WIDTHS.items():
        setattr(experiment.peak, f"broad_gauss_{name}", value)
    experiment.peak.broad_lorentz_x = 0.02
    experiment.peak.broad_lorentz_y = 0.05
    experiment.background_type = "chebyshev"
    for order in range(TERMS):
        experiment.background.create(id=str(order + 1), order=order, coef=150.0 * (order == 0))
    experiment.linked_phases.create(id="pbso4", scale=0.001)
    project = Project()
    project.structures.add(crystal)
    project.experiments.add(experiment)
    project.analysis.current_minimizer = "lmfit"
    return project, experiment


def _free(crystal: Any, experiment: Any, coordinates: bool) -> int:
    """Free what is refined, and count it."""
    peak, cell = experiment.peak, crystal.cell
    free = [experiment.linked_phases["pbso4"].scale, experiment.instrument.calib_twotheta_offset]
    free += [cell.length_a, cell.length_b, cell.length_c]
    free += [peak.broad_gauss_u, peak.broad_gauss_v, peak.broad_gauss_w]
    free += [peak.broad_lorentz_x, peak.broad_lorentz_y]
    free += [term.coef for term in experiment.background]
    if coordinates:
        for label, *_, letter, _ in SITES:
            site = crystal.atom_sites[label]
            free += [site.fract_x, site.fract_z, *([site.fract_y] if letter == "d" else [])]
    for parameter in free:
        parameter.free = True
    return len(free)


if __name__ == "__main__":
    main()
