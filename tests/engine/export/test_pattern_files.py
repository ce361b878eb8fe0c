import numpy as np
import pytest

from engine.export.pattern_files import write_pattern
from engine.pattern.io import read_pattern
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation, preset


@pytest.mark.parametrize("suffix", [".xy", ".xye", ".csv"])
@pytest.mark.parametrize(
    "radiation", [preset("CuKa"), preset("MoKa1"), Radiation((0.4133,), (1.0,))], ids=str
)
def test_a_written_pattern_reads_back_with_its_wavelengths(tmp_path, a_pattern, suffix, radiation):
    pattern = PowderPattern(a_pattern.two_theta, a_pattern.counts, a_pattern.sigma, radiation)
    path = tmp_path / f"p{suffix}"
    write_pattern(pattern, path, title="a title")
    back = read_pattern(path)
    np.testing.assert_allclose(back.two_theta, pattern.two_theta, atol=1e-6)
    np.testing.assert_allclose(back.counts, pattern.counts, rtol=1e-6)
    assert back.radiation.wavelengths == pytest.approx(radiation.wavelengths, abs=1e-7)
    assert back.radiation.weights == pytest.approx(radiation.weights, abs=1e-4)
    assert back.radiation.provenance == "file"
    assert ("," in path.read_text().splitlines()[-1]) == (suffix == ".csv")
    if suffix == ".xye":
        np.testing.assert_allclose(back.sigma, pattern.sigma, rtol=1e-5)
