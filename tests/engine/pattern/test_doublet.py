"""A stated K-alpha-1 on a pattern that shows both lines."""

from dataclasses import replace

import pytest

from engine.pattern.doublet import detect_doublet
from engine.pattern.io import read_pattern
from engine.pattern.radiation import Radiation, parse_wavelength, preset

LINES = [(25.0, 700.0), (38.3, 900.0), (44.5, 500.0), (58.0, 400.0), (66.0, 900.0), (81.0, 600.0)]


@pytest.mark.parametrize("fwhm", [0.08, 0.15, 0.3])
@pytest.mark.parametrize("stated", [1.5406, 1.5418])
def test_the_doublet_is_seen(make_pattern, fwhm, stated):
    radiation = Radiation((stated,), (1.0,), provenance="typed")
    pattern = replace(make_pattern(LINES, fwhm=fwhm), radiation=radiation)
    found = detect_doublet(pattern)
    assert found is not None
    assert found.wavelengths == pytest.approx((1.5406, 1.5444), abs=2e-4)
    assert (found.provenance, found.anode) == ("typed", "Cu")


@pytest.mark.parametrize("fwhm", [0.08, 0.15, 0.3])
def test_one_wavelength_stays_one(make_pattern, fwhm):
    pattern = make_pattern(LINES, fwhm=fwhm, radiation=preset("CuKa1"))
    assert detect_doublet(pattern) is None


@pytest.mark.parametrize("stated", ["0.7", "1.54056,1.54439"])
def test_other_radiations_are_left_alone(make_pattern, stated):
    pattern = replace(make_pattern(LINES), radiation=parse_wavelength(stated))
    assert detect_doublet(pattern) is None


@pytest.mark.parametrize(
    "file",
    [
        "xrd_autoanalyzer/MnO.xy",
        "xrd_autoanalyzer/MnO2.xy",
        "qarr_pure/corundum.prn",
        "qarr_pure/brucite.prn",
    ],
)
def test_measured_patterns_show_it(data_root, file):
    pattern = read_pattern(data_root / "experimental" / file, parse_wavelength("1.5406"))
    assert detect_doublet(pattern) is not None
