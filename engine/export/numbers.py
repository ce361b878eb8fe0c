"""Numbers with their standard uncertainty, as crystallographers write them."""

from __future__ import annotations

import math

_WHOLE = 1.95  # from here on an uncertainty is written without decimals


def number_with_su(value: float, su: float | None, decimals: int) -> str:
    """A number as CIF writes it: 5.4307(2); without uncertainty to so many decimals.

    The uncertainty is given to two digits up to 19, else to one (the rule of the IUCr). Where it
    says that nothing is known of the number, it is left out: a CIF has no word for that.
    """
    if su is None or not math.isfinite(su) or su <= 0.0 or undetermined(value, su):
        return f"{value:.{decimals}f}"
    places = 1 - math.floor(math.log10(su))
    if round(su * 10.0**places) > 19:
        places -= 1
    if places <= 0:
        return f"{value:.0f}({round(su)})"
    return f"{value:.{places}f}({round(su * 10.0**places)})"


def undetermined(value: float, su: float | None) -> bool:
    """Whether an uncertainty has no decimals and is larger than the number itself."""
    return su is not None and su >= _WHOLE and su > abs(value)


def in_words(value: float, su: float | None, decimals: int) -> str:
    """As `number_with_su`, or "undetermined" where the uncertainty leaves nothing of the number."""
    if undetermined(value, su):
        return "undetermined"
    return number_with_su(value, su, decimals)
