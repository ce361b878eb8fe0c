"""CIF with measured points (powder dictionary, ``_pd_*``)."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from engine.errors import BadInputError
from engine.pattern.excluded import Region, in_regions, regions_text
from engine.pattern.radiation import Radiation
from engine.pattern.readers.binary import seconds_or_none
from engine.pattern.readers.header import from_lines, named_line
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
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
_OTHER_AXES: tuple[tuple[str, Axis], ...] = (
    ("_pd_proc_d_spacing", "d_angstrom"),
    ("_pd_meas_d_spacing", "d_angstrom"),
    ("_pd_proc_recip_len_q", "q_inverse_angstrom"),
)
_TIMES_OF_FLIGHT = ("_pd_meas_time_of_flight", "_pd_meas_tof", "_pd_proc_tof")
# The newer dictionary writes category and name with a point between them.
_DOTTED = re.compile(r"^([ \t]*_(?:pd_\w+|diffrn_\w+))\.(?=\w)", re.MULTILINE | re.IGNORECASE)
_WAVELENGTHS = (
    "_diffrn_radiation_wavelength",
    "_diffrn_radiation_wavelength_value",
    "_pd_proc_wavelength",
)
_EXCLUDED = "_pd_proc_info_excluded_regions"
_LONGEST_TEXT = 10_000
_ANGLE = r"([0-9]{1,3}(?:\.[0-9]{1,9})?)"
_REGION = re.compile(rf"{_ANGLE}\s*(?:to|-|–)\s*{_ANGLE}")
_MAX_PATTERNS = 100
_DATA = re.compile(r"^\s*data_|^\s*loop_|^\s*_[a-z]", re.IGNORECASE | re.MULTILINE)


def has_measured_points(text: str) -> bool:
    """Whether a CIF's text names a column of measured intensities."""
    lowered = text.lower()
    return any(tag in lowered or _dotted(tag) in lowered for tag in _INTENSITIES)


def _dotted(tag: str) -> str:
    """A tag as the newer dictionary writes it: ``_pd_meas.counts_total``."""
    return re.sub(r"^(_pd_[a-z]+)_", r"\1.", tag)


def looks_like_cif(source: Source) -> bool:
    """Whether the content is a CIF of any sort."""
    if source.is_binary:
        return False
    head = source.head_text
    return re.search(r"^\s*data_\S*", head, re.IGNORECASE | re.MULTILINE) is not None and (
        _DATA.search(head) is not None
    )


def _vote(source: Source) -> int:
    return CERTAIN if looks_like_cif(source) and has_measured_points(source.text) else NO


def parse_cif(source: Source) -> Any:
    """A gemmi document.

    Raises
    ------
    BadInputError
        If the text breaks the rules of CIF (for example because it is cut short).
    """
    import gemmi

    try:
        return gemmi.cif.read_string(_DOTTED.sub(r"\1_", source.text))
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
    if any(_column(block, tag) is not None for tag in _TIMES_OF_FLIGHT):
        return None  # spacings beside times of flight are of no one wavelength
    for tag, axis in _OTHER_AXES:
        column = _column(block, tag)
        if column is not None and len(column[0]) == n:
            return column[0], axis
    return None


def _radiation(document: Any, block: Any) -> Radiation | None:
    """From the pattern's own block first, then from any other of the file."""
    for candidate in (block, *document):
        lines = [_value_and_su(text) for tag in _WAVELENGTHS for text in candidate.find_values(tag)]
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


def _scan(
    source: Source, document: Any, block: Any, tag: str, counts: FloatArray, su: FloatArray
) -> Scan:
    positions = _positions(block, tag, len(counts))
    if positions is None:
        if any(_column(block, time) is not None for time in _TIMES_OF_FLIGHT):
            raise BadInputError(
                f"'{source.name}' holds time-of-flight neutron data; "
                "give an X-ray pattern in 2theta."
            )
        raise BadInputError(f"'{source.name}' is a CIF that gives counts but no angles for them.")
    promised = _number(block, "_pd_meas_number_of_points") or _number(
        block, "_pd_proc_number_of_points"
    )
    excluded, kept = _excluded(block, *positions)
    probes = " ".join(str(b.find_value("_diffrn_radiation_probe") or "") for b in document)
    neutrons = "The file says neutrons, but intensities are calculated for X-rays."
    return Scan(
        positions[0],
        counts,
        _sigma(block, su, len(counts)),
        format="pdCIF",
        axis=positions[1],
        radiation=_radiation(document, block),
        title=block.name[:80],
        instrument=_text(block, "_diffrn_measurement_device_type")
        or _text(block, "_pd_instr_location"),
        date=_text(block, "_pd_meas_datetime_initiated"),
        seconds=seconds_or_none(_number(block, "_pd_meas_step_count_time")),
        promised_points=int(promised) if promised is not None and promised < 1e9 else None,
        warnings=(*kept, *([neutrons] if "neutron" in probes.lower() else [])),
        excluded=excluded,
    )


def _excluded(block: Any, x: FloatArray, axis: Axis) -> tuple[tuple[Region, ...], tuple[str, ...]]:
    """Regions that the file leaves out, and a warning on those whose points it has all the same."""
    if axis != "two_theta":
        return (), ()
    said = " ".join(str(text) for text in block.find_values(_EXCLUDED))[:_LONGEST_TEXT]
    pairs = [(float(low), float(high)) for low, high in _REGION.findall(said)]
    regions = sorted(pair for pair in pairs if pair[0] < pair[1])
    held = [in_regions(x, [region]).any() for region in regions]
    left_out = tuple(region for region, has in zip(regions, held, strict=True) if not has)
    there = [region for region, has in zip(regions, held, strict=True) if has]
    if not there:
        return left_out, ()
    return left_out, (
        f"The file says that {regions_text(there)} deg was excluded; its points are here: exclude "
        "them again where they would mislead.",
    )


def _text(block: Any, tag: str) -> str:
    """The text of a tag in one line, empty where it is not given."""
    text = " ".join(str(block.find_value(tag) or "").strip("'\"; \n").split())
    return "" if text in ("?", ".") else text[:80]


def _read(source: Source) -> list[Scan]:
    document = parse_cif(source)
    blocks = _pattern_blocks(document)[:_MAX_PATTERNS]
    if not blocks:
        raise BadInputError(f"'{source.name}' is a CIF whose list of measured points is empty.")
    scans: list[Scan] = []
    refusal: BadInputError | None = None
    for found in blocks:
        try:
            scans.append(_scan(source, document, *found))
        except BadInputError as error:
            refusal = refusal or error
    if not scans and refusal is not None:
        raise refusal
    return scans


READER = Reader(
    "pdCIF",
    _vote,
    _read,
    Format(
        suffixes=".cif",
        signature="hold data_ and a list of _pd_meas_ or _pd_proc_ intensities",
        reads="measured or processed intensities with uncertainties or weights; 2theta, its "
        "range, d or Q; wavelengths, instrument, date; time of flight is declined",
        checked="three measured files",
    ),
)
