"""Files of the instruments' own formats, made here from the formats' descriptions.

Each maker takes the ranges of a file, as pairs of the first angle and the counts, and returns its
bytes. The step is that of `STEP`, the counting time that of `SECONDS`.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence

import numpy as np

STEP = 0.02
SECONDS = 2.0
ALPHA_1, ALPHA_2 = 1.5406, 1.5444
SAMPLE = "zincite"

Ranges = Sequence[tuple[float, np.ndarray]]


def raw1(ranges: Ranges) -> bytes:
    """Bruker RAW version 1: each range has a whole header."""
    out = b""
    for i, (start, counts) in enumerate(ranges):
        head = bytearray(156)
        head[:4] = b"RAW "
        struct.pack_into("<I2f", head, 4, len(counts), SECONDS, STEP)
        struct.pack_into("<f", head, 24, start)
        head[40 : 40 + len(SAMPLE)] = SAMPLE.encode()
        struct.pack_into("<2f", head, 72, ALPHA_1, ALPHA_2)
        struct.pack_into("<I", head, 152, len(ranges) - 1 - i)
        out += bytes(head) + counts.astype("<f4").tobytes()
    return out


def raw2(ranges: Ranges) -> bytes:
    """Bruker RAW version 2."""
    head = bytearray(256)
    head[:4] = b"RAW2"
    struct.pack_into("<H", head, 4, len(ranges))
    head[8 : 8 + len(SAMPLE)] = SAMPLE.encode()
    head[168:177] = b"01-Feb-93"
    head[186:188] = b"CU"
    struct.pack_into("<3f", head, 188, ALPHA_1, ALPHA_2, 0.5)
    out = bytes(head)
    for start, counts in ranges:
        part = bytearray(60)
        struct.pack_into("<2H", part, 0, 60, len(counts))
        struct.pack_into("<3f", part, 8, SECONDS, STEP, start)
        out += bytes(part) + counts.astype("<f4").tobytes()
    return out


def raw3(ranges: Ranges) -> bytes:
    """Bruker RAW version 3, with ten bytes between the header of a range and its counts."""
    head = bytearray(712)
    head[:7] = b"RAW1.01"
    struct.pack_into("<i", head, 12, len(ranges))
    head[16:26], head[26:34] = b"05/17/2009", b"14:03:20"
    head[326 : 326 + len(SAMPLE)] = SAMPLE.encode()
    head[608:610] = b"Cu"
    struct.pack_into("<4d", head, 616, 1.5418, ALPHA_1, ALPHA_2, 1.3922)
    struct.pack_into("<d", head, 648, 0.5)
    out = bytes(head)
    for start, counts in ranges:
        part = bytearray(304 + 10)
        struct.pack_into("<2i", part, 0, 304, len(counts))
        struct.pack_into("<2d", part, 8, start / 2, start)
        struct.pack_into("<d", part, 176, STEP)
        struct.pack_into("<f", part, 192, SECONDS)
        struct.pack_into("<i", part, 256, 10)
        out += bytes(part) + counts.astype("<f4").tobytes()
    return out


def raw4(ranges: Ranges, scan_type: str = "Locked Coupled") -> bytes:
    """Bruker RAW version 4: a header, segments of text and of the tube, ranges."""
    head = bytearray(61)
    head[:7] = b"RAW4.00"
    head[12:22], head[24:32] = b"03/04/2015", b"09:10:11"
    named = bytearray(36 + 16)
    struct.pack_into("<2I", named, 0, 10, len(named))
    named[12:20] = b"SAMPLEID"
    named[36 : 36 + len(SAMPLE)] = SAMPLE.encode()
    tube = bytearray(120)
    struct.pack_into("<2I", tube, 0, 30, len(tube))
    struct.pack_into("<4d", tube, 72, 1.5418, ALPHA_1, ALPHA_2, 1.3922)
    struct.pack_into("<d", tube, 104, 0.5)
    tube[116:118] = b"Cu"
    out = bytes(head + named + tube)
    for start, counts in ranges:
        part = bytearray(160)
        part[32 : 32 + len(scan_type)] = scan_type.encode()
        struct.pack_into("<2dIf", part, 72, start, STEP, len(counts), SECONDS)
        extra = b"\x01" * 24
        struct.pack_into("<2I", part, 136, 4, len(extra))
        out += bytes(part) + extra + counts.astype("<f4").tobytes()
    return out


def archive(members: dict[str, str]) -> bytes:
    """A zip archive of texts."""
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return room.getvalue()


_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def _raw_data(start: float, counts: np.ndarray, absorber: np.ndarray, optics: str) -> str:
    rows = "".join(
        f"<Datum>{SECONDS:g},{factor:g},{start + STEP * i:.5f},{(start + STEP * i) / 2:.5f},"
        f"{int(count)}</Datum>"
        for i, (count, factor) in enumerate(zip(counts, absorber, strict=True))
    )
    return f"""<RawData {_XSI}>
<TimeStampStarted>2018-03-01T10:00:00</TimeStampStarted>
<Identifier><InfoItem Name="SampleName" Value="{SAMPLE}"/></Identifier>
<FixedInformation><Instrument><PrimaryTracks><TrackInfoData>
<MountedOptics><InfoData xsi:type="TubeMountInfoData"><Tube><TubeMaterial>Cu</TubeMaterial>
<WaveLengthAlpha1 Unit="A" Value="{ALPHA_1}"/><WaveLengthAlpha2 Unit="A" Value="{ALPHA_2}"/>
<WaveLengthRatio Unit="" Value="0.5"/></Tube></InfoData>{optics}</MountedOptics>
</TrackInfoData></PrimaryTracks></Instrument></FixedInformation>
<DataRoutes><DataRoute RouteFlag="Measured">
<ScanInformation><MeasurementPoints>{len(counts)}</MeasurementPoints><ScanAxes>
<ScanAxisInfo AxisId="TwoTheta"/><ScanAxisInfo AxisId="Theta"/></ScanAxes></ScanInformation>
<DataViews>
<RawDataView Start="0" Length="1" LogicName="MeasuredTime" xsi:type="FixedRawDataView"/>
<RawDataView Start="1" Length="1" LogicName="AbsorptionFactor" xsi:type="FixedRawDataView"/>
<RawDataView Start="2" Length="2" LogicName="2T" xsi:type="VaryingRawDataView"><Varying>
<FieldDefinitions AxisId="TwoTheta"/><FieldDefinitions AxisId="Theta"/></Varying></RawDataView>
<RawDataView Start="4" Length="1" LogicName="Counter" xsi:type="RecordedRawDataView"/>
</DataViews>{rows}</DataRoute></DataRoutes></RawData>"""


def brml(ranges: Ranges, absorber: np.ndarray | None = None, optics: str = "") -> bytes:
    """Bruker BRML with views that say what each number of a point is."""
    members = {
        "Experiment0/DataContainer.xml": "<DataContainer><InstrumentDescription><DeviceTypeDesc>"
        "D8 ADVANCE</DeviceTypeDesc></InstrumentDescription></DataContainer>"
    }
    for i, (start, counts) in enumerate(ranges):
        factors = np.ones(len(counts)) if absorber is None else absorber
        members[f"Experiment0/RawData{i}.xml"] = _raw_data(start, counts, factors, optics)
    return archive(members)


def uxd(ranges: Ranges, kind: str = "_2THETACOUNTS") -> bytes:
    """Bruker UXD with pairs of angle and counts, counts alone, or rates."""
    lines = [
        "; converted",
        "_FILEVERSION=2",
        f"_SAMPLE='{SAMPLE}'",
        "_DATEMEASURED='17-May-2009 14:03:20'",
        "_WL_UNIT='A'",
        f"_WL1={ALPHA_1}",
        f"_WL2={ALPHA_2}",
        "_WLRATIO=0.5",
        "_ANODE='CU'",
    ]
    for i, (start, counts) in enumerate(ranges, start=1):
        lines += [
            f"; (Data for Range number {i})",
            "_DRIVE='COUPLED'",
            f"_STEPTIME={SECONDS}",
            f"_STEPSIZE={STEP}",
            f"_STEPCOUNT={len(counts)}",
            f"_START={start}",
            kind,
        ]
        for j, count in enumerate(counts):
            angle = f"{start + STEP * j:.3f} " if "2THETA" in kind else ""
            value = count / SECONDS if "CPS" in kind else int(count)
            lines.append(f"{angle}{value:g}")
    return "\r\n".join(lines).encode()


def ras(ranges: Ranges, unit: str = "counts", attenuation: np.ndarray | None = None) -> bytes:
    """Rigaku RAS; counts behind an attenuator are given as they were counted."""
    lines = ["*RAS_DATA_START"]
    for start, counts in ranges:
        lines += [
            "*RAS_HEADER_START",
            '*FILE_SAMPLE "' + SAMPLE + '"',
            '*HW_XG_TARGET_NAME "Cu"',
            f'*HW_XG_WAVE_LENGTH_ALPHA1 "{ALPHA_1}"',
            f'*HW_XG_WAVE_LENGTH_ALPHA2 "{ALPHA_2}"',
            '*HW_XG_WAVE_LENGTH_BETA "1.392246"',
            '*MEAS_COND_XG_WAVE_TYPE "Ka"',
            f'*MEAS_DATA_COUNT "{len(counts)}"',
            '*MEAS_SCAN_AXIS_X_INTERNAL "TwoThetaTheta"',
            f'*MEAS_SCAN_SPEED "{60 * STEP / SECONDS:g}"',
            '*MEAS_SCAN_SPEED_UNIT "deg/min"',
            '*MEAS_SCAN_START_TIME "06/30/16 15:55:30"',
            f'*MEAS_SCAN_STEP "{STEP}"',
            f'*MEAS_SCAN_UNIT_Y "{unit}"',
            "*RAS_HEADER_END",
            "*RAS_INT_START",
        ]
        factors = np.ones(len(counts)) if attenuation is None else attenuation
        for i, (count, factor) in enumerate(zip(counts, factors, strict=True)):
            value = count / SECONDS if unit == "cps" else count
            lines.append(f"{start + STEP * i:.4f} {value:.4f} {factor:.4f}")
        lines.append("*RAS_INT_END")
    return "\r\n".join([*lines, "*RAS_DATA_END"]).encode()


def rasx(ranges: Ranges) -> bytes:
    """Rigaku RASX, with the maker's own spelling of the conditions' name."""
    members = {}
    for i, (start, counts) in enumerate(ranges):
        rows = (f"{start + STEP * j:.4f}\t{count:.4f}\t1.0000" for j, count in enumerate(counts))
        members[f"Data{i}/Profile{i}.txt"] = "\ufeff" + "\r\n".join(rows)
        members[f"Data{i}/MesurementConditions{i}.xml"] = f"""<?xml version="1.0"?>
<MeasurementConditions><GeneralInformation><SampleName>{SAMPLE}</SampleName>
<SystemName>SmartLab</SystemName></GeneralInformation><ScanInformation>
<AxisName>TwoThetaTheta</AxisName><IntensityUnit>counts</IntensityUnit><Step>{STEP}</Step>
<Speed>{60 * STEP / SECONDS:g}</Speed><SpeedUnit>deg/min</SpeedUnit>
<DataCount>{len(counts)}</DataCount><StartTime>2019-01-02T03:04:05Z</StartTime></ScanInformation>
<HWConfigurations><XrayGenerator><TargetName>Cu</TargetName>
<WavelengthKalpha1>{ALPHA_1}</WavelengthKalpha1><WavelengthKalpha2>{ALPHA_2}</WavelengthKalpha2>
</XrayGenerator></HWConfigurations></MeasurementConditions>"""
    return archive(members)


def asc(ranges: Ranges, unit: str = "counts") -> bytes:
    """Rigaku ASC: groups with four counts a line."""
    lines = [
        "*TYPE\t\t=  Raw",
        f"*SAMPLE\t\t=  {SAMPLE}",
        "*DATE\t\t=  11-Oct-00",
        "*TARGET\t\t=  29",
        f"*WAVE_LENGTH1\t=  {ALPHA_1}",
        f"*WAVE_LENGTH2\t=  {ALPHA_2}",
        "*SCAN_AXIS\t=  2theta/theta",
    ]
    for i, (start, counts) in enumerate(ranges):
        values = counts / SECONDS if unit == "cps" else counts
        lines += [
            "*BEGIN",
            f"*GROUP\t\t=  {i}",
            f"*START\t\t=  {start}",
            f"*STEP\t\t=  {STEP}",
            f"*SPEED\t\t=  {60 * STEP / SECONDS:g}",
            "*SPEED_DIM\t=  deg/min",
            f"*YUNIT\t\t=  {unit}",
            f"*COUNT\t\t=  {len(counts)}",
        ]
        lines += [", ".join(f"{v:g}" for v in values[j : j + 4]) for j in range(0, len(values), 4)]
        lines.append("*END")
    return "\r\n".join([*lines, "*EOF"]).encode()


def rigaku_blocks(ranges: Ranges) -> bytes:
    """Rigaku RAW as a chain of blocks."""
    head = bytearray(1300)
    head[:2], head[4] = b"FI", 216
    struct.pack_into("<2d", head, 1212, ALPHA_1, ALPHA_2)
    out = bytes(head)
    for start, counts in ranges:
        conditions = bytearray(900)
        conditions[:2] = b"PI"
        stop = start + STEP * (len(counts) - 1)
        struct.pack_into("<3f", conditions, 826, start, stop, STEP)
        points = bytearray(20)
        points[:2] = b"DA"
        struct.pack_into("<I", points, 16, len(counts))
        out += bytes(conditions + points) + counts.astype("<f4").tobytes()
    return out


def rigaku_fixed(ranges: Ranges) -> bytes:
    """Rigaku RAW of the older kind, which holds one range."""
    ((start, counts),) = ranges
    data = bytearray(3058)
    data[:2] = b"FI"
    struct.pack_into("<2d", data, 984, ALPHA_1, ALPHA_2)
    struct.pack_into("<3f", data, 3004, start, start + STEP * (len(counts) - 1), STEP)
    return bytes(data) + counts.astype("<f4").tobytes()


def udf(ranges: Ranges) -> bytes:
    """Philips UDF, which holds one range; the last count is followed by a slash."""
    ((start, counts),) = ranges
    stop = start + STEP * (len(counts) - 1)
    head = f"""SampleIdent,{SAMPLE},/
Title1,an example,/
DiffrType,PW3710,/
Anode,Cu,/
LabdaAlpha1, {ALPHA_1},/
LabdaAlpha2, {ALPHA_2},/
RatioAlpha21, 0.50000,/
DataAngleRange,  {start:.4f},  {stop:.4f},/
ScanStepSize,    {STEP:.3f},/
ScanType,CONTINUOUS,/
ScanStepTime,  {SECONDS},/
RawScan
"""
    fields = [f"{int(c):8d}" for c in counts]
    rows = [",".join(fields[i : i + 8]) for i in range(0, len(fields), 8)]
    return (head + ",\n".join(rows) + "/\n").encode()


def philips(ranges: Ranges, signature: str = "V3RD") -> bytes:
    """Philips RD or SD: counts as ten times their square roots."""
    ((start, counts),) = ranges
    data = bytearray(250 if signature[1] == "3" else 810)
    data[:4] = signature.encode()
    data[84], data[85] = 3, 0
    data[146 : 146 + len(SAMPLE)] = SAMPLE.encode()
    struct.pack_into("<3d", data, 214, STEP, start, start + STEP * (len(counts) - 1))
    return bytes(data) + np.round(10 * np.sqrt(counts)).astype("<u2").tobytes()


def cpi(ranges: Ranges) -> bytes:
    """Sietronics CPI."""
    ((start, counts),) = ranges
    stop = start + STEP * (len(counts) - 1)
    head = ["SIETRONICS XRD SCAN", f"{start}", f"{stop:.4f}", f"{STEP}", "Cu", f"{ALPHA_1}"]
    head += ["01-05-1996", "0.01", SAMPLE, "SCANDATA"]
    return "\r\n".join([*head, *(str(int(c)) for c in counts), ""]).encode()


def stoe(ranges: Ranges) -> bytes:
    """Stoe RAW: a block of header, a block of the range, the counts."""
    ((start, counts),) = ranges
    taken = -(-4 * len(counts) // 512)
    data = bytearray(1024)
    data[:7] = b"RAW_1.0"
    data[0x10:0x1F] = b"17-May-09 14:03"
    data[0x20 : 0x20 + len(SAMPLE)] = SAMPLE.encode()
    struct.pack_into("<2f", data, 0x142, ALPHA_1, ALPHA_2)
    struct.pack_into("<2H", data, 0x1DA, taken, taken + 2)
    struct.pack_into("<H", data, 1024 - 0x1DE, len(counts))
    stop = start + STEP * (len(counts) - 1)
    angles = (start, start / 2, stop, stop / 2, STEP, STEP / 2)
    struct.pack_into("<6f", data, 1024 - 0x1D4, *angles)
    struct.pack_into("<2I", data, 1024 - 0x188, int(counts.min()), int(counts.max()))
    body = counts.astype("<u4").tobytes()
    return bytes(data) + body.ljust(512 * taken, b"\x00")


# Formats that hold several ranges, and those that hold one.
SEVERAL: dict[str, Callable[[Ranges], bytes]] = {
    "v1.raw": raw1,
    "v2.raw": raw2,
    "v3.raw": raw3,
    "v4.raw": raw4,
    "scan.brml": brml,
    "scan.uxd": uxd,
    "scan.ras": ras,
    "scan.rasx": rasx,
    "rigaku.asc": asc,
    "rigaku.raw": rigaku_blocks,
}
ONE: dict[str, Callable[[Ranges], bytes]] = {
    "rigaku_old.raw": rigaku_fixed,
    "scan.udf": udf,
    "scan.rd": philips,
    "scan.cpi": cpi,
    "stoe.raw": stoe,
}
