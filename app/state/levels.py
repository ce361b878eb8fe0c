"""What an isosurface's level means: a density, multiples of sigma, or the electrons inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from app.state.density import DensityMap

Unit = Literal["value", "sigma", "electrons"]
SUFFIXES: dict[Unit, str] = {"value": " e/Å³", "sigma": " σ", "electrons": " e"}


def in_unit(level: float, unit: Unit, density: DensityMap) -> float:
    """A level (e/A^3) in another unit.

    Electrons are those of one cell that lie where the density is at least the level.
    """
    if unit == "sigma":
        return level / density.sigma if density.sigma > 0.0 else 0.0
    if unit == "electrons":
        sorted_values, enclosed = density.enclosed
        above = int(np.searchsorted(-sorted_values, -level, side="right"))
        return float(enclosed[above - 1]) if above else 0.0
    return level


def from_unit(amount: float, unit: Unit, density: DensityMap) -> float:
    """The level (e/A^3) that an amount in a unit stands for; within the map's range."""
    if unit == "sigma":
        return amount * density.sigma
    if unit == "electrons":
        sorted_values, enclosed = density.enclosed
        most = int(np.argmax(enclosed))  # beyond it densities are below zero
        place = int(np.searchsorted(enclosed[: most + 1], amount))
        return float(sorted_values[min(place, most)])
    return amount
