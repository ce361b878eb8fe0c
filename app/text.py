"""How crystallographic quantities are written on screen."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from app.language import noop, tr
from engine.export.numbers import number_with_su

if TYPE_CHECKING:
    from engine.solve.result import Candidate

_SUBSCRIPTS = str.maketrans("0123456789.", "₀₁₂₃₄₅₆₇₈₉.")
SOURCES = {"network": noop("Network"), "library": noop("Library"), "phasing": noop("Phasing")}
VERDICTS = {
    "solved": noop("Solved"),
    "tentative": noop("Tentative"),
    "no-solution": noop("No solution"),
}
# What the same words mean of one candidate among others.
CANDIDATE_VERDICTS = {**VERDICTS, "no-solution": noop("Unlikely")}


NOT_JUDGED = noop("Not judged")


def verdict(verdict: str, score: float) -> str:
    """What is made of a candidate; one that was made by hand is not judged."""
    return tr(CANDIDATE_VERDICTS[verdict] if math.isfinite(score) else NOT_JUDGED)


def chance(score: float) -> str:
    """A probability of being right; a dash where nobody knows it."""
    return f"{score:.2f}" if math.isfinite(score) else "–"


def formula(text: str) -> str:
    """A formula with its amounts as subscripts."""
    return re.sub(r"(?<=[A-Za-z)\]])[\d.]+", lambda found: found[0].translate(_SUBSCRIPTS), text)


def candidate(one: Candidate, gap: str = " ") -> str:
    """Rank, formula and space group, with `gap` between them."""
    return tr(
        "Candidate {0}:{1}{2}{3}{4}",
        one.rank,
        gap,
        formula(one.formula),
        gap,
        space_group(one.space_group),
    )


def space_group(symbol: str) -> str:
    """A Hermann-Mauguin symbol with bars over digits and screw axes as subscripts."""
    plain = symbol.replace(" ", "")
    barred = re.sub(r"-(\d)", "\\1\u0305", plain)
    return re.sub(r"_(\d)", lambda found: found[1].translate(_SUBSCRIPTS), barred)


def shortened(name: str, longest: int) -> str:
    """A name, or as much of its beginning as has room in so many letters."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def rich(words: str) -> str:
    """Words as HTML, bars over digits as its overline: Qt cuts off those of a font there."""
    return re.sub("(.)\u0305", r'<span style="text-decoration: overline">\1</span>', escape(words))


def cell(
    values: tuple[float, float, float, float, float, float],
    number: int,
    su: Mapping[str, float] | None = None,
) -> str:
    """The free cell parameters of space group `number`, in angstrom and degrees.

    With `su`, standard uncertainties by the parameters' names, they follow in brackets.
    """
    names = ("a", "b", "c", "alpha", "beta", "gamma")
    known = su or {}
    a, b, c, alpha, beta, gamma = (
        number_with_su(value, known.get(name), 4 if name in "abc" else 2)
        for name, value in zip(names, values, strict=True)
    )
    if number >= 195:
        return f"a {a}"
    if number >= 75:
        rhombohedral = abs(values[3] - 90.0) > 0.01 and abs(values[0] - values[2]) < 1e-3
        if 143 <= number <= 167 and rhombohedral:
            return f"a {a}, α {alpha}°"
        return f"a {a}, c {c}"
    lengths = f"a {a}, b {b}, c {c}"
    if number >= 16:
        return lengths
    if number >= 3:
        return f"{lengths}, β {beta}°"
    return f"{lengths}, α {alpha}°, β {beta}°, γ {gamma}°"


def short_cell(values: tuple[float, float, float, float, float, float]) -> str:
    """Edges, and the angles that are not right ones, in a few words."""
    a, b, c, *angles = values
    edges = f"{a:.3f} × {b:.3f} × {c:.3f} Å"
    named = [
        f"{name} {round(angle, 1):g}°"
        for name, angle in zip("αβγ", angles, strict=True)
        if abs(angle - 90.0) >= 0.05
    ]
    return ", ".join([edges, " ".join(named)]) if named else edges


def whole_cell(values: tuple[float, float, float, float, float, float]) -> str:
    """All six cell parameters."""
    a, b, c, alpha, beta, gamma = values
    return (
        f"a = {a:.4f} Å, b = {b:.4f} Å, c = {c:.4f} Å, "
        f"α = {alpha:.3f}°, β = {beta:.3f}°, γ = {gamma:.3f}°"
    )


def per_cent(fraction: float | None, digits: int = 2) -> str:
    """A fraction as per cent; a dash where there is none."""
    if fraction is None or not math.isfinite(fraction):
        return "–"
    return f"{100.0 * fraction:.{digits}f}"


def hkl(indices: Iterable[int]) -> str:
    """Miller indices, bars over negative ones."""
    return " ".join(
        f"{index}" if index >= 0 else "".join(f"{digit}\u0305" for digit in str(-index))
        for index in (int(value) for value in indices)
    )


def place(path: Path) -> str:
    """A path as one says it: what lies in the user's own folder begins with ~."""
    try:
        return f"~{os.sep}{path.relative_to(Path.home())}"
    except (ValueError, RuntimeError):  # elsewhere, or nobody's folder is known
        return str(path)


def thousands(value: float) -> str:
    """A count with thin spaces between thousands."""
    if abs(value) < 100 and value != round(value):
        return f"{value:.3g}"
    return f"{value:,.0f}".replace(",", "\u202f")
