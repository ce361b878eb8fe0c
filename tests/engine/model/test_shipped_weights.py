"""The weights that the program ships: they load, say what they are, and see rock salt."""

import numpy as np
import pytest

from engine.crystal.cmed import density_on_grid, niggli_primitive
from engine.crystal.structure import CrystalStructure
from engine.diffraction.profile import simulate_pattern
from engine.model.checkpoint import BODY, BRANCHES, HEAD, load_checkpoint
from engine.model.inference import body_path, head_path, predict_density, weights_path
from engine.pattern.radiation import preset
from engine.training.metrics import Truth

FACES = np.array([[0.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]])


@pytest.fixture(scope="module")
def fluorite() -> CrystalStructure:
    positions = np.concatenate([FACES, FACES + 0.25, FACES + 0.75]) % 1.0
    return CrystalStructure(5.463 * np.eye(3), np.array([20] * 4 + [9] * 8), positions)


FILES = ((weights_path, BRANCHES), (body_path, BODY), (head_path, HEAD))


@pytest.mark.parametrize(("path", "part"), FILES)
def test_the_manifest_tells_what_the_weights_are(path, part) -> None:  # type: ignore[no-untyped-def]
    _, manifest = load_checkpoint(path(), part)
    assert manifest["licence"] == "BSD-3-Clause"
    assert "Materials Project" in manifest["data"]
    assert manifest["training"]["views"] > 0


def test_the_weights_are_scored_and_not_too_large() -> None:
    scores = load_checkpoint(weights_path(), BRANCHES)[1]["scores"]
    assert 0.8 < scores["cell"]["gfcc_first"] < 1.0
    assert sum(path().stat().st_size for path, _ in FILES) < 80e6


@pytest.mark.parametrize("anode", ["CuKa", "MoKa"])
def test_fluorite_is_recognised_whatever_the_wavelength(
    fluorite: CrystalStructure, anode: str
) -> None:
    pattern = simulate_pattern(fluorite, preset(anode), noise_seed=3)
    found = predict_density(pattern, ("Ca", "F"), grid=32)
    assert found.cell_source[0] == "indexed"
    assert found.crystal_system[0] == "cubic"
    primitive = niggli_primitive(fluorite)
    truth = Truth(density_on_grid(primitive, 32), primitive.lattice)
    assert truth.align(found.density[0]).correlation > 0.8
    electrons = found.density[0].mean() * abs(np.linalg.det(found.cell[0]))
    assert electrons == pytest.approx(38.0, rel=0.25)
