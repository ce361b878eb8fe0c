"""Training of the paper's architecture in the common loop."""

import csv
from pathlib import Path

import pytest

from engine.errors import BadInputError
from engine.training.paper_network import PaperNetworkSettings
from engine.training.settings import PaperTrainingSettings, settings_from
from engine.training.train_command import make_trainer

SMALL = PaperNetworkSettings(
    width=32, bins=64, growth=2, convolutions=2, frequencies=16, blocks=2, block_layers=2
)


def settings(**more: object) -> PaperTrainingSettings:
    values = {"steps": 200, "batch": 8, "warmup": 5, "decay": 40, "average": 0.8, "log_every": 50}
    values |= {"monitor_every": 50, **more}
    return PaperTrainingSettings(
        tables=("few",),
        monitor="few",
        monitored=4,
        network=SMALL,
        **values,  # type: ignore[arg-type]
    )


def test_it_is_trained_and_looked_at(prepared: Path, tmp_path: Path) -> None:
    chosen = settings(
        steps=40,
        decay=1,
        log_every=20,
        monitor_every=20,
        learning_rate=4e-3,
        divergence_weight=1e-4,
    )
    trainer = make_trainer(chosen, prepared, tmp_path / "run")
    trainer.run()
    with (tmp_path / "run" / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    first, last = ({name: float(x) for name, x in row.items() if x} for row in (rows[0], rows[-1]))
    assert last["divergence"] != first["divergence"]
    assert last["val_error"] != first["val_error"]
    assert last["val_free"] >= last["val_fixed"]
    assert last["divergence"] > 0.0


def test_a_run_goes_on_as_if_it_had_not_stopped(prepared: Path, tmp_path: Path) -> None:
    import torch

    whole = make_trainer(settings(steps=4), prepared, tmp_path / "whole")
    whole.run()
    make_trainer(settings(steps=4), prepared, tmp_path / "halves").run(until=0.0)
    halves = make_trainer(settings(steps=4), prepared, tmp_path / "halves")
    halves.run()
    for one, other in zip(whole.net.parameters(), halves.net.parameters(), strict=True):
        assert torch.equal(one, other)


def test_it_cannot_begin_with_weights(prepared: Path, tmp_path: Path) -> None:
    made = settings_from({"part": "paper", "start": "shipped", "tables": ["few"]}, "here")
    with pytest.raises(BadInputError, match="begins anew"):
        make_trainer(made, prepared, tmp_path)
