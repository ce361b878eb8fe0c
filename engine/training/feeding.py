"""Views made beside the training, by processes of their own, in the order of the steps.

What a step is made from is a function of its number alone, so it does not matter which process
makes it. Arrays travel through pipes, not through shared memory, of which machines may have little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

Source = Callable[[int], Any]
AHEAD = 3  # steps that each process prepares in advance


class _Steps(Dataset[Any]):
    def __init__(self, source: Source) -> None:
        self.source = source

    def __getitem__(self, step: int) -> Any:
        return as_arrays(self.source(step))


def feed(source: Source, steps: range, workers: int) -> Iterator[Any]:
    """What `source` makes of each of `steps`, in order.

    Parameters
    ----------
    source : callable
        From a step's number to dataclasses of tensors; can be pickled if there are `workers`.
    steps : range
    workers : int
        Processes that make them in advance; 0 makes each when it is asked for.
    """
    if workers == 0:
        yield from map(source, steps)
        return
    loader = DataLoader(
        _Steps(source),
        batch_size=None,
        sampler=steps,
        num_workers=workers,
        prefetch_factor=AHEAD,
        multiprocessing_context="spawn",
        collate_fn=_as_it_is,
    )
    yield from loader


def as_arrays(thing: Any) -> Any:
    """Dataclasses with their tensors as numpy arrays, which are pickled whole."""
    return _changed(thing, lambda x: x.numpy() if isinstance(x, torch.Tensor) else x)


def on_device(thing: Any, device: str) -> Any:
    """Dataclasses with their tensors and numpy arrays as tensors on `device`."""

    def place(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            x = torch.from_numpy(x)
        if not isinstance(x, torch.Tensor):
            return x
        # From pinned memory the copy runs beside what the device is doing.
        return (x.pin_memory() if device.startswith("cuda") else x).to(device, non_blocking=True)

    return _changed(thing, place)


def _changed(thing: Any, change: Callable[[Any], Any]) -> Any:
    if is_dataclass(thing) and not isinstance(thing, type):
        return type(thing)(
            **{f.name: _changed(getattr(thing, f.name), change) for f in fields(thing)}
        )
    if isinstance(thing, tuple):
        return tuple(_changed(part, change) for part in thing)
    return change(thing)


def _as_it_is(thing: Any) -> Any:
    return thing
