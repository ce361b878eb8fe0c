"""Where electrons are missing: the Fourier map of observed less calculated amplitudes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.diffraction.lorentz_polarisation import lorentz_polarisation
from engine.solve.binned_pattern import BinnedPattern
from engine.solve.maps.atoms_on_intensities import RefinedAtoms
from engine.solve.maps.frame import Frame
from engine.solve.maps.measured_series import Series, share_out
from engine.solve.maps.sites import grid_shape

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SHARING_ROUNDS = 4
# Share of the mean |F|^2 that a reflection is given before intensity is shared out, so that
# measured lines where the model has none count.
FAINTEST = 0.03
# Damps what ends abruptly at the last line, square angstrom.
SMOOTHING = 1.5
LARGEST_RATIO = 3.0


def frame_of(refined: RefinedAtoms) -> Frame:
    """The frame of a refined structure."""
    standard = refined.model.standardised
    return Frame.of(standard, standard.conventional.lattice)


def difference_map(refined: RefinedAtoms, pattern: BinnedPattern) -> FloatArray:
    """Observed less calculated density on a grid of the conventional cell.

    Parameters
    ----------
    refined : RefinedAtoms
    pattern : BinnedPattern

    Returns
    -------
    (n1, n2, n3) array
        Electrons per cubic angstrom, smeared by the displacement factors.
    """
    model = refined.model
    q = model.metric_forms @ model.metric
    waves = np.exp(2j * np.pi * (model.hkl @ model.coordinates(refined.shifts).T))
    f = (model.form_factor.T * waves).sum(axis=1) * np.exp(-0.25 * refined.b_iso * q)
    factor = model.multiplicity * lorentz_polarisation(
        0.25 * pattern.wavelength**2 * q, pattern.radiation
    )
    strength = np.abs(f) ** 2
    # The scale of the model is the measured one: its lines hold the same total.
    first = (strength + FAINTEST * strength.mean()) * factor
    profiles = pattern.profiles(np.sqrt(q))
    total = float(pattern.weight @ (pattern.observed * ((strength * factor) @ profiles)))
    norm = float(pattern.weight @ ((strength * factor) @ profiles) ** 2)
    scale = max(total / max(norm, 1e-300), 1e-300)
    found = share_out(first, profiles, pattern, SHARING_ROUNDS) / scale
    observed = np.sqrt(np.maximum(found / factor, 0.0))
    calculated = np.abs(f)
    observed = np.minimum(observed, LARGEST_RATIO * np.sqrt(strength.mean()) + 1.5 * calculated)
    phase = f / np.maximum(calculated, 1e-9)
    smooth = np.exp(-0.25 * SMOOTHING * q)
    series = _expanded(frame_of(refined), model.hkl, (observed - calculated) * phase * smooth)
    return series.grid(grid_shape(series.lattice))


def _expanded(frame: Frame, hkl: IntArray, f: NDArray[np.complex128]) -> Series:
    """All reflections, one of each Friedel pair, from the independent ones."""
    images = np.einsum("ri,gij->grj", hkl, frame.rotations)
    values = f[None] * np.exp(-2j * np.pi * (frame.translations @ hkl.T))
    flat, flat_values = images.reshape(-1, 3), values.ravel()
    negative = (flat[:, 0] < 0) | ((flat[:, 0] == 0) & (flat[:, 1] < 0))
    negative |= (flat[:, 0] == 0) & (flat[:, 1] == 0) & (flat[:, 2] < 0)
    flat = np.where(negative[:, None], -flat, flat)
    flat_values = np.where(negative, np.conj(flat_values), flat_values)
    base = 2 * int(np.abs(flat).max()) + 1
    _, first = np.unique(flat @ np.array([base * base, base, 1]), return_index=True)
    return Series(frame.lattice, flat[first].astype(np.int64), flat_values[first])
