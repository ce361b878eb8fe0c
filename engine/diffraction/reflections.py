"""Which reflections a lattice has: indices, spacings, multiplicities, grouping of overlaps.

Everything speaks in s = sin(theta)/lambda = 1/(2d) in 1/angstrom, so no wavelength enters.
Of each Friedel pair one member is listed: without anomalous scattering both are equal, and with
it their mean is had from one (see `engine.diffraction.structure_factors`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import BadInputError

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FRIEDEL = 2  # members of a Friedel pair
SAME_SPACING = 1e-6  # relative difference in s below which lines overlap exactly
MAXIMUM_REFLECTIONS = 2_000_000


def refuse_too_many(volume: float, s_max: float) -> None:
    """Refuse a cell whose reflections would fill the memory if they were listed.

    Parameters
    ----------
    volume : float
        Of the cell, cubic angstrom.
    s_max : float
        1/angstrom.

    Raises
    ------
    BadInputError
        If there would be more than two million reflections, one of each Friedel pair.
    """
    expected = volume * 4.0 / 3.0 * np.pi * (2.0 * s_max) ** 3 / FRIEDEL
    if expected > MAXIMUM_REFLECTIONS:
        raise BadInputError(
            f"A cell of {volume:.0f} A^3 has about {expected:.0f} reflections in this range; "
            "choose a smaller cell, a longer wavelength or a smaller range."
        )


def hkl_within(lattice: ArrayLike, s_max: float, s_min: float = 0.0) -> tuple[IntArray, FloatArray]:
    """All reflections with s_min < s <= s_max, one of each Friedel pair, by rising s.

    Parameters
    ----------
    lattice : (3, 3) array
        Rows a, b, c in angstrom.
    s_max, s_min : float
        In 1/angstrom; 000 is never listed.

    Returns
    -------
    hkl : (m, 3) int array
    s : (m,) array
    """
    rows = np.asarray(lattice, dtype=np.float64)
    largest = np.floor(np.linalg.norm(rows, axis=1) * 2.0 * s_max * (1.0 + 1e-9)).astype(int)
    h, k, l = (int(x) for x in largest)  # noqa: E741
    box = np.stack(
        np.meshgrid(np.arange(0, h + 1), np.arange(-k, k + 1), np.arange(-l, l + 1), indexing="ij"),
        axis=-1,
    ).reshape(-1, 3)
    # What comes before 000 in this order are the Friedel mates of members of the h = 0 layer.
    box = box[k * (2 * l + 1) + l + 1 :]
    vectors = box @ np.linalg.inv(rows).T
    s = 0.5 * np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    inside = (s <= s_max * (1.0 + 1e-9)) & (s > s_min)
    hkl, s = box[inside], s[inside]
    order = np.argsort(s, kind="stable")
    return hkl[order].astype(np.int64), s[order]


def group_by_spacing(
    s: ArrayLike, tolerance: float = SAME_SPACING
) -> tuple[IntArray, FloatArray, IntArray]:
    """Put reflections of equal spacing into one line.

    Neighbours in s that differ by less than the tolerance belong together, whether symmetry
    makes them equal or chance does; a line's intensity is the sum over its members.

    Parameters
    ----------
    s : (m,) array
        In any order.
    tolerance : float
        Relative difference in s.

    Returns
    -------
    line : (m,) int array
        Line of each reflection; lines are numbered by rising s.
    s_of_line : (k,) array
        Mean s of its members.
    count : (k,) int array
        How many members it has.
    """
    values = np.asarray(s, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.diff(ordered, prepend=-np.inf) > tolerance * ordered
    line = np.empty(len(values), dtype=np.int64)
    line[order] = np.cumsum(starts) - 1
    count = np.bincount(line)
    s_of_line = np.bincount(line, weights=values) / np.maximum(count, 1)
    return line, s_of_line, count.astype(np.int64)


@dataclass(frozen=True, eq=False)
class IndependentReflections:
    """One reflection of each set that the Laue group makes equal.

    Attributes
    ----------
    hkl : (m, 3) int array
    s : (m,) array
        1/angstrom, rising.
    multiplicity : (m,) int array
        Number of reflections in the set, both members of each Friedel pair counted.
    """

    hkl: IntArray
    s: FloatArray
    multiplicity: IntArray

    def __len__(self) -> int:
        """Count the independent reflections."""
        return len(self.hkl)


def independent_reflections(
    lattice: ArrayLike,
    s_max: float,
    rotations: ArrayLike,
    translations: ArrayLike | None = None,
    s_min: float = 0.0,
) -> IndependentReflections:
    """Symmetry-independent reflections, systematically absent ones left out.

    Parameters
    ----------
    lattice : (3, 3) array
    s_max, s_min : float
        1/angstrom.
    rotations : (g, 3, 3) int array
        Rotation parts W of the space group's operations x' = W x + w.
    translations : (g, 3) array, optional
        Their translation parts w; without them nothing counts as absent.
    """
    hkl, s = hkl_within(lattice, s_max, s_min)
    turns = np.asarray(rotations, dtype=np.int64)
    # A rotation and its inversion make the same Friedel pairs equal.
    proper = np.unique(turns * np.rint(np.linalg.det(turns)).astype(int)[:, None, None], axis=0)
    keys = np.abs(_image_keys(hkl, proper)).max(axis=1, initial=0.0)
    _, first, count = np.unique(keys, return_index=True, return_counts=True)
    order = np.argsort(first)
    kept, count = first[order], count[order]
    if translations is not None:
        present = ~systematic_absences(hkl[kept], turns, translations)
        kept, count = kept[present], count[present]
    return IndependentReflections(hkl[kept], s[kept], FRIEDEL * count.astype(np.int64))


def _image_keys(hkl: IntArray, rotations: IntArray) -> FloatArray:
    """A number for each image h W of each reflection, (m, g): equal for equal indices only.

    Indices are read as digits. Friedel mates have opposite numbers.
    """
    largest = 3 * int(np.abs(rotations).max(initial=1)) * int(np.abs(hkl).max(initial=1))
    base = 2 * largest + 1
    weights = np.array([base * base, base, 1], dtype=np.int64)
    # In float64 the product goes through BLAS, and integers up to 2^53 stay exact.
    return np.asarray(hkl.astype(np.float64) @ (rotations @ weights).T.astype(np.float64))


def systematic_absences(
    hkl: ArrayLike, rotations: ArrayLike, translations: ArrayLike
) -> NDArray[np.bool_]:
    """Which reflections the space group extinguishes.

    A reflection is absent if some operation leaves h W = h and h.w is no integer
    (International Tables A, section 1.6.3).

    Parameters
    ----------
    hkl : (m, 3) int array
    rotations : (g, 3, 3) int array
    translations : (g, 3) array

    Returns
    -------
    (m,) bool array
    """
    indices = np.asarray(hkl, dtype=np.int64).reshape(-1, 3)
    turns = np.asarray(rotations, dtype=np.int64)
    itself = _image_keys(indices, np.eye(3, dtype=np.int64)[None])
    kept = _image_keys(indices, turns) == itself
    shift = indices @ np.asarray(translations, dtype=np.float64).T
    return np.asarray((kept & (np.abs(shift - np.rint(shift)) > 1e-3)).any(axis=1))


def hkl_batch(lattices: Tensor, s_max: float | Tensor, s_min: float = 0.0) -> tuple[Tensor, Tensor]:
    """Reflections of many lattices at once, padded, on their device.

    Parameters
    ----------
    lattices : (B, 3, 3) tensor
        Rows a, b, c in angstrom. No gradient flows through the choice of reflections.
    s_max : float or (B,) tensor
        1/angstrom.
    s_min : float

    Returns
    -------
    hkl : (B, m, 3) int16 tensor
        One of each Friedel pair; rows beyond a crystal's reflections are 000.
    count : (B,) int tensor
        How many reflections each crystal has.
    """
    import torch

    cells = lattices.detach()
    limit = torch.as_tensor(s_max, device=cells.device, dtype=cells.dtype).expand(len(cells))
    extent = torch.floor(cells.norm(dim=2) * (2.0 + 1e-5) * limit[:, None]).long()
    box = _half_box(extent.amax(dim=0).tolist() if len(cells) else [0, 0, 0]).to(cells.device)
    # s^2 is a quadratic form: one matrix product of the box's index products with the metric.
    products = torch.stack([box[:, i] * box[:, j] for i, j in _PAIRS], dim=1).to(cells.dtype)
    star = torch.linalg.inv(cells)
    metric = star.transpose(1, 2) @ star * 0.25
    form = torch.stack([metric[:, i, j] * (1.0 if i == j else 2.0) for i, j in _PAIRS], dim=1)
    owners, members = [], []
    size = max(1, _BOX_ELEMENTS // max(1, len(box)))
    for start in range(0, max(1, len(cells)), size):
        part = slice(start, start + size)
        s_squared = form[part] @ products.T
        inside = s_squared <= (limit[part] * (1.0 + 1e-5)).square()[:, None]
        inside &= s_squared > s_min * s_min
        found = torch.nonzero(inside)
        owners.append(found[:, 0] + start)
        members.append(found[:, 1])
    owner, member = torch.cat(owners), torch.cat(members)
    count = torch.bincount(owner, minlength=len(cells))
    rank = torch.arange(len(owner), device=cells.device) - (torch.cumsum(count, 0) - count)[owner]
    most = int(count.max()) if len(cells) else 0
    hkl = torch.zeros((len(cells), most, 3), dtype=torch.int16, device=cells.device)
    hkl[owner, rank] = box[member].to(torch.int16)
    return hkl, count


_PAIRS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
_BOX_ELEMENTS = 20_000_000  # of the table of s^2 that is held at once


def _half_box(extent: list[int]) -> Tensor:
    """Half of the indices up to `extent` either way: one of each Friedel pair, without 000."""
    import torch

    h, k, l = extent  # noqa: E741
    box = torch.cartesian_prod(
        torch.arange(0, h + 1), torch.arange(-k, k + 1), torch.arange(-l, l + 1)
    )
    # What comes before 000 in this order are the Friedel mates of members of the h = 0 layer.
    return box[k * (2 * l + 1) + l + 1 :]
