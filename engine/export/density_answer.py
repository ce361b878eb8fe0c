"""What is kept and shown of a predicted density: arrays and words, no network behind it.

`engine.model.prediction.DensityPrediction` needs torch to be imported. A window, a project file and
the pipe between two processes do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.model.prediction import DensityPrediction


@dataclass(frozen=True, eq=False)
class DensityAnswer:
    """Densities that the network takes for possible, the likeliest first.

    Attributes
    ----------
    density : (S, n, n, n) float32 array
        e/A^3 at the fractional coordinates (i, j, k)/n of each sample's own cell.
    cell : (S, 3, 3) array
        Rows a, b, c in angstrom: the Niggli-reduced primitive cell.
    cell_source : tuple of str
        "given", "indexed" or "predicted".
    crystal_system : tuple of str
    weights : (S,) array
        How likely each sample is the best of them; they sum to 1.
    quality : (S,) array
        Expected gauge-free correlation with the truth.
    device : str
        What the network ran on.
    notes : tuple of str
        What the user should know, in sentences.
    """

    density: NDArray[np.float32]
    cell: NDArray[np.float64]
    cell_source: tuple[str, ...]
    crystal_system: tuple[str, ...]
    weights: NDArray[np.float64]
    quality: NDArray[np.float64]
    device: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.density)


def density_answer(prediction: DensityPrediction) -> DensityAnswer:
    """What is shown of a prediction."""

    def plain(values: Any, kind: type[np.floating[Any]] = np.float64) -> NDArray[Any]:
        return np.ascontiguousarray(values, dtype=kind)

    return DensityAnswer(
        density=plain(prediction.density, np.float32),
        cell=plain(prediction.cell),
        cell_source=tuple(prediction.cell_source),
        crystal_system=tuple(prediction.crystal_system),
        weights=plain(prediction.weights),
        quality=plain(prediction.quality),
        device=prediction.device,
        notes=tuple(prediction.notes),
    )
