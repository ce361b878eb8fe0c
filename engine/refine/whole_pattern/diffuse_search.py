"""Which air scatter and which humps explain the background of a pattern.

What is left of the pattern when the lines are taken away is a linear combination of a polynomial,
the term of air scatter and humps of known places and widths. It is tried in bins, with weights that
allow for lines that are not calculated rightly: humps are placed one by one where they take most of
what is left, then moved together (the linear coefficients follow by themselves: Golub and Pereyra,
SIAM J. Numer. Anal. 10, 413 (1973)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.refine.whole_pattern.background import PER_HUMP, Background, hump_shape, is_plausible
from engine.refine.whole_pattern.state import HUMP_SHAPE, State

FloatArray = NDArray[np.float64]
# What a polynomial of many terms can follow, air scatter and humps cannot be told from: fewer are
# taken beside them where these suffice.
_FEWER_TERMS = (3, 5)
POLYNOMIAL_TERMS = 16
_SOUGHT = 3  # humps, unless places were given
# A hump is at least so wide, in typical FWHM of the lines and in degrees, and at most so wide, in
# degrees and in pattern's ranges.
_NARROWEST, _NARROWEST_DEGREES = 12.0, 1.5
_WIDEST_DEGREES, _WIDEST = 30.0, 0.5
_WIDTHS, _PLACES = 7, 60
_STRAY = 5.0  # degrees, of humps whose places were given
# Lines are taken for calculated to within such a share.
_TRUST = 0.1
_BINS = 400
_MOST_TRIALS = 12


@dataclass(frozen=True, eq=False)
class Choice:
    """A background and what it costs.

    Attributes
    ----------
    coefficients : (b,) array
        Of the Chebyshev terms, counts.
    air : float
        Counts times degrees.
    humps : (h, 3) array
        Position (degrees), height (counts) and FWHM (degrees).
    shapes : (h,) array
        Lorentzian shares.
    extra : int
        Parameters beside the polynomial.
    chi_squared : float
        In bins.
    price : float
        chi^2, raised for every parameter.
    """

    coefficients: FloatArray
    air: float
    humps: FloatArray
    shapes: FloatArray
    extra: int
    chi_squared: float
    price: float


def hump_widths(state: State) -> tuple[float, float]:
    """Least and largest FWHM of a hump to look for, degrees."""
    x, peaks = state.prepared.two_theta, state.prepared.peaks
    line = float(np.median(peaks.fwhm)) if len(peaks) else 0.1
    least = max(_NARROWEST * line, _NARROWEST_DEGREES)
    return least, max(min(_WIDEST_DEGREES, _WIDEST * float(x[-1] - x[0])), 1.2 * least)


class DiffuseSearch:
    """The pattern without its lines, in bins, and what explains it.

    Parameters
    ----------
    state : State
        Lines shaped, so that they can be taken away.
    asked : bool
        Whether air scatter was asked for, and need not pay.

    Attributes
    ----------
    now : float
        chi^2 of the background as it is.
    """

    def __init__(self, state: State, asked: bool) -> None:
        self.state, self.asked = state, asked
        calculated = state.calculated()
        lines = calculated.pattern - calculated.background
        weight = 1.0 / (1.0 / state.weight + (_TRUST * lines) ** 2)
        x = state.prepared.two_theta
        edges = np.unique(np.linspace(0, len(x), _BINS + 1).astype(np.int64)[:-1])
        total = np.add.reduceat(weight, edges)

        def binned(values: FloatArray) -> FloatArray:
            return np.asarray(np.add.reduceat(weight * values, edges) / total)

        self._root = np.sqrt(total)
        self.x = binned(x)
        self._level = binned(state.prepared.observed - lines)
        self._fixed = binned(state.model.background.fixed) if self._held else np.zeros(len(total))
        off = self._level - binned(calculated.background)
        self.now = float(np.sum((self._root * off) ** 2))

    @property
    def _held(self) -> bool:
        return bool(self.state.prepared.held_background)

    def best(self, air: bool, humps: bool) -> Choice:
        """The choice that explains most for what it costs; perhaps a polynomial alone.

        Parameters
        ----------
        air, humps : bool
            What is allowed.
        """
        options = self.state.options
        counts = {options.background_terms}
        if not self._held:
            counts |= {n for n in _FEWER_TERMS if n < options.background_terms}
            counts |= {POLYNOMIAL_TERMS} if options.automatic else set()
        with_air = {air} if self.asked else {False, air}
        found = [self._grown(n, rising, humps) for n in sorted(counts) for rising in with_air]
        return min(found, key=lambda choice: choice.price)

    def _cost(self, parameters: int) -> float:
        """Factor on chi^2 for so many parameters, after Schwarz, Ann. Stat. 6, 461 (1978)."""
        n = self.state.prepared.n_independent
        return float(1.0 + parameters * np.log(n) / n)

    def _grown(self, n_terms: int, air: bool, humps: bool) -> Choice:
        """Humps are added one by one as long as they pay, or as places were given."""
        linear = Background.of(self.x, self._fixed, n_terms)
        columns = [*linear.terms.T, *([linear.air] if air else [])]
        rows = np.zeros((0, 3))
        choice = self._solved(columns, n_terms, rows)
        given = self.state.options.hump_positions
        places: list[float | None] = list(given) if given else [None] * _SOUGHT
        for place in places if humps else ():
            added = self._next(columns, rows, place)
            if added is None:
                break
            trial_rows = self._moved(columns, np.vstack([rows, added]))
            trial = self._solved(columns, n_terms, trial_rows)
            if not given and (trial.price >= choice.price or np.any(trial.humps[:, 1] <= 0.0)):
                break
            rows, choice = trial_rows, trial
        return choice

    def _solved(self, columns: list[FloatArray], n_terms: int, rows: FloatArray) -> Choice:
        """The linear coefficients for humps of rows position, FWHM and Lorentzian share."""
        design = self._design(columns, rows)
        wanted = (self._level - self._fixed) * self._root
        found, *_ = np.linalg.lstsq(design, wanted, rcond=None)
        chi = float(np.sum((wanted - design @ found) ** 2))
        has_air = len(columns) > n_terms
        air = float(found[n_terms]) if has_air else 0.0
        heights = np.maximum(found[len(columns) :], 0.0)
        extra = has_air + (PER_HUMP + 1) * len(rows)
        parts = (design * found) / self._root[:, None]
        smooth = self._fixed + parts[:, :n_terms].sum(axis=1)
        undone = extra > 0 and not is_plausible(smooth, parts[:, n_terms:].sum(axis=1))
        if (air < 0.0 and not self.asked) or (undone and not self._held):
            chi = np.inf
        return Choice(
            coefficients=np.asarray(found[:n_terms]),
            air=max(air, 0.0),
            humps=np.stack([rows[:, 0], heights, rows[:, 1]], axis=1),
            shapes=rows[:, 2],
            extra=extra,
            chi_squared=chi,
            price=chi * self._cost(extra + n_terms),
        )

    def _design(self, columns: list[FloatArray], rows: FloatArray) -> FloatArray:
        shapes = [hump_shape(self.x, *(float(value) for value in row)) for row in rows]
        return np.stack([*columns, *shapes], axis=1) * self._root[:, None]

    def _next(
        self, columns: list[FloatArray], rows: FloatArray, place: float | None
    ) -> FloatArray | None:
        """The hump of a grid that takes most of what is left; None where nothing stands out."""
        basis, _ = np.linalg.qr(self._design(columns, rows))
        left = (self._level - self._fixed) * self._root
        left = left - basis @ (basis.T @ left)
        grid = self._grid(place)
        seen = self._design([], grid)
        new = seen - basis @ (basis.T @ seen)
        size = np.sum(new**2, axis=0)
        along = left @ new
        # What the polynomial can follow as well is no hump.
        good = (along > 0.0) & (size > 1e-4 * np.sum(seen**2, axis=0))
        if not good.any():
            return None if place is None else grid[len(grid) // 2]
        return np.asarray(
            grid[np.argmax(np.where(good, along**2 / np.maximum(size, 1e-300), -1.0))]
        )

    def _grid(self, place: float | None) -> FloatArray:
        """Rows to try; among them the humps that the preparation of the pattern named."""
        least, most = hump_widths(self.state)
        widths = np.geomspace(least, most, _WIDTHS)
        places = np.linspace(self.x[0], self.x[-1], _PLACES) if place is None else [place]
        grid = [(p, w, HUMP_SHAPE) for w in widths for p in places]
        if place is None:
            named = self.state.prepared.peaks.foreign
            grid += [(h.two_theta, h.width, HUMP_SHAPE) for h in named if h.width > 0.7 * least]
        return np.array(grid)

    def _moved(self, columns: list[FloatArray], rows: FloatArray) -> FloatArray:
        """All humps refined together, the linear coefficients following."""
        from scipy.optimize import least_squares

        least, most = hump_widths(self.state)
        wanted = (self._level - self._fixed) * self._root
        given = bool(self.state.options.hump_positions)
        margin = _STRAY if given else np.inf
        low = np.stack([np.maximum(rows[:, 0] - margin, self.x[0]), 0 * rows[:, 0] + 0.7 * least])
        high = np.stack([np.minimum(rows[:, 0] + margin, self.x[-1]), 0 * rows[:, 0] + most])
        low, high = (
            np.vstack([edge, np.full(len(rows), e)]).T for edge, e in ((low, 0), (high, 1))
        )

        def left(flat: FloatArray) -> FloatArray:
            basis, _ = np.linalg.qr(self._design(columns, flat.reshape(-1, 3)))
            return np.asarray(wanted - basis @ (basis.T @ wanted))

        inside = np.clip(rows, low + 1e-6, high - 1e-6)
        found = least_squares(
            left,
            inside.ravel(),
            bounds=(low.ravel(), high.ravel()),
            x_scale=np.tile([1.0, 1.0, 0.2], len(rows)),
            max_nfev=_MOST_TRIALS,
        )
        return np.asarray(found.x.reshape(-1, 3))
