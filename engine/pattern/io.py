"""Opening a pattern: its content, not its name, decides how it is read."""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadInputError
from engine.pattern.assemble import assemble
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation, preset
from engine.pattern.readers.pdcif import has_measured_points, looks_like_cif
from engine.pattern.readers.registry import choose_reader
from engine.pattern.readers.scan import Source

MAX_BYTES = 200_000_000


def read_pattern(path: str | Path, radiation: Radiation | None = None) -> PowderPattern:
    """Read a pattern from a file of any known format.

    Parameters
    ----------
    path : str or Path
        A CIF without measured points is a structure: its pattern is simulated.
    radiation : Radiation, optional
        Goes before what the file says. Without either, Cu K-alpha is assumed with a warning.

    Returns
    -------
    PowderPattern
        What had to be mended or assumed stands in its `warnings`.

    Raises
    ------
    BadInputError
        One clear sentence: unreadable, empty, too large, not a pattern, too few points ...
    """
    source = load(Path(path))
    if looks_like_cif(source) and not has_measured_points(source.text):
        return _simulated(source, radiation)
    return assemble(choose_reader(source).read(source), source.path, radiation)


def load(path: Path) -> Source:
    """The file's bytes.

    Raises
    ------
    BadInputError
        If it does not exist, cannot be read, is empty or larger than 200 MB.
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
    if not data.strip():
        raise BadInputError(f"'{path.name}' is empty.")
    return Source(path, data)


def _simulated(source: Source, radiation: Radiation | None) -> PowderPattern:
    """The pattern that a structure would give."""
    from dataclasses import replace

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
        warnings=(*simulated.warnings, "The file is a structure; its pattern was simulated."),
    )
