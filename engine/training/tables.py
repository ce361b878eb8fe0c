"""For every training cell: its powder lines and the Fourier coefficients of its CMED, cached.

Computed once, so that an epoch on one core is limited by the network and not by the physics.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.diffraction.scattering import form_factors
from engine.errors import BadInputError
from engine.model.encoding import CMED_B, ELEMENTS, Q_MAX, half_box
from engine.training.data import CellSet, crystal_system_index

FloatArray = NDArray[np.float64]
MERGE = 1e-4  # lines closer than this relative difference in q are one line
FAINTEST = 1e-4  # of the strongest line


LARGE = ("coefficients", "line_q", "line_power")


class Rows:
    """Several arrays, one after the other, of which rows are taken without joining them."""

    def __init__(self, parts: list[NDArray[Any]]) -> None:
        self._parts = parts
        self._ends = np.cumsum([len(part) for part in parts])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """The `rows` (m,) as one array in memory."""
        rows = np.asarray(rows)
        taken = np.empty((len(rows), *self._parts[0].shape[1:]), dtype=self._parts[0].dtype)
        owner = np.searchsorted(self._ends, rows, side="right")
        for index in np.unique(owner):
            own = owner == index
            start = int(self._ends[index]) - len(self._parts[index])
            taken[own] = self._parts[index][rows[own] - start]
        return taken


@dataclass(frozen=True, eq=False)
class TrainingTables:
    """Cached quantities of n cells.

    Attributes
    ----------
    coefficients : (n, M, 2) float16
        Real and imaginary parts of the CMED's coefficients for `half_box()`, scaled to a mean
        square modulus of 1.
    lattice : (n, 3, 3) float32
    contents : (n, ELEMENTS) float16
        Fraction of the atoms that is each element.
    n_atoms, system : (n,) int16
    log_density : (n,) float32
        ln of the mean density in e/A^3.
    log_contrast : (n,) float32
        ln of standard deviation over mean of the CMED.
    line_offsets : (n + 1,) int64
    line_q, line_power : (lines,) float32
        q in 1/angstrom and multiplicity times |F|^2 over its largest value, at B = 0.
    """

    coefficients: NDArray[np.float16]
    lattice: NDArray[np.float32]
    contents: NDArray[np.float16]
    n_atoms: NDArray[np.int16]
    system: NDArray[np.int16]
    log_density: NDArray[np.float32]
    log_contrast: NDArray[np.float32]
    line_offsets: NDArray[np.int64]
    line_q: NDArray[np.float32]
    line_power: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.lattice)

    def save(self, folder: Path) -> None:
        """Write every array as a ``.npy`` file in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in self.__dataclass_fields__:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, mapped: bool = False) -> TrainingTables:
        """Read what `save` wrote; `mapped` leaves the arrays in their files until rows are used.

        Raises
        ------
        BadInputError
            If the tables are not there.
        """
        if not (folder / "coefficients.npy").is_file():
            raise BadInputError(
                f"There are no training tables in {folder}: run 'densight train --prepare' first."
            )
        mode: Any = "r" if mapped else None
        return cls(
            **{
                name: np.load(folder / f"{name}.npy", mmap_mode=mode, allow_pickle=False)
                for name in cls.__dataclass_fields__
            }
        )

    @classmethod
    def join(cls, parts: list[TrainingTables], mapped: bool = False) -> TrainingTables:
        """Several tables as one; `mapped` leaves the large arrays where they are."""
        if len(parts) == 1:
            return parts[0]
        arrays: dict[str, Any] = {}
        for name in cls.__dataclass_fields__:
            if name != "line_offsets":
                own = [getattr(part, name) for part in parts]
                arrays[name] = Rows(own) if mapped and name in LARGE else np.concatenate(own)
        counts = np.concatenate([np.diff(part.line_offsets) for part in parts])
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return cls(line_offsets=offsets, **arrays)


def structure_factors_of(
    lattice: FloatArray, numbers: NDArray[np.int64], frac_coords: FloatArray, indices: FloatArray
) -> tuple[NDArray[np.complex128], FloatArray]:
    """F(h) in electrons at B = 0 with free-atom f0, and |h| = 1/d in 1/angstrom.

    Parameters
    ----------
    lattice : (3, 3) array
    numbers : (n,) array
    frac_coords : (n, 3) array
    indices : (m, 3) array

    Returns
    -------
    F : (m,) complex array
    inverse_d : (m,) array
    """
    inverse_d = np.linalg.norm(indices @ np.linalg.inv(lattice).T, axis=1)
    phases = np.exp(2j * np.pi * (frac_coords @ indices.T))
    factors = np.zeros(len(indices), dtype=np.complex128)
    for z in np.unique(numbers):
        f0 = form_factors(np.array([z]), inverse_d**2 / 4.0)[0]
        factors += f0 * phases[numbers == z].sum(axis=0)
    return factors, inverse_d


def merged_lines(q: FloatArray, power: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lines of equal q as one (q is power-weighted), faint ones dropped, in order of q."""
    order = np.argsort(q)
    q, power = q[order], power[order]
    group = np.concatenate([[0], np.cumsum(np.diff(q) > MERGE * q[1:])])
    total = np.bincount(group, weights=power)
    centre = np.bincount(group, weights=q) / np.bincount(group)
    kept = total > FAINTEST * total.max()
    return centre[kept], total[kept]


def build_tables(cells: CellSet) -> TrainingTables:
    """Lines and coefficients of every cell of `cells`."""
    count = len(cells)
    box = half_box().astype(np.float64)
    coefficients = np.zeros((count, len(box), 2), dtype=np.float16)
    contents = np.zeros((count, ELEMENTS), dtype=np.float16)
    log_density = np.zeros(count, dtype=np.float32)
    log_contrast = np.zeros(count, dtype=np.float32)
    line_q, line_power, line_counts = [], [], []
    for index in range(count):
        kinds, positions = cells.atoms(index)
        numbers = kinds.astype(np.int64)
        lattice = cells.lattice[index].astype(np.float64)
        every = indices_within(lattice, Q_MAX)
        both = np.concatenate([box, every])
        factors, inverse_d = structure_factors_of(
            lattice, numbers, positions.astype(np.float64), both
        )
        damped = np.abs(factors * np.exp(-CMED_B * inverse_d**2 / 4.0))
        # rho(x) = sum_h c(h) exp(-2 pi i h.x): c = F exp(-B s^2) / V.
        cmed = factors[: len(box)] * np.exp(-CMED_B * inverse_d[: len(box)] ** 2 / 4.0)
        cmed /= np.sqrt(np.mean(np.abs(cmed) ** 2))
        coefficients[index, :, 0], coefficients[index, :, 1] = cmed.real, cmed.imag
        electrons = float(numbers.sum())
        log_density[index] = np.log(electrons / abs(np.linalg.det(lattice)))
        log_contrast[index] = 0.5 * np.log(2.0 * np.sum(damped[len(box) :] ** 2)) - np.log(
            electrons
        )
        np.add.at(contents[index], numbers, np.float16(1.0 / len(numbers)))
        q, power = merged_lines(
            2.0 * np.pi * inverse_d[len(box) :], np.abs(factors[len(box) :]) ** 2
        )
        line_q.append(q.astype(np.float32))
        line_power.append((power / power.max()).astype(np.float32))
        line_counts.append(len(q))
    return TrainingTables(
        coefficients=coefficients,
        lattice=cells.lattice,
        contents=contents,
        n_atoms=np.diff(cells.offsets).astype(np.int16),
        system=crystal_system_index(cells.space_group).astype(np.int16),
        log_density=log_density,
        log_contrast=log_contrast,
        line_offsets=np.concatenate([[0], np.cumsum(line_counts)]).astype(np.int64),
        line_q=np.concatenate(line_q),
        line_power=np.concatenate(line_power),
    )


def indices_within(lattice: FloatArray, q_max: float) -> FloatArray:
    """One of each pair h, -h with 2 pi |h| <= q_max, without 000, (m, 3)."""
    reach = np.floor(q_max * np.linalg.norm(lattice, axis=1) / (2.0 * np.pi)).astype(int)
    h, k, m = np.meshgrid(
        np.arange(0, reach[0] + 1),
        np.arange(-reach[1], reach[1] + 1),
        np.arange(-reach[2], reach[2] + 1),
        indexing="ij",
    )
    every = np.stack([h, k, m], axis=-1).reshape(-1, 3).astype(np.float64)
    length = np.linalg.norm(every @ np.linalg.inv(lattice).T, axis=1)
    half = (every[:, 0] > 0) | (
        (every[:, 0] == 0) & ((every[:, 1] > 0) | ((every[:, 1] == 0) & (every[:, 2] > 0)))
    )
    return np.asarray(every[half & (2.0 * np.pi * length <= q_max)])
