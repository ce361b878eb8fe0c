"""Peak search and fit on patterns whose lines are known."""

import numpy as np
import pytest

from engine.pattern.io import read_pattern
from engine.pattern.line_profile import Lines, calculate, neighbourhoods, unit_profiles
from engine.pattern.peaks import find_peaks
from engine.pattern.radiation import K_ALPHA, Radiation, parse_wavelength, preset
from engine.pattern.spurious import K_BETA, in_words

LINES = [(18.3, 700.0), (26.6, 1500.0), (38.0, 300.0), (38.5, 200.0), (52.0, 900.0),
         (63.1, 30.0), (71.7, 500.0), (84.2, 250.0)]  # fmt: skip


def test_every_line_is_found_once_and_well(make_pattern):
    peaks = find_peaks(make_pattern(LINES))
    assert len(peaks) == len(LINES)
    position, area = np.array(LINES).T
    assert np.max(np.abs(peaks.two_theta - position)) < 0.01
    assert np.max(np.abs(peaks.two_theta - position) / peaks.two_theta_su) < 4.5
    assert np.max(np.abs(peaks.area - area) / (peaks.area_su + 0.01 * area)) < 4.5
    assert np.median(peaks.fwhm) == pytest.approx(0.12, rel=0.05)
    assert np.all(np.diff(peaks.two_theta) > 0)


def test_standard_uncertainties_are_honest(make_pattern):
    position, area = np.array(LINES).T
    pulls = []
    for seed in range(12):
        pattern = make_pattern(LINES, seed=seed)
        peaks = find_peaks(pattern, np.full(len(pattern), 150.0))
        for p, a in zip(position, area, strict=True):
            i = int(np.argmin(np.abs(peaks.two_theta - p)))
            pulls.append([(peaks.two_theta[i] - p) / peaks.two_theta_su[i],
                          (peaks.area[i] - a) / peaks.area_su[i]])  # fmt: skip
    spread = np.std(pulls, axis=0)
    assert np.all(spread > 0.6)
    assert np.all(spread < 1.5)


@pytest.mark.parametrize("seed", range(6))
def test_noise_is_no_line(make_pattern, seed):
    lines = [(30.0, 2000.0), (60.0, 800.0)]
    assert len(find_peaks(make_pattern(lines, seed=seed), min_relative_area=0.0)) == 2
    assert len(find_peaks(make_pattern([], seed=seed))) == 0


def test_one_percent_of_the_strongest_is_found(make_pattern):
    lines = [(25.0, 1800.0), (45.0, 18.0), (75.0, 18.0)]
    assert len(find_peaks(make_pattern(lines))) == 3


def test_resolved_k_alpha_2_is_never_a_line(make_pattern):
    lines = [(60.0, 900.0), (88.0, 700.0), (115.0, 800.0), (140.0, 600.0)]
    peaks = find_peaks(make_pattern(lines, span=(50.0, 150.0), fwhm=0.1))
    assert peaks.two_theta == pytest.approx([p for p, _ in lines], abs=0.01)


def test_sharp_synchrotron_pattern(make_pattern):
    radiation = parse_wavelength("0.413")
    lines = [(4.0 + 0.71 * i, 3.0 + i % 7) for i in range(40)]
    pattern = make_pattern(
        lines, span=(0.5, 34.0), step=0.001, fwhm=0.006, radiation=radiation, background=100.0
    )
    assert len(pattern) > 33_000
    peaks = find_peaks(pattern)
    assert len(peaks) == 40
    assert peaks.two_theta == pytest.approx([p for p, _ in lines], abs=5e-4)


def test_broad_lines(make_pattern):
    lines = [(30.0, 3000.0), (45.0, 2000.0), (70.0, 1500.0)]
    peaks = find_peaks(make_pattern(lines, fwhm=1.0))
    assert peaks.two_theta == pytest.approx([30.0, 45.0, 70.0], abs=0.05)
    assert peaks.area == pytest.approx([3000.0, 2000.0, 1500.0], rel=0.1)


def test_weak_k_beta_satellites_are_left_out(make_pattern):
    sine = np.sin(np.radians(23.5)) * K_BETA["Cu"] / K_ALPHA["Cu"][0]
    beta = 2 * np.degrees(np.arcsin(sine))
    peaks = find_peaks(make_pattern([(47.0, 3000.0), (beta, 25.0), (70.0, 400.0)]))
    assert peaks.two_theta == pytest.approx([47.0, 70.0], abs=0.01)
    assert [line.two_theta for line in peaks.foreign] == pytest.approx([beta], abs=0.05)
    assert "Cu K-beta of the line at 47.00 deg" in in_words(peaks.foreign)


def test_gaps_and_uneven_steps(make_pattern):
    pattern = make_pattern(LINES)
    keep = (pattern.two_theta < 44.0) | (pattern.two_theta > 48.0)
    keep &= (np.arange(len(pattern)) % 2 == 0) | (pattern.two_theta < 60.0)
    gapped = type(pattern)(
        pattern.two_theta[keep], pattern.counts[keep], pattern.sigma[keep], pattern.radiation
    )
    peaks = find_peaks(gapped)
    for position, area in LINES:
        if area > 100.0:
            assert np.min(np.abs(peaks.two_theta - position)) < 0.02
    assert len(peaks) <= len(LINES) + 1


def test_a_held_background_stays(make_pattern):
    pattern = make_pattern(LINES)
    background = np.full(len(pattern), 150.0)
    assert find_peaks(pattern, background).background is background


def test_d_spacing_and_profile(make_pattern):
    pattern = make_pattern(LINES)
    peaks = find_peaks(pattern)
    sine = np.sin(np.radians(peaks.two_theta / 2))
    assert np.allclose(peaks.d_spacing * 2 * sine, pattern.radiation.primary)
    model = peaks.background + peaks.profile(pattern.two_theta, pattern.radiation)
    assert np.mean(((pattern.counts - model) / pattern.sigma) ** 2) == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("radiation", [preset("CuKa"), Radiation((0.7,), (1.0,))])
def test_derivatives_are_those_of_the_profile(radiation):
    x = np.linspace(38.0, 42.0, 401)
    line = Lines(*(np.array([v]) for v in (40.0, 1.0, np.log(0.2), 0.4, 0.2)))
    near = neighbourhoods(x, line, radiation, 100.0)
    profiles = unit_profiles(x, line, near, radiation)
    assert np.allclose(calculate(x, line, radiation, 100.0), profiles.value)
    assert np.trapezoid(profiles.value, x) == pytest.approx(1.0, abs=0.05)
    derivatives = {
        "position": profiles.by_position,
        "log_fwhm": profiles.by_log_fwhm,
        "eta": profiles.by_eta,
        "asymmetry": profiles.by_asymmetry,
    }
    for name, derivative in derivatives.items():
        values = []
        for shift in (1e-6, -1e-6):
            moved = {k: getattr(line, k) for k in ("position", "area", "log_fwhm", "eta",
                                                   "asymmetry")}  # fmt: skip
            moved[name] = moved[name] + shift
            values.append(calculate(x, Lines(**moved), radiation, 100.0))
        numeric = (values[0] - values[1]) / 2e-6
        inside = np.abs(x - 40.0) > 1e-4  # the halves meet at the top
        assert np.allclose(numeric[inside], derivative[inside], atol=1e-3, rtol=1e-3), name


@pytest.mark.parametrize(
    ("file", "a", "wavelength", "spread", "n_lines"),
    [
        ("rietx/nist_srm660c_100a.cif", 4.156826, None, 0.01, 24),
        ("xrayutilities/LaB6_d500_si_psd.xye", 4.1569, None, 0.01, 24),
        ("gsas2/11bmb_8342_LaB6_660a.fxye", 4.1569, None, 0.004, 61),
    ],
)
def test_lanthanum_hexaboride(data_root, file, a, wavelength, spread, n_lines):
    radiation = parse_wavelength(wavelength) if wavelength else None
    pattern = read_pattern(data_root / "experimental" / file, radiation)
    peaks = find_peaks(pattern)
    n = np.array(sorted({h * h + k * k + m * m for h in range(12) for k in range(h + 1)
                         for m in range(k + 1)} - {0}))  # fmt: skip
    sine = pattern.radiation.primary * np.sqrt(n) / (2 * a)
    true = 2 * np.degrees(np.arcsin(sine[sine < 1]))
    true = true[(true > pattern.two_theta[0]) & (true < pattern.two_theta[-1])]
    assert len(true) == n_lines
    nearest = peaks.two_theta[np.argmin(np.abs(peaks.two_theta[:, None] - true), axis=0)]
    difference = nearest - true
    # Up to zero error and displacement, which are slow functions of the angle.
    slow = np.polynomial.Polynomial.fit(true, difference, 2)(true)
    assert np.max(np.abs(difference - slow)) < spread
    assert len(peaks) <= n_lines + 3
