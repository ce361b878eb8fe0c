"""The symmetry that a CIF states: its operations, and what it leaves open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.crystal.metric import ROUGHLY, metric_mismatch
from engine.errors import BadInputError

FloatArray = NDArray[np.float64]

NOT_AT_ALL = 2e-2  # a cell with this mismatch has another symmetry
_NOTHING = ("", "?", ".", 0)  # what stands where no space group is named
_ORIGIN = re.compile(r"(?:[:\s]\s*O?[12]|[:\s]\s*[SZ])\s*$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class StatedSymmetry:
    """Operations of a CIF.

    Attributes
    ----------
    rotations : (m, 3, 3) array
    translations : (m, 3) array
    warnings : tuple of str
        What was assumed where the file leaves it open, in sentences.
    """

    rotations: FloatArray
    translations: FloatArray
    warnings: tuple[str, ...]


def symmetry_of(small: Any, lattice: FloatArray, file_name: str) -> StatedSymmetry:
    """The operations that a CIF lists, else those of the space group that it names.

    Parameters
    ----------
    small : gemmi.SmallStructure
    lattice : (3, 3) array
        Rows a, b, c in angstrom.
    file_name : str
        How to call the file in sentences.

    Raises
    ------
    BadInputError
        If an operation or the space group is unknown, or the cell does not have the symmetry.
    """
    import gemmi

    warnings: list[str] = []
    if small.symops:
        try:
            operations = [gemmi.Op(str(text)) for text in small.symops]
        except (ValueError, RuntimeError) as error:
            raise BadInputError(
                f"A symmetry operation in '{file_name}' cannot be understood: {error}."
            ) from error
    else:
        group = _group(small, file_name)
        if group is None:
            warnings.append(
                f"'{file_name}' gives no symmetry: P 1 was taken, so that the atoms it lists are "
                "all there are."
            )
        elif group.ext in ("1", "2") and not _names_an_origin(small):
            warnings.append(
                f"{group.hm} has two origins and '{file_name}' does not say which it means: "
                f"choice {group.ext} was taken."
            )
        operations = list(group.operations()) if group is not None else [gemmi.Op("x,y,z")]
    scale = float(gemmi.Op.DEN)
    rotations = np.array([op.rot for op in operations], dtype=np.float64) / scale
    translations = np.array([op.tran for op in operations], dtype=np.float64) / scale
    mismatch = metric_mismatch(lattice, rotations)
    if mismatch > NOT_AT_ALL:
        raise BadInputError(
            f"The cell in '{file_name}' does not have the symmetry that the file states; correct "
            "the cell or the space group."
        )
    if mismatch > ROUGHLY:
        warnings.append(f"The cell in '{file_name}' has the symmetry of the file only roughly.")
    return StatedSymmetry(rotations, translations, tuple(warnings))


def _group(small: Any, file_name: str) -> Any:
    """The space group that is named, None where none is."""
    small.determine_and_set_spacegroup("H12N")
    group = small.spacegroup or _group_of_unusual_name(small.spacegroup_hm)
    named = (small.spacegroup_hm, small.spacegroup_hall, small.spacegroup_number)
    said = next((name for name in named if name not in _NOTHING), None)
    if group is None and said is not None:
        raise BadInputError(
            f"The space group '{said}' in '{file_name}' is unknown, and no symmetry "
            "operations are listed."
        )
    return group


def _group_of_unusual_name(name: str) -> Any:
    """The group of a symbol with subscripts, odd capitals or bars, or S or Z for its origin."""
    import gemmi

    # Older databases write the bar of a rotoinversion behind its number.
    plain = re.sub(r"(\d)-", r"-\1", name.replace("_", "").strip())
    found = re.fullmatch(r"(.+?)\s*[:\s]\s*(?:O?([12])|([SZ]))", plain, re.IGNORECASE)
    if found is not None:
        origin = found.group(2) or {"S": "1", "Z": "2"}[found.group(3).upper()]
        plain = f"{found.group(1)}:{origin}"
    capitals = plain[:1].upper() + plain[1:].lower()
    return gemmi.find_spacegroup_by_name(capitals) if plain else None


def _names_an_origin(small: Any) -> bool:
    """Whether a group of two origins is named with one; none of their plain symbols ends so."""
    return bool(small.spacegroup_hall or _ORIGIN.search(small.spacegroup_hm))
