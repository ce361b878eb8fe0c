"""Opening a pattern: its content, not its name, decides how it is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.errors import BadInputError
from engine.pattern.assemble import assemble
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation, preset
from engine.pattern.readers.archive import decompressed
from engine.pattern.readers.pdcif import has_measured_points, looks_like_cif
from engine.pattern.readers.ranges import RangeChoice, RangeSpan, combine, spans
from engine.pattern.readers.registry import NEVER_TRIED, Reader, read_scans
from engine.pattern.readers.scan import Scan, Source
from engine.pattern.readers.text_columns import Columns, read_columns

MAX_BYTES = 100_000_000


def read_pattern(
    path: str | Path, radiation: Radiation | None = None, ranges: RangeChoice = None
) -> PowderPattern:
    """Read a pattern from a file of any known format.

    Parameters
    ----------
    path : str or Path
        Also of a file packed by gzip or bzip2. A CIF without measured points is a structure:
        its pattern is simulated.
    radiation : Radiation, optional
        Goes before what the file says. Without either, Cu K-alpha is assumed with a warning.
    ranges : int, "merge", "sum" or None
        Which range of a file of several, counted from 1, or how to combine them. None merges
        ranges that continue each other and else takes the first, with a note.

    Returns
    -------
    PowderPattern
        What had to be mended or assumed stands in its `warnings`.

    Raises
    ------
    BadInputError
        One clear sentence: unreadable, empty, too large, not a pattern, too few points ...
        If no reader could make sense of the file it is an `UnreadableFileError`.
    """
    source = load(Path(path))
    if looks_like_cif(source) and not has_measured_points(source.text):
        return _simulated(source, radiation)
    reader, scans = read_scans(source)
    chosen = combine(scans, ranges, source.name)
    return _assembled(source, reader, chosen, radiation, len(scans), ranges)


def read_ranges(path: str | Path, radiation: Radiation | None = None) -> list[PowderPattern]:
    """Every range of a file as a pattern of its own, in the file's order.

    Parameters
    ----------
    path : str or Path
    radiation : Radiation, optional
        As for `read_pattern`.

    Raises
    ------
    BadInputError
        As for `read_pattern`; also if one of the ranges is no usable pattern.
    """
    source = load(Path(path))
    reader, scans = read_scans(source)
    patterns = [
        _assembled(source, reader, scan, radiation, len(scans), i)
        for i, scan in enumerate(scans, start=1)
    ]
    if len(patterns) > 1:
        patterns = [
            replace(pattern, name=f"{pattern.name} range {i}")
            for i, pattern in enumerate(patterns, start=1)
        ]
    return patterns


def list_ranges(path: str | Path) -> tuple[RangeSpan, ...]:
    """What each range of a file covers, usable or not, in the file's order.

    Raises
    ------
    BadInputError
        As for `read_pattern`, where the file cannot be read at all.
    """
    return spans(read_scans(load(Path(path)))[1])


def read_table(
    path: str | Path, columns: Columns, radiation: Radiation | None = None
) -> PowderPattern:
    """Read columns of numbers as somebody who looked at the file says.

    Parameters
    ----------
    path : str or Path
    columns : Columns
        Which column is what.
    radiation : Radiation, optional
        As for `read_pattern`.

    Raises
    ------
    BadInputError
        If the file has no such columns, or they are no pattern.
    """
    source = load(Path(path))
    return assemble(read_columns(source, columns), source.path, radiation)


def _assembled(
    source: Source,
    reader: Reader,
    scan: Scan,
    radiation: Radiation | None,
    n_ranges: int,
    ranges: RangeChoice,
) -> PowderPattern:
    pattern = assemble(scan, source.path, radiation)
    warnings = pattern.warnings
    if reader.format is not None and not reader.format.checked:
        warnings = (
            *warnings,
            f"{reader.name} is read from its description and was {NEVER_TRIED}: compare the plot "
            "with what the instrument showed.",
        )
    details = replace(pattern.details, n_ranges=n_ranges, ranges=ranges)
    return replace(pattern, warnings=warnings, details=details)


def load(path: Path) -> Source:
    """The file's bytes.

    Raises
    ------
    BadInputError
        If it does not exist, cannot be read, is empty or larger than 100 MB,
        or is packed and damaged.
    """
    try:
        if path.is_dir():
            raise BadInputError(f"'{path}' is a folder; give a file.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BadInputError(
                f"'{path.name}' has {size / 1e6:.0f} MB; a pattern has at most "
                f"{MAX_BYTES / 1e6:.0f} MB."
            )
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise BadInputError(f"There is no file '{path}'.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInputError(f"'{path}' cannot be read: {reason}.") from error
    data = decompressed(path.name, data)
    if not data.strip():
        raise BadInputError(f"'{path.name}' is empty.")
    return Source(path, data)


def _simulated(source: Source, radiation: Radiation | None) -> PowderPattern:
    """The pattern that a structure would give."""
    from engine.crystal.anomalous import dispersion
    from engine.crystal.structure_io import read_structure
    from engine.diffraction.profile import simulate_pattern

    structure = read_structure(source.path)
    chosen = radiation or preset("CuKa")
    simulated = simulate_pattern(
        structure, chosen, dispersion=dispersion(structure.numbers, chosen.primary)
    )
    return replace(
        simulated,
        name=source.path.stem,
        path=source.path,
        format="structure CIF, simulated",
        warnings=(
            *simulated.warnings,
            *structure.warnings,
            "The file is a structure; its pattern was simulated.",
        ),
    )
