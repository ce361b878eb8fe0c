"""Structure factors of batches of crystals.

F(h) = sum_j o_j [f0_j(s) + f'_j + i f''_j] exp(-B_j s^2) exp(2 pi i h.x_j)   (electrons per cell)

The sum is kept in two parts, G from f0 + f' and H from f'', so that F(h) = G + iH. The Friedel
mate is F(-h) = conj(G) + i conj(H), and the mean of |F(h)|^2 and |F(-h)|^2, which is what a powder
line measures, is |G|^2 + |H|^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.diffraction.scattering import check_numbers, form_factors_torch

if TYPE_CHECKING:
    from engine.crystal.structure import CrystalStructure

FloatArray = NDArray[np.float64]

B_PER_U = 8.0 * np.pi**2  # B = 8 pi^2 U


@dataclass(frozen=True, eq=False)
class CrystalBatch:
    """Crystals of different sizes in common tensors; padding atoms have number 0, occupancy 0.

    Attributes
    ----------
    lattices : (B, 3, 3) tensor
        Rows a, b, c in angstrom.
    numbers : (B, n) int tensor
        Atomic numbers.
    frac_coords : (B, n, 3) tensor
    occupancies : (B, n) tensor
    b_iso : (B, n) tensor or None
        Isotropic B in square angstrom; None for atoms at rest.
    f_prime, f_double_prime : (B, n) tensors or None
        Anomalous dispersion in electrons; None for none.
    """

    lattices: Tensor
    numbers: Tensor
    frac_coords: Tensor
    occupancies: Tensor
    b_iso: Tensor | None = None
    f_prime: Tensor | None = None
    f_double_prime: Tensor | None = None

    def __len__(self) -> int:
        """Count the crystals."""
        return len(self.lattices)

    @classmethod
    def from_structures(
        cls,
        structures: Sequence[CrystalStructure],
        dispersion: Sequence[tuple[FloatArray, FloatArray]] | None = None,
        device: str | torch.device = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> CrystalBatch:
        """Pad structures to a batch.

        Parameters
        ----------
        structures : sequence of CrystalStructure
        dispersion : sequence of pairs, optional
            f' and f'' of the atoms of each structure.
        device, dtype
            Of the tensors made.

        Raises
        ------
        BadInputError
            If an element has no scattering factor.
        """
        for structure in structures:
            check_numbers(structure.numbers)
        size = max((len(structure) for structure in structures), default=0)

        def tensor(rows: list[FloatArray]) -> Tensor:
            out = np.zeros((len(rows), size, *rows[0].shape[1:]) if rows else (0, 0))
            for padded, row in zip(out, rows, strict=True):
                padded[: len(row)] = row
            return torch.tensor(out, device=device, dtype=dtype)

        b_iso = [B_PER_U * structure.u_iso for structure in structures]
        lattices = np.array([structure.lattice for structure in structures]).reshape(-1, 3, 3)
        return cls(
            torch.tensor(lattices, device=device, dtype=dtype),
            tensor([structure.numbers.astype(float) for structure in structures]).long(),
            tensor([structure.frac_coords for structure in structures]),
            tensor([structure.occupancies for structure in structures]),
            tensor(b_iso) if any(row.any() for row in b_iso) else None,
            None if dispersion is None else tensor([pair[0] for pair in dispersion]),
            None if dispersion is None else tensor([pair[1] for pair in dispersion]),
        )


def s_squared(lattices: Tensor, hkl: Tensor) -> Tensor:
    """(sin(theta)/lambda)^2 = 1/(4 d^2) of reflections.

    Parameters
    ----------
    lattices : (B, 3, 3) tensor
    hkl : (B, m, 3) tensor

    Returns
    -------
    (B, m) tensor
        1/angstrom^2; differentiable in the lattices.
    """
    star = torch.linalg.inv(lattices).transpose(1, 2)
    return 0.25 * torch.bmm(hkl.to(lattices.dtype), star).square().sum(dim=2)


@dataclass(frozen=True, eq=False)
class StructureFactors:
    """G and H of F = G + iH, real and imaginary parts; (B, m) tensors in electrons.

    `anomalous_real` and `anomalous_imag` are None without anomalous dispersion.
    """

    real: Tensor
    imag: Tensor
    anomalous_real: Tensor | None = None
    anomalous_imag: Tensor | None = None

    @property
    def f(self) -> Tensor:
        """Complex F(h)."""
        total = torch.complex(self.real, self.imag)
        if self.anomalous_real is None or self.anomalous_imag is None:
            return total
        return total + 1j * torch.complex(self.anomalous_real, self.anomalous_imag)

    @property
    def mean_square(self) -> Tensor:
        """Mean of |F(h)|^2 and |F(-h)|^2 in electrons squared."""
        total = self.real.square() + self.imag.square()
        if self.anomalous_real is None or self.anomalous_imag is None:
            return total
        return total + self.anomalous_real.square() + self.anomalous_imag.square()


def structure_factors(batch: CrystalBatch, hkl: Tensor) -> StructureFactors:
    """Structure factors of every crystal at its reflections.

    Parameters
    ----------
    batch : CrystalBatch
    hkl : (B, m, 3) tensor
        Indices; padding rows 000 give F(000), to be masked by the caller.

    Returns
    -------
    StructureFactors
        (B, m) parts, differentiable in every real field of `batch`.
    """
    s2 = s_squared(batch.lattices, hkl)
    turning = (2.0 * np.pi) * batch.frac_coords
    phase = torch.bmm(turning, hkl.to(turning.dtype).transpose(1, 2))
    cosine, sine = torch.cos(phase), torch.sin(phase)

    weight = _weights(batch, s2)
    if isinstance(weight, _BySpecies):
        real, imag = weight.contract(cosine), weight.contract(sine)
    else:
        real, imag = (weight * cosine).sum(dim=1), (weight * sine).sum(dim=1)
    if batch.f_double_prime is None:
        return StructureFactors(real, imag)
    imaginary = batch.occupancies * batch.f_double_prime
    if batch.b_iso is None:
        pair = [torch.bmm(imaginary.unsqueeze(1), part).squeeze(1) for part in (cosine, sine)]
    else:
        damped = imaginary.unsqueeze(2) * _damping(batch.b_iso, s2)
        pair = [(damped * part).sum(dim=1) for part in (cosine, sine)]
    return StructureFactors(real, imag, pair[0], pair[1])


def _damping(b_iso: Tensor, s2: Tensor) -> Tensor:
    return torch.exp(-b_iso.unsqueeze(2) * s2.unsqueeze(1))


@dataclass(frozen=True, eq=False)
class _BySpecies:
    """Scattering of each species, and how much of each atom belongs to it.

    Atoms at rest share their species' scattering factor, so phases are summed by species first:
    a batched matrix product instead of a factor for every atom and reflection.
    """

    share: Tensor  # (B, k, n): occupancy where atom n is of species k
    factor: Tensor  # (B, k, m)

    def contract(self, part: Tensor) -> Tensor:
        return (torch.bmm(self.share, part) * self.factor).sum(dim=1)


def _weights(batch: CrystalBatch, s2: Tensor) -> Tensor | _BySpecies:
    species, index = _species(batch.numbers)
    f0 = form_factors_torch(species, s2)
    if batch.b_iso is None and batch.f_prime is None:
        one_hot = torch.nn.functional.one_hot(index, species.shape[1]).to(s2.dtype)
        return _BySpecies((one_hot * batch.occupancies.unsqueeze(2)).transpose(1, 2), f0)
    per_atom = torch.gather(f0, 1, index.unsqueeze(2).expand(-1, -1, s2.shape[1]))
    if batch.f_prime is not None:
        per_atom = per_atom + batch.f_prime.unsqueeze(2)
    weight = batch.occupancies.unsqueeze(2) * per_atom
    return weight if batch.b_iso is None else weight * _damping(batch.b_iso, s2)


def _species(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Distinct atomic numbers of each crystal (padded with 0), and each atom's place in them."""
    ordered, order = torch.sort(numbers, dim=1)
    starts = torch.ones_like(ordered)
    starts[:, 1:] = (ordered[:, 1:] != ordered[:, :-1]).to(ordered.dtype)
    rank = torch.cumsum(starts, dim=1) - 1
    index = torch.empty_like(rank).scatter_(1, order, rank)
    width = int(rank.max()) + 1 if rank.numel() else 0
    species = torch.zeros(
        (numbers.shape[0], width), dtype=numbers.dtype, device=numbers.device
    ).scatter_(1, rank, ordered)
    return species, index
