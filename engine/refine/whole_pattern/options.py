"""What the user may ask of a whole-pattern refinement."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import BadInputError

GROUPS = (
    "scale",
    "background",
    "air",
    "humps",
    "zero",
    "displacement",
    "cell",
    "profile",
    "anisotropy",
    "asymmetry",
    "foreign",
    "b_iso",
    "b_element",
    "coordinates",
    "texture",
    "occupancy",
)
# What the automatic strategy considers; it chooses between zero and displacement itself, takes
# texture, asymmetry and a B for each element only where they pay, and coordinates only of a
# single phase.
AUTOMATIC = tuple(group for group in GROUPS if group != "occupancy")
N_BACKGROUND = 8
MOST_HUMPS = 6


@dataclass(frozen=True)
class RefinementOptions:
    """How to refine.

    Attributes
    ----------
    refine : tuple of str or None
        Groups of parameters to refine, from `GROUPS`, every one of them and no other; None for
        the automatic strategy.
    fix : tuple of str
        Groups to hold.
    background_terms : int
        Chebyshev terms added to the estimated background.
    texture_axis : tuple of int or None
        h, k, l; None to search for one.
    hump_positions : tuple of float
        Where diffuse humps are, degrees of 2theta; empty to look for them.
    robust : bool
        What is measured above the fit counts by its logarithm, so that impurities do not pull.
    particle_diameters : tuple of float or None
        Micrometres, one for all phases or one each, for Brindley's correction.
    """

    refine: tuple[str, ...] | None = None
    fix: tuple[str, ...] = ()
    background_terms: int = N_BACKGROUND
    texture_axis: tuple[int, int, int] | None = None
    hump_positions: tuple[float, ...] = ()
    robust: bool = False
    particle_diameters: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse names that are no group."""
        for name in (*(self.refine or ()), *self.fix):
            if name not in GROUPS:
                raise BadInputError(
                    f"'{name}' is no group of parameters; choose from {', '.join(GROUPS)}."
                )
        if self.refine and "anisotropy" in self.refine and "profile" not in self.refine:
            raise BadInputError(
                "Line widths by direction need line widths that are refined: free profile too."
            )
        if self.background_terms < 1:
            raise BadInputError("The background needs at least one term.")
        if any(d <= 0.0 for d in self.particle_diameters or ()):
            raise BadInputError("Particle diameters must be greater than zero micrometres.")
        if any(not 0.0 < angle < 180.0 for angle in self.hump_positions):
            raise BadInputError("A hump lies at a 2theta between 0 and 180 degrees.")
        if len(self.hump_positions) > MOST_HUMPS:
            raise BadInputError(f"At most {MOST_HUMPS} humps can be refined.")

    @property
    def automatic(self) -> bool:
        """Whether the strategy decides what pays."""
        return self.refine is None

    def allows(self, group: str) -> bool:
        """Whether a group may be refined."""
        return group in (self.refine or AUTOMATIC) and group not in self.fix
