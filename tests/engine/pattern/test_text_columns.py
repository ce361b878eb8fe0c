"""Columns of numbers in the habits of many programs."""

import contextlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import BadInputError
from engine.pattern.io import read_pattern

X = 20.0 + 0.02 * np.arange(60)
Y = np.random.default_rng(3).poisson(300, 60).astype(float)
RELAXED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def lines_of(template: str, *, comma: bool = False) -> str:
    text = "\n".join(
        template.format(x=f"{x:.4f}", y=f"{y:.1f}", s=f"{y**0.5:.3f}")
        for x, y in zip(X, Y, strict=True)
    )
    return text.replace(".", ",") if comma else text


@pytest.mark.parametrize(
    "template",
    [
        "{x} {y}",
        "  {x}\t{y}  ",
        "{x},{y}",
        "{x}, {y}",
        "{x};{y}",
        "{x} ; {y}",
        '"{x}","{y}"',
        "{x},{y},",
        "{x} {y} \r",
    ],
)
def test_separators(write, template):
    pattern = read_pattern(write("a.xy", lines_of(template)))
    assert np.allclose(pattern.two_theta, X)
    assert np.allclose(pattern.counts, Y)


@pytest.mark.parametrize("template", ["{x} {y}", "{x}\t{y}", "{x};{y}", '"{x}","{y}"'])
def test_decimal_commas(write, template):
    commas = template.format(x="{x}", y="{y}")
    text = "\n".join(
        commas.format(x=f"{x:.4f}".replace(".", ","), y=f"{y:.1f}".replace(".", ","))
        for x, y in zip(X, Y, strict=True)
    )
    pattern = read_pattern(write("a.csv", "2Theta;Int\n" + text))
    assert np.allclose(pattern.two_theta, X)
    assert np.allclose(pattern.counts, Y)


@pytest.mark.parametrize(
    "header",
    [
        "# comment 1 2 3\n",
        "! Title\n! 2 columns\n",
        "; made by\n\n",
        "'quoted'\n",
        "7251\n",
        "[Header]\nAnode material,Cu\nNo. of points,60\n[Scan points]\nAngle,Intensity\n",
        "##NAMES=Calcite\n##CELL PARAMETERS=a: 4.98 b: 4.98\n\n",
        "*****\n10.0 20.0 30.0\n",
    ],
)
def test_headers_are_skipped(write, header):
    pattern = read_pattern(write("a.txt", header + lines_of("{x} {y}")))
    assert np.allclose(pattern.two_theta, X)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(write, encoding):
    text = "# Winkel 2\u00b7Theta, \u00c5ngstr\u00f6m\n" + lines_of("{x} {y}")
    assert len(read_pattern(write("a.txt", text.encode(encoding)))) == 60


@pytest.mark.parametrize(
    ("header", "wavelengths"),
    [
        ("# Wavelength: 4.066e-11 m\n", (0.4066,)),
        ("##X-RAY WAVELENGTH=1.541838\n", (1.5405929, 1.5444274)),
        ("lambda = 0.7093 A\n", (0.7093,)),
        ("wavelength (nm) = 0.15406 nm\n", (1.5406,)),
        ("# wavelength: 5.5 A\n", (5.5,)),
        (
            "K-Alpha1 wavelength,1.540598\nK-Alpha2 wavelength,1.544426\n"
            "Ratio K-Alpha2/K-Alpha1,0.5\n",
            (1.540598, 1.544426),
        ),
        ("# energy = 30.0 keV\n", (0.413281,)),
        ("# Co K-alpha\n", (1.788996, 1.792835)),
        ("# radiation CuKa1\n", (1.5405929,)),
    ],
)
def test_wavelength_in_the_header(write, header, wavelengths):
    radiation = read_pattern(write("a.txt", header + lines_of("{x} {y}"))).radiation
    assert radiation.wavelengths == pytest.approx(wavelengths, abs=2e-6)
    assert radiation.provenance == "file"


def test_no_wavelength_is_assumed_and_said(write):
    pattern = read_pattern(write("a.xy", lines_of("{x} {y}")))
    assert pattern.radiation.provenance == "assumed"
    assert len(pattern.warnings) == 1
    assert "assumed" in pattern.warnings[0]


def test_third_column_is_sigma_when_it_looks_like_it(write):
    pattern = read_pattern(write("a.xye", lines_of("{x} {y} {s}")))
    assert np.allclose(pattern.sigma, np.sqrt(Y), atol=1e-3)
    pattern = read_pattern(write("b.xye", lines_of("{x} {y} {y}")))
    assert np.allclose(pattern.sigma, np.sqrt(Y))  # a second profile, not uncertainties


def test_named_columns_are_found_in_any_order(write):
    text = "Intensity,esd,2theta\n" + lines_of("{y},{s},{x}")
    pattern = read_pattern(write("a.csv", text))
    assert np.allclose(pattern.two_theta, X)
    assert np.allclose(pattern.counts, Y)
    assert np.allclose(pattern.sigma, np.sqrt(Y), atol=1e-3)


def test_intensities_first_without_names(write):
    assert np.allclose(read_pattern(write("a.xy", lines_of("{y} {x}"))).two_theta, X)


@pytest.mark.parametrize(
    ("name", "factor"), [("q_A^-1", 1.0), ("Q (1/nm)", 10.0), ("q_nm^-1", 10.0)]
)
def test_q_columns(write, name, factor):
    q = 4 * np.pi * np.sin(np.radians(X / 2)) / 0.5 * factor
    body = "\n".join(f"{a:.8f}  {y:.1f}" for a, y in zip(q, Y, strict=True))
    pattern = read_pattern(write("a.dat", f"# wavelength = 0.5\n# {name}  I\n{body}"))
    assert np.allclose(pattern.two_theta, X, atol=1e-5)


def test_d_columns_are_turned_round(write):
    d = 0.5 / (2 * np.sin(np.radians(X / 2)))
    body = "\n".join(f"{a:.9f},{y:.1f}" for a, y in zip(d, Y, strict=True))
    pattern = read_pattern(write("a.csv", f"wavelength,0.5\nd-spacing,counts\n{body}"))
    assert np.allclose(pattern.two_theta, X, atol=1e-5)
    assert np.allclose(pattern.counts, Y)


def test_fortran_exponents_and_missing_values(write):
    text = lines_of("{x}  {y}").replace("300.0", "3.000D+02").splitlines()
    text[7] = text[7].split()[0] + "  NaN"
    pattern = read_pattern(write("a.dat", "\n".join(text)))
    assert len(pattern) == 59
    assert any("not numbers" in warning for warning in pattern.warnings)


@RELAXED
@given(
    step=st.floats(1e-3, 0.5),
    start=st.floats(0.1, 40.0),
    values=st.lists(st.integers(0, 10**7), min_size=20, max_size=60).filter(
        lambda v: len(set(v)) > 1
    ),
    separator=st.sampled_from([" ", "\t", ",", ";", "   "]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_written_columns_come_back(write, step, start, values, separator, newline):
    x = start + step * np.arange(len(values))
    lines = [f"{a:.6f}{separator}{v}" for a, v in zip(x, values, strict=True)]
    pattern = read_pattern(write("a.xy", newline.join(lines)))
    assert np.allclose(pattern.two_theta, x, atol=1e-6)
    assert np.array_equal(pattern.counts, values)


@RELAXED
@given(content=st.binary(max_size=600))
def test_random_bytes_are_read_or_refused(write, content):
    with contextlib.suppress(BadInputError):
        read_pattern(write("a.bin", content))


@RELAXED
@given(
    content=st.text(alphabet=st.sampled_from("0123456789.,;-+eEdDnaN \t\n#\"'!x_"), max_size=1500)
)
def test_random_number_like_text_is_read_or_refused(write, content):
    try:
        pattern = read_pattern(write("a.txt", content))
    except BadInputError:
        pass
    else:
        assert np.all(np.diff(pattern.two_theta) > 0)
        assert np.all(np.isfinite(pattern.counts))
        assert np.all(pattern.sigma > 0)


@pytest.mark.parametrize(
    "header", ["# 2theta(rad) I", "# 2theta (rad) I", "# 2theta [rad] I (a.u.)"]
)
def test_radians_are_known_by_their_unit_with_or_without_a_blank(header, tmp_path):
    x = np.radians(np.linspace(20.0, 60.0, 200))
    rows = [f"{angle:.6f} {100 + i % 7}" for i, angle in enumerate(x)]
    path = tmp_path / "p.xy"
    path.write_text("\n".join([header, *rows]))
    pattern = read_pattern(path)
    assert pattern.two_theta[[0, -1]] == pytest.approx([20.0, 60.0], abs=1e-3)
