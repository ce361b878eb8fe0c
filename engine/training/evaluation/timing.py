"""How long one map takes on this machine."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.model.inference import predict_density
from engine.training.evaluation.conditions import GRID
from engine.training.evaluation.entries import Entry

THREADS = 2
REPEATED = 12


def time_maps(entries: Sequence[Entry], threads: int = THREADS) -> dict[str, Any]:
    """Median wall time of one sample on a 50^3 grid, everything but loading the weights included.

    Parameters
    ----------
    entries : sequence of Entry
        The first of each crystal system are used.
    threads : int
        Of torch.

    Returns
    -------
    dict
        ``seconds`` by what is told (``cell given``, ``no cell``, ``indexed first``), ``threads``
        and ``machine``; ``load``, the machine's load average when it was measured (a load
        besides one's own makes the times too long).
    """
    import torch

    chosen = sorted(entries, key=lambda entry: entry.rank)[:REPEATED]
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    try:
        seconds = {
            "cell given": _median(chosen, lambda e: {"cell": e.structure.lattice}),
            "no cell": _median(chosen, lambda _e: {"index": False}),
            "indexed first": _median(chosen, lambda _e: {}),
        }
    finally:
        torch.set_num_threads(before)
    return {
        "seconds": seconds,
        "patterns": len(chosen),
        "grid": GRID,
        "threads": threads,
        "load": round(load, 2),
        "machine": describe_machine(),
    }


def _median(entries: Sequence[Entry], told: Any) -> float:
    def once(entry: Entry) -> float:
        begun = time.perf_counter()
        predict_density(
            entry.pattern, entry.elements, samples=1, grid=GRID, device="cpu", **told(entry)
        )
        return time.perf_counter() - begun

    once(entries[0])  # the first call reads the weights
    return round(float(np.median([once(entry) for entry in entries])), 4)


def describe_machine() -> str:
    """Processor, number of cores, and versions of what computes."""
    import torch

    model = platform.processor() or platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.is_file():
        names = [x for x in cpu.read_text(encoding="utf-8").splitlines() if "model name" in x]
        model = names[0].partition(":")[2].strip() if names else model
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, torch {torch.__version__}"
    )
