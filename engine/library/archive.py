"""Reading the library's files, whose arrays are grouped by the number of species of the types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError


def read_group(
    path: Path, n_species: int, version: int, called: str, common: tuple[str, ...] = ()
) -> dict[str, NDArray[Any]]:
    """The arrays of one group, by their names within it.

    Parameters
    ----------
    path : Path
        A ``.npz``.
    n_species : int
    version : int
        The format that this program reads.
    called : str
        What the file is, to begin a sentence with.
    common : tuple of str
        Names of arrays that stand outside of the groups and are wanted too.

    Raises
    ------
    BadInputError
        If the file has another format version, or no types with so many species.
    """
    with np.load(path, allow_pickle=False) as stored:
        if int(stored["version"]) != version:
            raise BadInputError(
                f"{called} {path.name} has format {int(stored['version'])}, "
                f"this program reads format {version}; reinstall the program."
            )
        prefix = f"{n_species}/"
        found = {n[len(prefix) :]: stored[n] for n in stored.files if n.startswith(prefix)}
        if not found:
            raise BadInputError(
                f"The structure-type library has no types of {n_species} elements; tick fewer."
            )
        return found | {name: stored[name] for name in common}
