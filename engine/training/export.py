"""From the state of a training run to weights with their manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from engine.errors import BadInputError
from engine.model.body import BodySettings, DensityBody
from engine.model.checkpoint import save_checkpoint
from engine.model.contents import ContentsHead, ContentsSettings
from engine.model.network import CMEDNet, NetworkSettings
from engine.training.run import read_state
from engine.training.settings import RunSettings

STANDARD_SETS = ("train", "isotypes")
DATA_NOTE = (
    "Structures: Materials Project (Jain et al., APL Materials 1, 011002 (2013)), CC BY 4.0; "
    "ordered crystals of the training split, and isotypes made from them, as the sets named "
    "under 'training' say. Patterns simulated with this program."
)
OWN_DATA_NOTE = "Structures of the user's own; patterns simulated with this program."


def export_weights(
    folder: Path, target: Path, scores: dict[str, Any] | None = None, averaged: bool = True
) -> None:
    """Write the state of the run in `folder` as weights with their manifest.

    Parameters
    ----------
    folder : Path
        Of a run of any part.
    target : Path
        ``*.safetensors``.
    scores : dict, optional
        For the manifest.
    averaged : bool
        Take the averaged weights where the run has them.

    Raises
    ------
    BadInputError
        If there is no run in `folder`, or its network is not this program's.
    """
    about = read_state(folder)
    settings = about["settings"]
    try:
        net = _untrained(settings)
        tensors = load_file(folder / "state.safetensors")
        held = averaged and any(name.startswith("averaged.") for name in tensors)
        prefix = "averaged." if held else "net."
        net.load_state_dict(
            {name[len(prefix) :]: w for name, w in tensors.items() if name.startswith(prefix)}
        )
    except (TypeError, RuntimeError) as error:
        raise BadInputError(
            f"The run in {folder} is of a network that this version does not have: {error}."
        ) from error
    # Runs of the first versions did not say their sets: there were no others.
    settings.setdefault("tables", list(RunSettings().tables))
    training = {
        "steps": about["step"],
        "views": about["step"] * settings["batch"],
        "seconds": round(about["seconds"]),
        "averaged": held,
        "settings": {name: value for name, value in settings.items() if name != "network"},
    }
    own = any(not name.startswith(STANDARD_SETS) for name in settings["tables"])
    note = OWN_DATA_NOTE if own else DATA_NOTE
    about = {"licence": "BSD-3-Clause", "data": note, "training": training, "scores": scores or {}}
    save_checkpoint(target, net, about)


def _untrained(settings: dict[str, Any]) -> CMEDNet | DensityBody | ContentsHead:
    """The network of a run's settings. Runs of earlier versions do not say their part."""
    sizes = settings["network"]
    if settings.get("part") == "contents":
        return ContentsHead(ContentsSettings(**sizes))
    if settings.get("part") == "body" or "deep_channels" in sizes:
        return DensityBody(BodySettings(**sizes))
    return CMEDNet(NetworkSettings(**sizes))
