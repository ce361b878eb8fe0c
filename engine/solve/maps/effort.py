"""How much work may still be spent on maps: counted, not timed.

A limit of time makes what is found depend on the machine and on what else it does. Work is the
same everywhere, so an answer can be had again.
"""

from __future__ import annotations

import math

# In units of about ten milliseconds of a desktop's core: measured on maps of 35 patterns.
DECORATED = 5.0
REFINED, REFINED_PER_SLOPE = 1.2, 4.5e-4


class Effort:
    """Counts work against a limit.

    Parameters
    ----------
    limit : float
        In units of about ten milliseconds of a desktop's core.

    Attributes
    ----------
    spent : float
        So far, in the same units.
    """

    def __init__(self, limit: float = math.inf) -> None:
        self._limit, self.spent = limit, 0.0

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left."""
        return self.spent >= self._limit

    def decorated(self) -> None:
        """One map was decorated in one space group."""
        self.spent += DECORATED

    def refined(self, n_reflections: int, n_free: int) -> None:
        """One structure with so many free coordinates was refined on so many intensities."""
        self.spent += REFINED + REFINED_PER_SLOPE * n_reflections * n_free
