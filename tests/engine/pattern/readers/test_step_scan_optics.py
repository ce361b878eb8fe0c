"""What headers of start, step and end say of the optics."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pattern.io import read_pattern

COUNTS = np.random.default_rng(2).poisson(300, 101)


def written(tmp_path, used: str):
    header = [
        "a mixture",
        "Anode CU LabdaAlpha1 1.54060 LabdaAlpha2 1.54439 RatioAlpha21 0.50000",
        f"MonochromatorUsed {used}   DivergenceSlit 1",
        " 10.00 0.50 60.00",
    ]
    path = tmp_path / "cpd.dat"
    path.write_text("\n".join([*header, *(f"{c:7d}" for c in COUNTS)]), encoding="utf-8")
    return path


def test_a_monochromator_that_was_used_is_taken_for_graphite_and_said(tmp_path):
    pattern = read_pattern(written(tmp_path, "YES"))
    assert pattern.radiation.monochromator_two_theta == pytest.approx(26.55, abs=0.1)
    assert pattern.radiation.optics_provenance == "file"
    assert any("graphite" in warning for warning in pattern.warnings)


def test_without_one_nothing_is_said(tmp_path):
    pattern = read_pattern(written(tmp_path, "NO"))
    assert pattern.radiation.monochromator_two_theta is None
    assert not any("graphite" in warning for warning in pattern.warnings)
