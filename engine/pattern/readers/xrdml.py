"""PANalytical XRDML, versions 1 and 2."""

from __future__ import annotations

import math
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np

from engine.errors import BadInputError
from engine.pattern.radiation import Radiation
from engine.pattern.readers.binary import seconds_or_none
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.rates import counts_from_rate
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source
from engine.pattern.readers.xml_tree import number_at, numbers_in, parse_xml, text_at

_KIND = "PANalytical XRDML"
_TWO_THETA_SCANS = ("gonio", "2theta", "2theta-omega", "omega-2theta")
_Found = tuple[ElementTree.Element, ElementTree.Element, ElementTree.Element]
# d (angstrom) of the reflections of usual monochromator crystals.
_MONOCHROMATOR_D = {"graphite": 3.3540, "ge": 3.2664, "germanium": 3.2664, "si": 3.1356}


def _vote(source: Source) -> int:
    return CERTAIN if "<xrdMeasurements" in source.head_text else NO


def _radiation(measurement: ElementTree.Element) -> Radiation | None:
    used = measurement.find("usedWavelength")
    first = number_at(used, "kAlpha1")
    if used is None or first is None:
        return None
    second = number_at(used, "kAlpha2")
    ratio = number_at(used, "ratioKAlpha2KAlpha1")
    incident = measurement.find("incidentBeamPath")
    monochromatic = incident is not None and incident.find("monochromator") is not None
    # Programs write "K-Alpha 1" as the line to convert angles with; only a monochromator in the
    # incident beam takes the second line away.
    intended = (used.get("intended") or "").replace(" ", "").lower()
    if monochromatic and intended.endswith("1"):
        second = None
    anode = text_at(measurement, ".//anodeMaterial").capitalize() or None
    radiation = from_lines(first, second, ratio, anode)
    return None if radiation is None else _with_optics(radiation, measurement)


def _with_optics(radiation: Radiation, measurement: ElementTree.Element) -> Radiation:
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
            return numbers_in(source.name, _KIND, listed)
        start, end = number_at(positions, "startPosition"), number_at(positions, "endPosition")
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


def _seconds(source: Source, points: ElementTree.Element) -> float | None:
    common = number_at(points, "commonCountingTime")
    if common is not None:
        return seconds_or_none(common)
    listed = numbers_in(source.name, _KIND, points.findtext("countingTimes"))
    return seconds_or_none(float(np.median(listed))) if len(listed) else None


def _intensities(
    source: Source, points: ElementTree.Element
) -> tuple[FloatArray, FloatArray | None, bool | None]:
    """Counts, their uncertainties where an attenuator says them, and whether they are raw."""
    counts = points.find("counts")
    element = counts if counts is not None else points.find("intensities")
    assert element is not None
    values = numbers_in(source.name, _KIND, element.text)
    raw: bool | None = None
    if (element.get("unit") or "counts").lower() == "cps":
        values, raw = counts_from_rate(values, _seconds(source, points))
    factors = numbers_in(source.name, _KIND, points.findtext("beamAttenuationFactors"))
    if len(factors) != len(values) or np.all(factors == 1.0) or np.any(factors < 1.0):
        return values, None, raw
    # Raw counts (version 2) still need the factors of the automatic attenuator;
    # "intensities" are already multiplied by them.
    counted = values if counts is not None else values / factors
    return counted * factors, np.sqrt(np.maximum(counted, 1.0)) * factors, False


def _scan(
    source: Source,
    root: ElementTree.Element,
    measurement: ElementTree.Element,
    scan: ElementTree.Element,
    points: ElementTree.Element,
) -> Scan:
    counts, sigma, raw = _intensities(source, points)
    two_theta = _two_theta(source, points, len(counts))
    n = min(len(two_theta), len(counts))
    return Scan(
        two_theta[:n],
        counts[:n],
        None if sigma is None else sigma[:n],
        format=_KIND,
        radiation=_radiation(measurement),
        title=text_at(root, "sample/name") or text_at(root, "sample/id"),
        instrument=text_at(scan, "header/source/instrumentID"),
        date=text_at(scan, "header/startTimeStamp"),
        seconds=_seconds(source, points),
        promised_points=len(two_theta),
        raw_counts=raw,
    )


def _read(source: Source) -> list[Scan]:
    root = parse_xml(source.name, source.data, _KIND)
    over_two_theta: list[_Found] = []
    others: list[_Found] = []
    for measurement in root.iter("xrdMeasurement"):
        for scan in measurement.iter("scan"):
            points = _scan_points(scan)
            if points is not None:
                axis = (scan.get("scanAxis") or "gonio").lower()
                chosen = over_two_theta if axis in _TWO_THETA_SCANS else others
                chosen.append((measurement, scan, points))
    if not over_two_theta and not others:
        raise BadInputError(
            f"'{source.name}' is an XRDML file without counts; it cannot be used as a pattern."
        )
    return [_scan(source, root, *found) for found in over_two_theta or others[:1]]


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".xrdml",
        signature="hold <xrdMeasurements",
        reads="versions 1 and 2: scans over 2theta, anode, wavelengths, K-alpha ratio, "
        "monochromator, slits, attenuation, counting time, sample, instrument, date",
        checked="23 measured files, one of them also as UDF",
    ),
)
