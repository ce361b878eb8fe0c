import numpy as np
import pytest

from tests.engine.diffraction.reference import structures_of_all_systems
from tests.engine.diffraction.xrd_comparison import compare
from tests.made_structures import MADE

CU = 1.5405929


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.name)
def test_lines_are_those_of_xrd_calculator(made) -> None:
    found = compare(made.structure, CU, (10.0, 90.0))
    assert found.position < 1e-4
    # XRDCalculator has other scattering factors (a fit to electron scattering by Mott's
    # formula), so intensities agree to a per cent or so only: see docs/physics-checks.md.
    assert found.intensity < 0.05


def test_lines_of_the_data_are_those_of_xrd_calculator(data_root) -> None:
    found = [compare(s, CU, (10.0, 90.0)) for s in structures_of_all_systems(data_root, 30)]
    assert len(found) == 210
    assert max(row.position for row in found) < 1e-4
    assert np.median([row.intensity for row in found]) < 0.012
    assert max(row.intensity for row in found) < 0.10
