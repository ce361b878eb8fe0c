"""GSAS powder data: STD, ESD, FXYE and FXY records of constant-wavelength patterns.

Formats as in the GSAS manual (Larson and Von Dreele, LAUR 86-748).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.header import find_radiation
from engine.pattern.readers.registry import CERTAIN, NO, Format, Reader
from engine.pattern.readers.scan import FloatArray, Scan, Source

_BANK = re.compile(
    r"^BANK\s*([0-9]+)\s+([0-9]+)\s+([0-9]+)\s+([A-Z_]+)\s*(.*)$", re.MULTILINE | re.IGNORECASE
)
_TIME_OF_FLIGHT = ("RALF", "SLOG", "TIME_MAP", "COND", "LOG6", "LPSD")
_RECORDS = ("STD", "ESD", "FXYE", "FXY", "ALT")
_CENTIDEGREES = 100.0
_MAX_BANKS = 200


@dataclass(frozen=True)
class _Bank:
    n_points: int
    start: float
    step: float
    record: str
    body: str


def _vote(source: Source) -> int:
    # Titles may hold control characters: no look at whether the file is text.
    return CERTAIN if _BANK.search(source.head_text) else NO


def _bank(source: Source, found: re.Match[str], body: str) -> _Bank:
    binning = found.group(4).upper()
    fields = found.group(5).split()
    record = fields[-1].upper() if fields and fields[-1].upper() in _RECORDS else "STD"
    if binning.startswith(_TIME_OF_FLIGHT) or record == "ALT":
        raise BadInputError(
            f"'{source.name}' holds time-of-flight neutron data (GSAS {binning}); "
            "give an X-ray pattern in 2theta."
        )
    try:
        start, step = float(fields[0]) / _CENTIDEGREES, float(fields[1]) / _CENTIDEGREES
    except (IndexError, ValueError) as error:
        raise BadInputError(
            f"The BANK line of '{source.name}' gives no start and step; "
            "it should read BANK 1 n n CONST start step 0 0 STD."
        ) from error
    return _Bank(int(found.group(2)), start, step, record, body)


def _fixed_fields(body: str, width: int, skip: int, per_line: int) -> tuple[FloatArray, FloatArray]:
    """Numbers in fields of `width` characters: the value from column `skip` on, and the prefix."""
    values: list[float] = []
    prefixes: list[float] = []
    for line in body.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        line = line.expandtabs(8)
        for i in range(0, min(len(line.rstrip()), width * per_line), width):
            field = line[i : i + width]
            try:
                value = float(field[skip:] or "nan") if field[skip:].strip() else 0.0
                prefix = float(field[:skip]) if field[:skip].strip() else 1.0
            except ValueError:
                return np.array(values), np.array(prefixes)
            values.append(value)
            prefixes.append(prefix)
    return np.array(values), np.array(prefixes)


def _free_numbers(source: Source, body: str) -> FloatArray:
    numbers: list[float] = []
    for token in body.split():
        try:
            numbers.append(float(token))
        except ValueError:
            break
    if not numbers:
        raise BadInputError(f"'{source.name}' is a GSAS file without counts after its BANK line.")
    return np.array(numbers, dtype=np.float64)


def _columns(source: Source, bank: _Bank) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """2theta, counts and sigma of a bank."""
    if bank.record in ("FXYE", "FXY"):
        width = 3 if bank.record == "FXYE" else 2
        numbers = _free_numbers(source, bank.body)
        table = numbers[: len(numbers) // width * width].reshape(-1, width)[: bank.n_points]
        sigma = table[:, 2] if width == 3 else None
        return table[:, 0] / _CENTIDEGREES, table[:, 1], sigma
    sigma = None
    if bank.record == "ESD":
        numbers, _ = _fixed_fields(bank.body, 8, 0, 10)
        counts, sigma = numbers[0 : len(numbers) // 2 * 2 : 2], numbers[1::2]
    else:
        # STD: I2 number of counters, F6 their mean; the variance is the mean over the number.
        counts, counters = _fixed_fields(bank.body, 8, 2, 10)
        if np.any(counters > 1.0):
            sigma = np.sqrt(np.maximum(counts, 1.0) / np.maximum(counters, 1.0))
    n = min(len(counts), bank.n_points)
    two_theta: FloatArray = np.asarray(bank.start + bank.step * np.arange(n), dtype=np.float64)
    return two_theta, counts[:n], None if sigma is None else sigma[:n]


def _read(source: Source) -> list[Scan]:
    text = source.text
    banks = list(_BANK.finditer(text))[:_MAX_BANKS]
    if not banks:
        raise BadInputError(
            f"The BANK line of '{source.name}' comes late or is damaged; get the file again."
        )
    header = text[: banks[0].start()]
    title = header.splitlines()[0].strip()[:80] if header.strip() else ""
    radiation = find_radiation(header)
    ends = [bank.start() for bank in banks[1:]] + [len(text)]
    scans = []
    for found, end in zip(banks, ends, strict=True):
        bank = _bank(source, found, text[found.end() : end])
        two_theta, counts, sigma = _columns(source, bank)
        scan = Scan(
            two_theta,
            counts,
            sigma,
            format=f"GSAS {bank.record}",
            radiation=radiation,
            title=title,
            promised_points=bank.n_points,
        )
        scans.append(scan)
    return scans


READER = Reader(
    "GSAS",
    _vote,
    _read,
    Format(
        suffixes=".gsas .gsa .gss .gda .fxye .raw .xra",
        signature="have a line that begins with BANK",
        reads="banks of STD, ESD, FXYE and FXY records of constant wavelength, wavelength; "
        "time of flight (ALT, RALF, SLOG ...) is declined",
        checked="18 measured files (8 STD, 8 FXYE, 2 ESD)",
    ),
)
