"""Extinction symbols: the classes of space groups that a diffraction pattern can tell apart.

The reflection conditions are computed from the operations of every setting that gemmi lists;
settings whose conditions are the same make a class, as in International Tables A, table 3.1.4.1. A
symbol names, for each symmetry direction, the glide plane that all groups of the class share, and
the screw axis where its condition does not follow from a glide plane or the centring.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.solve.indexing.bravais import BravaisKind

IntArray = NDArray[np.int64]

_REACH = 6  # indices up to which conditions are compared: the longest period, 41 or 61, is 6
_GLIDES = frozenset("abcdne")
_SCREWS = {
    "21": "21",
    "31": "31",
    "32": "31",
    "41": "41",
    "42": "42",
    "43": "41",
    "61": "61",
    "62": "62",
    "63": "63",
    "64": "62",
    "65": "61",
}
_SLOTS = {"aP": 1, "hR": 2}
_SYSTEMS = {
    "cubic": ("cubic",),
    "hexagonal": ("trigonal", "hexagonal"),
    "tetragonal": ("tetragonal",),
    "orthorhombic": ("orthorhombic",),
    "monoclinic": ("monoclinic",),
    "triclinic": ("triclinic",),
}


@dataclass(frozen=True, eq=False)
class ExtinctionClass:
    """Settings of space groups with the same reflection conditions on one lattice.

    Attributes
    ----------
    symbol : str
        For example ``P 1 21/c 1``, ``F - - -`` or ``P n a -``.
    settings : tuple of str
        Extended Hermann-Mauguin symbols of its members, for these axes.
    numbers : tuple of int
        Their numbers, in the order of `settings`.
    """

    symbol: str
    settings: tuple[str, ...]
    numbers: tuple[int, ...]

    def absent(self, hkl: IntArray) -> NDArray[np.bool_]:
        """(n,) which reflections (n, 3) the symmetry extinguishes, centring included."""
        return absences(self.settings[0], hkl)


def absences(setting: str, hkl: IntArray) -> NDArray[np.bool_]:
    """(n,) which reflections (n, 3) a space group's setting extinguishes.

    A reflection h is absent if an operation x' = R x + t turns it into itself, h R = h, with h.t
    not a whole number.

    Parameters
    ----------
    setting : str
        Extended Hermann-Mauguin symbol, as gemmi writes it.
    hkl : (n, 3) int array
    """
    rotations, translations, unit = _operations(setting)
    return _absent_by(rotations, translations, unit, hkl)


@lru_cache(maxsize=16)
def extinction_classes(kind: BravaisKind) -> tuple[ExtinctionClass, ...]:
    """All extinction classes on a Bravais lattice with its conventional axes."""
    hkl = _half_box()
    groups: dict[bytes, list[tuple[str, str, int]]] = {}
    for setting, hm, number in _settings(kind):
        groups.setdefault(absences(setting, hkl).tobytes(), []).append((setting, hm, number))
    return tuple(
        ExtinctionClass(
            _symbol(kind, members),
            tuple(setting for setting, _, _ in members),
            tuple(number for _, _, number in members),
        )
        for members in groups.values()
    )


def _settings(kind: BravaisKind) -> list[tuple[str, str, int]]:
    """(extended symbol, Hermann-Mauguin symbol, number) of the settings on these axes."""
    import gemmi

    found = []
    for group in gemmi.spacegroup_table():
        if group.crystal_system_str() not in _SYSTEMS[kind.system] or group.ext == "R":
            continue
        if group.hm[0] != kind.centring:
            continue
        if kind.system == "monoclinic" and group.monoclinic_unique_axis() != "b":
            continue
        # Other choices of origin have the same conditions.
        if group.ext == "2" or "(" in group.hm or ")" in group.hm:
            continue
        found.append((group.xhm(), group.hm, group.number))
    return found


@lru_cache(maxsize=600)
def _operations(setting: str) -> tuple[IntArray, IntArray, int]:
    """Rotations (r, 3, 3), translations (r, 3) in units of 1/unit, centring included."""
    import gemmi

    group = gemmi.find_spacegroup_by_name(setting)
    operations = list(group.operations())
    unit = int(gemmi.Op.DEN)
    rotations = np.array([operation.rot for operation in operations], dtype=np.int64) // unit
    translations = np.array([operation.tran for operation in operations], dtype=np.int64)
    return rotations, translations, unit


def _absent_by(
    rotations: IntArray, translations: IntArray, unit: int, hkl: IntArray
) -> NDArray[np.bool_]:
    absent = np.zeros(len(hkl), dtype=bool)
    for rotation, translation in zip(rotations, translations, strict=True):
        if not translation.any():
            continue
        itself = np.all(hkl @ rotation == hkl, axis=1)
        absent |= itself & ((hkl @ translation) % unit != 0)
    return absent


def _half_box() -> IntArray:
    side = np.arange(-_REACH, _REACH + 1)
    grid = np.stack(np.meshgrid(side, side, np.arange(_REACH + 1), indexing="ij"), axis=-1)
    return np.asarray(grid.reshape(-1, 3))


def _symbol(kind: BravaisKind, members: list[tuple[str, str, int]]) -> str:
    """The name of a class: what its members' symbols have in common, direction by direction."""
    slots = _SLOTS.get(kind.symbol, 3)
    parsed = [_directions(hm, slots) for _, hm, _ in members]
    essential = _has_essential_screw(members[0][0])
    screws = [_shared([one[slot][0] for one in parsed]) for slot in range(slots)]
    glides = [_shared([one[slot][1] for one in parsed]) for slot in range(slots)]
    several = [len(letters) > 1 for letters in glides]
    names = []
    for slot in range(slots):
        screw = screws[slot][0] if screws[slot] and essential else ""
        glide = glides[slot][0] if glides[slot] else ""
        if several[slot] and not all(several) and kind.system == "orthorhombic":
            glide = f"({''.join(sorted(set(glides[slot])))})"
        if kind.system == "monoclinic" and slot != 1:
            names.append("1")
        else:
            names.append("/".join(part for part in (screw, glide) if part) or "-")
    return " ".join([kind.centring, *names])


def _shared(elements: list[str]) -> list[str]:
    """Distinct elements of one direction, in order, if every member has one there."""
    return list(dict.fromkeys(elements)) if all(elements) else []


def _directions(hm: str, slots: int) -> list[tuple[str, str]]:
    """(screw axis, glide plane) of each symmetry direction, "" where there is none."""
    found = []
    for token in hm.split()[1:]:
        axis, _, plane = token.partition("/")
        if axis in _GLIDES:
            axis, plane = "", axis
        found.append((_SCREWS.get(axis, ""), plane if plane in _GLIDES else ""))
    return (found + [("", "")] * slots)[:slots]


def _has_essential_screw(setting: str) -> bool:
    """Whether a screw axis extinguishes what no glide plane and no centring does."""
    rotations, translations, unit = _operations(setting)
    hkl = _half_box()
    proper = np.round(np.linalg.det(rotations)) > 0
    identity = np.all(rotations == np.eye(3, dtype=np.int64), axis=(1, 2))
    without = ~proper | identity
    most = _absent_by(rotations, translations, unit, hkl)
    less = _absent_by(rotations[without], translations[without], unit, hkl)
    return bool(np.any(most & ~less))


def space_group_weights(classes: tuple[ExtinctionClass, ...], counts: Any) -> list[float]:
    """Prior probability of each class from how often its space groups occur.

    Parameters
    ----------
    classes : tuple of ExtinctionClass
        All of one lattice.
    counts : mapping of int to float
        Crystals of each space group; a group with several settings on these axes shares its
        count among them.
    """
    settings: dict[int, int] = {}
    for one in classes:
        for number in one.numbers:
            settings[number] = settings.get(number, 0) + 1
    raw = [
        sum((float(counts.get(number, 0.0)) + 0.3) / settings[number] for number in one.numbers)
        for one in classes
    ]
    total = sum(raw)
    return [value / total for value in raw]
