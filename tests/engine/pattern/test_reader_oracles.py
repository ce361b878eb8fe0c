"""Measured files of many instruments, read as independent readers read them."""

import json

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.pattern.io import read_pattern


def test_measured_patterns(data_root):
    folder = data_root / "experimental"
    wrong, n_benchmark = [], 0
    for record in json.loads((folder / "index.json").read_text()):
        if record["radiation"] == "neutron_tof":
            with pytest.raises(BadInputError):
                read_pattern(folder / record["file"])
            continue
        pattern, expected = read_pattern(folder / record["file"]), record["parsed"]
        n_benchmark += bool(record["heldout_unfiltered"])
        right = (
            len(pattern) == expected["n"]
            and np.allclose(pattern.counts[:3], expected["first"], rtol=1e-3, atol=1e-3)
            and pattern.counts.max() == pytest.approx(expected["max"], rel=1e-4)
            and pattern.two_theta[0] == pytest.approx(expected["start"], abs=2e-4)
            and pattern.two_theta[-1] == pytest.approx(expected["end"], abs=1e-3)
        )
        if not right:
            wrong.append(record["file"])
    assert wrong == []
    assert n_benchmark == 57


def test_wavelengths_that_files_state_are_those_of_the_index(data_root):
    folder = data_root / "experimental"
    for record in json.loads((folder / "index.json").read_text()):
        if record["radiation"] != "xray":
            continue
        pattern = read_pattern(folder / record["file"])
        stated = np.atleast_1d(record["wavelength_A"] or 0.0)
        if pattern.radiation.provenance == "file" and stated[0]:
            # The index names the mean wavelength where a file gives the doublet's mean.
            near = min(
                abs(pattern.radiation.primary - stated[0]), abs(pattern.radiation.mean - stated[0])
            )
            assert near < 1e-4, record["file"]


def test_small_files_of_formats(data_root):
    folder = data_root / "formats"
    read = 0
    for record in json.loads((folder / "expected.json").read_text()):
        expected = record.get("expected")
        if expected is None:
            continue
        pattern = read_pattern(folder / record["file"])
        read += 1
        assert len(pattern) == expected["count"], record["file"]
        assert pattern.two_theta[0] == pytest.approx(expected["start"], abs=1e-4)
        assert pattern.two_theta[-1] == pytest.approx(expected["end"], abs=1e-3)
        assert np.allclose(pattern.counts[:6], expected["first_counts"], rtol=1e-3)
        if "last_counts" in expected:
            assert np.allclose(pattern.counts[-3:], expected["last_counts"], rtol=1e-3)
    assert read == 33
