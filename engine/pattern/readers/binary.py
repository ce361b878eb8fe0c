"""What readers of binary formats have in common."""

from __future__ import annotations

import math

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.scan import FloatArray, Source


def truncated(source: Source, kind: str) -> BadInputError:
    """The error for a file that ends within its header."""
    return BadInputError(
        f"'{source.name}' is a {kind} file that is cut short; copy it again from the instrument."
    )


def counts_at(source: Source, offset: int, n_points: int, kind: str) -> FloatArray:
    """Up to `n_points` little-endian 32-bit numbers from byte `offset` on.

    Raises
    ------
    BadInputError
        If not one number is there.
    """
    available = max(0, (len(source.data) - offset) // 4)
    n = min(n_points, available)
    if n == 0:
        raise truncated(source, kind)
    return np.frombuffer(source.data, dtype="<f4", count=n, offset=offset).astype(np.float64)


def checked_grid(source: Source, start: float, step: float, n_points: int) -> FloatArray:
    """Equidistant angles; refuses what is no angle at all.

    Raises
    ------
    BadInputError
        If start or step cannot be an angle in degrees.
    """
    sensible = math.isfinite(start) and math.isfinite(step) and abs(start) <= 360.0
    if not sensible or not 0.0 < step <= 10.0:
        raise BadInputError(
            f"The header of '{source.name}' gives a start or step that is no angle in degrees; "
            "copy the file again from the instrument."
        )
    return np.asarray(start + step * np.arange(n_points), dtype=np.float64)
