"""Simulated patterns and small files in every format, made here."""

from __future__ import annotations

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation, preset
from tests.made_instrument_files import ONE, SEVERAL, Ranges

N_POINTS = 120


def profile_of(
    x: np.ndarray, position: float, fwhm: float, eta: float, radiation: Radiation
) -> np.ndarray:
    """One pseudo-Voigt line of unit area with all wavelengths; written apart from the engine."""
    total = np.zeros_like(x)
    for wavelength, weight in zip(radiation.wavelengths, radiation.weights, strict=True):
        sine = np.sin(np.radians(position / 2)) * wavelength / radiation.wavelengths[0]
        u = (x - 2 * np.degrees(np.arcsin(sine))) / fwhm
        gauss = np.exp(-4 * np.log(2) * u**2) * 2 * np.sqrt(np.log(2) / np.pi) / fwhm
        lorentz = 2 / (np.pi * fwhm) / (1 + 4 * u**2)
        total += weight * ((1 - eta) * gauss + eta * lorentz)
    return total


@pytest.fixture
def make_pattern() -> Callable[..., PowderPattern]:
    """A factory of simulated patterns: lines of (position, area), background, Poisson noise."""

    def make(
        lines: list[tuple[float, float]],
        *,
        seed: int | None = 0,
        span: tuple[float, float] = (10.0, 90.0),
        step: float = 0.02,
        fwhm: float = 0.12,
        eta: float = 0.5,
        background: Callable[[np.ndarray], np.ndarray] | float = 150.0,
        radiation: Radiation | None = None,
    ) -> PowderPattern:
        radiation = radiation or preset("CuKa")
        x = np.arange(span[0], span[1] + step / 2, step)
        level = background(x) if callable(background) else np.full_like(x, background)
        y = level.astype(float)
        for position, area in lines:
            y = y + area * profile_of(x, position, fwhm, eta, radiation)
        if seed is not None:
            y = np.random.default_rng(seed).poisson(y).astype(float)
        return PowderPattern(x, y, np.sqrt(np.maximum(y, 1.0)), radiation=radiation)

    return make


@pytest.fixture(scope="session")
def counts() -> np.ndarray:
    """Whole Poisson counts of one line on a background."""
    x = np.linspace(0, 1, N_POINTS)
    return np.random.default_rng(5).poisson(200 + 3000 * np.exp(-((x - 0.4) ** 2) / 0.001))


def _xrdml(counts: np.ndarray) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/1.5"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" status="Completed">
<sample type="To be analyzed"><id></id><name>calcite</name></sample>
<xrdMeasurement measurementType="Scan" status="Completed">
<usedWavelength intended="K-Alpha 1"><kAlpha1 unit="Angstrom">1.5405980</kAlpha1>
<kAlpha2 unit="Angstrom">1.5444260</kAlpha2><ratioKAlpha2KAlpha1>0.5000</ratioKAlpha2KAlpha1>
</usedWavelength>
<incidentBeamPath><xRayTube><anodeMaterial>Cu</anodeMaterial></xRayTube>
<divergenceSlit xsi:type="fixedDivergenceSlitType"/></incidentBeamPath>
<scan appendNumber="0" mode="Continuous" scanAxis="Gonio" status="Completed"><dataPoints>
<positions axis="2Theta" unit="deg"><startPosition>20.0</startPosition>
<endPosition>{20 + 0.02 * (len(counts) - 1)}</endPosition></positions>
<positions axis="Omega" unit="deg"><startPosition>10.0</startPosition>
<endPosition>11.0</endPosition></positions>
<commonCountingTime unit="seconds">10.0</commonCountingTime>
<intensities unit="counts">{" ".join(str(int(c)) for c in counts)}</intensities>
</dataPoints></scan></xrdMeasurement></xrdMeasurements>""".encode("utf-8-sig")


def _gsas_std(counts: np.ndarray) -> bytes:
    lines = [f"{'title Cu K-alpha':80s}", f"BANK 1 {len(counts)} 12 CONST 2000 2 0 0 STD".ljust(80)]
    fields = [f"  {int(c):6d}" for c in counts]
    lines += ["".join(fields[i : i + 10]) for i in range(0, len(fields), 10)]
    return "\r\n".join(lines).encode()


def _gsas_esd(counts: np.ndarray) -> bytes:
    lines = ["title", f"BANK 1 {len(counts)} 24 CONST 2000 2 0 0 ESD"]
    fields = [f"{int(c):7d}.{np.sqrt(c):7.1f} " for c in counts]
    lines += ["".join(f"{f:16.16s}" for f in fields[i : i + 5]) for i in range(0, len(fields), 5)]
    return "\n".join(lines).encode()


def _gsas_fxye(counts: np.ndarray) -> bytes:
    lines = [
        "From jun10/scan.mda",
        "# Calibrated wavelength = 0.413529 ",
        f"BANK 1 {len(counts)} {len(counts)} CONS 2000.0 2.0 0 0 FXYE",
    ]
    lines += [f" {2000 + 2 * i:.6f} {c:.4f} {np.sqrt(c):.4f}" for i, c in enumerate(counts)]
    return "\n".join(lines).encode()


def _fullprof(counts: np.ndarray) -> bytes:
    end = 20 + 0.02 * (len(counts) - 1)
    lines = [f"  20.000   0.020 {end:8.3f}  PbSO4"]
    fields = [f"{int(c):8d}" for c in counts]
    lines += ["".join(fields[i : i + 10]) for i in range(0, len(fields), 10)]
    return "\n".join(lines).encode()


def _lhpm(counts: np.ndarray) -> bytes:
    head = """SampleIdent CPD RR Sample 2         DataFileName CPD-2
DiffrType PW3710   GeneratorVoltage 40   TubeCurrent 40
Anode Cu    Alpha1  1.54056    Alpha2  1.54439    Ratio  0.50000
MonochromatorUsed YES   DivergenceSlit 1      ReceivingSlit 0.3
"""
    return head.encode() + _fullprof(counts)


def _chi(counts: np.ndarray) -> bytes:
    lines = ["C:\\scan.tif: 2-theta scan", "2-Theta Angle (Degrees)", "Intensity", str(len(counts))]
    lines += [f" {20 + 0.02 * i:.7E}  {c:.7E}" for i, c in enumerate(counts)]
    return "\n".join(lines).encode()


def _pdcif(counts: np.ndarray) -> bytes:
    head = f"""data_test
loop_
_diffrn_radiation_wavelength
_diffrn_radiation_wavelength_wt
1.540598 1.0
1.544390 0.5
_pd_meas_2theta_range_min 20.0
_pd_meas_2theta_range_max {20 + 0.02 * (len(counts) - 1)}
_pd_meas_2theta_range_inc 0.02
_pd_meas_number_of_points {len(counts)}
loop_
_pd_meas_counts_total
"""
    return (head + "\n".join(str(int(c)) for c in counts) + "\n").encode()


def _xy(counts: np.ndarray) -> bytes:
    return "\n".join(f"{20 + 0.02 * i:.4f} {int(c)}" for i, c in enumerate(counts)).encode()


MAKERS: dict[str, Callable[[np.ndarray], bytes]] = {
    "scan.xrdml": _xrdml,
    "std.gsas": _gsas_std,
    "esd.gsas": _gsas_esd,
    "aps.fxye": _gsas_fxye,
    "fullprof.dat": _fullprof,
    "lhpm.dat": _lhpm,
    "fit2d.chi": _chi,
    "points.cif": _pdcif,
    "plain.xy": _xy,
    "packed.xy.gz": lambda counts: gzip.compress(_xy(counts), mtime=0),
    "packed.xrdml.bz2": lambda counts: bz2.compress(_xrdml(counts)),
}


def _of_one_range(make: Callable[[Ranges], bytes]) -> Callable[[np.ndarray], bytes]:
    return lambda counts: make([(20.0, counts)])


MAKERS |= {name: _of_one_range(make) for name, make in {**SEVERAL, **ONE}.items()}


@pytest.fixture(params=sorted(MAKERS))
def example(request: pytest.FixtureRequest, counts: np.ndarray) -> tuple[str, bytes]:
    """Name and content of a good file, in each format in turn."""
    return request.param, MAKERS[request.param](counts)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a file and get its path."""

    def writer(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return writer


@pytest.fixture
def good_file(counts: np.ndarray) -> Callable[[str], bytes]:
    """Content of the good file of a given name."""
    return lambda name: MAKERS[name](counts)
