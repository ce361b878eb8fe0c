"""Alternatives for one pattern: hypotheses of the branches, made better by the body on a cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.model.body import BodyInputs, BodyOutputs, DensityBody
from engine.model.body_inputs import Known, Start, body_inputs, known_on_cells
from engine.model.cell_maps import (
    Shape,
    agreement,
    coarse_shape,
    onto_grid,
    project,
    to_coefficients,
    usable,
)
from engine.model.coding import Lines
from engine.model.encoding import (
    BOX,
    Inputs,
    cell_amplitudes,
    decode_cell,
    encode_cell,
    half_box,
)
from engine.model.network import CMEDNet, Hypotheses

FloatArray = NDArray[np.float64]
PASSES = 2  # of the body over a hypothesis
# From random phases the body goes through maps that are this much its own answer, the rest noise.
LEVELS = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.92)
# A grid on which the branches' half box of coefficients has room.
BRANCH_SHAPE: Shape = (BOX + 1, BOX + 1, BOX + 1)
Body = Callable[[BodyInputs], BodyOutputs]  # a `DensityBody`, or what stands for one in training


@dataclass(frozen=True, eq=False)
class Sample:
    """One alternative.

    Attributes
    ----------
    coefficients : (f1, f2, f3) complex tensor
        Of the density without its mean, on any scale, in the order of `torch.fft.fftfreq`.
    sites : (f1, f2, f3) complex tensor or None
        Of a map in which every atom counts the same.
    lattice : (3, 3) array
        Angstrom.
    quality : float
        Expected gauge-free correlation, if the cell is right.
    log_prior : float
        ln of the chance among the alternatives for the same cell.
    system : str
    log_atoms, log_density, log_contrast : float
    """

    coefficients: Tensor
    sites: Tensor | None
    lattice: FloatArray
    quality: float
    log_prior: float
    system: str
    log_atoms: float
    log_density: float
    log_contrast: float


def branch_inputs(lines: Lines, lattice: FloatArray | None) -> Inputs:
    """The branch network's inputs, a batch of one, with the cell where it is known."""
    profile, coverage = lines.profile, lines.coverage
    code, amplitudes = torch.zeros(1, 6), torch.zeros(1, len(half_box()))
    if lattice is not None:
        cell = torch.as_tensor(lattice, dtype=torch.float32).unsqueeze(0)
        code = encode_cell(cell)
        amplitudes = cell_amplitudes(profile, coverage, cell)
    measured = float(coverage.any())
    known = torch.tensor([[measured, float(lattice is not None)]])
    return Inputs(profile, coverage, lines.contents, code, amplitudes, known)


@torch.no_grad()
def hypotheses(net: CMEDNet, inputs: Inputs, count: int, seed: int) -> Hypotheses:
    """At least `count` alternatives of the branches for one pattern, (n, ...), best first."""
    settings = net.settings
    generator = torch.Generator().manual_seed(seed)
    found: list[Hypotheses] = [net(inputs)]
    while len(found) * settings.hypotheses < count:
        noise = torch.randn(1, settings.hypotheses, settings.latent, generator=generator)
        found.append(net(inputs, noise.to(inputs.profile.device)))
    names = list(Hypotheses.__dataclass_fields__)
    joined = {name: torch.cat([getattr(out, name)[0] for out in found]) for name in names}
    order = torch.argsort(joined["quality"], descending=True, stable=True)
    return Hypotheses(**{name: joined[name][order[:count]] for name in names})


def free_samples(net: CMEDNet, lines: Lines, count: int, seed: int, device: str) -> list[Sample]:
    """Alternatives each on a cell of its own, which the branches guess."""
    out = hypotheses(net, branch_inputs(lines, None).to(device), count, seed)
    series = onto_grid(
        out.coefficients, torch.as_tensor(half_box(), device=device), BRANCH_SHAPE
    ).cpu()
    cells = decode_cell(out.cell.double().cpu()).numpy()
    priors = torch.log_softmax(out.log_prior, dim=0)
    return [
        _sample(out, i, series[i], None, cells[i], float(out.quality[i]), float(priors[i]))
        for i in range(len(series))
    ]


@torch.no_grad()
def samples_on_cell(
    net: CMEDNet,
    body: DensityBody,
    lines: Lines,
    lattice: FloatArray,
    count: int,
    seed: int,
    device: str,
) -> list[Sample]:
    """Alternatives on a known cell, the best expected first.

    More than half of them start from the branches' hypotheses, one from the measured maps alone,
    the others from random phases.

    Parameters
    ----------
    net, body : the two parts of the network
    lines : Lines
    lattice : (3, 3) array
        Niggli-reduced, angstrom.
    count : int
    seed : int
        Of the random phases.
    device : str
    """
    out = hypotheses(net, branch_inputs(lines, lattice).to(device), count, seed)
    shape = coarse_shape(lattice)
    told = (3 * count + 4) // 5
    known = _known(lines, lattice, shape, told, device)
    drawn = [(iterate(body, known, _told(out, told, shape), PASSES), told)]
    if count > told:
        one = _known(lines, lattice, shape, 1, device)
        drawn.append((iterate(body, one, _nothing(one), PASSES), 1))
    if (rest := count - told - 1) > 0:
        several = _known(lines, lattice, shape, rest, device)
        drawn.append((iterate(body, several, diffuse(body, several, seed), 1), rest))
    answers = []
    for answer, number in drawn:
        density, sites = (to_coefficients(x).cpu() for x in (answer.density, answer.sites))
        for i in range(number):
            # What starts from no hypothesis borrows the contents of the best one.
            of = i if number == told else 0
            quality = float(answer.quality[i])
            answers.append(_sample(out, of, density[i], sites[i], lattice, quality, 0.0))
    return sorted(answers, key=lambda sample: -sample.quality)


def _known(lines: Lines, lattice: FloatArray, shape: Shape, count: int, device: str) -> Known:
    """The same pattern and cell `count` times."""
    cell = torch.as_tensor(lattice, dtype=torch.float32)
    return known_on_cells(
        lines.profile.expand(count, -1).to(device),
        lines.coverage.expand(count, -1).to(device),
        lines.contents.expand(count, -1).to(device),
        cell.expand(count, 3, 3).to(device),
        shape,
        torch.full((count,), float(lines.coverage.any()), device=device),
    )


def _nothing(known: Known) -> Start:
    """Start from the measured maps alone."""
    empty, device = Start.empty(len(known.profile)), known.profile.device
    return replace(
        empty, **{n: getattr(empty, n).to(device) for n in ("about", "anchored", "level")}
    )


def go_on(known: Known, answer: BodyOutputs, start: Start) -> Start:
    """Start again from an answer, with the amplitudes that were measured."""
    density = to_coefficients(answer.density)
    return Start(
        hypothesis=start.hypothesis,
        about=start.about,
        previous=project(density, known.measured),
        anchored=torch.zeros_like(start.anchored),
        level=agreement(density, known.measured),
    )


def diffuse(body: Body, known: Known, seed: int, steps: int = len(LEVELS)) -> Start:
    """From random phases to a partly right map, to go on from.

    Noise gives way to the body's own answer step by step, as truth did in training, so that
    different noise leads to different answers where the pattern leaves a choice.

    Parameters
    ----------
    body : callable
    known : Known
    seed : int
        Of the noise.
    steps : int
        How many of the `LEVELS` to pass through.
    """
    b, device = len(known.profile), known.profile.device
    generator = torch.Generator().manual_seed(seed)
    about, one = torch.zeros(b, 3, device=device), torch.ones(b, device=device)
    flat = usable(known.shape, device).expand(b, -1, -1, -1).to(torch.complex64)
    previous = project(random_phases(flat, generator), known.measured)
    start = Start(None, about, previous, one, torch.zeros_like(one))
    for level in LEVELS[:steps]:
        answer = body(body_inputs(known, start))
        density = to_coefficients(answer.density)
        density = density / _length(density)
        mixed = level**0.5 * density + (1.0 - level) ** 0.5 * random_phases(density, generator)
        start = Start(None, about, project(mixed, known.measured), one, level * one)
    return replace(start, anchored=torch.zeros_like(one))


def random_phases(like: Tensor, generator: torch.Generator) -> Tensor:
    """Coefficients (b, f1, f2, f3) of a real map: amplitudes of `like`, random phases, norm 1."""
    white = torch.randn(like.shape, generator=generator, device=generator.device).to(like.device)
    phases = to_coefficients(white)
    turned = like.abs() * phases / phases.abs().clamp_min(1e-12)
    return turned / _length(turned)


def _length(coefficients: Tensor) -> Tensor:
    squares = coefficients.abs().square().sum(dim=(-3, -2, -1), keepdim=True)
    return squares.sqrt().clamp_min(1e-12)


def iterate(body: Body, known: Known, start: Start, passes: int) -> BodyOutputs:
    """Let the body go over its own answers, the measured amplitudes put in each time."""
    answer = body(body_inputs(known, start))
    for _ in range(passes - 1):
        answer = body(body_inputs(known, go_on(known, answer, start)))
    return answer


def _told(out: Hypotheses, count: int, shape: Shape) -> Start:
    """Start from the first `count` hypotheses."""
    indices = torch.as_tensor(half_box(), device=out.quality.device)
    about = torch.stack([out.log_atoms, out.log_contrast, out.quality], dim=1)[:count]
    zero = torch.zeros(count, device=out.quality.device)
    return Start(onto_grid(out.coefficients[:count], indices, shape), about, None, zero, zero)


def _sample(
    out: Hypotheses,
    index: int,
    coefficients: Tensor,
    sites: Tensor | None,
    lattice: FloatArray,
    quality: float,
    log_prior: float,
) -> Sample:
    return Sample(
        coefficients=coefficients,
        sites=sites,
        lattice=lattice,
        quality=quality,
        log_prior=log_prior,
        system=CRYSTAL_SYSTEMS[int(out.system[index].argmax())],
        log_atoms=float(out.log_atoms[index]),
        log_density=float(out.log_density[index]),
        log_contrast=float(out.log_contrast[index]),
    )
