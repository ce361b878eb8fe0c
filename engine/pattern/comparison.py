"""Observed lines beside calculated ones: what agrees, what is missing, what is unexplained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.pattern.excluded import Region, in_regions
from engine.pattern.peaks import PeakList
from engine.pattern.radiation import Radiation
from engine.refine.result import Reflections

FloatArray = NDArray[np.float64]
Kind = Literal["matched", "observed", "calculated"]

# Reflections closer than this share of a width cannot be told apart.
_MERGE_WIDTHS = 0.5
_TOLERANCE_WIDTHS = 1.0
_TOLERANCE_SU = 3.0
# Ten times too strong or weak costs as much as lying a tolerance away.
_DECADE_COST = 1.0
_VISIBLE_SHARE = 0.01


@dataclass(frozen=True)
class ComparisonRow:
    """One line of the table; what a side does not have is None.

    Attributes
    ----------
    kind : {"matched", "observed", "calculated"}
    hkl : tuple of (int, int, int)
        All reflections that make up the calculated line, the strongest first.
    observed_two_theta, calculated_two_theta : float or None
        Degrees, primary wavelength.
    observed_d, calculated_d : float or None
        Angstrom.
    difference : float or None
        Observed minus calculated, degrees.
    difference_su : float or None
        The same in standard uncertainties of the observed position.
    observed_area, calculated_area : float or None
        Counts times degrees, on the observed scale.
    ratio : float or None
        Observed over calculated area.
    """

    kind: Kind
    hkl: tuple[tuple[int, int, int], ...] = ()
    observed_two_theta: float | None = None
    calculated_two_theta: float | None = None
    observed_d: float | None = None
    calculated_d: float | None = None
    difference: float | None = None
    difference_su: float | None = None
    observed_area: float | None = None
    calculated_area: float | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class PeakComparison:
    """The whole table, in order of angle, with figures for all of it.

    Attributes
    ----------
    rows : tuple of ComparisonRow
    scale : float
        What calculated intensities were multiplied by.
    mean_difference, rms_difference : float
        Degrees, over matched lines; NaN where there are none.
    explained : float
        Share of the observed intensity in matched lines.
    r_intensity : float
        Sum |I_o - I_c| / sum I_o over all rows, a fraction.
    figure_of_merit : float
        F_N = N / (<|d 2theta|> N_possible) of Smith and Snyder, J. Appl. Cryst. 12, 60 (1979),
        N matched lines out of the calculated lines up to the last of them; 0 without any.
    """

    rows: tuple[ComparisonRow, ...]
    scale: float
    mean_difference: float
    rms_difference: float
    explained: float
    r_intensity: float
    figure_of_merit: float

    @property
    def matched(self) -> tuple[ComparisonRow, ...]:
        """Rows with both an observed and a calculated line."""
        return tuple(row for row in self.rows if row.kind == "matched")

    @property
    def unmatched_observed(self) -> tuple[ComparisonRow, ...]:
        """Observed lines that the structure does not explain."""
        return tuple(row for row in self.rows if row.kind == "observed")

    @property
    def unmatched_calculated(self) -> tuple[ComparisonRow, ...]:
        """Calculated lines that should be visible and were not observed."""
        return tuple(row for row in self.rows if row.kind == "calculated")


@dataclass(frozen=True, eq=False)
class _Calculated:
    """Calculated lines, overlapping reflections merged."""

    two_theta: FloatArray
    area: FloatArray
    hkl: tuple[tuple[tuple[int, int, int], ...], ...]

    def __len__(self) -> int:
        return len(self.two_theta)


def compare_peaks(
    peaks: PeakList,
    reflections: Reflections,
    radiation: Radiation,
    *,
    tolerance: float | None = None,
    visible_share: float = _VISIBLE_SHARE,
    scale: float | None = None,
    excluded: Sequence[Region] = (),
) -> PeakComparison:
    """Match fitted lines with those of a structure, one to one.

    Parameters
    ----------
    peaks : PeakList
    reflections : Reflections
        With intensities of all wavelengths together.
    radiation : Radiation
        Of the reflections; gives d from angles.
    tolerance : float, optional
        Largest difference of a match in degrees; one line width (and at least three standard
        uncertainties) if not given.
    visible_share : float
        Calculated lines below this share of the strongest are not missed when unobserved.
    scale : float, optional
        Factor for calculated intensities; fitted to the matched lines if not given.
    excluded : sequence of (float, float)
        Regions of 2theta, degrees, that nobody looked at: reflections in them are not missed.
    """
    calculated = _merged(reflections, peaks, excluded)
    pairs = _matches(peaks, calculated, tolerance)
    if scale is None:
        scale = _scale(peaks, calculated, pairs)
    rows = _rows(peaks, calculated, pairs, radiation, scale, visible_share)
    differences = np.array([row.difference for row in rows if row.difference is not None])
    observed = sum(row.observed_area or 0.0 for row in rows)
    matched = sum(row.observed_area or 0.0 for row in rows if row.kind == "matched")
    misfit = sum(abs((row.observed_area or 0.0) - (row.calculated_area or 0.0)) for row in rows)
    return PeakComparison(
        rows=rows,
        scale=scale,
        mean_difference=float(differences.mean()) if len(differences) else float("nan"),
        rms_difference=(
            float(np.sqrt(np.mean(differences**2))) if len(differences) else float("nan")
        ),
        explained=matched / observed if observed > 0.0 else 0.0,
        r_intensity=misfit / observed if observed > 0.0 else float("nan"),
        figure_of_merit=_smith_snyder(rows, differences),
    )


def _width_at(peaks: PeakList, two_theta: FloatArray) -> FloatArray:
    if len(peaks) == 0:
        return np.full(len(two_theta), 0.1)
    return np.interp(two_theta, peaks.two_theta, peaks.fwhm)


def _merged(reflections: Reflections, peaks: PeakList, excluded: Sequence[Region]) -> _Calculated:
    """Reflections that the eye cannot part, as one line at their centre of gravity."""
    order = np.argsort(reflections.two_theta, kind="stable")
    order = order[~in_regions(reflections.two_theta[order], excluded)]
    x, area = reflections.two_theta[order], np.maximum(reflections.intensity[order], 0.0)
    hkl = reflections.hkl[order]
    if len(x) == 0:
        return _Calculated(np.zeros(0), np.zeros(0), ())
    new = np.diff(x, prepend=-np.inf) > _MERGE_WIDTHS * _width_at(peaks, x)
    group = np.cumsum(new) - 1
    # A group of vanishing intensity still has a place.
    weight = area + 1e-12 * max(float(area.max()), 1e-300)
    total = np.bincount(group, weights=weight)
    centre = np.bincount(group, weights=weight * x) / total
    names = []
    for g in range(len(total)):
        members = np.flatnonzero(group == g)
        strongest = members[np.argsort(area[members], kind="stable")[::-1]]
        names.append(tuple((int(hkl[i, 0]), int(hkl[i, 1]), int(hkl[i, 2])) for i in strongest))
    summed = np.asarray(np.bincount(group, weights=area), dtype=np.float64)
    return _Calculated(centre, summed, tuple(names))


def _matches(
    peaks: PeakList, calculated: _Calculated, tolerance: float | None
) -> list[tuple[int, int]]:
    """Pairs (observed, calculated): the cheapest first, each line used once."""
    if len(peaks) == 0 or len(calculated) == 0:
        return []
    if tolerance is None:
        allowed = np.maximum(
            _TOLERANCE_WIDTHS * peaks.fwhm,
            np.minimum(_TOLERANCE_SU * peaks.two_theta_su, 2.0 * peaks.fwhm),
        )
    else:
        allowed = np.full(len(peaks), tolerance)
    strength = np.log10(np.maximum(calculated.area / max(calculated.area.max(), 1e-300), 1e-6))
    observed_strength = np.log10(np.maximum(peaks.area / peaks.area.max(), 1e-6))
    candidates = []
    first = np.searchsorted(calculated.two_theta, peaks.two_theta - allowed)
    last = np.searchsorted(calculated.two_theta, peaks.two_theta + allowed, side="right")
    for i in range(len(peaks)):
        for j in range(first[i], last[i]):
            distance = abs(peaks.two_theta[i] - calculated.two_theta[j]) / allowed[i]
            cost = distance + _DECADE_COST * abs(observed_strength[i] - strength[j])
            candidates.append((float(cost), i, j))
    used_observed: set[int] = set()
    used_calculated: set[int] = set()
    pairs = []
    for _, i, j in sorted(candidates):
        if i not in used_observed and j not in used_calculated:
            used_observed.add(i)
            used_calculated.add(j)
            pairs.append((i, j))
    return pairs


def _scale(peaks: PeakList, calculated: _Calculated, pairs: list[tuple[int, int]]) -> float:
    if not pairs:
        return 1.0
    observed = peaks.area[[i for i, _ in pairs]]
    model = calculated.area[[j for _, j in pairs]]
    norm = float(model @ model)
    return float(observed @ model) / norm if norm > 0.0 else 1.0


def _rows(
    peaks: PeakList,
    calculated: _Calculated,
    pairs: list[tuple[int, int]],
    radiation: Radiation,
    scale: float,
    visible_share: float,
) -> tuple[ComparisonRow, ...]:
    partner = dict(pairs)
    taken = set(partner.values())
    calculated_d = _d_spacing(calculated.two_theta, radiation)
    keyed: list[tuple[float, ComparisonRow]] = []
    for i in range(len(peaks)):
        x = float(peaks.two_theta[i])
        keyed.append((x, _observed_row(peaks, i, calculated, calculated_d, partner.get(i), scale)))
    strongest = float(calculated.area.max()) if len(calculated) else 0.0
    for j in range(len(calculated)):
        if j in taken or calculated.area[j] < visible_share * strongest:
            continue
        x = float(calculated.two_theta[j])
        row = ComparisonRow(
            kind="calculated",
            hkl=calculated.hkl[j],
            calculated_two_theta=x,
            calculated_d=float(calculated_d[j]),
            calculated_area=float(scale * calculated.area[j]),
        )
        keyed.append((x, row))
    keyed.sort(key=lambda pair: pair[0])
    return tuple(row for _, row in keyed)


def _observed_row(
    peaks: PeakList,
    i: int,
    calculated: _Calculated,
    calculated_d: FloatArray,
    j: int | None,
    scale: float,
) -> ComparisonRow:
    x, area = float(peaks.two_theta[i]), float(peaks.area[i])
    d = float(peaks.d_spacing[i])
    if j is None:
        return ComparisonRow("observed", observed_two_theta=x, observed_d=d, observed_area=area)
    difference = x - float(calculated.two_theta[j])
    su = float(peaks.two_theta_su[i])
    model = float(scale * calculated.area[j])
    return ComparisonRow(
        kind="matched",
        hkl=calculated.hkl[j],
        observed_two_theta=x,
        calculated_two_theta=float(calculated.two_theta[j]),
        observed_d=d,
        calculated_d=float(calculated_d[j]),
        difference=difference,
        difference_su=difference / su if su > 0.0 else None,
        observed_area=area,
        calculated_area=model,
        ratio=area / model if model > 0.0 else None,
    )


def _d_spacing(two_theta: FloatArray, radiation: Radiation) -> FloatArray:
    return np.asarray(radiation.primary / (2.0 * np.sin(np.radians(two_theta / 2.0))))


def _smith_snyder(rows: tuple[ComparisonRow, ...], differences: FloatArray) -> float:
    if len(differences) == 0:
        return 0.0
    last = max(row.calculated_two_theta or 0.0 for row in rows if row.kind == "matched")
    possible = sum(
        1
        for row in rows
        if row.calculated_two_theta is not None and row.calculated_two_theta <= last
    )
    # A tenth of a millidegree: no diffractometer measures better.
    mean = max(float(np.mean(np.abs(differences))), 1e-4)
    return len(differences) / (mean * possible)
