"""CIF with measured points (powder dictionary, ``_pd_*``)."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from engine.errors import BadInputError
from engine.pattern.radiation import Radiation
from engine.pattern.readers.header import from_lines, named_line
from engine.pattern.readers.registry import LIKELY, NO, Reader
from engine.pattern.readers.scan import Axis, FloatArray, Scan, Source

_INTENSITIES = (
    "_pd_meas_counts_total",
    "_pd_meas_intensity_total",
    "_pd_proc_intensity_total",
    "_pd_proc_intensity_net",
    "_pd_meas_intensity_net",
)
_POSITIONS = (
    "_pd_meas_2theta_scan",
    "_pd_proc_2theta_corrected",
    "_pd_meas_2theta_corrected",
)
_SPACINGS = ("_pd_proc_d_spacing", "_pd_meas_d_spacing")
_TIME_OF_FLIGHT = "_pd_meas_time_of_flight"
_DATA = re.compile(r"^\s*data_|^\s*loop_|^\s*_[a-z]", re.IGNORECASE | re.MULTILINE)


def has_measured_points(text: str) -> bool:
    """Whether a CIF's text names a column of measured intensities."""
    lowered = text.lower()
    return any(tag in lowered for tag in _INTENSITIES)


def looks_like_cif(source: Source) -> bool:
    """Whether the content is a CIF of any sort."""
    if source.is_binary:
        return False
    head = source.head_text
    return re.search(r"^\s*data_\S*", head, re.IGNORECASE | re.MULTILINE) is not None and (
        _DATA.search(head) is not None
    )


def _vote(source: Source) -> int:
    return LIKELY + 5 if looks_like_cif(source) and has_measured_points(source.text) else NO


def parse_cif(source: Source) -> Any:
    """A gemmi document.

    Raises
    ------
    BadInputError
        If the text breaks the rules of CIF (for example because it is cut short).
    """
    import gemmi

    try:
        return gemmi.cif.read_string(source.text)
    except (ValueError, RuntimeError, IndexError) as error:
        reason = str(error).splitlines()[0].strip() if str(error) else "unknown"
        raise BadInputError(
            f"'{source.name}' is a CIF that is cut short or damaged ({reason}); get it again."
        ) from error


def _value_and_su(text: str) -> tuple[float, float]:
    """Value and standard uncertainty of a CIF number such as ``5540(160)`` or ``1.25(3)``."""
    found = re.fullmatch(r"([-+]?[0-9]*\.?[0-9]*(?:[eE][-+]?[0-9]+)?)(?:\(([0-9]+)\))?", text)
    try:
        value = float(found.group(1)) if found else np.nan
    except ValueError:
        return np.nan, np.nan
    if found is None or found.group(2) is None:
        return value, np.nan
    mantissa = found.group(1).lower().split("e")[0]
    digits = len(mantissa.split(".")[1]) if "." in mantissa else 0
    return value, float(found.group(2)) * 10.0 ** (-digits)


def _column(block: Any, tag: str) -> tuple[FloatArray, FloatArray] | None:
    found = block.find_values(tag)
    pairs = [_value_and_su(text) for text in found]
    if len(pairs) < 2:
        return None
    values = np.array(pairs, dtype=np.float64)
    return values[:, 0], values[:, 1]


def _number(block: Any, tag: str) -> float | None:
    text = block.find_value(tag)
    value = _value_and_su(text)[0] if text else np.nan
    return float(value) if np.isfinite(value) else None


def _range_grid(block: Any, kind: str, n: int) -> FloatArray | None:
    low = _number(block, f"_pd_{kind}_2theta_range_min")
    high = _number(block, f"_pd_{kind}_2theta_range_max")
    step = _number(block, f"_pd_{kind}_2theta_range_inc")
    if low is None or (high is None and step is None):
        return None
    if step is not None and step > 0.0:
        return np.asarray(low + step * np.arange(n), dtype=np.float64)
    return np.linspace(low, high, n) if high is not None else None


def _positions(block: Any, intensity_tag: str, n: int) -> tuple[FloatArray, Axis] | None:
    for tag in _POSITIONS:
        column = _column(block, tag)
        if column is not None and len(column[0]) == n:
            return column[0], "two_theta"
    kinds = ("proc", "meas") if "_proc_" in intensity_tag else ("meas", "proc")
    for kind in kinds:
        grid = _range_grid(block, kind, n)
        if grid is not None:
            return grid, "two_theta"
    for tag in _SPACINGS:
        column = _column(block, tag)
        if column is not None and len(column[0]) == n:
            return column[0], "d_angstrom"
    return None


def _radiation(document: Any, block: Any) -> Radiation | None:
    """From the pattern's own block first, then from any other of the file."""
    for candidate in (block, *document):
        lines = [
            _value_and_su(text) for text in candidate.find_values("_diffrn_radiation_wavelength")
        ]
        values = [value for value, _ in lines if np.isfinite(value)]
        weights = [
            _value_and_su(text)[0]
            for text in candidate.find_values("_diffrn_radiation_wavelength_wt")
        ]
        if values:
            ratio = None
            if len(weights) >= 2 and weights[0] > 0.0:
                ratio = weights[1] / weights[0]
            radiation = from_lines(values[0], values[1] if len(values) > 1 else None, ratio)
            if radiation is not None:
                return radiation
    for candidate in (block, *document):
        radiation = named_line(str(candidate.find_value("_diffrn_radiation_type") or ""))
        if radiation is not None:
            return radiation
    return None


def _sigma(block: Any, su: FloatArray, n: int) -> FloatArray | None:
    """From the numbers' own standard uncertainties, else from least-squares weights."""
    if np.isfinite(su).mean() > 0.5:
        return su
    weights = _column(block, "_pd_proc_ls_weight")
    if weights is None or len(weights[0]) != n or np.nanmedian(weights[0]) <= 0.0:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1.0 / np.sqrt(np.where(weights[0] > 0.0, weights[0], np.nan)))


def _pattern_blocks(document: Any) -> list[tuple[Any, str, FloatArray, FloatArray]]:
    found = []
    for block in document:
        for tag in _INTENSITIES:
            column = _column(block, tag)
            if column is not None:
                found.append((block, tag, column[0], column[1]))
                break
    return found


def _read(source: Source) -> Scan:
    document = parse_cif(source)
    blocks = _pattern_blocks(document)
    if not blocks:
        raise BadInputError(f"'{source.name}' is a CIF whose list of measured points is empty.")
    block, tag, counts, su = blocks[0]
    positions = _positions(block, tag, len(counts))
    if positions is None:
        if _column(block, _TIME_OF_FLIGHT) is not None:
            raise BadInputError(
                f"'{source.name}' holds time-of-flight neutron data; "
                "give an X-ray pattern in 2theta."
            )
        raise BadInputError(f"'{source.name}' is a CIF that gives counts but no angles for them.")
    promised = _number(block, "_pd_meas_number_of_points") or _number(
        block, "_pd_proc_number_of_points"
    )
    warnings = []
    if len(blocks) > 1:
        warnings.append(f"The file holds {len(blocks)} patterns; the first was read.")
    probes = " ".join(str(b.find_value("_diffrn_radiation_probe") or "") for b in document)
    if "neutron" in probes.lower():
        warnings.append("The file says neutrons, but intensities are calculated for X-rays.")
    return Scan(
        positions[0],
        counts,
        _sigma(block, su, len(counts)),
        format="pdCIF",
        axis=positions[1],
        radiation=_radiation(document, block),
        title=block.name[:80],
        promised_points=int(promised) if promised is not None else None,
        warnings=tuple(warnings),
    )


READER = Reader("pdCIF", _vote, _read)
