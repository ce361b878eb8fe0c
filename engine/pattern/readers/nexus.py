"""NeXus files (HDF5) with a pattern in an NXdata group, as NXxrd, NXxrd_pan and NXmonopd have it.

www.nexusformat.org: a group of the class NXdata names its plottable data by the attribute
``signal`` and the positions by ``axes``; older files mark them on the data sets themselves. h5py is
an optional dependency: without it such a file is refused with a sentence that says so. The
HDF5 library can crash on a damaged file, so that a process of its own reads it.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInputError
from engine.pattern.radiation import K_ALPHA, Radiation, doublet, preset, single
from engine.pattern.readers.registry import LIKELY, NO, Format, Reader
from engine.pattern.readers.scan import Scan, Source, one_at_least

SIGNATURE = b"\x89HDF\r\n\x1a\n"
PATIENCE = 60.0  # seconds


def _vote(source: Source) -> int:
    return LIKELY + 20 if source.head.startswith(SIGNATURE) else NO


def _read(source: Source) -> list[Scan]:
    if importlib.util.find_spec("h5py") is None:
        raise BadInputError(
            f"'{source.name}' is an HDF5 or NeXus file: to read it, install the library h5py "
            "(pip install 'densight[nexus]'), or export the pattern as two columns."
        )
    arrays = _answer(source)
    facts = json.loads(arrays.pop("facts").tobytes())
    if "error" in facts:
        raise BadInputError(f"'{source.name}' is a damaged HDF5 file ({facts['error']}).")
    scans = [
        Scan(
            arrays[f"x{i}"],
            arrays[f"y{i}"],
            arrays.get(f"sigma{i}"),
            format="NeXus",
            axis=axis,
            radiation=_radiation(facts),
            title=(facts.get("name") or facts.get("title") or "")[:80],
            date=facts.get("start_time") or "",
        )
        for i, axis in enumerate(facts["scans"])
    ]
    return one_at_least(scans, source, "NeXus")


def _answer(source: Source) -> dict[str, Any]:
    """What the other process makes of the file.

    Raises
    ------
    BadInputError
        If it crashed, or took longer than a minute.
    """
    root = str(Path(__file__).resolve().parents[3])
    found = os.environ.get("PYTHONPATH")
    paths = root if not found else os.pathsep.join((root, found))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "engine.pattern.readers.nexus_file"],
            input=source.data,
            capture_output=True,
            timeout=PATIENCE,
            env={**os.environ, "PYTHONPATH": paths},
            check=True,
        )
        with np.load(io.BytesIO(done.stdout)) as answer:
            return {name: answer[name] for name in answer.files}
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise BadInputError(
            f"'{source.name}' is a damaged HDF5 file: the HDF5 library could not read it."
        ) from error


def _radiation(found: dict[str, Any]) -> Radiation | None:
    first, second = found.get("first"), found.get("second")
    if first and second:
        return doublet(first, second, provenance="file")
    one = found.get("one") or first
    if one:
        return single(one, provenance="file")
    anode = (found.get("anode") or "").strip()[:2].capitalize()
    return preset(f"{anode}Ka", "file") if anode in K_ALPHA else None


READER = Reader(
    "NeXus",
    _vote,
    _read,
    Format(
        suffixes=".nxs .h5 .hdf5",
        signature="begin as an HDF5 file does",
        reads="NXdata with 2theta, Q or d (NXxrd, NXxrd_pan, NXmonopd), uncertainties, wavelengths "
        "or anode, sample, date; needs h5py (`pip install densight[nexus]`)",
    ),
)
