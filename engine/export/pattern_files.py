"""Patterns as text files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.export.atomic import make_folder, replacing
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation


def write_pattern(pattern: PowderPattern, path: Path, title: str = "") -> None:
    """Write a pattern as columns: two_theta in degrees, counts, and sigma in an ``.xye`` file.

    Columns are apart by commas in a ``.csv`` file, else by blanks. Comment lines in front name the
    title and the wavelengths.

    Raises
    ------
    BadInputError
        If the file cannot be written.
    """
    columns = [pattern.two_theta, pattern.counts]
    formats = ["%.6f", "%.8g"]
    if path.suffix.lower() == ".xye":
        columns.append(pattern.sigma)
        formats.append("%.6g")
    delimiter = "," if path.suffix.lower() == ".csv" else " "
    make_folder(path.absolute().parent)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        if title:
            file.write(f"# {title}\n")
        file.write(f"# {_radiation_line(pattern.radiation)}\n")
        np.savetxt(file, np.column_stack(columns), fmt=formats, delimiter=delimiter)


def _radiation_line(radiation: Radiation) -> str:
    """The wavelengths in the words that the reader of text columns understands."""
    if len(radiation.wavelengths) == 1:
        return f"wavelength: {radiation.primary:.8g} A"
    first, second = radiation.wavelengths[:2]
    ratio = radiation.weights[1] / radiation.weights[0]
    return f"K-Alpha1: {first:.8g} A, K-Alpha2: {second:.8g} A, ratio: {ratio:.4f}"
