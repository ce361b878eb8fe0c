"""PANalytical XRDML, versions 1 and 2."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np

from engine.errors import BadInputError
from engine.pattern.radiation import Radiation
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.registry import CERTAIN, NO, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source

_TWO_THETA_SCANS = ("gonio", "2theta", "2theta-omega", "omega-2theta")
# d (angstrom) of the reflections of usual monochromator crystals.
_MONOCHROMATOR_D = {"graphite": 3.3540, "ge": 3.2664, "germanium": 3.2664, "si": 3.1356}


def _vote(source: Source) -> int:
    return CERTAIN if "<xrdMeasurements" in source.head_text else NO


def _strip_namespaces(root: ElementTree.Element) -> None:
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rsplit("}", 1)[-1]


def _parse(source: Source) -> ElementTree.Element:
    if b"<!ENTITY" in source.data:
        raise BadInputError(f"'{source.name}' is an XML file with entities, which is not XRDML.")
    try:
        root = ElementTree.fromstring(source.data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadInputError(
            f"'{source.name}' is an XRDML file that is cut short or damaged; "
            "export it again from the instrument's software."
        ) from error
    _strip_namespaces(root)
    return root


def _number(element: ElementTree.Element | None, path: str) -> float | None:
    text = element.findtext(path) if element is not None else None
    try:
        value = float(text) if text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _list(source: Source, text: str | None) -> FloatArray:
    try:
        return np.array([float(token) for token in (text or "").split()], dtype=np.float64)
    except ValueError as error:
        raise BadInputError(
            f"'{source.name}' is an XRDML file whose list of counts holds something "
            "that is no number; export it again."
        ) from error


def _radiation(measurement: ElementTree.Element) -> Radiation | None:
    used = measurement.find("usedWavelength")
    first = _number(used, "kAlpha1")
    if used is None or first is None:
        return None
    second = _number(used, "kAlpha2")
    ratio = _number(used, "ratioKAlpha2KAlpha1")
    incident = measurement.find("incidentBeamPath")
    monochromatic = incident is not None and incident.find("monochromator") is not None
    # Programs write "K-Alpha 1" as the line to convert angles with; only a monochromator in the
    # incident beam takes the second line away.
    intended = (used.get("intended") or "").replace(" ", "").lower()
    if monochromatic and intended.endswith("1"):
        second = None
    anode = (measurement.findtext(".//anodeMaterial") or "").strip().capitalize() or None
    radiation = from_lines(first, second, ratio, anode)
    return None if radiation is None else _with_optics(radiation, measurement)


def _with_optics(radiation: Radiation, measurement: ElementTree.Element) -> Radiation:
    from dataclasses import replace

    slit = measurement.find("incidentBeamPath/divergenceSlit")
    kind = "" if slit is None else " ".join([*slit.attrib.values()]).lower()
    automatic = "automatic" in kind or (
        slit is not None and slit.find("irradiatedLength") is not None
    )
    angle = None
    crystal = measurement.find("diffractedBeamPath/monochromator/crystal")
    if crystal is not None:
        d = _MONOCHROMATOR_D.get((crystal.get("type") or crystal.text or "").strip().lower())
        if d is not None and radiation.primary < 2.0 * d:
            angle = 2.0 * math.degrees(math.asin(radiation.primary / (2.0 * d)))
    return replace(
        radiation,
        slit_mode="automatic" if automatic else "fixed",
        monochromator_two_theta=angle,
        optics_provenance="file",
    )


def _two_theta(source: Source, points: ElementTree.Element, n: int) -> FloatArray:
    for positions in points.findall("positions"):
        if (positions.get("axis") or "").lower() != "2theta":
            continue
        listed = positions.findtext("listPositions")
        if listed:
            return _list(source, listed)
        start, end = _number(positions, "startPosition"), _number(positions, "endPosition")
        if start is not None and end is not None:
            return np.linspace(start, end, n)
    raise BadInputError(
        f"'{source.name}' is an XRDML file without a 2theta scan; it cannot be used as a pattern."
    )


def _scan_points(scan: ElementTree.Element) -> ElementTree.Element | None:
    points = scan.find("dataPoints")
    if points is None:
        return None
    has_counts = points.find("intensities") is not None or points.find("counts") is not None
    return points if has_counts else None


def _intensities(source: Source, points: ElementTree.Element) -> tuple[FloatArray, bool]:
    """Counts, and whether they are raw ones."""
    counts = points.find("counts")
    element = counts if counts is not None else points.find("intensities")
    assert element is not None
    values = _list(source, element.text)
    raw = True
    if (element.get("unit") or "counts").lower() == "cps":
        seconds = _number(points, "commonCountingTime")
        if seconds:
            values = values * seconds
        raw = False
    factors = _list(source, points.findtext("beamAttenuationFactors"))
    # Raw counts (version 2) still need the factors of the automatic attenuator;
    # "intensities" are already multiplied by them.
    if len(factors) == len(values) and not np.all(factors == 1.0):
        raw = False
        if counts is not None:
            values = values * factors
    return values, raw


def _read(source: Source) -> Scan:
    root = _parse(source)
    found = []
    for measurement in root.iter("xrdMeasurement"):
        for scan in measurement.iter("scan"):
            points = _scan_points(scan)
            if points is not None:
                axis = (scan.get("scanAxis") or "gonio").lower()
                found.append((axis in _TWO_THETA_SCANS, measurement, points))
    if not found:
        raise BadInputError(
            f"'{source.name}' is an XRDML file without counts; it cannot be used as a pattern."
        )
    found.sort(key=lambda item: not item[0])
    _, measurement, points = found[0]
    counts, raw = _intensities(source, points)
    two_theta = _two_theta(source, points, len(counts))
    n = min(len(two_theta), len(counts))
    warnings: tuple[str, ...] = ()
    if len(found) > 1:
        warnings = (f"The file holds {len(found)} scans; the first was read.",)
    sample = (root.findtext("sample/name") or root.findtext("sample/id") or "").strip()
    return Scan(
        two_theta[:n],
        counts[:n],
        format="PANalytical XRDML",
        radiation=_radiation(measurement),
        title=sample,
        promised_points=len(two_theta),
        raw_counts=None if raw else False,
        warnings=warnings,
    )


READER = Reader("PANalytical XRDML", _vote, _read)
