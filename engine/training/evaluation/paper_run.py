"""The architecture of Guo et al., trained here, in the paper's terms; see `paper_terms`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from engine.crystal.composition import parse_formula
from engine.errors import BadInputError
from engine.model.encoding import ELEMENTS, encode_contents
from engine.model.series import map_on_grid
from engine.progress import Progress
from engine.training.evaluation.conditions import GRID, SAMPLES
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.paper_terms import ideal_pattern
from engine.training.evaluation.scores import Target, score_maps
from engine.training.evaluation.store import JsonLines, Row
from engine.training.paper_inputs import binned_pattern, grid_points
from engine.training.paper_network import PaperNetwork, PaperNetworkSettings
from engine.training.run import read_state

# Points along an edge that the network is asked for: its targets have |h| up to 6.
ASKED = 17


def load_paper_run(folder: Path) -> tuple[PaperNetwork, dict[str, Any]]:
    """The network of a run's state, averaged where the run has averages, and what the run was.

    Returns
    -------
    network : PaperNetwork
    about : dict
        ``views``, ``seconds``, ``threads``, ``parameters`` and ``width``.

    Raises
    ------
    BadInputError
        If there is no run of this part in `folder`.
    """
    state = read_state(folder)
    settings = state["settings"]
    if settings.get("part") != "paper":
        raise BadInputError(f"The run in {folder} is not one of engine/training/paper.toml.")
    net = PaperNetwork(PaperNetworkSettings(**settings["network"]))
    tensors = load_file(folder / "state.safetensors")
    prefix = "averaged." if any(name.startswith("averaged.") for name in tensors) else "net."
    kept = {name[len(prefix) :]: w for name, w in tensors.items() if name.startswith(prefix)}
    net.load_state_dict(kept)
    about = {
        "views": state["step"] * settings["batch"],
        "seconds": round(state["seconds"]),
        "threads": settings["threads"],
        "parameters": sum(parameter.numel() for parameter in net.parameters()),
        "width": settings["network"]["width"],
    }
    return net.eval(), about


@torch.no_grad()
def paper_maps(
    net: PaperNetwork, entry: Entry, *, samples: int = SAMPLES, grid: int = GRID, seed: int = 0
) -> NDArray[np.float32]:
    """Densities (S, n, n, n) in e/A^3 of latents drawn anew for each sample."""
    pattern = binned_pattern(ideal_pattern(entry), net.settings.bins)
    code = encode_contents(tuple(parse_formula(entry.formula)), entry.formula)
    inputs = [
        torch.as_tensor(x, dtype=torch.float32).expand(samples, -1)
        for x in (pattern, code[ELEMENTS : 2 * ELEMENTS])
    ]
    draws = np.random.default_rng([seed, entry.line])
    noise = draws.standard_normal((samples, 2, net.settings.width))
    points = torch.as_tensor(grid_points(ASKED), dtype=torch.float32)
    answer = net(*inputs, points, torch.as_tensor(noise, dtype=torch.float32))
    values = answer.density.reshape(samples, ASKED, ASKED, ASKED)
    series = torch.fft.ifftn(values, dim=(1, 2, 3))
    drawn = np.stack([map_on_grid(one, grid) for one in series])
    return np.asarray(np.maximum(drawn, 0.0))


def score_paper_run(
    entries: list[Entry], folder: Path, *, seed: int = 0, progress: Progress | None = None
) -> list[Row]:
    """Rows of `score_maps` with ``line``, kept in the run's folder.

    The network answers for no cell: its maps are compared on the true one, and its first sample
    is any.

    Parameters
    ----------
    entries : list of Entry
    folder : Path
        Of a run of ``paper.toml``.
    seed : int
    progress : Progress, optional
    """
    progress = progress or Progress()
    net, about = load_paper_run(folder)
    store = JsonLines(folder / f"paper-terms-{about['views']}.jsonl")
    for number, entry in enumerate(entries):
        if entry.line in store:
            continue
        progress.report(number / len(entries), f"paper's network, {number + 1}: {entry.formula}")
        maps = paper_maps(net, entry, seed=seed)
        store.add({"line": entry.line, **score_maps(maps, Target(entry.structure, GRID))})
    return store.among(entry.line for entry in entries)
