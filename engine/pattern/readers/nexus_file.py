"""What `engine.pattern.readers.nexus` does with a file, in a process of its own.

The HDF5 library can crash on a damaged file, which then ends this process and nothing else. The
file comes by standard input; its scans go to standard output as an ``.npz``, with what else is
known of them, or why there is none, in its member ``facts`` (JSON).
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.pattern.readers.scan import Axis

FloatArray = NDArray[np.float64]
MOST_GROUPS = 2000
MOST_POINTS = 2_000_000
_ANGLES = ("two_theta", "2theta", "twotheta", "ttheta", "tth", "polar_angle", "two_theta_angle")
_Q = ("q", "scattering_vector", "momentum_transfer")
_D = ("d", "d_spacing", "dspacing")
_ANGSTROM = {"angstrom": 1.0, "angstroms": 1.0, "a": 1.0, "å": 1.0, "nm": 10.0, "pm": 0.01,
             "m": 1e10}  # fmt: skip
_ALPHA_1 = ("ka_one", "k_alpha_one", "kalpha1", "k_alpha_1")
_ALPHA_2 = ("ka_two", "k_alpha_two", "kalpha2", "k_alpha_2")
_ANODE = ("xray_tube_material", "target_material", "anode", "anode_material")


Found = dict[str, Any]


def read(data: bytes) -> bytes:
    """The scans of a file, as the other process takes them."""
    import h5py

    arrays: dict[str, Any] = {}
    facts: Found = {"scans": []}
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            facts |= _facts(file, h5py)
            for i, (axis, x, y, sigma) in enumerate(_scans(file, h5py)):
                facts["scans"].append(axis)
                arrays |= {f"x{i}": x, f"y{i}": y}
                if sigma is not None:
                    arrays[f"sigma{i}"] = sigma
    except Exception as error:  # what a damaged file makes of h5py is of every kind
        facts["error"] = _short(error)
    answer = io.BytesIO()
    np.savez(answer, facts=np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8), **arrays)
    return answer.getvalue()


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__


def _scans(
    file: Any, h5py: Any
) -> Iterator[tuple[Axis, FloatArray, FloatArray, FloatArray | None]]:
    """Axis, positions, intensities and uncertainties of each NXdata group that has a scan.

    The same data, which files link to from several places, are taken once.
    """
    known: list[FloatArray] = []
    for group in _groups(file, h5py):
        if _text(group.attrs.get("NX_class")) != "NXdata":
            continue
        scan = _scan(group, h5py)
        if scan is not None and not any(np.array_equal(scan[2], other) for other in known):
            known.append(scan[2])
            yield scan


def _groups(file: Any, h5py: Any) -> Iterator[Any]:
    """All groups of the file itself, not more than there is sense in."""
    waiting, count = [file], 0
    while waiting and count < MOST_GROUPS:
        group = waiting.pop(0)
        count += 1
        yield group
        waiting += [
            group[name]
            for name in group
            if isinstance(group.get(name, getlink=True), h5py.HardLink)
            and group.get(name, getclass=True) is h5py.Group
        ]


def _data_set(group: Any, name: str, h5py: Any) -> Any:
    """A numeric data set of the file itself with at most so many numbers, else None."""
    link = group.get(name, getlink=True)
    if link is None or isinstance(link, h5py.ExternalLink):
        return None
    found = group.get(name)
    if not isinstance(found, h5py.Dataset) or found.is_virtual or found.external:
        return None
    if found.dtype.kind not in "iuf" or not 0 < found.size <= MOST_POINTS:
        return None
    return found


def _scan(group: Any, h5py: Any) -> tuple[Axis, FloatArray, FloatArray, FloatArray | None] | None:
    names = [name for name in group if _data_set(group, name, h5py) is not None]
    signal = _text(group.attrs.get("signal"))
    if signal not in names:
        marked = [name for name in names if "signal" in group[name].attrs]
        likely = [name for name in names if name.lower() in ("data", "intensity", "counts")]
        signal = (*marked, *likely, "")[0]
    if not signal:
        return None
    y = _numbers(group[signal])
    axes = group.attrs.get("axes")
    listed = [] if axes is None else [_text(axis) for axis in np.atleast_1d(axes)]
    for name in (*(n for n in listed if n in names), *names):
        axis = _axis_of(name, group[name])
        x = _numbers(group[name])
        if name != signal and axis is not None and len(x) == len(y):
            return axis, x, y, _sigma(group, signal, h5py, len(y))
    return None


def _numbers(found: Any) -> FloatArray:
    return np.asarray(found[()], dtype=np.float64).ravel()


def _sigma(group: Any, signal: str, h5py: Any, n: int) -> FloatArray | None:
    for name in (f"{signal}_errors", "errors"):
        found = _data_set(group, name, h5py)
        if found is not None and found.size == n:
            return _numbers(found)
    return None


def _axis_of(name: str, found: Any) -> Axis | None:
    """What positions a data set holds, by its name and unit; None if none that is known."""
    word, unit = name.lower(), _text(found.attrs.get("units")).lower()
    if word in _ANGLES:
        return "two_theta_radian" if unit.startswith("rad") else "two_theta"
    if word in _Q:
        return "q_inverse_nm" if "nm" in unit else "q_inverse_angstrom"
    if word in _D and "nm" not in unit:
        return "d_angstrom"
    return None


def _facts(file: Any, h5py: Any) -> Found:
    """Wavelengths, anode, sample and date, from wherever in the file they stand."""
    found: Found = {}
    for group in _groups(file, h5py):
        for name in group:
            word = name.lower()
            if word in ("title", "start_time") or (word == "name" and _is_sample(group)):
                found.setdefault(word, _string(group, name, h5py))
            elif word in _ANODE:
                found.setdefault("anode", _string(group, name, h5py))
            elif word in ("wavelength", "incident_wavelength", *_ALPHA_1, *_ALPHA_2):
                kind = "first" if word in _ALPHA_1 else "second" if word in _ALPHA_2 else "one"
                found.setdefault(kind, _wavelength(group, name, h5py))
    return found


def _is_sample(group: Any) -> bool:
    return _text(group.attrs.get("NX_class")) == "NXsample"


def _wavelength(group: Any, name: str, h5py: Any) -> float | None:
    """In angstrom; None where it is no length of X-rays."""
    found = _data_set(group, name, h5py)
    if found is None or found.size != 1:
        return None
    unit = _text(found.attrs.get("units")).lower() or "angstrom"
    value = float(_numbers(found)[0]) * _ANGSTROM.get(unit, float("nan"))
    return value if 0.05 <= value <= 5.0 else None


def _string(group: Any, name: str, h5py: Any) -> str:
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        return ""
    found = group[name]
    if not isinstance(found, h5py.Dataset) or found.size != 1 or found.is_virtual or found.external:
        return ""
    return _text(np.ravel(found[()])[0])


def _text(value: Any) -> str:
    """An attribute or a string as text, empty for what is neither."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value if isinstance(value, str) else ""


if __name__ == "__main__":
    sys.stdout.buffer.write(read(sys.stdin.buffer.read()))
