"""What no file states reliably about a measurement, and is therefore tried.

Two things: automatic divergence slits, where the optics are only assumed; and a pattern that a
simulator made without anomalous scattering.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.crystal.anomalous import dispersion
from engine.pattern.radiation import SlitMode
from engine.refine.prepared import PreparedPattern

# Smallest |f'|/Z for which it is asked whether the pattern has anomalous scattering at all.
NOTICEABLE_DISPERSION = 0.02


@dataclass(frozen=True, eq=False)
class OpticsChange:
    """A change of what is assumed about the measurement."""

    apply: Callable[[PreparedPattern], PreparedPattern]


def possible_changes(
    given: PreparedPattern, prepared: PreparedPattern, numbers: NDArray[np.int64]
) -> list[OpticsChange]:
    """The changes that are worth a trial.

    Parameters
    ----------
    given : PreparedPattern
        Under the optics that were told or assumed.
    prepared : PreparedPattern
        Under those of now; where they differ, the way back is among the changes.
    numbers : (n,) int array
        Atomic numbers that occur in the candidates.
    """
    changes = []
    if prepared.radiation.optics_provenance == "assumed":
        changes.append(OpticsChange(_other_slits))
    kinds = np.unique(numbers)
    first, _ = dispersion(kinds, prepared.radiation.primary)
    if given.dispersion and not prepared.dispersion:
        changes.append(OpticsChange(_with_dispersion))
    if prepared.dispersion and np.abs(first / kinds).max() > NOTICEABLE_DISPERSION:
        changes.append(OpticsChange(_without_dispersion))
    return changes


def n_changes(given: PreparedPattern, used: PreparedPattern) -> int:
    """In how many things the optics that were used differ from those that were given."""
    slits = used.radiation.slit_mode != given.radiation.slit_mode
    return int(slits) + int(used.dispersion != given.dispersion)


def notes_on_changes(given: PreparedPattern, used: PreparedPattern) -> tuple[str, ...]:
    """In words, what was taken otherwise than it was given."""
    notes = []
    if used.radiation.slit_mode != given.radiation.slit_mode:
        was, now = given.radiation.slit_mode, used.radiation.slit_mode
        notes.append(
            f"The pattern is explained clearly better with {now} divergence slits than with the "
            f"{was} ones that were assumed; {now} ones were used."
        )
    if given.dispersion and not used.dispersion:
        notes.append(
            "The pattern is explained clearly better without anomalous dispersion, as if it had "
            "been simulated without; f' and f'' were left out."
        )
    return tuple(notes)


def _other_slits(prepared: PreparedPattern) -> PreparedPattern:
    radiation = prepared.radiation
    mode: SlitMode = "fixed" if radiation.slit_mode == "automatic" else "automatic"
    return prepared.with_radiation(replace(radiation, slit_mode=mode))


def _with_dispersion(prepared: PreparedPattern) -> PreparedPattern:
    return replace(prepared, dispersion=True)


def _without_dispersion(prepared: PreparedPattern) -> PreparedPattern:
    return replace(prepared, dispersion=False)
