from __future__ import annotations

import numpy as np
import pytest

from engine import resources
from engine.pattern.io import read_pattern
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset


@pytest.fixture(scope="session")
def rutile_pattern() -> PowderPattern:
    return read_pattern(resources.path("examples/rutile.xy"), preset("CuKa"))


@pytest.fixture(scope="session")
def halite_pattern() -> PowderPattern:
    return read_pattern(resources.path("examples/halite.xy"), preset("CuKa"))


@pytest.fixture(scope="session")
def calcite_pattern() -> PowderPattern:
    return read_pattern(resources.path("examples/calcite.xy"), preset("CuKa"))


@pytest.fixture
def nearly_flat() -> PowderPattern:
    two_theta = np.arange(10.0, 60.0, 0.05)
    counts = np.random.default_rng(0).poisson(100.0, len(two_theta)).astype(float)
    return PowderPattern(two_theta, counts, np.sqrt(np.maximum(counts, 1.0)), preset("CuKa"))
