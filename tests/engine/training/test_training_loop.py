"""Tables, views and the loop on a few crystals made here."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.crystal.cmed import density_on_grid
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.model.checkpoint import load_checkpoint
from engine.model.encoding import BINS, LOG_STEP, Q_MIN, half_box
from engine.model.network import NetworkSettings
from engine.model.network import density_on_grid as series_on_grid
from engine.training.data import CellSet, crystal_system_index
from engine.training.loop import Trainer, TrainingSettings, export_weights, read_settings, schedule
from engine.training.tables import TrainingTables, build_tables
from engine.training.views import ViewMaker, ViewSettings

SMALL = NetworkSettings(width=16, branch=16, blocks=1, head=8, hypotheses=2, latent=2)


@pytest.fixture(scope="module")
def cells() -> CellSet:
    salt = np.array([[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]])
    pairs = [(5.64, 11, 17, 225), (6.29, 19, 17, 225), (4.21, 12, 8, 225), (4.12, 55, 17, 221)]
    made = []
    for line, (a, z1, z2, group) in enumerate(pairs):
        lattice = a * (salt if group == 225 else np.eye(3))
        made.append((lattice, np.array([z1, z2]), np.array([[0.0] * 3, [0.5] * 3]), group, line))
    return CellSet.join(made)


@pytest.fixture(scope="module")
def tables(cells: CellSet) -> TrainingTables:
    return build_tables(cells)


def quick(**changes: object) -> TrainingSettings:
    values: dict[str, object] = {
        "batch": 4,
        "steps": 4,
        "warmup": 1,
        "decay": 2,
        "log_every": 1,
        "save_every": 100,
        "monitored": 4,
        "monitor_every": 2,
        "network": SMALL,
    }
    return TrainingSettings(**{**values, **changes})  # type: ignore[arg-type]


def test_coefficients_are_those_of_the_cmed(cells: CellSet, tables: TrainingTables) -> None:
    numbers, positions = cells.atoms(0)
    structure = CrystalStructure(cells.lattice[0], numbers, positions)
    density = density_on_grid(structure, 32)
    pair = torch.as_tensor(tables.coefficients[0].astype(np.float32))
    series = torch.view_as_complex(pair.contiguous())
    drawn = series_on_grid(series, 32, torch.as_tensor(half_box())).numpy()
    assert np.corrcoef(density.ravel(), drawn.ravel())[0, 1] > 0.995
    assert np.exp(tables.log_density[0]) == pytest.approx(density.mean(), rel=1e-3)
    assert np.exp(tables.log_contrast[0]) == pytest.approx(density.std() / density.mean(), rel=0.02)


def test_lines_are_at_the_places_of_rock_salt(tables: TrainingTables) -> None:
    part = slice(*tables.line_offsets[:2])
    d = 2.0 * np.pi / tables.line_q[part]
    expected = 5.64 / np.sqrt([3.0, 4.0, 8.0, 11.0, 12.0, 16.0])
    np.testing.assert_allclose(d[:6], expected, rtol=1e-5)
    # 200 is the strongest of F(hkl)^2 times multiplicity after 220; 111 is weak.
    assert tables.line_power[part][0] < 0.2 * tables.line_power[part][1]


def test_systems_of_space_groups() -> None:
    groups = np.array([1, 2, 3, 15, 16, 74, 75, 142, 143, 167, 168, 194, 195, 230])
    expected = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert crystal_system_index(groups).tolist() == expected


def test_views_show_the_lines_and_only_what_was_measured(tables: TrainingTables) -> None:
    calm = ViewSettings(
        strain=0.0,
        zero_error=0.0,
        textured=0.0,
        stray=0.0,
        pattern_dropped=0.0,
        contents_dropped=0.0,
        cell_given=1.0,
        cell_noise=0.0,
        wavelengths=(1.5418,),
    )
    maker = ViewMaker(tables, calm)
    inputs, targets = maker.batch(np.array([0, 2]), np.random.default_rng(1))
    assert inputs.profile.shape == (2, BINS)
    assert (inputs.profile[inputs.coverage == 0] == 0).all()
    place = int(np.log(2.0 * np.pi / (5.64 / 2.0) / Q_MIN) / LOG_STEP)
    near = inputs.profile[0, place - 1 : place + 2].max()
    assert near > 0.5 * inputs.profile[0].max()
    assert inputs.profile[0, place + 20 : place + 40].max() < 0.1 * near
    torch.testing.assert_close(inputs.cell, targets.cell)
    assert (inputs.amplitudes.pow(2).mean(dim=1) - 1.0).abs().max() < 1e-3


def test_views_are_the_same_for_the_same_seed(tables: TrainingTables) -> None:
    maker = ViewMaker(tables)
    rows = np.arange(4)
    one, _ = maker.batch(rows, np.random.default_rng(5))
    same, _ = maker.batch(rows, np.random.default_rng(5))
    other, _ = maker.batch(rows, np.random.default_rng(6))
    torch.testing.assert_close(one.profile, same.profile, rtol=0, atol=0)
    assert (one.profile - other.profile).abs().max() > 0


def test_a_stopped_run_goes_on_as_if_it_had_not_been_stopped(
    tables: TrainingTables, tmp_path: Path
) -> None:
    Trainer(quick(), tables, tables, tmp_path / "whole").run()
    first = Trainer(quick(), tables, tables, tmp_path / "halves")
    first.settings = quick()
    for _ in range(2):
        first._train_step()
        first.step += 1
    first._save()
    Trainer(quick(), tables, tables, tmp_path / "halves").run()
    whole = load_file(tmp_path / "whole" / "state.safetensors")
    halves = load_file(tmp_path / "halves" / "state.safetensors")
    assert set(whole) == set(halves)
    assert all(torch.equal(whole[name], halves[name]) for name in whole)
    log = (tmp_path / "whole" / "log.csv").read_text().splitlines()
    assert len(log) == 5
    assert log[0].startswith("step,seconds,views,loss")


def test_training_lowers_the_loss(tables: TrainingTables, tmp_path: Path) -> None:
    settings = quick(steps=60, batch=8, learning_rate=3e-3, log_every=10, monitor_every=1000)
    Trainer(settings, tables, None, tmp_path).run()
    rows = (tmp_path / "log.csv").read_text().splitlines()[1:]
    losses = [float(row.split(",")[3]) for row in rows]
    assert losses[-1] < 0.9 * losses[0]


def test_weights_of_a_run_can_be_used(tables: TrainingTables, tmp_path: Path) -> None:
    trainer = Trainer(quick(steps=1), tables, None, tmp_path / "run")
    trainer.run()
    export_weights(tmp_path / "run", tmp_path / "net.safetensors")
    net, manifest = load_checkpoint(tmp_path / "net.safetensors")
    assert manifest["training"]["views"] == 4
    assert net.settings == SMALL
    with pytest.raises(BadInputError, match="no training run"):
        export_weights(tmp_path / "nothing", tmp_path / "other.safetensors")


def test_settings_are_read_and_nonsense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('steps = 7\ntables = ["a"]\n[network]\nwidth = 16\n[views]\nstrain = 0.1\n')
    settings = read_settings(path)
    assert (settings.steps, settings.tables, settings.network.width) == (7, ("a",), 16)
    assert settings.views.strain == 0.1
    path.write_text("stepps = 7\n")
    with pytest.raises(BadInputError, match="stepps"):
        read_settings(path)
    with pytest.raises(BadInputError, match="cannot be read"):
        read_settings(tmp_path / "none.toml")


def test_the_learning_rate_rises_stays_and_falls() -> None:
    settings = TrainingSettings(steps=100, warmup=10, decay=20)
    assert schedule(0, settings) == pytest.approx(0.1)
    assert schedule(50, settings) == 1.0
    assert schedule(90, settings) == pytest.approx(0.5)
    assert schedule(100, settings) == pytest.approx(0.0)


def test_tables_can_be_kept_and_joined(tables: TrainingTables, tmp_path: Path) -> None:
    tables.save(tmp_path)
    again = TrainingTables.load(tmp_path)
    np.testing.assert_array_equal(again.line_q, tables.line_q)
    both = TrainingTables.join([tables, again])
    assert len(both) == 2 * len(tables)
    last = slice(*both.line_offsets[-2:])
    np.testing.assert_array_equal(both.line_q[last], tables.line_q[tables.line_offsets[-2] :])
    with pytest.raises(BadInputError, match="--prepare"):
        TrainingTables.load(tmp_path / "none")
