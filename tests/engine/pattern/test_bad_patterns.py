"""What is refused, what is mended, and that damaged files never do anything else."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import BadInputError
from engine.pattern import io
from engine.pattern.io import read_pattern
from engine.pattern.resample import MANY_POINTS

RELAXED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def text_of(y, x=None) -> str:
    x = 20.0 + 0.02 * np.arange(len(y)) if x is None else x
    return "\n".join(f"{a:.5f} {b}" for a, b in zip(x, y, strict=True))


def good(n: int = 100) -> np.ndarray:
    return np.random.default_rng(0).poisson(500, n).astype(float)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"  \n \n", "is empty"),
        (b"nothing but words\nin two lines\n", "no columns of numbers"),
        (text_of(["nan"] * 50), "no point"),
        (text_of([7.0] * 50), "equal"),
        (text_of([0.0] * 50), "equal"),
        (text_of(good(12)), "12 points"),
        (text_of(-good(50)), "above zero"),
        (bytes(range(256)) * 20, "binary file"),
        (b"PK\x03\x04" + b"x" * 300, "cut short"),
        (b"<?xml version='1.0'?><xrdMeasurements><xrdMeasurement>", "cut short"),
        (b"RAW1.01\x00" + bytes(100), "cut short"),
        (b"RAW2" + bytes(20), "cut short"),
        (b"data_a\nloop_\n_pd_meas_counts_total\n'1", "cut short or damaged"),
        (text_of(good(50), x=np.linspace(-60, -10, 50)), "between 0 and 180"),
    ],
)
def test_refused_with_one_sentence(write, content, reason):
    with pytest.raises(BadInputError, match=reason) as raised:
        read_pattern(write("bad.file", content))
    message = str(raised.value)
    assert message.endswith(".")
    assert "\n" not in message


def test_paths_that_cannot_be_read(tmp_path):
    with pytest.raises(BadInputError, match="no file"):
        read_pattern(tmp_path / "missing.xy")
    with pytest.raises(BadInputError, match="folder"):
        read_pattern(tmp_path)


def test_a_huge_file_is_refused_before_it_is_read(write, monkeypatch):
    monkeypatch.setattr(io, "MAX_BYTES", 1000)
    with pytest.raises(BadInputError, match="MB"):
        read_pattern(write("a.xy", text_of(good(500))))


def test_a_structure_cif_is_a_simulated_pattern(write):
    pytest.importorskip("engine.diffraction.profile")
    text = """data_NaCl
_cell_length_a 5.64
_cell_length_b 5.64
_cell_length_c 5.64
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Na Na 0 0 0
Cl Cl 0.5 0.5 0.5
"""
    pattern = read_pattern(write("nacl.cif", text))
    strongest = pattern.two_theta[np.argmax(pattern.counts)]
    assert strongest == pytest.approx(31.70, abs=0.1)  # 200
    assert "simulated" in pattern.format


def warned(write, content) -> tuple[str, ...]:
    return tuple(w for w in read_pattern(write("a.xy", content)).warnings if "assumed" not in w)


def test_unsorted_points_are_sorted(write):
    y, x = good(60), 20.0 + 0.02 * np.arange(60)
    order = np.random.default_rng(1).permutation(60)
    pattern = read_pattern(write("a.xy", text_of(y[order], x[order])))
    assert np.allclose(pattern.counts, y)
    assert any("sorted" in warning for warning in pattern.warnings)


def test_a_falling_scan_is_sorted(write):
    y, x = good(60), 20.0 + 0.02 * np.arange(60)
    assert np.allclose(read_pattern(write("a.xy", text_of(y[::-1], x[::-1]))).counts, y)


def test_repeated_angles_are_merged(write):
    y = good(60)
    x = 20.0 + 0.02 * (np.arange(60) // 2)
    pattern = read_pattern(write("a.xy", text_of(y, x)))
    assert np.allclose(pattern.counts, y.reshape(30, 2).mean(axis=1))
    assert any("repeated" in warning for warning in pattern.warnings)


def test_negative_and_missing_points_are_said(write):
    y = good(60).astype(object)
    y[3], y[9] = -2.0, "nan"
    first, second = sorted(warned(write, text_of(y)))
    assert "negative" in first + second
    assert "not numbers" in first + second


def test_fewer_points_than_promised(write, good_file):
    for name in ("std.gsas", "fullprof.dat", "fit2d.chi", "v3.raw", "v2.raw"):
        content = good_file(name)
        pattern = read_pattern(write(name, content[: int(len(content) * 0.8)]))
        assert any("announces" in warning for warning in pattern.warnings), name


def test_many_points_are_kept_whole(write):
    n = MANY_POINTS + 10
    y = np.random.default_rng(0).poisson(50, n)
    content = "\n".join(f"{5 + 1e-4 * i:.4f} {v}" for i, v in enumerate(y))
    pattern = read_pattern(write("a.xy", content))
    assert len(pattern) == n
    assert any(str(n) in warning for warning in pattern.warnings)


def check(path) -> None:
    """A pattern comes out, or a BadInputError; a pattern is always one to be trusted."""
    try:
        pattern = read_pattern(path)
    except BadInputError:
        return
    assert len(pattern) >= 20
    assert np.all(np.diff(pattern.two_theta) > 0)
    assert np.all(np.isfinite(pattern.counts))
    assert np.all(np.isfinite(pattern.sigma) & (pattern.sigma > 0))


def test_files_cut_anywhere(example, write):
    name, content = example
    for fraction in np.linspace(0.0, 1.0, 40):
        check(write(name, content[: int(fraction * len(content))]))


@RELAXED
@given(data=st.data())
def test_files_with_wrong_bytes(example, write, data):
    name, content = example
    damaged = bytearray(content)
    where = st.one_of(st.integers(0, min(1100, len(content) - 1)), st.integers(0, len(content) - 1))
    for position in data.draw(st.lists(where, min_size=1, max_size=12)):
        damaged[position] = data.draw(st.integers(0, 255))
    check(write(name, bytes(damaged)))
