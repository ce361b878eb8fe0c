"""A refinement as one asks for it in words: texts and numbers, checked, for the engine."""

from __future__ import annotations

import re
from dataclasses import replace

from engine.errors import BadInputError
from engine.pattern.excluded import parse_regions, without_regions
from engine.pattern.pattern import PowderPattern
from engine.refine.whole_pattern.options import N_BACKGROUND, RefinementOptions

LARGEST_INDEX = 20


def question_of(
    pattern: PowderPattern,
    groups: tuple[str, ...] | None = None,
    background_terms: int = N_BACKGROUND,
    texture_axis: str = "",
    monochromator: float | None = None,
    excluded: str = "",
    humps: str = "",
    robust: bool = False,
) -> tuple[PowderPattern, RefinementOptions]:
    """What to refine against, and how.

    Parameters
    ----------
    pattern : PowderPattern
    groups : tuple of str, optional
        To refine these and nothing else; the automatic strategy by default.
    background_terms : int
    texture_axis : str
        "0 0 1"; empty to search for one.
    monochromator : float, optional
        Bragg angle 2theta of a crystal monochromator, degrees.
    excluded : str
        Regions of 2theta, "25-27, 40.2-41".
    humps : str
        Where diffuse humps are, degrees of 2theta, "22, 45"; empty to look for them.
    robust : bool
        Whether what lies above the fit pulls less.

    Raises
    ------
    BadInputError
        If one of them means nothing.
    """
    if groups is not None and not groups:
        raise BadInputError("Nothing is ticked: choose what is refined, or the automatic strategy.")
    axis = parse_axis(texture_axis)
    options = RefinementOptions(
        refine=groups,
        background_terms=background_terms,
        texture_axis=axis,
        hump_positions=parse_positions(humps),
        robust=robust,
    )
    if monochromator is not None:
        optics = replace(
            pattern.radiation, monochromator_two_theta=monochromator, optics_provenance="typed"
        )
        pattern = replace(pattern, radiation=optics)
    return without_regions(pattern, parse_regions(excluded)), options


def parse_positions(text: str) -> tuple[float, ...]:
    """Angles as one types them: "22.5, 45".

    Raises
    ------
    BadInputError
        If one of them is no number.
    """
    parts = [part for part in re.split(r"[,;\s°]+", text) if part]
    try:
        return tuple(float(part) for part in parts)
    except ValueError as error:
        raise BadInputError(
            f"'{text.strip()}' is no list of angles; write it as 22.5, 45."
        ) from error


def parse_axis(text: str) -> tuple[int, int, int] | None:
    """An axis h k l as one types it, None for none: "0 0 1", "001", "1,-1,0".

    Raises
    ------
    BadInputError
        If the text is no axis.
    """
    if not text.strip():
        return None
    indices = [int(found) for found in re.findall(r"-?\d+", text)]
    if re.fullmatch(r"\s*-?\d-?\d-?\d\s*", text):
        indices = [int(found) for found in re.findall(r"-?\d", text)]
    odd = re.sub(r"[-\d\s,()]", "", text)
    if odd or len(indices) != 3 or not any(indices) or max(map(abs, indices)) > LARGEST_INDEX:
        raise BadInputError(f"'{text.strip()}' is no axis; write it as 0 0 1.")
    return indices[0], indices[1], indices[2]
