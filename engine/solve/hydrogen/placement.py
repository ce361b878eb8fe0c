"""Which of the sites that have room for hydrogen explain the pattern best.

Nothing is refined: a fit as it stands tells, to first order, what refinement would make of other
intensities (`engine.refine.response`). Sites are added one after the other, and the best few sets
are gone on from. A site that the pattern picks out is charged for having been one among so many.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import HYDROGEN
from engine.crystal.structure import CrystalStructure
from engine.refine import report
from engine.refine.response import Response
from engine.refine.stages import Refinement
from engine.solve.amplitudes import scale_of_lines, scattering, waves
from engine.solve.hydrogen.sites import (
    Room,
    hydrogen_sites,
    room_beside,
    sites_beside,
)
from engine.solve.maps.frame import Frame
from engine.solve.maps.sites import Site
from engine.solve.screening import Contents

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ComplexArray = NDArray[np.complex128]

BEAM, MOST_ORBITS = 3, 6
# How far a site is moved to explain the pattern better, angstrom, one after the other.
MOVES = (0.2, 0.1)
# How many hydrogen atoms there may be for each of the others.
MOST_HYDROGEN = 4.0
# Of hydrogen among the atoms, beside what the formula has.
SAME_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class Placement:
    """A candidate with hydrogen on some sites.

    Attributes
    ----------
    structure : CrystalStructure
        In the conventional cell, the other atoms where they were.
    log_prior : float
        Of its contents, beside that of the candidate's.
    log_choice : float
        Ln of how likely these sites are among all that have room.
    """

    structure: CrystalStructure
    log_prior: float
    log_choice: float


@dataclass(frozen=True, eq=False)
class _Placed:
    """Hydrogen on a site, with what it adds to the reflections, (r,)."""

    site: Site
    log_prior: float
    wave: ComplexArray


@dataclass(frozen=True, eq=False)
class _Set:
    """Hydrogen on some of the sites, whose places in the list are `chosen`.

    `log_choice` is ln of how likely they are among all that have room, as far as the pattern left
    that open: sites that explain it alike need not be told from each other.
    """

    chosen: tuple[int, ...]
    placed: tuple[_Placed, ...]
    log_prior: float
    log_choice: float
    gain: float

    @property
    def log_odds(self) -> float:
        return self.log_prior + self.log_choice + self.gain

    @property
    def atoms(self) -> int:
        return sum(one.site.multiplicity for one in self.placed)


def placements(
    refinement: Refinement, n_observations: float, share: float | None, most: int
) -> list[Placement]:
    """The likeliest sets of sites for hydrogen, or for more of it.

    Parameters
    ----------
    refinement : Refinement
        All of the candidate's parameters refined.
    n_observations : float
        What the pattern is worth (`engine.solve.evidence.Evidence.n`).
    share : float or None
        Of hydrogen among the atoms, where the formula is known.
    most : int
        How many sets to return at most.
    """
    sites = _Sites(refinement, n_observations)
    known: dict[tuple[int, ...], _Set] = {}
    beam = [_Set((), (), 0.0, 0.0, 0.0)]
    for _ in range(MOST_ORBITS):
        fresh = {s.chosen: s for one in beam for s in sites.longer(one) if s.chosen not in known}
        best = sorted(fresh.values(), key=lambda one: -one.log_odds)[:BEAM]
        beam = [sites.moved(one) for one in best]
        known |= fresh | {one.chosen: one for one in beam}
    allowed = [s for s in known.values() if share is None or sites.has_share(s, share)]
    best = sorted(allowed, key=lambda one: -one.log_odds)[:most]
    return [Placement(sites.structure(s), s.log_prior, s.log_choice) for s in best]


class _Sites:
    """The sites of one candidate, and all that sets of them are judged by."""

    def __init__(self, refinement: Refinement, n_observations: float) -> None:
        self._bare = structure = report.refined_structure(refinement)
        self._n = n_observations
        standardised = refinement.model.crystal.standardised
        self._frame = Frame.of(standardised, structure.lattice)
        self._room = Room(self._frame, structure, standardised.asymmetric_unit())
        self._response = Response(refinement)
        self._in_phase, self._absorbed = _amplitudes(refinement, structure)
        self._hkl = refinement.model.crystal.hkl
        self._hydrogen = scattering(refinement, np.array([HYDROGEN]))[0][0]
        self._scale = scale_of_lines(self._response.areas, self._f_squared(np.zeros(1)))
        self._sites = [self._placed(site) for site in hydrogen_sites(self._room)]

    def longer(self, one: _Set) -> list[_Set]:
        """A set with each site more that goes with it and leaves room for all atoms."""
        heavy = int((self._bare.numbers != HYDROGEN).sum())
        clear = self._clear(self._sites, one.placed)
        places = [
            i
            for i, new in enumerate(self._sites)
            if clear[i] and one.atoms + new.site.multiplicity <= MOST_HYDROGEN * heavy
        ]
        if not places:
            return []
        prior = self._contents([one.atoms + self._sites[i].site.multiplicity for i in places])
        added = sum(placed.wave for placed in one.placed) + np.array(
            [self._sites[i].wave for i in places]
        )
        gain = self._gain(added)
        choice = one.log_choice + self._log_choice(places, gain)
        return [
            _Set(
                tuple(sorted((*one.chosen, places[i]))),
                (*one.placed, self._sites[places[i]]),
                float(prior[i]),
                float(choice[i]),
                float(gain[i]),
            )
            for i in np.flatnonzero(np.isfinite(prior))
        ]

    def moved(self, one: _Set) -> _Set:
        """A set with the last site moved to where it explains the pattern best."""
        *others, last = one.placed
        gain, rest = one.gain, sum(placed.wave for placed in others)
        for length in MOVES:
            beside = [self._placed(site) for site in sites_beside(self._frame, last.site, length)]
            clear = self._clear(beside, others)
            near = [p for i, p in enumerate(beside) if clear[i] and np.isfinite(p.log_prior)]
            if not near:
                continue
            gains = self._gain(rest + np.array([placed.wave for placed in near]))
            best = int(np.argmax(gains + np.array([placed.log_prior for placed in near])))
            if gains[best] + near[best].log_prior > gain + last.log_prior:
                gain, last = float(gains[best]), near[best]
        return replace(one, placed=(*others, last), gain=gain)

    def _placed(self, site: Site) -> _Placed:
        wave = np.exp(2j * np.pi * (self._hkl @ site.images.T)).sum(axis=1) * self._hydrogen
        return _Placed(site, float(self._room.log_prior(site.images[:1])[0]), wave)

    def _gain(self, added: ComplexArray) -> FloatArray:
        """(p,) ln of how much likelier the pattern is with each (p, r) addition."""
        ratios = self._response.ratios((self._f_squared(added) * self._scale).T)
        return np.asarray(-0.5 * self._n * np.log(np.maximum(ratios, 1e-6)))

    def _log_choice(self, places: list[int], gain: FloatArray) -> FloatArray:
        """Ln of the share of each site among all, those of one multiplicity taken together.

        The evidence that hydrogen is on one of some sites is the mean of their likelihoods; what
        the best of them has beyond that mean is not charged for what the pattern leaves open.
        """
        usual = np.array([self._sites[i].log_prior for i in places])
        multiplicity = np.array([self._sites[i].site.multiplicity for i in places])
        shares = usual - math.log(len(self._sites))
        for m in np.unique(multiplicity):
            alike = multiplicity == m
            likely = (usual + gain)[alike]
            shares[alike] += np.log(np.exp(likely - likely.max()).sum())
        return shares

    def has_share(self, one: _Set, share: float) -> bool:
        """Whether with a set of sites hydrogen has that share of the atoms."""
        hydrogen = one.atoms + int((self._bare.numbers == HYDROGEN).sum())
        return abs(hydrogen / (one.atoms + len(self._bare)) - share) < SAME_SHARE

    def structure(self, one: _Set) -> CrystalStructure:
        """The candidate with hydrogen on a set of sites."""
        images = np.concatenate([placed.site.images for placed in one.placed])
        return CrystalStructure(
            self._bare.lattice,
            np.append(self._bare.numbers, np.full(len(images), HYDROGEN)),
            np.concatenate([self._bare.frac_coords, images]),
        )

    def _clear(self, new: Sequence[_Placed], others: Sequence[_Placed]) -> NDArray[np.bool_]:
        points = np.array([one.site.images[0] for one in new]).reshape(-1, 3)
        return room_beside(points, [one.site for one in others], self._bare.lattice)

    def _f_squared(self, added: ComplexArray | FloatArray) -> FloatArray:
        return np.asarray(np.abs(self._in_phase + added) ** 2 + np.abs(self._absorbed) ** 2)

    def _contents(self, added: list[int]) -> FloatArray:
        """(p,) ln prior of the cell with so many hydrogen atoms more, beside that of now."""
        numbers = np.append(self._bare.numbers, HYDROGEN)
        elements, counts = np.unique(numbers, return_counts=True)
        amounts = np.tile(counts.astype(float), (len(added) + 1, 1))
        amounts[:, elements == HYDROGEN] += np.array([0, *added], dtype=float)[:, None] - 1.0
        prior = Contents.of(elements, amounts).prior(self._bare.volume)
        return np.asarray(prior[1:] - prior[0])


def _amplitudes(
    refinement: Refinement, structure: CrystalStructure
) -> tuple[ComplexArray, ComplexArray]:
    """(r,) what scatters in phase and what absorbs, the overall B left out."""
    own = waves(refinement, structure)
    elements, of_element = np.unique(structure.numbers, return_inverse=True)
    factor, out = scattering(refinement, elements)
    return (factor[of_element] * own).sum(axis=0), (out[of_element, None] * own).sum(axis=0)
