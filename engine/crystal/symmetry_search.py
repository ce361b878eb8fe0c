"""spglib's search for the symmetry of atoms in a cell, which one question is asked only once.

A search takes a millisecond, and twenty where the cell is cubic and centred. The same atoms are
asked for again and again while a pattern is solved: with other elements on the sites, in one
stage of refinement and the next.
"""

from __future__ import annotations

import os
from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

# spglib's C code prints to stderr when a tolerance does not suit it; we try another one then,
# and the user's terminal is for the user.
os.environ.setdefault("SPGLIB_WARNING", "OFF")
REMEMBERED = 128


def symmetry_dataset(
    lattice: ArrayLike, frac_coords: ArrayLike, kinds: ArrayLike, symprec: float
) -> Any | None:
    """spglib's dataset of a crystal, or None where it finds no symmetry at this tolerance.

    Parameters
    ----------
    lattice : (3, 3) array
        Rows in angstrom.
    frac_coords : (n, 3) array
    kinds : (n,) int array
        A number for what is on each site.
    symprec : float
        Angstrom.

    Returns
    -------
    spglib.SpglibDataset or None
        Its arrays cannot be written to: others get the same ones.
    """
    return _remembered(
        np.asarray(lattice, dtype=np.float64).tobytes(),
        np.asarray(frac_coords, dtype=np.float64).tobytes(),
        np.asarray(kinds, dtype=np.int64).tobytes(),
        float(symprec),
    )


@lru_cache(maxsize=REMEMBERED)
def _remembered(lattice: bytes, frac_coords: bytes, kinds: bytes, symprec: float) -> Any | None:
    import spglib

    cell: Any = (
        np.frombuffer(lattice).reshape(3, 3),
        np.frombuffer(frac_coords).reshape(-1, 3),
        np.frombuffer(kinds, dtype=np.int64),
    )
    try:
        found: Any = spglib.get_symmetry_dataset(cell, symprec=symprec)
    except spglib.SpglibError:
        return None
    if found is not None:
        for field in fields(found):
            value = getattr(found, field.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
    return found
