"""NeXus files made here, after the definitions at nexusformat.org."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.pattern.io import read_pattern

h5py: Any = pytest.importorskip("h5py")
X = np.linspace(10.0, 60.0, 501)
Y = np.round(100.0 + 900.0 * np.exp(-((X - 30.0) ** 2)))


def made(fill) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        entry = file.create_group("entry")
        entry.attrs["NX_class"] = "NXentry"
        fill(entry)
    return buffer.getvalue()


def data_group(entry, x=X, name="two_theta", units="deg", signal="intensity", y=Y):
    group = entry.create_group("data")
    group.attrs.update({"NX_class": "NXdata", "signal": signal, "axes": [name]})
    group[signal] = y
    group[name] = x
    group[name].attrs["units"] = units
    return group


def saved(tmp_path, fill):
    path = tmp_path / "scan.nxs"
    path.write_bytes(made(fill))
    return path


def test_a_diffractometers_scan(tmp_path):
    def fill(entry):
        entry["title"] = "run 7"
        entry["start_time"] = "2026-11-21T12:00:00"
        sample = entry.create_group("sample")
        sample.attrs["NX_class"] = "NXsample"
        sample["name"] = "rutile"
        source = entry.create_group("xray_tube")
        for name, value in (("k_alpha_one", 1.5405929), ("k_alpha_two", 1.5444274)):
            source[name] = value
            source[name].attrs["units"] = "angstrom"
        data_group(entry)["intensity_errors"] = np.sqrt(2.0 * Y)

    pattern = read_pattern(saved(tmp_path, fill))
    assert np.array_equal(pattern.two_theta, X)
    assert np.array_equal(pattern.counts, Y)
    assert np.allclose(pattern.sigma, np.sqrt(2.0 * Y))
    assert pattern.radiation.wavelengths == (1.5405929, 1.5444274)
    assert pattern.radiation.provenance == "file"
    assert (pattern.details.sample, pattern.details.date[:4]) == ("rutile", "2026")
    assert any("never tried" in warning for warning in pattern.warnings)


@pytest.mark.parametrize(
    ("name", "units", "x"),
    [
        ("polar_angle", "rad", np.radians(X)),
        ("q", "1/angstrom", 4 * np.pi * np.sin(np.radians(X / 2)) / 0.7),
        ("q", "1/nm", 40 * np.pi * np.sin(np.radians(X / 2)) / 0.7),
    ],
)
def test_axes_and_units(tmp_path, name, units, x):
    def fill(entry):
        entry["wavelength"] = 0.07
        entry["wavelength"].attrs["units"] = "nm"
        data_group(entry, x, name, units)

    pattern = read_pattern(saved(tmp_path, fill))
    assert np.allclose(pattern.two_theta, X)
    assert pattern.radiation.primary == pytest.approx(0.7)


def test_old_marks_on_the_data_sets(tmp_path):
    def fill(entry):
        group = entry.create_group("data")
        group.attrs["NX_class"] = "NXdata"
        group["counts"] = Y
        group["counts"].attrs["signal"] = 1
        group["polar_angle"] = X

    assert np.array_equal(read_pattern(saved(tmp_path, fill)).counts, Y)


def test_several_scans_are_ranges(tmp_path):
    def fill(entry):
        data_group(entry)
        data_group(entry.create_group("second"), y=2.0 * Y)

    path = saved(tmp_path, fill)
    assert read_pattern(path, ranges=2).counts.max() == 2.0 * Y.max()
    assert read_pattern(path).details.n_ranges == 2


def test_other_files_are_refused_and_no_other_file_is_opened(tmp_path):
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["two_theta"], file["intensity"] = X, Y

    def fill(entry):
        group = entry.create_group("data")
        group.attrs.update({"NX_class": "NXdata", "signal": "intensity", "axes": ["two_theta"]})
        for name in ("two_theta", "intensity"):
            group[name] = h5py.ExternalLink(str(other), name)

    for content in (made(fill), made(lambda entry: None), made(data_group)[:900]):
        path = tmp_path / "bad.nxs"
        path.write_bytes(content)
        with pytest.raises(BadInputError) as refused:
            read_pattern(path)
        assert "\n" not in str(refused.value)


def test_without_the_library_the_sentence_says_what_to_install(tmp_path, monkeypatch):
    path = saved(tmp_path, data_group)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(BadInputError, match=r"densight\[nexus\]"):
        read_pattern(path)
