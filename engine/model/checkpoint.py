"""Weights on disk: a safetensors file, and beside it a manifest that says what they are.

The network has parts (branches, body, contents) that are trained and replaced one by one; each
has its own file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import nn

from engine.errors import BadInputError
from engine.model.body import INPUT_MAPS, OUTPUT_MAPS, BodySettings, DensityBody
from engine.model.cell_maps import COARSE_SIZES, SPACING
from engine.model.contents import ELEMENT_OUTPUTS, ContentsHead, ContentsSettings
from engine.model.encoding import BINS, BOX, CONTENTS, LOG_STEP, Q_MAX, Q_MIN
from engine.model.network import CMEDNet, NetworkSettings

FORMAT_VERSION = 1
Net = TypeVar("Net", bound=nn.Module)


@dataclass(frozen=True)
class Part(Generic[Net]):
    """A part of the network that has a weights file of its own.

    Attributes
    ----------
    model : str
        What its manifest calls it.
    build : callable
        Makes the untrained network of some sizes.
    settings : type
        Dataclass of the sizes.
    inputs : dict
        What goes in and comes out; weights made for others are refused.
    """

    model: str
    build: Callable[[Any], Net]
    settings: type
    inputs: dict[str, Any]


PATTERN_AXIS = {"q_min": Q_MIN, "q_max": Q_MAX, "log_step": LOG_STEP, "bins": BINS}
BRANCHES: Part[CMEDNet] = Part(
    "CMEDNet", CMEDNet, NetworkSettings, {**PATTERN_AXIS, "contents": CONTENTS, "box": BOX}
)
BODY: Part[DensityBody] = Part(
    "CMEDNet body",
    DensityBody,
    BodySettings,
    {
        **PATTERN_AXIS,
        "contents": CONTENTS,
        "spacing": SPACING,
        "coarse_sizes": list(COARSE_SIZES),
        "maps": INPUT_MAPS,
        "answers": OUTPUT_MAPS,
    },
)
HEAD: Part[ContentsHead] = Part(
    "CMEDNet contents",
    ContentsHead,
    ContentsSettings,
    {**PATTERN_AXIS, "contents": CONTENTS, "elements": ELEMENT_OUTPUTS},
)
PARTS: tuple[Part[Any], ...] = (BRANCHES, BODY, HEAD)


def manifest_path(weights: Path) -> Path:
    """Where the manifest of a weights file lies."""
    return weights.with_suffix(".json")


def save_checkpoint(
    path: Path, net: CMEDNet | DensityBody | ContentsHead, about: dict[str, Any]
) -> None:
    """Write weights in half precision, and the manifest.

    Parameters
    ----------
    path : Path
        ``*.safetensors``.
    net : a part of the network
    about : dict
        What the manifest tells besides: ``licence``, ``data``, ``training``, ``scores``.
    """
    part = next(part for part in PARTS if part.build is type(net))
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {name: w.detach().half().contiguous().cpu() for name, w in net.state_dict().items()}
    save_file(weights, path)
    manifest = {
        "model": part.model,
        "format_version": FORMAT_VERSION,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "inputs": part.inputs,
        "network": net.settings.to_dict(),
        **about,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    manifest_path(path).write_text(text + "\n", encoding="utf-8")


def record_scores(path: Path, scores: dict[str, Any]) -> None:
    """Put `scores` into the manifest of the weights at `path`."""
    manifest = {**_read_json(path), "scores": scores}
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    manifest_path(path).write_text(text + "\n", encoding="utf-8")


def read_manifest(path: Path, part: Part[Any] = BRANCHES) -> dict[str, Any]:
    """The manifest of the weights at `path`, checked for model, format and inputs.

    Raises
    ------
    BadInputError
        If it is missing, damaged, or for another program.
    """
    manifest, place = _read_json(path), manifest_path(path)
    if manifest.get("model") != part.model:
        raise BadInputError(f"The manifest {place} does not describe {part.model} weights.")
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        raise BadInputError(
            f"The weights {path} have format {version}, this program reads {FORMAT_VERSION}: "
            "use weights that came with it."
        )
    if manifest.get("inputs") != part.inputs:
        raise BadInputError(
            f"The weights {path} were made for other inputs than this program's: "
            "use weights that came with it."
        )
    return manifest


def _read_json(path: Path) -> dict[str, Any]:
    place = manifest_path(path)
    try:
        manifest = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(f"The weights' manifest {place} cannot be read: {error}.") from error
    return manifest if isinstance(manifest, dict) else {}


def load_checkpoint(path: Path, part: Part[Net], device: str = "cpu") -> tuple[Net, dict[str, Any]]:
    """A part of the network, ready for use, and its manifest.

    Raises
    ------
    BadInputError
        If the weights are missing or damaged, or do not fit this program.
    """
    manifest = read_manifest(path, part)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInputError(f"The weights {path} cannot be read: {error}.") from error
    if hashlib.sha256(content).hexdigest() != manifest.get("sha256"):
        raise BadInputError(f"The weights {path} are damaged (wrong checksum): install them again.")
    net = part.build(_settings(manifest, path, part))
    try:
        weights = load(content)
        net.load_state_dict({name: w.to(torch.float32) for name, w in weights.items()})
    except (SafetensorError, RuntimeError) as error:
        raise BadInputError(f"The weights {path} do not fit the network they name.") from error
    return net.to(device).eval(), manifest


def _settings(manifest: dict[str, Any], path: Path, part: Part[Any]) -> Any:
    values = manifest.get("network")
    names = {field.name for field in fields(part.settings)}
    if not isinstance(values, dict) or set(values) != names:
        raise BadInputError(f"The manifest of {path} does not give the network's sizes.")
    return part.settings(**values)
