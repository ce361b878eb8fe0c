"""What the body is given, put together from patterns, cells and hypotheses."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.model.body import HYPOTHESIS, INPUT_MAPS, PREVIOUS, BodyInputs
from engine.model.cell_maps import (
    MEASURED_MAPS,
    MeasuredOnCell,
    Shape,
    fine_shape,
    measured_maps,
    measured_on_cell,
    to_map,
    unit_variance,
)
from engine.model.encoding import encode_cell


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a batch of cells of one coarse grid.

    Attributes
    ----------
    shape : tuple of int
        Coarse grid.
    profile, coverage : (b, BINS)
    contents : (b, CONTENTS)
    lattice : (b, 3, 3)
        As it is given, angstrom.
    pattern_known : (b,)
        1 or 0.
    measured : MeasuredOnCell
    maps : (b, MEASURED_MAPS, f1, f2, f3)
    """

    shape: Shape
    profile: Tensor
    coverage: Tensor
    contents: Tensor
    lattice: Tensor
    pattern_known: Tensor
    measured: MeasuredOnCell
    maps: Tensor


def known_on_cells(
    profile: Tensor,
    coverage: Tensor,
    contents: Tensor,
    lattice: Tensor,
    shape: Shape,
    pattern_known: Tensor | None = None,
) -> Known:
    """The measured part of the body's inputs."""
    given = torch.ones(len(profile)) if pattern_known is None else pattern_known
    measured = measured_on_cell(profile, coverage, lattice, shape)
    maps = measured_maps(measured) * given.to(profile).reshape(-1, 1, 1, 1, 1)
    return Known(shape, profile, coverage, contents, lattice, given.to(profile), measured, maps)


@dataclass(frozen=True, eq=False)
class Start:
    """What the body starts from.

    Attributes
    ----------
    hypothesis : (b, f1, f2, f3) complex or None
        Coefficients of a hypothesis of the branch network.
    about : (b, 3)
        The hypothesis' ln of the number of atoms, ln of the contrast, and expected correlation.
    previous : (b, f1, f2, f3) complex or None
        Coefficients to go on from.
    anchored : (b,)
        1 where the previous map is in the truth's own setting.
    level : (b,)
        How right the previous map is, 0 to 1.
    """

    hypothesis: Tensor | None
    about: Tensor
    previous: Tensor | None
    anchored: Tensor
    level: Tensor

    @classmethod
    def empty(cls, count: int) -> Start:
        """Nothing to start from."""
        zero = torch.zeros(count)
        return cls(None, torch.zeros(count, 3), None, zero, zero)


def body_inputs(known: Known, start: Start) -> BodyInputs:
    """Everything the body is given."""
    b, device = len(known.profile), known.profile.device
    maps = torch.zeros(b, INPUT_MAPS, *fine_shape(known.shape), device=device)
    maps[:, :MEASURED_MAPS] = known.maps
    given = [known.pattern_known]
    for place, series in ((HYPOTHESIS, start.hypothesis), (PREVIOUS, start.previous)):
        if series is None:
            given.append(torch.zeros(b, device=device))
            continue
        maps[:, place] = unit_variance(to_map(series))
        given.append((maps[:, place].abs().amax(dim=(-3, -2, -1)) > 0).float())
    steps = known.lattice.norm(dim=-1) / torch.tensor(known.shape, device=device)
    volume = torch.linalg.det(known.lattice).abs()
    cell = torch.cat([encode_cell(known.lattice), volume.log().unsqueeze(1) / 3.0, steps], dim=1)
    extra = [start.anchored.to(device), start.level.to(device)]
    state = torch.cat([torch.stack([*given, *extra], dim=1), start.about.to(device)], dim=1)
    return BodyInputs(maps, known.profile, known.coverage, known.contents, cell, state)
