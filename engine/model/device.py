"""Which device the network runs on."""

from __future__ import annotations

import torch

from engine.errors import BadInputError

DEVICES = ("auto", "cpu", "cuda", "mps")


def choose_device(name: str = "auto") -> str:
    """The device to use, "cpu", "cuda" or "mps"; "auto" takes a GPU if there is one.

    Raises
    ------
    BadInputError
        If the name is unknown, or that device is not there.
    """
    if name not in DEVICES:
        raise BadInputError(f"'{name}' is no device: choose one of {', '.join(DEVICES)}.")
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return next(device for device, there in present.items() if there)
    if not present[name]:
        raise BadInputError(f"This computer has no '{name}' device: choose auto or cpu.")
    return name


def describe_device(name: str = "auto") -> str:
    """What `choose_device` finds, in words for people, for example ``"GPU: NVIDIA H200"``."""
    device = choose_device(name)
    if device == "cuda":
        return f"GPU: {torch.cuda.get_device_name()}"
    if device == "mps":
        return "GPU: Apple Metal"
    threads = torch.get_num_threads()
    return f"CPU ({threads} thread{'s' if threads > 1 else ''})"
