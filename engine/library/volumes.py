"""How much room atoms take: an additive model of cell volumes, learned from known crystals.

An element takes less room among hard anions (N, O, F) than in a metal, so each has three
coefficients: V = sum_e n_e (v_e + f_hard h_e + f_soft s_e), where f_hard and f_soft are the shares
of N, O, F and of heavier anion formers among the atoms.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import resources
from engine.crystal.composition import HIGHEST_SCATTERING_Z, SYMBOLS, atomic_number

FloatArray = NDArray[np.float64]
VOLUMES_FILE = "library/atomic_volumes.json"
_HARD = tuple(atomic_number(s) for s in ("N", "O", "F"))
_SOFT = tuple(atomic_number(s) for s in ("P", "S", "Cl", "As", "Se", "Br", "Te", "I"))
# Ridge strengths of the plain volumes and of their changes among anions, as 1/cubic angstrom.
_RIDGE = (0.06, 0.15)
_ROUNDS = 12
_SMALLEST = 3.0


def features(fractions: FloatArray) -> FloatArray:
    """(n, 3 * elements) design rows of atom fractions (n, elements)."""
    hard = fractions[:, _HARD].sum(axis=1, keepdims=True)
    soft = fractions[:, _SOFT].sum(axis=1, keepdims=True)
    return np.concatenate([fractions, fractions * hard, fractions * soft], axis=1)


def fit(records: Iterable[dict[str, Any]]) -> tuple[FloatArray, float]:
    """Learn the coefficients, robustly, in relative error.

    Returns
    -------
    coefficients : (3 * elements,) array
        Cubic angstrom.
    spread : float
        Robust standard deviation of ln(V / predicted).
    """
    fractions, volumes = _compositions(records)
    design = features(fractions)
    elements = fractions.shape[1]
    ridge = np.concatenate([np.full(elements, _RIDGE[0]), np.full(2 * elements, _RIDGE[1])]) ** 2
    prior = np.concatenate([np.full(elements, 18.0), np.zeros(2 * elements)])
    weight = 1.0 / volumes
    coefficients, spread = prior, 0.0
    for _ in range(_ROUNDS):
        weighted = design * weight[:, None]
        normal = weighted.T @ weighted + np.diag(ridge)
        coefficients = np.linalg.solve(normal, weighted.T @ (volumes * weight) + ridge * prior)
        predicted = np.maximum(design @ coefficients, _SMALLEST)
        residual = np.log(volumes / predicted)
        spread = 1.4826 * float(np.median(np.abs(residual - np.median(residual))))
        weight = 1.0 / (predicted * np.sqrt(1.0 + (residual / (2.0 * spread)) ** 2))
    return coefficients, spread


def _compositions(records: Iterable[dict[str, Any]]) -> tuple[FloatArray, FloatArray]:
    rows, volumes = [], []
    for record in records:
        row = np.zeros(HIGHEST_SCATTERING_Z + 1)
        for symbol in record["species"]:
            row[atomic_number(symbol)] += 1.0
        n = len(record["species"])
        rows.append(row / n)
        volumes.append(abs(np.linalg.det(np.array(record["lattice"]))) / n)
    return np.array(rows), np.array(volumes)


def save(path: Path, coefficients: FloatArray, spread: float) -> None:
    """Write the coefficients as JSON, by element symbol."""
    columns = coefficients.reshape(3, -1)
    table = {
        SYMBOLS[z]: [round(float(x), 3) for x in columns[:, z]] for z in range(1, len(columns[0]))
    }
    path.write_text(json.dumps({"spread": round(spread, 4), "elements": table}, indent=0) + "\n")


@functools.cache
def _bundled() -> FloatArray:
    table = json.loads(resources.path(VOLUMES_FILE).read_text(encoding="utf-8"))["elements"]
    columns = np.zeros((3, HIGHEST_SCATTERING_Z + 1))
    for symbol, values in table.items():
        columns[:, atomic_number(symbol)] = values
    return columns


def expected_volume(numbers: NDArray[np.int64], counts: FloatArray) -> FloatArray:
    """Expected cell volume in cubic angstrom.

    Parameters
    ----------
    numbers : (e,) int array
        Atomic numbers of the elements.
    counts : (..., e) array
        Atoms of each in the cell.
    """
    columns = _bundled()[:, numbers]
    total = counts.sum(axis=-1)
    shares = [counts[..., np.isin(numbers, group)].sum(axis=-1) / total for group in (_HARD, _SOFT)]
    volume = (
        counts @ columns[0] + shares[0] * (counts @ columns[1]) + shares[1] * (counts @ columns[2])
    )
    return np.asarray(np.maximum(volume, _SMALLEST * total))
