"""Runs that differ in one setting, and their record."""

import json
from pathlib import Path

import pytest

from engine.errors import BadInputError
from engine.model.network import NetworkSettings
from engine.training import ablations
from engine.training.ablations import last_scores, read_ablations, run_ablations
from engine.training.evaluation.growth import ablations_text, read_record
from engine.training.settings import BranchTrainingSettings
from engine.training.training_record import record_growth

LIST = """
[[run]]
name = "plain"
setting = "as it is"
change = {}
[[run]]
name = "calm"
setting = "ideal patterns"
change = { augmentation = false, views = { cell_given = 1.0 } }
"""
SMALL = NetworkSettings(width=16, branch=16, blocks=1, head=8, hypotheses=2, latent=2)


def test_every_run_is_trained_once_and_recorded(prepared: Path, tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text(LIST)
    settings = BranchTrainingSettings(
        tables=("few",), monitor="few", monitored=2, steps=3, batch=2, log_every=2, network=SMALL
    )
    where = (tmp_path / "list.toml", settings, prepared, tmp_path / "runs")
    done = run_ablations(*where, record=tmp_path / "out" / "record.json")
    assert [entry["name"] for entry in done] == ["plain", "calm"]
    assert all(entry["views"] == 6 and entry["val_gfcc_once"] > 0.0 for entry in done)
    record = read_record(tmp_path / "out" / "record.json")
    plain, calm = record["ablations"]
    assert "against" not in plain
    assert calm["against"] == {"gfcc_first": plain["gfcc_first"]}
    assert "calm" in ablations_text(record)
    log = tmp_path / "runs" / "plain" / "log.csv"
    record_growth(tmp_path / "out" / "record.json", log, "branches", 2)
    both = read_record(tmp_path / "out" / "record.json")
    assert both["ablations"] == record["ablations"]
    assert [row["views"] for row in both["growth"]] == [6]
    state = json.loads((tmp_path / "runs" / "calm" / "state.json").read_text())
    assert state["settings"]["augmentation"] is False
    assert state["settings"]["views"]["cell_given"] == 1.0
    assert state["settings"]["network"]["width"] == 16
    assert run_ablations(*where) == done


def test_the_shipped_list_fits_the_settings() -> None:
    from dataclasses import replace

    from engine.training.settings import BodyTrainingSettings, settings_from

    folder = Path(ablations.__file__).parent
    runs = read_ablations(folder / "ablations.toml")
    plain = ablations._plain(replace(BodyTrainingSettings(), steps=9))
    made = [settings_from(ablations._merged(plain, run["change"]), "x") for run in runs]
    assert all(settings.steps == 9 for settings in made)
    assert len(set(map(repr, made))) == len(made)


def test_wrong_lists_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text("[[run]]\nname = 'x'\n")
    with pytest.raises(BadInputError, match="exactly"):
        read_ablations(path)
    path.write_text("x = 1")
    with pytest.raises(BadInputError, match="cannot be read"):
        read_ablations(path)
    (tmp_path / "log.csv").write_text("step,views,seconds,val_once\n1,2,3,\n")
    with pytest.raises(BadInputError, match="last step"):
        last_scores(tmp_path / "log.csv", "val_once")
