"""One pattern solved by FOX (pyobjcryst), which is told what our solver has to find.

Run by an interpreter that has pyobjcryst (Debian: python3-pyobjcryst), not by the project's:

    /usr/bin/python3 fox_solve.py PROBLEM.json ANSWER.json

The problem: two_theta (degrees), counts, wavelength (a tube's name or angstrom), cell (six
numbers), space_group (Hermann-Mauguin or number), atoms (a symbol for each independent one),
trials, runs.
The answer: atoms (symbol, x, y, z, occupancy), Rwp, seconds.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from pyobjcryst.atom import Atom
from pyobjcryst.crystal import Crystal
from pyobjcryst.globaloptim import MonteCarlo
from pyobjcryst.powderpattern import PowderPattern
from pyobjcryst.scatteringpower import ScatteringPowerAtom

B_ISO = 0.8
# A resolution that FOX's manual advises for global optimisation (sin(theta)/lambda).
LARGEST_S = 0.25


def main(problem_path: str, answer_path: str) -> None:
    """Solve one problem."""
    problem = json.loads(Path(problem_path).read_text())
    np.random.seed(0)
    began = time.process_time()
    crystal = _crystal(problem)
    pattern = _pattern(problem, crystal)
    search = MonteCarlo()
    search.AddRefinableObj(pattern)
    search.AddRefinableObj(crystal)
    search.GetOption("Automatic Least Squares Refinement").SetChoice(2)
    search.RandomizeStartingConfig()
    search.MultiRunOptimize(nb_run=problem["runs"], nb_step=problem["trials"])
    _keep_best(search, pattern, crystal)
    pattern.FitScaleFactorForIntegratedRw()
    answer = {
        "atoms": _atoms(crystal),
        "rwp": float(pattern.rw_integrated),
        "seconds": time.process_time() - began,
    }
    Path(answer_path).write_text(json.dumps(answer))


def _crystal(problem: dict) -> Crystal:
    a, b, c, alpha, beta, gamma = problem["cell"]
    crystal = Crystal(a, b, c, *np.radians([alpha, beta, gamma]), str(problem["space_group"]))
    powers = {}
    for symbol in dict.fromkeys(problem["atoms"]):
        powers[symbol] = ScatteringPowerAtom(symbol, symbol, B_ISO)
        crystal.AddScatteringPower(powers[symbol])
    for i, symbol in enumerate(problem["atoms"]):
        x, y, z = np.random.uniform(size=3)
        crystal.AddScatterer(Atom(x, y, z, f"{symbol}{i}", powers[symbol], 1.0))
    # By default atoms that come to lie on special positions, or on each other, share them.
    return crystal


def _pattern(problem: dict, crystal: Crystal) -> PowderPattern:
    pattern = PowderPattern()
    pattern.SetWavelength(problem["wavelength"])
    pattern.SetPowderPatternX(np.radians(problem["two_theta"]))
    pattern.SetPowderPatternObs(np.array(problem["counts"], dtype=float))
    pattern.AddPowderPatternDiffraction(crystal)
    # The background, then Le Bail fits of zero, widths and shape.
    pattern.quick_fit_profile(
        auto_background=True, init_profile=True, plot=False, verbose=False, asym=False
    )
    for part in pattern.get_crystalline_components():
        part.SetExtractionMode(False, True)
    pattern.SetMaxSinThetaOvLambda(LARGEST_S)
    pattern.FitScaleFactorForIntegratedRw()
    return pattern


def _keep_best(search: MonteCarlo, pattern: PowderPattern, crystal: Crystal) -> None:
    costs = [search.GetParamSetCost(i) for i in range(search.GetNbParamSet())]
    if costs:
        search.RestoreParamSet(int(np.argmin(costs)))
    else:
        search.RestoreBestConfiguration()


def _atoms(crystal: Crystal) -> list[list]:
    found = []
    for i in range(crystal.GetNbScatterer()):
        atom = crystal.GetScatt(i)
        symbol = atom.GetScatteringPower().GetSymbol()
        found.append([symbol, atom.X, atom.Y, atom.Z, atom.Occupancy])
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
