"""Whether the structure type of a truth is among those of the library."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.library.types import StructureType, StructureTypes

if TYPE_CHECKING:
    from pymatgen.core.structure import Structure

# Sites that share an element, whichever it is, stand for it under these names.
_STAND_INS = ("H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne")
# Cells whose reduced lengths differ by more can no longer be mapped by the matcher (ltol 0.2).
_LENGTH_RATIO = 1.3


@cache
def _matcher() -> Any:
    from pymatgen.analysis.structure_matcher import StructureMatcher

    return StructureMatcher()


def type_is_known(truth: Structure, library: StructureTypes | None = None) -> bool:
    """Whether a type of the library has the truth's arrangement, its elements forgotten.

    Types of the same space group (spglib, 0.05 A) with as many sites of each kind are compared
    by `StructureMatcher.fit_anonymous` at pymatgen's default tolerances (0.2, 0.3, 5).

    Parameters
    ----------
    truth : pymatgen Structure
        Ordered.
    library : StructureTypes, optional
        Types of as many species; default: the shipped ones.
    """
    from engine.diffraction.scattering import form_factors
    from engine.library.build import TypeReducer

    record = {
        "lattice": truth.lattice.matrix.tolist(),
        "species": [site.specie.symbol for site in truth],
        "frac_coords": truth.frac_coords.tolist(),
    }
    entry = TypeReducer(form_factors).reduce(record)
    if entry is None:
        return False
    n_species = int(entry.species.max()) + 1
    if library is None:
        library = _shipped(n_species)
    if library is None:
        return False
    counts = np.sort(np.bincount(entry.species))
    known = StructureType(
        -1, entry.space_group, entry.lattice, entry.species, entry.coords, entry.hkl,
        entry.multiplicity, 1,
    )  # fmt: skip
    anonymous, lengths = _structure(known), _lengths(known)
    alike = (library.space_group == entry.space_group) & (library.n_atoms == len(entry.species))
    for index in np.flatnonzero(alike):
        other = library.type(int(index))
        if not np.array_equal(np.sort(np.bincount(other.species)), counts):
            continue
        ratio = lengths / _lengths(other)
        if max(ratio.max(), 1.0 / ratio.min()) > _LENGTH_RATIO:
            continue
        if _matcher().fit_anonymous(anonymous, _structure(other)):
            return True
    return False


def _shipped(n_species: int) -> StructureTypes | None:
    from engine import resources
    from engine.library import types

    sizes = types.group_sizes(resources.path(types.LIBRARY_FILE))
    return types.bundled(n_species) if n_species in sizes else None


def _structure(one: StructureType) -> Structure:
    from pymatgen.core.lattice import Lattice
    from pymatgen.core.structure import Structure

    # About 15 cubic angstrom an atom: pymatgen's tolerances are relative, but sites that
    # are nearer than 0.01 angstrom are refused.
    return Structure(
        Lattice(2.5 * one.lattice), [_STAND_INS[int(s)] for s in one.species], one.coords
    )


def _lengths(one: StructureType) -> NDArray[np.float64]:
    from engine.crystal.niggli import niggli_reduce

    return np.sort(np.linalg.norm(niggli_reduce(one.lattice)[0], axis=1))
