"""How like known compounds a colouring of a structure type is.

The crystals that a type was made from had certain elements on its sites, and chemists know that a
new one will likely have their relatives there. That becomes a number: a crystal with the elements
c on its species makes a colouring e likelier than chance by the product of K(e_s | c_s) / q(e_s),
with q the frequency of an element and K that with which it is found where another crystal of the
same type has c_s (substitutions counted as by Hautier et al., Inorg. Chem. 50 (2011) 656, but by
site). What all crystals of the type say adds up, and a share that knows no relatives is left for
what nobody has seen:

    prior(type, e) = NOVEL + sum over crystals of w prod over species of K(e_s | c_s) / q(e_s)

so that the frequency of a type is in it too. Types of one space group with as many sites of each
species are a family: rutiles of another axial ratio, mostly. Their crystals count too, with a
lower weight w.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import resources
from engine.crystal.composition import HIGHEST_SCATTERING_Z
from engine.library.archive import read_group

FORMAT_VERSION = 1
KINSHIP_FILE = "library/kinship.npz"
# Crystals' worth of a colouring that resembles none of its type.
NOVEL = 0.3
# Weight of a crystal of the same family, but of another type.
OF_FAMILY = 0.2
# How many substitutions by any element at all are added to those counted for each.
BY_CHANCE = 5.0
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Row = tuple[int, ...]
_ARRAYS = ("family", "order", "rows", "weight", "of_type", "n_rows")


@dataclass(frozen=True, eq=False)
class Occupants:
    """The elements that the crystals of a type had, while the library is being built.

    Attributes
    ----------
    rows : sequence of (k,) tuples of int
        Atomic numbers of the species, of one crystal after another; in every order that like
        species allow.
    family : hashable
        What its family has in common.
    order : (k,) tuple of int
        Which species of the type stands for each species of its family.
    """

    rows: Sequence[Row]
    family: Hashable
    order: Row


@dataclass(frozen=True, eq=False)
class Kinship:
    """The occupants of the types with one number of species.

    Attributes
    ----------
    family : (t,) int array
        Of each type.
    order : (t, k) int array
        Which species of the type stands for each species of its family.
    rows : (r, k) int array
        Atomic numbers of the species, of the crystals of one family after another.
    weight : (r,) array
        How many crystals had these.
    of_type : (r,) int array
        The type that they were of.
    offsets : (f + 1,) int array
        Where the rows of each family begin.
    log_ratio : (Z, Z) array
        ln K(e | c) / q(e), at [e, c].
    """

    family: IntArray
    order: IntArray
    rows: IntArray
    weight: FloatArray
    of_type: IntArray
    offsets: IntArray
    log_ratio: FloatArray

    def log_prior(self, index: int, numbers: IntArray) -> FloatArray:
        """Ln prior of colourings of a type, 0 for one crystal's worth of chance.

        Parameters
        ----------
        index : int
            Of the type among those with as many species.
        numbers : (p, k) int array
            Atomic number of each species, in the order of the type.

        Returns
        -------
        (p,) array
        """
        family = self.family[index]
        part = slice(self.offsets[family], self.offsets[family + 1])
        weight = self.weight[part] * np.where(self.of_type[part] == index, 1.0, OF_FAMILY)
        turned = numbers[:, self.order[index]]
        ratio = np.zeros((len(numbers), part.stop - part.start))
        for species in range(turned.shape[1]):
            ratio += self.log_ratio[turned[:, species]][:, self.rows[part, species]]
        return np.asarray(np.log(NOVEL + np.exp(ratio) @ weight))


def substitutions(occupants: Iterable[Sequence[Row]]) -> FloatArray:
    """ln K(e | c) / q(e), at [e, c], counted in types with several crystals.

    Parameters
    ----------
    occupants : iterable of sequence of (k,) tuples of int
        Of one type after another: the elements of every crystal's species.

    Returns
    -------
    (Z, Z) array
        By atomic number, that of the heaviest element with a form factor the last.
    """
    size = HIGHEST_SCATTERING_Z + 1
    found, frequency = np.zeros((size, size)), np.zeros(size)
    for rows in occupants:
        table = np.asarray(rows, dtype=np.int64)
        for column in table.T:
            amounts = np.bincount(column, minlength=size).astype(float)
            frequency += amounts
            if len(table) > 1:
                present = np.flatnonzero(amounts)
                pairs = np.outer(amounts[present], amounts[present])
                pairs[np.diag_indices(len(present))] -= amounts[present]
                found[np.ix_(present, present)] += pairs / (len(table) - 1)
    # An element that no crystal has is as rare as one that a single crystal has.
    share = np.maximum(frequency, 1.0) / np.maximum(frequency, 1.0).sum()
    given = (found + BY_CHANCE * share[:, None]) / (found.sum(axis=0) + BY_CHANCE)
    return np.asarray(np.log(given / share[:, None]))


def save(path: Path, occupants: Sequence[Occupants], log_ratio: FloatArray) -> None:
    """Write what `load` reads.

    Parameters
    ----------
    path : Path
    occupants : sequence of Occupants
        Of every type in the order of the library.
    log_ratio : (Z, Z) array
        See `substitutions`.
    """
    arrays: dict[str, NDArray[np.generic]] = {
        "version": np.array(FORMAT_VERSION),
        "log_ratio": log_ratio.astype(np.float32),
    }
    sizes = np.array([len(one.order) for one in occupants])
    for size in np.unique(sizes):
        group = [occupants[int(i)] for i in np.flatnonzero(sizes == size)]
        arrays.update({f"{size}/{name}": array for name, array in _pack(group).items()})
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def _pack(group: Sequence[Occupants]) -> dict[str, NDArray[np.generic]]:
    number: dict[Hashable, int] = {}
    family = [number.setdefault(one.family, len(number)) for one in group]
    rows, weight, of_type, n_rows = [], [], [], [0] * len(number)
    for index in np.argsort(family, kind="stable"):
        one = group[int(index)]
        counted = Counter(tuple(row[i] for i in one.order) for row in one.rows)
        rows += list(counted)
        weight += list(counted.values())
        of_type += [int(index)] * len(counted)
        n_rows[family[int(index)]] += len(counted)
    return {
        "family": np.array(family, dtype=np.uint16),
        "order": np.array([one.order for one in group], dtype=np.uint8),
        "rows": np.array(rows, dtype=np.uint8),
        "weight": np.array(weight, dtype=np.uint16),
        "of_type": np.array(of_type, dtype=np.uint16),
        "n_rows": np.array(n_rows, dtype=np.uint16),
    }


def load(path: Path, n_species: int) -> Kinship:
    """The occupants of the types with `n_species` species from a file written by `save`.

    Raises
    ------
    BadInputError
        If the file has another format version, or no types with so many species.
    """
    called = "The list of the structure types' occupants"
    data = read_group(path, n_species, FORMAT_VERSION, called, ("log_ratio",))
    part = {name: data[name].astype(np.int64) for name in _ARRAYS}
    return Kinship(
        family=part["family"],
        order=part["order"],
        rows=part["rows"],
        weight=part["weight"].astype(np.float64),
        of_type=part["of_type"],
        offsets=np.concatenate([[0], np.cumsum(part["n_rows"])]).astype(np.int64),
        log_ratio=data["log_ratio"].astype(np.float64),
    )


@functools.cache
def bundled(n_species: int) -> Kinship:
    """The shipped occupants of the types with `n_species` species, read once."""
    return load(resources.path(KINSHIP_FILE), n_species)
