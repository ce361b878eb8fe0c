"""Weights on disk: a safetensors file, and beside it a manifest that says what they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file

from engine.errors import BadInputError
from engine.model.encoding import BINS, BOX, CONTENTS, LOG_STEP, Q_MAX, Q_MIN
from engine.model.network import CMEDNet, NetworkSettings

FORMAT_VERSION = 1
MODEL_NAME = "CMEDNet"


def input_description() -> dict[str, Any]:
    """What the network's inputs and outputs are; weights made for others are refused."""
    return {
        "q_min": Q_MIN,
        "q_max": Q_MAX,
        "log_step": LOG_STEP,
        "bins": BINS,
        "contents": CONTENTS,
        "box": BOX,
    }


def manifest_path(weights: Path) -> Path:
    """Where the manifest of a weights file lies."""
    return weights.with_suffix(".json")


def save_checkpoint(path: Path, net: CMEDNet, about: dict[str, Any]) -> None:
    """Write weights in half precision, and the manifest.

    Parameters
    ----------
    path : Path
        ``*.safetensors``.
    net : CMEDNet
    about : dict
        What the manifest tells besides: ``licence``, ``data``, ``training``, ``scores``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {name: w.detach().half().contiguous().cpu() for name, w in net.state_dict().items()}
    save_file(weights, path)
    manifest = {
        "model": MODEL_NAME,
        "format_version": FORMAT_VERSION,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "inputs": input_description(),
        "network": net.settings.to_dict(),
        **about,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    manifest_path(path).write_text(text + "\n", encoding="utf-8")


def record_scores(path: Path, scores: dict[str, Any]) -> None:
    """Put `scores` into the manifest of the weights at `path`."""
    manifest = read_manifest(path) | {"scores": scores}
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    manifest_path(path).write_text(text + "\n", encoding="utf-8")


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of the weights at `path`, checked for model, format and inputs.

    Raises
    ------
    BadInputError
        If it is missing, damaged, or for another program.
    """
    place = manifest_path(path)
    try:
        manifest = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInputError(f"The weights' manifest {place} cannot be read: {error}.") from error
    if not isinstance(manifest, dict) or manifest.get("model") != MODEL_NAME:
        raise BadInputError(f"The manifest {place} does not describe {MODEL_NAME} weights.")
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        raise BadInputError(
            f"The weights {path} have format {version}, this program reads {FORMAT_VERSION}: "
            "use weights that came with it."
        )
    if manifest.get("inputs") != input_description():
        raise BadInputError(
            f"The weights {path} were made for other inputs than this program's: "
            "use weights that came with it."
        )
    return manifest


def load_checkpoint(path: Path, device: str = "cpu") -> tuple[CMEDNet, dict[str, Any]]:
    """The network, ready for use, and its manifest.

    Raises
    ------
    BadInputError
        If the weights are missing or damaged, or do not fit this program.
    """
    manifest = read_manifest(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInputError(f"The weights {path} cannot be read: {error}.") from error
    if hashlib.sha256(content).hexdigest() != manifest.get("sha256"):
        raise BadInputError(f"The weights {path} are damaged (wrong checksum): install them again.")
    net = CMEDNet(_settings(manifest, path))
    try:
        weights = load(content)
        net.load_state_dict({name: w.to(torch.float32) for name, w in weights.items()})
    except (SafetensorError, RuntimeError) as error:
        raise BadInputError(f"The weights {path} do not fit the network they name.") from error
    return net.to(device).eval(), manifest


def _settings(manifest: dict[str, Any], path: Path) -> NetworkSettings:
    values = manifest.get("network")
    names = {field.name for field in fields(NetworkSettings)}
    if not isinstance(values, dict) or set(values) != names:
        raise BadInputError(f"The manifest of {path} does not give the network's sizes.")
    return NetworkSettings(**values)
