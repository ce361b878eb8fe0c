"""One process or several that train together, as torchrun starts them."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
from torch import distributed

from engine.errors import BadInputError
from engine.model.device import choose_device


@dataclass(frozen=True)
class World:
    """Which of how many processes this is, and the device it works on."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @classmethod
    def join(cls, device: str = "cpu") -> World:
        """The world that torchrun's variables describe; one process without them.

        Parameters
        ----------
        device : {"auto", "cpu", "cuda", "mps"}
            With several processes on CUDA each takes the card of its own local number.

        Raises
        ------
        BadInputError
            If the device is not there, or there are more processes than cards.
        """
        chosen = choose_device(device)
        size = int(os.environ.get("WORLD_SIZE", "1"))
        if size == 1:
            return cls(device=chosen)
        rank, local = int(os.environ["RANK"]), int(os.environ.get("LOCAL_RANK", "0"))
        if chosen == "cuda":
            if local >= torch.cuda.device_count():
                raise BadInputError(
                    f"There are {torch.cuda.device_count()} CUDA devices for process {local}: "
                    "start torchrun with --nproc-per-node of at most that many."
                )
            torch.cuda.set_device(local)
            chosen = f"cuda:{local}"
        distributed.init_process_group("nccl" if chosen.startswith("cuda") else "gloo")
        return cls(rank, size, chosen)

    @property
    def leads(self) -> bool:
        """Whether this process logs and saves."""
        return self.rank == 0

    def share(self, batch: int) -> slice:
        """This process's part of the rows of a batch.

        Raises
        ------
        BadInputError
            If the batch cannot be shared evenly.
        """
        if batch % self.size:
            raise BadInputError(
                f"A batch of {batch} cannot be shared by {self.size} processes: choose a multiple."
            )
        each = batch // self.size
        return slice(self.rank * each, (self.rank + 1) * each)

    def agree(self, value: float) -> float:
        """The leading process's value, in all of them."""
        if self.size == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.broadcast(shared, src=0)
        return float(shared.item())

    def leave(self) -> None:
        """End the work together."""
        if self.size > 1 and distributed.is_initialized():
            distributed.destroy_process_group()
