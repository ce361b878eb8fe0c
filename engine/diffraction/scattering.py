"""X-ray scattering factors of free neutral atoms.

f0(s) = sum_i a_i exp(-b_i s^2) + c with s = sin(theta)/lambda = 1/(2d) in 1/angstrom
(International Tables C, section 6.1.1.3). The table is shipped with the program; row Z holds
five Gaussians, the fifth being the constant c with b = 0. Row 0 is the absent (padding) atom.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine import resources
from engine.errors import BadInputError

if TYPE_CHECKING:
    from torch import Tensor

FloatArray = NDArray[np.float64]
TABLE = "scattering/it92.json"


@lru_cache(maxsize=1)
def table() -> tuple[FloatArray, FloatArray]:
    """Amplitudes and exponents of all elements.

    Returns
    -------
    a : (n_elements + 1, 5) array
        Electrons; row Z for the element Z, row 0 all zero.
    b : (n_elements + 1, 5) array
        Square angstrom.
    """
    elements = json.loads(resources.path(TABLE).read_text(encoding="utf-8"))["elements"]
    a = np.zeros((len(elements) + 1, 5))
    b = np.zeros((len(elements) + 1, 5))
    for row in elements:
        number = int(row["number"])
        a[number] = [*row["a"], row["c"]]
        b[number, :4] = row["b"]
    a.flags.writeable = False
    b.flags.writeable = False
    return a, b


def coefficients(numbers: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The Gaussians of each atom.

    Parameters
    ----------
    numbers : (...,) int array
        Atomic numbers; 0 stands for no atom.

    Returns
    -------
    a, b : (..., 5) arrays
        Electrons and square angstrom; the last Gaussian is the constant (b = 0).

    Raises
    ------
    BadInputError
        If an atomic number is not in the table.
    """
    z = np.asarray(numbers, dtype=np.int64)
    check_numbers(z)
    a, b = table()
    return a[z], b[z]


def check_numbers(numbers: ArrayLike) -> None:
    """Refuse atoms that the table does not hold.

    Parameters
    ----------
    numbers : (...,) int array
        Atomic numbers; 0 stands for no atom.

    Raises
    ------
    BadInputError
        If an atomic number is not in the table.
    """
    z = np.asarray(numbers, dtype=np.int64)
    last = len(table()[0]) - 1
    if z.size and (z.min() < 0 or z.max() > last):
        wrong = int(z.min() if z.min() < 0 else z.max())
        raise BadInputError(
            f"There is no X-ray scattering factor for atomic number {wrong}; "
            f"elements 1 to {last} can be used."
        )


def form_factors(numbers: ArrayLike, s_squared: ArrayLike) -> FloatArray:
    """f0 of every atom at every s^2, in numpy.

    Parameters
    ----------
    numbers : (n,) int array
        Atomic numbers.
    s_squared : (m,) array
        (sin(theta)/lambda)^2 in 1/angstrom^2.

    Returns
    -------
    (n, m) array
        Electrons.
    """
    a, b = coefficients(numbers)
    s2 = np.asarray(s_squared, dtype=np.float64)
    return np.asarray(np.einsum("ni,nim->nm", a, np.exp(-b[:, :, None] * s2)))


def form_factors_torch(numbers: Tensor, s_squared: Tensor) -> Tensor:
    """f0 of every atom at every s^2, batched, on the device of `s_squared`, differentiable.

    Parameters
    ----------
    numbers : (..., n) int tensor
        Atomic numbers; 0 for padding gives 0.
    s_squared : (..., m) tensor

    Returns
    -------
    (..., n, m) tensor
    """
    import torch

    a_table, b_table = (
        torch.tensor(part, device=s_squared.device, dtype=s_squared.dtype) for part in table()
    )
    a, b = a_table[numbers], b_table[numbers]
    s2 = s_squared.unsqueeze(-2)
    total = a[..., 4:5].expand(*a.shape[:-1], s2.shape[-1]).clone()
    for i in range(4):
        total = torch.addcmul(total, a[..., i : i + 1], torch.exp(-b[..., i : i + 1] * s2))
    return total
