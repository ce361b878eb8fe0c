"""Space groups that a powder pattern's systematic absences cannot tell apart.

Two space groups are of one class where they belong to the same crystal family and extinguish the
same reflections (International Tables A, section 1.6.4), in the orthorhombic family for some order
of the axes: which is called a is a matter of choice.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.crystal.symmetry_search import symmetry_dataset

_LAST_OF_FAMILY = (2, 15, 74, 142, 194, 230)
_ORTHORHOMBIC = 2
_REACH = 4
_FAMILIES = "amothc"
# The less symmetric Bravais types that a lattice of each type is a special case of.
_LESS_SYMMETRIC = {
    "aP": (),
    "mP": ("aP",),
    "mC": ("aP",),
    "oP": ("mP", "aP"),
    "oC": ("mP", "mC", "aP"),
    "oI": ("mC", "aP"),
    "oF": ("mC", "aP"),
    "tP": ("oP", "oC", "mP", "mC", "aP"),
    "tI": ("oI", "oF", "mC", "aP"),
    "hR": ("mC", "aP"),
    "hP": ("oC", "mP", "mC", "aP"),
    "cP": ("tP", "hR", "oP", "oC", "mP", "mC", "aP"),
    "cI": ("tI", "hR", "oI", "oF", "mC", "aP"),
    "cF": ("tI", "hR", "oI", "oF", "mC", "aP"),
}


@lru_cache(maxsize=1)
def extinction_classes() -> tuple[tuple[int, ...], ...]:
    """The space-group numbers of every class, in order of the lowest number of each."""
    import gemmi

    side = range(-_REACH, _REACH + 1)
    indices = [(h, k, m) for h in side for k in side for m in side]
    classes: dict[tuple[int, bytes], list[int]] = {}
    for number in range(1, 231):
        group = gemmi.find_spacegroup_by_number(number)
        operations = group.operations()
        absent = np.array([operations.is_systematically_absent(h) for h in indices])
        family = _family(number)
        cube = absent.reshape(len(side), len(side), len(side))
        orders = itertools.permutations(range(3)) if family == _ORTHORHOMBIC else [(0, 1, 2)]
        key = min(np.packbits(cube.transpose(order)).tobytes() for order in orders)
        classes.setdefault((family, key), []).append(number)
    return tuple(sorted((tuple(members) for members in classes.values()), key=min))


@lru_cache(maxsize=1)
def class_of_group() -> tuple[int, ...]:
    """Index of the class of each space group; entry 0 belongs to no group and is -1."""
    found = [-1] * 231
    for index, members in enumerate(extinction_classes()):
        for number in members:
            found[number] = index
    return tuple(found)


def groups_on_lattice(lattice: ArrayLike, tolerance: float) -> frozenset[int]:
    """Numbers of the space groups that a crystal on a lattice can be of.

    Parameters
    ----------
    lattice : (3, 3) array
        Of a primitive cell, rows in angstrom.
    tolerance : float
        Angstrom.

    """
    found = symmetry_dataset(lattice, [[0.0, 0.0, 0.0]], [1], tolerance)
    own = "aP" if found is None else _bravais_type(int(found.number))
    possible = {own, *_LESS_SYMMETRIC[own]}
    return frozenset(n for n in range(1, 231) if _bravais_type(n) in possible)


def classes_on_lattice(lattice: ArrayLike, tolerance: float = 0.03) -> NDArray[np.bool_]:
    """(c,) which classes have one of the `groups_on_lattice`."""
    possible = groups_on_lattice(lattice, tolerance)
    return np.array([not possible.isdisjoint(members) for members in extinction_classes()])


@lru_cache(maxsize=230)
def _bravais_type(number: int) -> str:
    import gemmi

    letter = gemmi.find_spacegroup_by_number(number).hm[0]
    # Which face is centred is a matter of choosing axes.
    return _FAMILIES[_family(number)] + ("C" if letter == "A" else letter)


def _family(number: int) -> int:
    return int(np.searchsorted(_LAST_OF_FAMILY, number))


def members_of_class(index: int, most: int = 4) -> str:
    """Space-group symbols of a class in words, for example ``P n a 21 or P n m a``."""
    import gemmi

    numbers = extinction_classes()[index]
    symbols = [gemmi.find_spacegroup_by_number(number).hm for number in numbers[:most]]
    if len(numbers) > most:
        return f"{', '.join(symbols)} or others alike"
    return " or ".join([", ".join(symbols[:-1]), symbols[-1]] if len(symbols) > 1 else symbols)
