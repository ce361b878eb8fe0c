"""A refinement of the chosen candidate: what is asked for, how far it is, what it changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from app.state.running import RunState

if TYPE_CHECKING:
    from pathlib import Path

    from engine.crystal.structure import CrystalStructure
    from engine.refine.result import FitResult

BACKGROUND_TERMS = 8


@dataclass(frozen=True)
class Further:
    """A second phase: its name, and its structure or the file that holds it."""

    name: str
    structure: CrystalStructure | Path


@dataclass(frozen=True)
class Wishes:
    """What the user asks of a refinement.

    Attributes
    ----------
    automatic : bool
        The strategy decides what pays; else `groups` are refined and nothing else.
    groups : tuple of str
        See `engine.refine.whole_pattern.options.GROUPS`.
    background_terms : int
    texture_axis : str
        As typed, "0 0 1"; empty to search for one.
    monochromator : float
        Bragg angle 2theta of a crystal monochromator, degrees; 0 for what the pattern says.
    excluded : str
        Regions of 2theta as typed, "25-27, 40.2-41".
    used_again : tuple of (float, float)
        Regions that are excluded from the pattern and yet refined against.
    humps : str
        Where diffuse humps are, as typed, "22, 45"; empty to look for them.
    robust : bool
        What lies above the fit pulls less.
    further : Further or None
        A second phase, refined together with the candidate.
    """

    automatic: bool = True
    groups: tuple[str, ...] = ("scale", "background", "zero", "cell", "profile", "b_iso")
    background_terms: int = BACKGROUND_TERMS
    texture_axis: str = ""
    monochromator: float = 0.0
    excluded: str = ""
    used_again: tuple[tuple[float, float], ...] = ()
    humps: str = ""
    robust: bool = False
    further: Further | None = None


class RefinementState(RunState):
    """Wishes, progress, and the fits before and after the last refinement.

    `wishes_changed` says that something else is asked for.
    """

    wishes_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.wishes = Wishes()
        self.before: FitResult | None = None
        self.after: FitResult | None = None

    def wish(self, **changes: Any) -> None:
        """Ask for something else."""
        changed = replace(self.wishes, **changes)
        if changed != self.wishes:
            self.wishes = changed
            self.wishes_changed.emit()

    def set_fits(self, before: FitResult, after: FitResult) -> None:
        """The refinement is done."""
        self.before, self.after = before, after
        self.set_status("done", 1.0)
