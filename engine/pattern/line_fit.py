"""All lines of a pattern fitted at once, their widths and shapes held to smooth laws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.pattern.line_profile import Lines, calculate, neighbourhoods, unit_profiles
from engine.pattern.radiation import Radiation

FloatArray = NDArray[np.float64]

# Standard deviations of a line's own ln(FWHM) and eta about the laws.
_LOG_FWHM_FREEDOM = 0.15
_ETA_FREEDOM = 0.10
# Positions of weak lines drift in noise without a leash of about half a width.
_POSITION_FREEDOM = 0.5
_ETA_RANGE = (0.0, 1.0)
_LOG_STEP = 0.25
_PARAMETERS = 4


@dataclass(frozen=True, eq=False)
class Laws:
    """Smooth laws: ln(FWHM) as a polynomial of x = theta in units of 45 degrees, eta linear."""

    log_fwhm: FloatArray
    eta: FloatArray

    def at(self, position: FloatArray) -> tuple[FloatArray, FloatArray]:
        """ln(FWHM) and eta at given 2theta."""
        x = position / 90.0
        eta = np.clip(np.polynomial.polynomial.polyval(x, self.eta), 0.02, 0.98)
        return np.asarray(np.polynomial.polynomial.polyval(x, self.log_fwhm)), np.asarray(eta)


@dataclass(frozen=True, eq=False)
class LineFit:
    """Fitted lines with standard uncertainties of position, area, ln(FWHM) and eta."""

    lines: Lines
    su: FloatArray  # (n, 4)
    laws: Laws
    chi_squared: float


def constant_laws(fwhm: float, eta: float = 0.5) -> Laws:
    """Laws that say the same everywhere."""
    return Laws(np.array([np.log(fwhm), 0.0, 0.0]), np.array([eta, 0.0]))


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
    """
    problem = _Problem(two_theta, net, variance, radiation)
    damping = 1e-3
    chi_squared = problem.chi_squared(lines, laws)
    for cycle in range(cycles):
        normal, gradient = problem.equations(lines, laws)
        step = _solve(normal, gradient, damping)
        trial = _moved(lines, step)
        trial_chi = problem.chi_squared(trial, laws)
        if trial_chi <= chi_squared:
            gain = chi_squared - trial_chi
            lines, chi_squared, damping = trial, trial_chi, max(damping / 5.0, 1e-7)
            if gain < 1e-4 * len(lines) + 1e-6 * chi_squared:
                break
        else:
            damping *= 8.0
            if damping > 1e4:
                break
        if relax_laws and cycle % 3 == 2:
            laws = fit_laws(lines, problem.standard_uncertainties(lines, laws), laws)
            chi_squared = problem.chi_squared(lines, laws)
    return LineFit(lines, problem.standard_uncertainties(lines, laws), laws, chi_squared)


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
    return Laws(log_fwhm, eta)


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
    """Data and radiation of a fit, with its sums of squares."""

    def __init__(
        self,
        two_theta: FloatArray,
        net: FloatArray,
        variance: FloatArray,
        radiation: Radiation,
    ) -> None:
        self.two_theta = two_theta
        self.net = net
        self.weight = 1.0 / variance
        self.radiation = radiation

    def chi_squared(self, lines: Lines, laws: Laws) -> float:
        residual = self.net - calculate(self.two_theta, lines, self.radiation)
        log_fwhm, eta = laws.at(lines.position)
        restraint = np.sum(((lines.log_fwhm - log_fwhm) / _LOG_FWHM_FREEDOM) ** 2)
        restraint += np.sum(((lines.eta - eta) / _ETA_FREEDOM) ** 2)
        return float(np.sum(self.weight * residual**2) + restraint)

    def equations(self, lines: Lines, laws: Laws) -> tuple[FloatArray, FloatArray]:
        """Normal matrix (4n, 4n) and gradient (4n,), restraints included."""
        from scipy.sparse import csr_matrix

        near = neighbourhoods(self.two_theta, lines, self.radiation)
        profile, by_position, by_width, by_eta = unit_profiles(
            self.two_theta, lines, near, self.radiation
        )
        area = lines.area[near.line]
        n = len(lines)
        values = np.concatenate([area * by_position, profile, area * by_width, area * by_eta])
        model = np.bincount(near.point, area * profile, minlength=len(self.net))
        root = np.sqrt(self.weight)
        columns = np.concatenate([_PARAMETERS * near.line + k for k in range(_PARAMETERS)])
        rows = np.tile(near.point, _PARAMETERS)
        jacobian = csr_matrix(
            (values * root[rows], (rows, columns)), shape=(len(self.net), _PARAMETERS * n)
        )
        normal = (jacobian.T @ jacobian).toarray()
        gradient = jacobian.T @ (root * (self.net - model))
        log_fwhm, eta = laws.at(lines.position)
        for k, freedom, pull in (
            (2, _LOG_FWHM_FREEDOM, log_fwhm - lines.log_fwhm),
            (3, _ETA_FREEDOM, eta - lines.eta),
        ):
            index = _PARAMETERS * np.arange(n) + k
            normal[index, index] += 1.0 / freedom**2
            gradient[index] += pull / freedom**2
        index = _PARAMETERS * np.arange(n)
        normal[index, index] += 1.0 / (_POSITION_FREEDOM * np.exp(lines.log_fwhm)) ** 2
        return np.asarray(normal), np.asarray(gradient)

    def standard_uncertainties(self, lines: Lines, laws: Laws) -> FloatArray:
        """(n, 4): of position, area, ln(FWHM) and eta, from the inverse normal matrix."""
        normal, _ = self.equations(lines, laws)
        scale = 1.0 / np.sqrt(np.maximum(np.diag(normal), 1e-300))
        scaled = normal * scale[:, None] * scale[None, :]
        scaled[np.diag_indices_from(scaled)] += 1e-9
        inverse = np.linalg.inv(scaled)
        return np.asarray(np.sqrt(np.maximum(np.diag(inverse), 0.0)) * scale).reshape(
            -1, _PARAMETERS
        )


def _solve(normal: FloatArray, gradient: FloatArray, damping: float) -> FloatArray:
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    scale = 1.0 / np.sqrt(np.maximum(np.diag(normal), 1e-300))
    scaled = normal * scale[:, None] * scale[None, :]
    scaled[np.diag_indices_from(scaled)] += damping
    try:
        solution = cho_solve(cho_factor(scaled), gradient * scale)
    except (LinAlgError, ValueError):
        solution = gradient * scale / (1.0 + damping)
    return np.asarray(solution * scale).reshape(-1, _PARAMETERS)


def _moved(lines: Lines, step: FloatArray) -> Lines:
    """Lines after a step that is cut to what the linear picture can bear."""
    fwhm = np.exp(lines.log_fwhm)
    move = np.clip(step[:, 0], -0.3 * fwhm, 0.3 * fwhm)
    log_step = np.clip(step[:, 2], -_LOG_STEP, _LOG_STEP)
    eta = np.clip(lines.eta + np.clip(step[:, 3], -0.2, 0.2), *_ETA_RANGE)
    return Lines(lines.position + move, lines.area + step[:, 1], lines.log_fwhm + log_step, eta)


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
    profile = unit_profiles(two_theta, lines, near, radiation)[0]
    root = 1.0 / np.sqrt(variance)
    design = csr_matrix(
        (profile * root[near.point], (near.point, near.line)), shape=(len(net), len(lines))
    )
    normal = (design.T @ design).tocsc()
    ridge = diags(1e-6 * normal.diagonal() + 1e-300)
    area = np.atleast_1d(spsolve(normal + ridge, design.T @ (root * net)))
    largest = float(np.max(np.abs(area))) if len(area) else 0.0
    return Lines(lines.position, np.maximum(area, 1e-4 * largest), lines.log_fwhm, lines.eta)
