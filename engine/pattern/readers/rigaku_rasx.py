"""Rigaku RASX: a zip archive with a table and an XML of conditions for each scan."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.archive import read_member
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.rigaku_scan import RigakuHeader, rigaku_scan
from engine.pattern.readers.scan import FloatArray, Scan, Source, decode, one_at_least
from engine.pattern.readers.xml_tree import parse_xml, text_at

_KIND = "Rigaku RASX"
_PROFILE = re.compile(r"(?:.*/)?(Data([0-9]+)/)?Profile([0-9]+)\.txt")
# The maker's own spelling, and the one to be expected.
_CONDITIONS = ("MesurementConditions", "MeasurementConditions")
_MAX_SCANS = 500


def _profiles(source: Source) -> list[tuple[str, str]]:
    """Names of the tables, in order, each with the number that its conditions share."""
    found = []
    for name in source.member_names:
        match = _PROFILE.fullmatch(name)
        if match is not None:
            order = (int(match.group(2) or 0), int(match.group(3)))
            found.append((order, name, match.group(3)))
    return [(name, number) for _, name, number in sorted(found)][:_MAX_SCANS]


def _vote(source: Source) -> int:
    return CERTAIN if any(_PROFILE.fullmatch(name) for name in source.member_names) else NO


def _table(source: Source, text: str) -> FloatArray:
    rows = []
    try:
        for line in text.splitlines():
            numbers = [float(token) for token in line.replace(",", " ").split()]
            if len(numbers) >= 2:
                rows.append((*numbers[:2], numbers[2] if len(numbers) > 2 else 1.0))
    except ValueError as error:
        raise BadInputError(
            f"'{source.name}' is a {_KIND} file with something among its points that is no "
            "number; copy it again from the instrument."
        ) from error
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def _header(root: ElementTree.Element) -> RigakuHeader:
    tube, scan = "HWConfigurations/XrayGenerator/", "ScanInformation/"
    axis = text_at(root, scan + "AxisName")
    for element in root.findall("Axes/Axis"):
        if not axis and element.get("State") == "Scan":
            axis = element.get("Name") or ""
    return RigakuHeader(
        kind=_KIND,
        axis=axis,
        unit=text_at(root, scan + "IntensityUnit") or "counts",
        step=text_at(root, scan + "Step"),
        speed=text_at(root, scan + "Speed"),
        speed_unit=text_at(root, scan + "SpeedUnit"),
        alpha_1=text_at(root, tube + "WavelengthKalpha1"),
        alpha_2=text_at(root, tube + "WavelengthKalpha2"),
        beta=text_at(root, tube + "WavelengthKbeta"),
        wave_type=text_at(root, tube + "WaveType"),
        anode=text_at(root, tube + "TargetName"),
        sample=text_at(root, "GeneralInformation/SampleName"),
        instrument=text_at(root, "GeneralInformation/SystemName"),
        date=text_at(root, scan + "StartTime"),
        n_points=text_at(root, scan + "DataCount"),
    )


def _conditions(source: Source, profile: str, number: str) -> RigakuHeader:
    folder = profile.rpartition("/")[0]
    for stem in _CONDITIONS:
        member = f"{folder}/{stem}{number}.xml" if folder else f"{stem}{number}.xml"
        if member in source.member_names:
            content = read_member(source.name, source.data, member)
            return _header(parse_xml(source.name, content, _KIND))
    return RigakuHeader(kind=_KIND)


def _read(source: Source) -> list[Scan]:
    scans = []
    for profile, number in _profiles(source):
        text = decode(read_member(source.name, source.data, profile))
        scan = rigaku_scan(_table(source, text), _conditions(source, profile, number))
        if scan is not None:
            scans.append(scan)
    return one_at_least(scans, source, _KIND)


READER = Reader(
    _KIND,
    _vote,
    _read,
    Format(
        suffixes=".rasx",
        signature="hold Profile0.txt in a zip archive",
        reads="scans over 2theta, anode, wavelengths, attenuation, counting time, sample, "
        "instrument, date",
        checked="Rigaku SmartLab (one file); several scans on none",
    ),
)
