"""What a person chooses about a pattern's background and lines in place of what is found."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from engine.errors import BadInputError

Method = Literal["automatic", "arpls", "snip", "spline", "polynomial"]
Anchor = tuple[float, float]
HIGHEST_DEGREE = 15


def _check(numbers: Iterable[float]) -> None:
    if not all(math.isfinite(number) for number in numbers):
        raise BadInputError("What was chosen about the pattern has a number that is not finite.")


@dataclass(frozen=True)
class BackgroundChoice:
    """Where the background comes from.

    Attributes
    ----------
    method : str
        "automatic": estimated, then settled together with the lines. The others are held: "arpls"
        (the same estimate), "snip" (peak clipping), "spline" (a curve through the anchors that
        has no extrema between them), "polynomial" (least squares on the anchors).
    anchors : tuple of (float, float)
        2theta in degrees and counts, in order of angle.
    degree : int
        Of the polynomial; lower where there are fewer anchors.
    """

    method: Method = "automatic"
    anchors: tuple[Anchor, ...] = ()
    degree: int = 5

    def __post_init__(self) -> None:
        """Check that there are anchors where they are needed, and that all numbers make sense."""
        _check(number for anchor in self.anchors for number in anchor)
        if self.method not in get_args(Method):
            raise BadInputError(f"There is no background of the kind '{self.method}'.")
        if not 0 <= self.degree <= HIGHEST_DEGREE:
            raise BadInputError(f"The degree of a background is 0 to {HIGHEST_DEGREE}.")
        if self.has_curve and not self.anchors:
            raise BadInputError("A background through anchors needs one anchor at least.")

    @property
    def has_curve(self) -> bool:
        """Whether the background is a curve through its anchors."""
        return self.method in ("spline", "polynomial")


def in_words(choice: BackgroundChoice) -> str:
    """A background that is held, in words; empty for one that is settled with the lines."""
    anchors = f"through {len(choice.anchors)} anchors placed by hand"
    return {
        "automatic": "",
        "arpls": "estimate from the pattern (arPLS)",
        "snip": "estimate from the pattern (SNIP)",
        "spline": f"smooth curve {anchors}",
        "polynomial": f"polynomial of degree {choice.degree} {anchors}",
    }[choice.method]


@dataclass(frozen=True)
class PeakEdits:
    """What differs from the automatic search.

    Attributes
    ----------
    added : tuple of float
        2theta of lines put by hand, degrees, for the primary wavelength.
    removed : tuple of float
        2theta of found lines that are none.
    """

    added: tuple[float, ...] = ()
    removed: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check that all numbers are some."""
        _check((*self.added, *self.removed))

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed)
