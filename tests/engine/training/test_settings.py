"""Settings are read, and nonsense is refused."""

from pathlib import Path

import pytest

import engine.training
from engine.errors import BadInputError
from engine.training.settings import (
    BodyTrainingSettings,
    BranchTrainingSettings,
    ideal,
    read_settings,
)
from engine.training.views import ViewSettings

SHIPPED = sorted(Path(engine.training.__file__).parent.glob("*.toml"))


def write(folder: Path, text: str) -> Path:
    path = folder / "run.toml"
    path.write_text(text)
    return path


def test_settings_are_read_by_name(tmp_path: Path) -> None:
    text = 'steps = 7\ntables = ["a"]\n[network]\nwidth = 16\n[views]\nstrain = 0\n'
    settings = read_settings(write(tmp_path, text))
    assert isinstance(settings, BranchTrainingSettings)
    assert (settings.steps, settings.tables, settings.network.width) == (7, ("a",), 16)
    assert settings.views == ViewSettings(strain=0.0)


def test_the_parts_have_defaults_of_their_own(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, 'part = "body"\n[views]\nstray = 0.2\n'))
    assert isinstance(settings, BodyTrainingSettings)
    assert (settings.batch, settings.average) == (32, 0.998)
    assert settings.views == ViewSettings(cell_noise=0.001, stray=0.2)


def test_settings_can_be_changed_from_outside(tmp_path: Path) -> None:
    changes = {"steps": "9", "network.channels": "16", "precision": "float32", "tables": '["x"]'}
    settings = read_settings(write(tmp_path, 'part = "body"\nsteps = 3'), changes)
    assert isinstance(settings, BodyTrainingSettings)
    assert (settings.steps, settings.network.channels) == (9, 16)
    assert (settings.precision, settings.tables) == ("float32", ("x",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stepps = 7", "'stepps', which is no setting"),
        ("[network]\nchannels = 3", r"\[network\] name 'channels'"),
        ('part = "tail"', "one of branches, body"),
        ('steps = "many"', "give 'many' for 'steps': something like 3000"),
        ("steps = 1.5", "'steps'"),
        ("compile = 1", "something like false"),
        ("tables = []", "'tables'"),
        ('tables = "train"', "'tables'"),
        ("[views]\ndisplacement = [1, 'x']", "displacement"),
        ("batch = 0", "'batch' of at least 1"),
        ("learning_rate = 0.0", "'learning_rate' above 0"),
        ("average = 1.0", "'average'"),
        ("minutes = -1", "'minutes'"),
        ('precision = "half"', "auto, float32, bfloat16"),
        ("steps = ", "cannot be read"),
    ],
)
def test_nonsense_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        read_settings(write(tmp_path, text))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        read_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    "path", [p for p in SHIPPED if p.name != "ablations.toml"], ids=lambda p: p.stem
)
def test_shipped_settings_are_read(path: Path) -> None:
    read_settings(path)


def test_ideal_views_have_no_disturbance_left() -> None:
    calm = ideal(ViewSettings())
    assert (calm.strain, calm.stray, calm.textured, calm.displacement) == (0, 0, 0, (0.0, 0.0))
    assert not calm.noise
    assert BodyTrainingSettings(augmentation=False).training_views.zero_error == 0.0
    assert BodyTrainingSettings(augmentation=False).views.zero_error > 0.0
