"""Numbers with their standard uncertainty, as crystallographers write them."""

from __future__ import annotations

import math


def number_with_su(value: float, su: float | None, decimals: int) -> str:
    """A number as CIF writes it: 5.4307(2); without uncertainty to so many decimals.

    The uncertainty is given to two digits up to 19, else to one (the rule of the IUCr).
    """
    if su is None or not math.isfinite(su) or su <= 0.0:
        return f"{value:.{decimals}f}"
    places = 1 - math.floor(math.log10(su))
    if round(su * 10.0**places) > 19:
        places -= 1
    if places <= 0:
        return f"{value:.0f}({round(su)})"
    return f"{value:.{places}f}({round(su * 10.0**places)})"
