"""What the head says of a pattern, in probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray

from engine.crystal.composition import SYMBOLS
from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.model.coding import Lines
from engine.model.encoding import ELEMENTS
from engine.model.parts import Parts
from engine.model.sampling import branch_inputs

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contents:
    """Probabilities and shares; what was told of the contents is taken as certain.

    Attributes
    ----------
    extinction : (c,) array
        Probabilities of the classes of `engine.crystal.extinction_classes`.
    system : (7,) array
        Probabilities of the crystal systems.
    missing : (ELEMENTS,) array
        Probability that an element is there which was not named, by atomic number; 0 where
        nothing may be missing.
    amounts : (ELEMENTS,) array
        Expected share of the atoms, by atomic number.
    atoms : (n,) array
        Probabilities of the numbers of atoms in the primitive cell, from 0.
    """

    extinction: FloatArray
    system: FloatArray
    missing: FloatArray
    amounts: FloatArray
    atoms: FloatArray

    @property
    def likeliest_system(self) -> str:
        """Name of the likeliest crystal system."""
        return CRYSTAL_SYSTEMS[int(np.argmax(self.system))]

    @property
    def log_atoms(self) -> float:
        """ln of the likeliest number of atoms in the primitive cell."""
        return float(np.log(max(1, int(np.argmax(self.atoms)))))

    def likeliest_missing(self, least: float = 0.05, most: int = 5) -> list[tuple[str, float]]:
        """Symbols of elements that are probably missing, with their probabilities."""
        order = np.argsort(-self.missing)[:most]
        return [(SYMBOLS[int(z)], float(self.missing[z])) for z in order if self.missing[z] > least]


@torch.no_grad()
def read_contents(net: Parts, lines: Lines, lattice: FloatArray | None, device: str) -> Contents:
    """What the head says, on a cell where one is known."""
    inputs = branch_inputs(lines, lattice).to(device)
    answer = net.head(net.branches.encode(inputs), inputs.contents)
    named = inputs.contents[0, :ELEMENTS] > 0
    told, open_end = inputs.contents[0, 2 * ELEMENTS], inputs.contents[0, 2 * ELEMENTS + 2]
    missing = torch.sigmoid(answer.present[0]) * ~named
    if told > 0 and not open_end > 0:
        missing = torch.zeros_like(missing)
    parts = {
        "extinction": answer.extinction[0].softmax(dim=0),
        "system": answer.system[0].softmax(dim=0),
        "missing": missing,
        "amounts": answer.amounts[0].exp(),
        "atoms": answer.atoms[0].softmax(dim=0),
    }
    return Contents(**{name: part.double().cpu().numpy() for name, part in parts.items()})


def mixed_contents(answers: Sequence[Contents], shares: Sequence[float]) -> Contents:
    """The mean of several answers, each with its share."""
    weights = np.asarray(shares, dtype=np.float64)
    weights = weights / weights.sum()
    return Contents(
        **{
            field.name: np.tensordot(
                weights, np.stack([getattr(answer, field.name) for answer in answers]), axes=1
            )
            for field in fields(Contents)
        }
    )
