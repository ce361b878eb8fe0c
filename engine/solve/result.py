"""What the solver is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.crystal.structure import CrystalStructure
from engine.pattern.pattern import PowderPattern
from engine.refine.result import FitResult
from engine.solve.unexplained import UnexplainedLine

Source = Literal["network", "library", "phasing"]
Verdict = Literal["solved", "tentative", "no-solution"]
# Probabilities from which on a candidate may be called so.
SOLVED, TENTATIVE = 0.8, 0.25


@dataclass(frozen=True, eq=False)
class Problem:
    """A pattern, and what its owner knows about the sample.

    Attributes
    ----------
    pattern : PowderPattern
    elements : tuple of str
        Element symbols known to be present.
    formula : str or None
        Chemical formula, where it is known.
    others_possible : bool
        Whether elements that are not listed may be present too.
    max_atoms : int
        Largest number of atoms in the primitive cell to consider.
    time_limit : float or None
        Seconds.
    top : int
        How many candidates to return at most.
    seed : int
    device : {"auto", "cpu", "cuda", "mps"}
    network : bool
        Whether densities from the network may propose structures where the library's do not
        settle the matter.
    library : bool
        Whether structure types are searched.
    phasing : bool
        Whether dual-space iteration on the indexed cells may propose structures where the others
        do not settle the matter.
    thorough : bool
        Whether every source is asked, also where those before have settled the matter.
    """

    pattern: PowderPattern
    elements: tuple[str, ...]
    formula: str | None = None
    others_possible: bool = False
    max_atoms: int = 60
    time_limit: float | None = None
    top: int = 20
    seed: int = 0
    device: str = "auto"
    network: bool = True
    library: bool = True
    phasing: bool = True
    thorough: bool = False


@dataclass(frozen=True, eq=False)
class Candidate:
    """One proposed structure, refined against the profile.

    Attributes
    ----------
    rank : int
        1 for the best.
    structure : CrystalStructure
        In the conventional standardised cell.
    formula : str
        Reduced formula.
    space_group : str
        Hermann-Mauguin symbol.
    space_group_number : int
    n_atoms : int
        Atoms in the primitive cell.
    source : {"network", "library", "phasing"}
    fit : FitResult
        Its profile fit; R values are there.
    score : float
        Calibrated probability of being right.
    verdict : {"solved", "tentative", "no-solution"}
        What this candidate deserves taken by itself.
    ties : tuple of int
        Ranks of candidates that the pattern cannot tell from this one.
    reason : str
        In words, why it stands where it stands.
    features : tuple of float
        What its probability was made from (see `engine.solve.verdict.features`).
    unexplained : tuple of UnexplainedLine
        Observed lines that it has no line for, the strongest first.
    """

    rank: int
    structure: CrystalStructure
    formula: str
    space_group: str
    space_group_number: int
    n_atoms: int
    source: Source
    fit: FitResult
    score: float
    verdict: Verdict
    ties: tuple[int, ...] = ()
    reason: str = ""
    features: tuple[float, ...] = ()
    unexplained: tuple[UnexplainedLine, ...] = ()

    @property
    def cell(self) -> tuple[float, float, float, float, float, float]:
        """a, b, c (angstrom) and alpha, beta, gamma (degrees) of the conventional cell."""
        return self.structure.cell

    @property
    def held_back(self) -> bool:
        """Whether it is not called solved though its probability would do.

        A strong texture or broad lines that were left out do that.
        """
        return self.verdict != "solved" and self.score >= SOLVED


@dataclass(frozen=True, eq=False)
class Solution:
    """All candidates for one problem, best first, and the verdict on the best."""

    problem: Problem
    verdict: Verdict
    candidates: tuple[Candidate, ...]
    timings: dict[str, float] = field(default_factory=dict)
    device: str = "cpu"
    versions: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
