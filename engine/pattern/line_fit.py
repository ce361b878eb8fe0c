"""All lines of a pattern fitted at once, their widths and shapes held to smooth laws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.pattern.line_profile import Lines, neighbourhoods, unit_profiles
from engine.pattern.normal_matrix import PARAMETERS, NormalMatrix
from engine.pattern.radiation import Radiation

FloatArray = NDArray[np.float64]

# Standard deviations of a line's own ln(FWHM) and eta about the laws.
_LOG_FWHM_FREEDOM = 0.15
_ETA_FREEDOM = 0.10
# Positions of weak lines drift in noise without a leash of about half a width.
_POSITION_FREEDOM = 0.5
_ETA_RANGE = (0.0, 1.0)
_LOG_STEP = 0.25
_MAX_ASYMMETRY = 0.7
_MAX_TILT = 0.2
_ASYMMETRY_FREEDOM = np.array([0.5])
_N_TILT = len(_ASYMMETRY_FREEDOM)
_STEEP_DEGREES = 20.0
_MOST_DOWN, _MOST_UP = 3.0, 1.0


@dataclass(frozen=True, eq=False)
class Laws:
    """Smooth laws of 2theta: ln(FWHM) and eta (polynomials of 2theta / 90), and asymmetry."""

    log_fwhm: FloatArray
    eta: FloatArray
    asymmetry: FloatArray

    def asymmetry_at(self, position: FloatArray) -> FloatArray:
        """Asymmetry at given 2theta; the same for all lines of an angle."""
        value = asymmetry_basis(position) @ self.asymmetry
        return np.asarray(np.clip(value, -_MAX_ASYMMETRY, _MAX_ASYMMETRY))

    def at(self, position: FloatArray) -> tuple[FloatArray, FloatArray]:
        """ln(FWHM) and eta at given 2theta."""
        x = position / 90.0
        eta = np.clip(np.polynomial.polynomial.polyval(x, self.eta), 0.02, 0.98)
        return np.asarray(np.polynomial.polynomial.polyval(x, self.log_fwhm)), np.asarray(eta)


def asymmetry_basis(position: FloatArray) -> FloatArray:
    """Functions (n, 1) of 2theta whose sum is the asymmetry.

    Axial divergence makes it fall off about as cot(2theta); that is bounded here, since a line
    cannot be more than one-sided. (More freedom at high angles only follows hidden overlaps.)
    """
    return np.asarray(np.exp(-position / _STEEP_DEGREES))[:, None]


@dataclass(frozen=True, eq=False)
class LineFit:
    """Fitted lines with standard uncertainties of position, area, ln(FWHM) and eta."""

    lines: Lines
    su: FloatArray  # (n, 4)
    laws: Laws
    chi_squared: float
    background_shift: FloatArray  # at the points; zero where the background was held


@dataclass(frozen=True, eq=False)
class BackgroundFreedom:
    """Slow corrections of the background that are fitted together with the lines.

    Attributes
    ----------
    shapes : (n, m) sparse matrix
        Hat functions over the points.
    freedom : (m,) array
        Standard deviation of each correction in counts.
    """

    shapes: Any
    freedom: FloatArray


def constant_laws(fwhm: float, eta: float = 0.5) -> Laws:
    """Laws that say the same everywhere."""
    return Laws(np.array([np.log(fwhm), 0.0, 0.0]), np.array([eta, 0.0]), np.zeros(_N_TILT))


def fit_lines(
    two_theta: FloatArray,
    net: FloatArray,
    variance: FloatArray,
    lines: Lines,
    radiation: Radiation,
    laws: Laws,
    *,
    cycles: int = 12,
    relax_laws: bool = True,
    background: BackgroundFreedom | None = None,
) -> LineFit:
    """Restrained least squares (Levenberg-Marquardt) on all lines at once.

    Parameters
    ----------
    two_theta, net, variance : (n,) arrays
        Degrees, counts above the background, and their variance.
    lines : Lines
        Starting values.
    laws : Laws
        Widths and shapes are drawn towards these with standard deviations of 15 % and 0.1, so
        that strong lines follow the data and weak ones their neighbours.
    cycles : int
        Least-squares cycles at most.
    relax_laws : bool
        Whether to refit the laws to the strong lines on the way.
    background : BackgroundFreedom, optional
        Corrections of the background to fit along; without them it is held.
    """
    problem = _Problem(two_theta, net, variance, radiation, background)
    damping = 1e-3
    state = problem.state(lines, np.zeros(problem.n_shapes))
    objective = state.chi_squared + _restraint(lines, laws)
    for cycle in range(cycles):
        normal, gradient = state.equations(laws)
        step, border = normal.solve(gradient, damping)
        tilt = np.clip(border[:_N_TILT], -_MAX_TILT, _MAX_TILT) + laws.asymmetry
        trial_laws = replace(laws, asymmetry=tilt)
        trial = problem.state(
            _moved(state.lines, step, trial_laws), problem.allowed(state.shift + border[_N_TILT:])
        )
        trial_objective = trial.chi_squared + _restraint(trial.lines, trial_laws)
        if trial_objective <= objective:
            gain = objective - trial_objective
            state, laws, objective = trial, trial_laws, trial_objective
            damping = max(damping / 5.0, 1e-7)
            if gain < 1e-2 * len(lines) + 1e-6 * objective:
                break
        else:
            damping *= 8.0
            if damping > 1e4:
                break
        if relax_laws and cycle % 3 == 2:
            laws = fit_laws(state.lines, normal.rough_su(), laws)
            objective = state.chi_squared + _restraint(state.lines, laws)
    su = state.equations(laws)[0].standard_uncertainties()
    if relax_laws:
        laws = fit_laws(state.lines, su, laws)
    return LineFit(state.lines, su, laws, state.chi_squared, problem.background_at(state.shift))


def _restraint(lines: Lines, laws: Laws) -> float:
    """What widths and shapes off their laws cost, in units of chi squared."""
    log_fwhm, eta = laws.at(lines.position)
    return float(
        np.sum(((lines.log_fwhm - log_fwhm) / _LOG_FWHM_FREEDOM) ** 2)
        + np.sum(((lines.eta - eta) / _ETA_FREEDOM) ** 2)
        + np.sum((laws.asymmetry / _ASYMMETRY_FREEDOM) ** 2)
    )


def fit_laws(lines: Lines, su: FloatArray, laws: Laws) -> Laws:
    """Laws through the widths and shapes of the well-determined lines."""
    ratio = lines.area / np.maximum(su[:, 1], 1e-300)
    good = (ratio > 15.0) & (su[:, 2] < 0.5 * _LOG_FWHM_FREEDOM)
    if good.sum() < 2:
        good = ratio >= np.sort(ratio)[-min(3, len(ratio))]
    x = lines.position[good] / 90.0
    spread = float(np.ptp(x))
    # No more freedom than the lines can bear.
    degree = 2 if good.sum() >= 8 and spread > 0.2 else 1 if good.sum() >= 4 and spread > 0.1 else 0
    weight = 1.0 / (su[good, 2] ** 2 + 0.05**2)
    log_fwhm = _robust_polynomial(x, lines.log_fwhm[good], weight, degree)
    weight = 1.0 / (su[good, 3] ** 2 + 0.05**2)
    eta = _robust_polynomial(x, lines.eta[good], weight, min(degree, 1))
    return Laws(log_fwhm, eta, laws.asymmetry)


def _robust_polynomial(x: FloatArray, y: FloatArray, weight: FloatArray, degree: int) -> FloatArray:
    design = np.vander(x, degree + 1, increasing=True)
    robust = np.ones_like(y)
    # A faint pull to a constant keeps the law tame beyond the last line.
    ridge = np.diag([0.0] + [0.02 * weight.sum()] * degree)
    coefficients = np.zeros(degree + 1)
    for _ in range(5):
        w = weight * robust
        normal = design.T @ (w[:, None] * design) + ridge
        coefficients = np.linalg.lstsq(normal, design.T @ (w * y), rcond=None)[0]
        pull = np.abs(y - design @ coefficients) * np.sqrt(weight)
        robust = 1.0 / np.maximum(1.0, pull / 1.5)
    return np.asarray(coefficients)


class _Problem:
    """Data and radiation of a fit."""

    def __init__(
        self,
        two_theta: FloatArray,
        net: FloatArray,
        variance: FloatArray,
        radiation: Radiation,
        background: BackgroundFreedom | None,
    ) -> None:
        self.two_theta = two_theta
        self.net = net
        self.root_weight = 1.0 / np.sqrt(variance)
        self.radiation = radiation
        self.background = background
        self.n_shapes = 0 if background is None else len(background.freedom)
        if background is not None:
            from scipy.sparse import diags

            self.weighted_shapes = (diags(self.root_weight) @ background.shapes).tocsr()

    def background_at(self, shift: FloatArray) -> FloatArray:
        """The correction (n,) at the points."""
        if self.background is None:
            return np.zeros(len(self.net))
        return np.asarray(self.background.shapes @ shift, dtype=np.float64)

    def allowed(self, shift: FloatArray) -> FloatArray:
        """Corrections cut to what a first estimate can be wrong by.

        Tails of lines lift an estimate; hardly anything lowers it.
        """
        if self.background is None:
            return shift
        freedom = self.background.freedom
        return np.asarray(np.clip(shift, -_MOST_DOWN * freedom, _MOST_UP * freedom))

    def state(self, lines: Lines, shift: FloatArray) -> _State:
        return _State(self, lines, shift)


class _State:
    """Lines, what they give at the points, and the linear picture around them."""

    def __init__(self, problem: _Problem, lines: Lines, shift: FloatArray) -> None:
        self.problem = problem
        self.lines = lines
        self.shift = shift
        self.near = neighbourhoods(problem.two_theta, lines, problem.radiation)
        self.profiles = unit_profiles(problem.two_theta, lines, self.near, problem.radiation)
        self.area = lines.area[self.near.line]
        summed = np.bincount(
            self.near.point, self.area * self.profiles.value, minlength=len(problem.net)
        )
        model = summed + problem.background_at(shift)
        self.residual = problem.root_weight * (problem.net - model)
        self.chi_squared = float(self.residual @ self.residual)
        if problem.background is not None:
            self.chi_squared += float(np.sum((shift / problem.background.freedom) ** 2))

    def equations(self, laws: Laws) -> tuple[NormalMatrix, FloatArray]:
        """Normal matrix (4n, 4n) and gradient (4n,), restraints included."""
        from scipy.sparse import csr_matrix

        n, point = len(self.lines), self.near.point
        root = self.problem.root_weight[point]
        weighted_area = self.area * root
        values = np.stack(
            [
                weighted_area * self.profiles.by_position,
                root * self.profiles.value,
                weighted_area * self.profiles.by_log_fwhm,
                weighted_area * self.profiles.by_eta,
            ]
        )
        # Rows of the transposed Jacobian: the four parameters of every line, line by line. The
        # points of a line are a run of neighbours, so that the compressed rows can be written down.
        size = np.bincount(self.near.line, minlength=n)
        start = np.concatenate([[0], np.cumsum(size)])
        blocks = [values[:, start[i] : start[i + 1]].ravel() for i in range(n)]
        columns = [np.tile(point[start[i] : start[i + 1]], PARAMETERS) for i in range(n)]
        pointers = np.concatenate([[0], np.cumsum(np.repeat(size, PARAMETERS))])
        transposed = csr_matrix(
            (np.concatenate(blocks), np.concatenate(columns), pointers),
            shape=(PARAMETERS * n, len(self.residual)),
        )
        normal = (transposed @ transposed.T).tocoo()
        gradient = transposed @ self.residual
        diagonal = np.zeros((n, PARAMETERS))
        log_fwhm, eta = laws.at(self.lines.position)
        diagonal[:, 0] = 1.0 / (_POSITION_FREEDOM * np.exp(self.lines.log_fwhm)) ** 2
        diagonal[:, 2] = 1.0 / _LOG_FWHM_FREEDOM**2
        diagonal[:, 3] = 1.0 / _ETA_FREEDOM**2
        pull = np.zeros((n, PARAMETERS))
        pull[:, 2] = (log_fwhm - self.lines.log_fwhm) / _LOG_FWHM_FREEDOM**2
        pull[:, 3] = (eta - self.lines.eta) / _ETA_FREEDOM**2
        matrix = NormalMatrix(normal.row, normal.col, normal.data, diagonal.ravel())
        gradient = gradient + pull.ravel()
        border, corner, slow = self._border(transposed, laws)
        matrix.set_border(border, corner)
        gradient = np.concatenate([gradient, slow])
        return matrix, np.asarray(gradient)

    def _border(self, transposed: Any, laws: Laws) -> tuple[FloatArray, FloatArray, FloatArray]:
        """What all lines share: the law of asymmetry and the background.

        Returns their coupling to the lines (4n, m), their own normal matrix and gradient.
        """
        from scipy.sparse import csr_matrix, hstack

        problem = self.problem
        root = problem.root_weight[self.near.point]
        basis = asymmetry_basis(self.lines.position)[self.near.line]
        slope = (self.area * root * self.profiles.by_asymmetry)[:, None] * basis
        tilt = np.column_stack(
            [
                np.bincount(self.near.point, slope[:, k], minlength=len(self.residual))
                for k in range(slope.shape[1])
            ]
        )
        prior = 1.0 / _ASYMMETRY_FREEDOM**2
        design, pull = csr_matrix(tilt), -prior * laws.asymmetry
        if problem.background is not None:
            design = hstack([design, problem.weighted_shapes]).tocsr()
            inverse = 1.0 / problem.background.freedom**2
            prior = np.concatenate([prior, inverse])
            pull = np.concatenate([pull, -inverse * self.shift])
        corner = (design.T @ design).toarray() + np.diag(prior)
        slow = design.T @ self.residual + pull
        return (transposed @ design).toarray(), corner, np.asarray(slow)


def _moved(lines: Lines, step: FloatArray, laws: Laws) -> Lines:
    """Lines after a step that is cut to what the linear picture can bear."""
    fwhm = np.exp(lines.log_fwhm)
    move = np.clip(step[:, 0], -0.3 * fwhm, 0.3 * fwhm)
    log_step = np.clip(step[:, 2], -_LOG_STEP, _LOG_STEP)
    eta = np.clip(lines.eta + np.clip(step[:, 3], -0.2, 0.2), *_ETA_RANGE)
    position = lines.position + move
    log_fwhm = lines.log_fwhm + log_step
    return Lines(position, lines.area + step[:, 1], log_fwhm, eta, laws.asymmetry_at(position))


def fit_areas(
    two_theta: FloatArray,
    net: FloatArray,
    variance: FloatArray,
    lines: Lines,
    radiation: Radiation,
) -> Lines:
    """The same lines with the areas that fit best, everything else held; areas stay positive."""
    from scipy.sparse import csr_matrix, diags
    from scipy.sparse.linalg import spsolve

    if len(lines) == 0:
        return lines
    near = neighbourhoods(two_theta, lines, radiation)
    profile = unit_profiles(two_theta, lines, near, radiation).value
    root = 1.0 / np.sqrt(variance)
    design = csr_matrix(
        (profile * root[near.point], (near.point, near.line)), shape=(len(net), len(lines))
    )
    normal = (design.T @ design).tocsc()
    ridge = diags(1e-6 * normal.diagonal() + 1e-300)
    area = np.atleast_1d(spsolve(normal + ridge, design.T @ (root * net)))
    largest = float(np.max(np.abs(area))) if len(area) else 0.0
    return replace(lines, area=np.maximum(area, 1e-4 * largest))
