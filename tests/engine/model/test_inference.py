"""The network in use: contract, determinism, refusals."""

from pathlib import Path

import numpy as np
import pytest
import torch

from engine import resources
from engine.crystal.extinction_classes import classes_on_lattice
from engine.crystal.structure import CrystalStructure
from engine.diffraction.profile import simulate_pattern
from engine.errors import BadInputError
from engine.model import inference
from engine.model.body import BodySettings, DensityBody
from engine.model.checkpoint import save_checkpoint
from engine.model.coding import code_lines, without_contents, without_pattern
from engine.model.contents import ContentsHead, ContentsSettings
from engine.model.device import choose_device, describe_device
from engine.model.encoding import LOG_STEP, Q_MIN
from engine.model.inference import CellOfSamples, draw_samples, predict_density, weights_checksum
from engine.model.network import CMEDNet, NetworkSettings
from engine.model.pattern_input import bin_pattern
from engine.model.prediction import assemble
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset

SMALL = NetworkSettings(width=32, branch=32, blocks=1, head=16, hypotheses=3, latent=4)
SMALL_BODY = BodySettings(channels=8, deep_channels=8, outer_blocks=1, deep_blocks=1, condition=8)
RUTILE = (4.594, 4.594, 2.959, 90.0, 90.0, 90.0)


@pytest.fixture(autouse=True)
def _small_network(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(3)
    folder: Path = tmp_path_factory.mktemp("weights")
    parts = {
        "weights_path": CMEDNet(SMALL),
        "body_path": DensityBody(SMALL_BODY),
        "head_path": ContentsHead(ContentsSettings(condition=SMALL.width, width=16)),
    }
    for name, net in parts.items():
        path = folder / f"{name}.safetensors"
        save_checkpoint(path, net, {})
        monkeypatch.setattr(inference, name, lambda path=path: path)


@pytest.fixture(scope="module")
def pattern(rutile: CrystalStructure) -> PowderPattern:
    return simulate_pattern(rutile, preset("CuKa"), noise_seed=1)


def test_the_answer_is_as_agreed(pattern: PowderPattern) -> None:
    found = predict_density(pattern, ("Ti", "O"), samples=3, grid=20)
    assert found.density.shape == (3, 20, 20, 20)
    assert found.density.dtype == np.float32
    assert (found.density >= 0).all()
    assert found.cell.shape == (3, 3, 3)
    assert len(found.crystal_system) == 3
    np.testing.assert_allclose(found.weights.sum(), 1.0)
    assert (np.diff(found.quality) <= 0).all()
    assert found.device in ("cpu", "cuda", "mps")


def test_the_same_seed_gives_the_same_samples(pattern: PowderPattern) -> None:
    one, same, other = (
        predict_density(pattern, ("Ti", "O"), samples=7, grid=16, seed=s, index=False)
        for s in (5, 5, 6)
    )
    np.testing.assert_array_equal(one.density, same.density)
    assert np.abs(one.density - other.density).max() > 0
    # The first samples asked for are the network's own hypotheses, whatever the seed.
    few = [
        predict_density(pattern, ("Ti", "O"), samples=3, grid=16, seed=s, index=False)
        for s in (5, 6)
    ]
    np.testing.assert_array_equal(few[0].density, few[1].density)


def test_query_points_agree_with_the_grid(pattern: PowderPattern) -> None:
    found = predict_density(pattern, ("Ti", "O"), samples=2, grid=10, index=False)
    points = np.array([[0.0, 0.0, 0.0], [0.3, 0.5, 0.9], [1.3, -0.5, 2.9]])
    values = found.at(points)
    np.testing.assert_allclose(values[:, 0], found.density[:, 0, 0, 0], atol=1e-4)
    np.testing.assert_allclose(values[:, 1], found.density[:, 3, 5, 9], atol=1e-4)
    np.testing.assert_allclose(values[:, 1], values[:, 2], atol=1e-6)


def test_a_given_cell_is_reduced_and_used(pattern: PowderPattern) -> None:
    found = predict_density(
        pattern, ("Ti", "O"), cell=(4.594, 4.594, 2.959, 90, 90, 90), samples=1, grid=16
    )
    lengths = np.linalg.norm(found.cell[0], axis=1)
    np.testing.assert_allclose(lengths, [2.959, 4.594, 4.594], atol=1e-3)


@pytest.mark.parametrize(
    ("cell", "possible"),
    [
        ((4.1, 5.3, 6.2, 82.0, 97.0, 104.0), {"triclinic"}),
        ((3.1, 5.2, 7.7, 90.0, 90.0, 90.0), {"triclinic", "monoclinic", "orthorhombic"}),
    ],
)
def test_no_crystal_system_contradicts_a_given_cell(pattern, cell, possible) -> None:
    found = predict_density(pattern, ("Ti", "O"), cell=cell, samples=3, grid=16)
    assert set(found.crystal_system) <= possible
    allowed = classes_on_lattice(found.cell[0])
    np.testing.assert_array_equal(found.extinction[~allowed], 0.0)
    assert found.extinction.sum() == pytest.approx(1.0)
    assert (
        found.contents.extinction[~allowed].sum() > 0.0
    )  # so that there was something to leave out


def test_a_density_without_lines_is_said_to_rest_on_nothing(pattern: PowderPattern) -> None:
    rng = np.random.default_rng(4)
    counts = rng.poisson(100.0, len(pattern)).astype(float)
    noise = PowderPattern(pattern.two_theta, counts, np.sqrt(counts), pattern.radiation)
    found = predict_density(noise, ("Ti", "O"), samples=1, grid=16)
    assert any("out of the noise" in note for note in found.notes)
    assert not predict_density(pattern, ("Ti", "O"), samples=1, grid=16).notes


def test_the_cell_is_found_in_the_lines_first(pattern: PowderPattern) -> None:
    found = predict_density(pattern, ("Ti", "O"), samples=5, grid=16)
    assert "indexed" in found.cell_source
    cell = found.cell[found.cell_source.index("indexed")]
    np.testing.assert_allclose(np.linalg.norm(cell, axis=1), [2.959, 4.594, 4.594], rtol=2e-3)
    plain = predict_density(pattern, ("Ti", "O"), samples=3, grid=16, index=False)
    assert plain.cell_source == ("predicted",) * 3


def test_a_formula_makes_f000_a_whole_number_of_formula_units(pattern: PowderPattern) -> None:
    found = predict_density(pattern, ("Ti", "O"), formula="TiO2", samples=3, grid=16, index=False)
    electrons = found.mean * np.abs(np.linalg.det(found.cell))
    units = electrons / (22 + 16)
    np.testing.assert_allclose(units, np.round(units), atol=1e-6)
    assert (units > 0.5).all()


def test_bad_arguments_are_refused(pattern: PowderPattern) -> None:
    with pytest.raises(BadInputError):
        predict_density(pattern, ("Xx",))
    with pytest.raises(BadInputError):
        predict_density(pattern, ())
    with pytest.raises(BadInputError, match="samples"):
        predict_density(pattern, ("Ti", "O"), samples=0)
    with pytest.raises(BadInputError, match="grid"):
        predict_density(pattern, ("Ti", "O"), grid=0)
    with pytest.raises(BadInputError, match="six numbers"):
        predict_density(pattern, ("Ti", "O"), cell=(4.0, 4.0, 4.0))
    with pytest.raises(BadInputError, match="do not name"):
        predict_density(pattern, ("Ti", "O"), formula="TiO2H")


def test_a_pattern_without_lines_or_off_the_axis_is_refused(pattern: PowderPattern) -> None:
    flat = PowderPattern(
        pattern.two_theta, np.full(len(pattern), 100.0), np.full(len(pattern), 10.0)
    )
    with pytest.raises(BadInputError, match="No line"):
        predict_density(flat, ("Ti", "O"))
    few = slice(0, 30)
    start = PowderPattern(pattern.two_theta[few] - 4.9, pattern.counts[few], pattern.sigma[few])
    with pytest.raises(BadInputError, match="hardly any points"):
        predict_density(start, ("Ti", "O"))


def test_lines_land_in_their_bins_whatever_the_wavelength(rutile: CrystalStructure) -> None:
    # 110 of rutile: d = a / sqrt(2).
    q = 2.0 * np.pi * np.sqrt(2.0) / 4.594
    places = []
    for anode in ("CuKa", "MoKa"):
        power, coverage = bin_pattern(simulate_pattern(rutile, preset(anode)))
        low_angles = np.where(np.arange(len(power)) < np.log(2.3 / Q_MIN) / LOG_STEP, power, 0)
        places.append(int(np.argmax(low_angles)))
        assert set(np.unique(coverage)) == {0.0, 1.0}
    expected = np.log(q / Q_MIN) / LOG_STEP - 0.5
    assert abs(places[0] - expected) <= 1.5
    assert abs(places[0] - places[1]) <= 1


def test_devices() -> None:
    assert choose_device("cpu") == "cpu"
    assert choose_device("auto") in ("cpu", "cuda", "mps")
    assert describe_device("cpu").startswith("CPU")
    with pytest.raises(BadInputError, match="no device"):
        choose_device("abacus")
    if not torch.cuda.is_available():
        with pytest.raises(BadInputError, match="cuda"):
            choose_device("cuda")


def test_on_a_given_cell_there_are_sites_and_alternatives(pattern: PowderPattern) -> None:
    one, same, other = (
        predict_density(pattern, ("Ti", "O"), cell=RUTILE, samples=5, grid=16, seed=s)
        for s in (1, 1, 2)
    )
    assert one.sites is not None
    assert one.sites.shape == one.density.shape
    np.testing.assert_allclose(one.sites.mean(axis=(1, 2, 3)), 0.0, atol=1e-4)
    assert set(one.cell_source) == {"given"}
    np.testing.assert_array_equal(one.density, same.density)
    assert np.abs(one.density - other.density).max() > 0
    # Not one answer five times over.
    flat = one.density.reshape(5, -1)
    assert np.abs(flat[1:] - flat[0]).max(axis=1).min() > 0


def test_what_is_missing_is_only_asked_where_something_may_be(pattern: PowderPattern) -> None:
    closed = predict_density(pattern, ("Ti", "O"), cell=RUTILE, samples=1, grid=8).contents
    opened = predict_density(
        pattern, ("Ti",), others_possible=True, cell=RUTILE, samples=1, grid=8
    ).contents
    assert closed is not None
    assert opened is not None
    assert closed.missing.max() == 0.0
    assert closed.likeliest_missing() == []
    assert opened.missing[8] > 0.0
    assert opened.missing[22] == 0.0
    for answer in (closed, opened):
        for probabilities in (answer.extinction, answer.system, answer.amounts, answer.atoms):
            assert probabilities.sum() == pytest.approx(1.0, abs=1e-4)


def test_branches_can_be_left_out(pattern: PowderPattern, rutile: CrystalStructure) -> None:
    lines = code_lines(pattern, ("Ti", "O"))
    cell = CellOfSamples(rutile.lattice[[2, 0, 1]], "given", 1.0)
    maps = [
        assemble(draw_samples(part, [cell], 2, 0, "cpu"), 2, 12).density
        for part in (lines, without_pattern(lines), without_contents(lines))
    ]
    assert all(np.isfinite(density).all() for density in maps)
    assert np.abs(maps[1] - maps[0]).max() > 0
    assert np.abs(maps[2] - maps[0]).max() > 0


def test_the_cpu_takes_over_where_memory_does_not_suffice(
    pattern: PowderPattern, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def too_much(lines, cells, count, seed, device):  # type: ignore[no-untyped-def]
        asked.append(device)
        if device != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return draw_samples(lines, cells, count, seed, device)

    monkeypatch.setattr(inference, "choose_device", lambda _name: "cuda")
    monkeypatch.setattr(inference, "draw_samples", too_much)
    found = predict_density(pattern, ("Ti", "O"), cell=RUTILE, samples=1, grid=8)
    assert asked == ["cuda", "cpu"]
    assert found.device == "cpu"
    assert "memory" in found.notes[0]


def test_the_checksum_is_of_all_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = weights_checksum()
    other = tmp_path / "body.safetensors"
    save_checkpoint(other, DensityBody(SMALL_BODY), {})
    shipped = resources.path
    monkeypatch.setattr(
        resources, "path", lambda name: other if name == resources.WEIGHTS[1] else shipped(name)
    )
    assert weights_checksum() != before


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_devices_agree(pattern: PowderPattern, device: str) -> None:
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not present[device]:
        pytest.skip(f"no {device} device")
    one, other = (
        predict_density(pattern, ("Ti", "O"), cell=RUTILE, samples=5, grid=20, device=name)
        for name in ("cpu", device)
    )
    for first, second in zip(one.density, other.density, strict=True):
        assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 1.0 - 1e-3
