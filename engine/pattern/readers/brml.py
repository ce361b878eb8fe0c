"""Bruker BRML: a zip archive of XML, one ``RawData*.xml`` a range.

Every point is a ``Datum`` of numbers separated by commas; ``DataViews`` say which of them is the
time, the automatic absorber's factor, a drive's position and the detector's count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from engine.errors import BadInputError
from engine.pattern.radiation import Radiation
from engine.pattern.readers.archive import read_member
from engine.pattern.readers.binary import seconds_or_none
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source, one_at_least
from engine.pattern.readers.xml_tree import as_number, number_at, parse_xml, text_at

_KIND = "Bruker BRML"
_RAW_DATA = re.compile(r"(?:.*/)?RawData([0-9]+)\.xml")
_MAX_RANGES = 500
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_TWO_THETA = "twotheta"


@dataclass(frozen=True)
class _Fields:
    """Which number of a datum is what; None where there is none."""

    two_theta: int
    counts: int
    absorber: int | None
    seconds: int | None


def _raw_data(source: Source) -> list[str]:
    """The members with points, in the order of their numbers."""
    found = [(_RAW_DATA.fullmatch(name), name) for name in source.member_names]
    numbered = [(int(match.group(1)), name) for match, name in found if match is not None]
    return [name for _, name in sorted(numbered)][:_MAX_RANGES]


def _vote(source: Source) -> int:
    names = source.member_names
    return CERTAIN if any(_RAW_DATA.fullmatch(name) for name in names) else NO


def _fields(route: ElementTree.Element) -> _Fields | None:
    """Where in a datum to find what, by the route's views; None if it holds no 2theta scan."""
    axes = [
        (axis.get("AxisId") or "").lower()
        for axis in route.findall("ScanInformation/ScanAxes/ScanAxisInfo")
    ]
    counts = absorber = seconds = None
    first_axis = 2
    for view in route.findall("DataViews/RawDataView"):
        start, length = as_number(view.get("Start")), as_number(view.get("Length"))
        if start is None or length is None:
            continue
        name = (view.get("LogicName") or "").lower()
        kind = view.get(_TYPE) or ""
        if name == "measuredtime":
            seconds = int(start)
        elif name == "absorptionfactor":
            absorber = int(start)
        elif kind.startswith("Varying"):
            first_axis = int(start)
            fields = view.findall("Varying/FieldDefinitions")
            axes = [(f.get("AxisId") or "").lower() for f in fields] or axes
        elif kind.startswith("Recorded") and length == 1 and counts is None:
            counts = int(start)
    if _TWO_THETA not in axes:
        return None
    position = first_axis + axes.index(_TWO_THETA)
    if route.find("DataViews/RawDataView") is None:  # the order without views is always the same
        return _Fields(position, first_axis + len(axes), 1, 0)
    return None if counts is None else _Fields(position, counts, absorber, seconds)


def _table(source: Source, route: ElementTree.Element) -> FloatArray:
    """The data as a table, rows cut to the shortest."""
    rows = []
    try:
        for datum in route.findall("Datum"):
            rows.append([float(number) for number in (datum.text or "").split(",")])
    except ValueError as error:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file with a point that is no list of numbers; "
            "copy it again from the instrument."
        ) from error
    width = min((len(row) for row in rows), default=0)
    return np.array([row[:width] for row in rows], dtype=np.float64).reshape(len(rows), width)


def _radiation(root: ElementTree.Element) -> Radiation | None:
    tube = root.find(".//PrimaryTracks//Tube")
    if tube is None:
        tube = root.find(".//Tube")
    if tube is None:
        return None

    def value(tag: str) -> float | None:
        element = tube.find(tag)
        return None if element is None else as_number(element.get("Value"))

    first = value("WaveLengthAlpha1")
    if first is None:
        return None
    second = value("WaveLengthAlpha2")
    optics = root.findall(".//PrimaryTracks//MountedOptics/InfoData")
    if any((part.get(_TYPE) or "").startswith("Monochromator") for part in optics):
        second = None  # a crystal in the incident beam lets one line through
    anode = text_at(tube, "TubeMaterial").capitalize() or None
    return from_lines(first, second, value("WaveLengthRatio"), anode)


def _item(root: ElementTree.Element, name: str) -> str:
    """The value of an ``InfoItem``, empty without one."""
    for item in root.iter("InfoItem"):
        if item.get("Name") == name:
            return (item.get("Value") or "").strip()
    return ""


def _instrument(source: Source, member: str) -> str:
    """What the container beside the points calls the diffractometer, empty where it does not."""
    container = f"{member.rpartition('/')[0]}/DataContainer.xml"
    if container not in source.member_names:
        return ""
    content = read_member(source.name, source.data, container)
    root = parse_xml(source.name, content, _KIND)
    return text_at(root, ".//InstrumentDescription/DeviceTypeDesc")


def _scan(
    source: Source, root: ElementTree.Element, route: ElementTree.Element, instrument: str
) -> Scan | None:
    fields = _fields(route)
    if fields is None:
        return None
    table = _table(source, route)
    if table.shape[1] <= max(fields.two_theta, fields.counts):
        return None
    counts = table[:, fields.counts]
    warnings: tuple[str, ...] = ()
    sigma = None
    if fields.absorber is not None:
        factors = table[:, fields.absorber]
        if np.any(factors > 1.0) and np.all(factors >= 1.0):
            sigma = np.sqrt(np.maximum(counts, 1.0)) * factors
            counts = counts * factors
            warnings = (
                "The automatic absorber was in the beam for some points; their counts were "
                "multiplied by its factor.",
            )
    seconds = None
    if fields.seconds is not None and len(table):
        seconds = seconds_or_none(float(np.median(table[:, fields.seconds])))
    planned = number_at(route, "ScanInformation/MeasurementPoints")
    return Scan(
        table[:, fields.two_theta],
        counts,
        sigma,
        format=_KIND,
        radiation=_radiation(root),
        title=_item(root, "SampleName"),
        instrument=instrument,
        date=text_at(root, "TimeStampStarted"),
        seconds=seconds,
        promised_points=int(planned) if planned is not None and planned < 1e9 else None,
        raw_counts=None if sigma is None else False,
        warnings=warnings,
    )


def _read(source: Source) -> list[Scan]:
    scans = []
    instrument = ""
    for member in _raw_data(source):
        instrument = instrument or _instrument(source, member)
        root = parse_xml(source.name, read_member(source.name, source.data, member), _KIND)
        for route in root.findall("DataRoutes/DataRoute"):
            if (route.get("RouteFlag") or "Measured") not in ("Measured", "Final"):
                continue
            scan = _scan(source, root, route, instrument)
            if scan is not None:
                scans.append(scan)
                break  # further routes are the same points, worked over
    return one_at_least(scans, source, _KIND)


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".brml",
        signature="hold RawData0.xml in a zip archive",
        reads="ranges over 2theta, anode, wavelengths, K-alpha ratio, counting time, sample, "
        "instrument, date",
        checked="three measured files (D8 and D2 Phaser among them), one of them also as RAW 4; "
        "an absorber or several ranges on none",
    ),
)
