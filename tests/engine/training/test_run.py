"""The loop on a few crystals, for all parts of the network."""

import json
import os
import signal
import threading
import traceback
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.overrides import TorchFunctionMode

from engine.errors import BadInputError
from engine.model.body import BodySettings
from engine.model.contents import ContentsSettings
from engine.model.network import CMEDNet, NetworkSettings
from engine.progress import Progress
from engine.training.body_task import BodyTask
from engine.training.body_views import KINDS
from engine.training.branch_task import BranchTask
from engine.training.contents_task import ContentsTask
from engine.training.run import Trainer, read_state, schedule, timed_fall
from engine.training.sets import TrainingSets
from engine.training.settings import (
    BodyTrainingSettings,
    BranchTrainingSettings,
    ContentsTrainingSettings,
)

SMALL = NetworkSettings(width=16, branch=16, blocks=1, head=8, hypotheses=2, latent=2)
SMALL_BODY = BodySettings(8, 16, outer_blocks=1, deep_blocks=1, condition=16, groups=4)
COMMON = {
    "tables": ("few",),
    "monitor": "few",
    "steps": 6,
    "warmup": 1,
    "decay": 3,
    "log_every": 3,
    "monitor_every": 3,
    "save_every": 100,
}


def branch_run(prepared: Path, folder: Path, **changes: object) -> Trainer:
    values = {**COMMON, "batch": 4, "monitored": 4, "network": SMALL, **changes}
    settings = BranchTrainingSettings(**values)  # type: ignore[arg-type]
    sets = TrainingSets(prepared, ("few",))
    return Trainer(settings, BranchTask(settings, sets, sets), folder)


def body_run(prepared: Path, folder: Path, **changes: object) -> Trainer:
    values = {**COMMON, "batch": 2, "monitored": 8, "network": SMALL_BODY, **changes}
    settings = BodyTrainingSettings(**values)  # type: ignore[arg-type]
    sets = TrainingSets(prepared, ("few",))
    torch.manual_seed(1)
    branches = CMEDNet(SMALL)
    return Trainer(settings, BodyTask(settings, branches, sets, sets), folder)


def contents_run(prepared: Path, folder: Path, **changes: object) -> Trainer:
    sizes = ContentsSettings(condition=SMALL.width, width=8)
    values = {**COMMON, "batch": 4, "monitored": 4, "network": sizes, **changes}
    settings = ContentsTrainingSettings(**values)  # type: ignore[arg-type]
    sets = TrainingSets(prepared, ("few",))
    torch.manual_seed(1)
    return Trainer(settings, ContentsTask(settings, CMEDNet(SMALL), sets, sets), folder)


MAKERS = pytest.mark.parametrize("make", [branch_run, body_run, contents_run])


def stop_at(trainer: Trainer, step: int) -> None:
    """Train, and ask to stop once `step` steps are done."""
    train = trainer._train_step

    def counted(made: object) -> dict[str, torch.Tensor]:
        if trainer.step == step - 1:
            os.kill(os.getpid(), signal.SIGTERM)
        return train(made)

    trainer._train_step = counted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        trainer.run()
    assert trainer.step == step


def rows_of(folder: Path) -> list[list[str]]:
    """The log without what depends on the clock."""
    lines = [line.split(",") for line in (folder / "log.csv").read_text().splitlines()]
    timed = [lines[0].index(name) for name in ("seconds", "views_per_second")]
    return [[x for i, x in enumerate(line) if i not in timed] for line in lines]


@MAKERS
def test_an_interrupted_run_goes_on_as_if_it_had_not_been(make, prepared, tmp_path):
    make(prepared, tmp_path / "whole", average=0.9).run()
    halves = tmp_path / "halves"
    # Between two rows of the log, and with batches that wait for more cells of their shape.
    stop_at(make(prepared, halves, average=0.9), 4)
    again = make(prepared, halves, average=0.9)
    assert again.step == 4
    again.run()
    whole, joined = (load_file(f / "state.safetensors") for f in (tmp_path / "whole", halves))
    assert set(whole) == set(joined)
    assert any(name.startswith("averaged.") for name in whole)
    assert all(torch.equal(whole[name], joined[name]) for name in whole)
    assert rows_of(tmp_path / "whole") == rows_of(halves)
    assert len(rows_of(halves)) == 3


def test_a_run_that_was_killed_drops_what_it_logged_beyond_its_state(prepared, tmp_path):
    branch_run(prepared, tmp_path / "whole").run()
    killed = branch_run(prepared, tmp_path / "killed", save_every=3)

    class Power(Progress):
        def report(self, fraction: float, message: str = "") -> None:
            if message.startswith("step 6"):
                raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError):
        killed.run(Power())
    assert read_state(tmp_path / "killed")["step"] == 3
    assert len(rows_of(tmp_path / "killed")) == 3
    branch_run(prepared, tmp_path / "killed", save_every=3).run()
    assert rows_of(tmp_path / "whole") == rows_of(tmp_path / "killed")


@MAKERS
def test_views_made_by_other_processes_are_the_same(make, prepared, tmp_path):
    here = make(prepared, tmp_path / "here", steps=2, decay=1)
    there = make(prepared, tmp_path / "there", steps=2, decay=1, workers=1)
    here.run()
    there.run()
    one, other = (load_file(t.folder / "state.safetensors") for t in (here, there))
    assert all(torch.equal(one[name], other[name]) for name in one)


@MAKERS
def test_bfloat16_stays_close_and_keeps_float32_weights(make, prepared, tmp_path):
    fine = make(prepared, tmp_path / "fine", precision="float32")
    rough = make(prepared, tmp_path / "rough", precision="bfloat16")
    fine.run()
    rough.run()
    one, other = (load_file(t.folder / "state.safetensors") for t in (fine, rough))
    assert {w.dtype for w in other.values()} == {torch.float32}
    assert any(not torch.equal(one[name], other[name]) for name in one)
    last = [float(rows_of(t.folder)[-1][2]) for t in (fine, rough)]
    assert last[0] == pytest.approx(last[1], abs=0.02)


def test_training_lowers_the_loss(prepared, tmp_path):
    changes = {"steps": 60, "batch": 8, "learning_rate": 3e-3, "log_every": 10}
    branch_run(prepared, tmp_path, **changes).run()
    losses = [float(row[2]) for row in rows_of(tmp_path)[1:]]
    assert losses[-1] < 0.9 * losses[0]


def test_the_body_learns(prepared, tmp_path):
    changes = {"steps": 30, "batch": 4, "learning_rate": 5e-3, "log_every": 10, "average": 0.0}
    run = body_run(prepared, tmp_path, **changes)
    before = run.look()
    run.run()
    after = run.look()
    assert after["val_nothing"] > before["val_nothing"] + 0.05
    assert after["val_start"] == before["val_start"]


def test_the_head_learns(prepared, tmp_path):
    trainer = contents_run(prepared, tmp_path, steps=60, decay=20, learning_rate=1e-2)
    before = trainer.look()
    trainer.run()
    after = trainer.look()
    assert after["val_cell_extinction_three"] == 1.0
    assert after["val_cell_atoms_first"] >= before["val_cell_atoms_first"]
    assert after["val_cell_atoms_first"] == 1.0


def test_a_run_of_minutes_ends_with_them(prepared, tmp_path):
    run = branch_run(prepared, tmp_path, steps=10**6, minutes=0.01, log_every=1)
    run.run()
    assert 0.6 <= run.seconds < 10.0
    assert run.step < 10**5
    assert read_state(tmp_path)["step"] == run.step
    last = (tmp_path / "log.csv").read_text().splitlines()[-1].split(",")
    assert last[0] == str(run.step)
    assert last[-1]  # with the scores of the monitor
    assert timed_fall(0.0, 1.0) == 1.0
    assert timed_fall(54.0, 1.0) == pytest.approx(0.5)
    assert timed_fall(60.0, 1.0) == 0.0


def test_a_run_stops_in_time_and_outside_the_main_thread(prepared, tmp_path):
    run = branch_run(prepared, tmp_path)
    thread = threading.Thread(target=lambda: run.run(until=0.0))
    thread.start()
    thread.join()
    assert read_state(tmp_path)["step"] == 0


def test_a_loss_that_is_no_number_ends_the_run(prepared, tmp_path):
    run = branch_run(prepared, tmp_path)
    with torch.no_grad():
        run.net.enter.weight.fill_(torch.nan)  # type: ignore[union-attr,operator]
    with pytest.raises(BadInputError, match="learning_rate"):
        run.run()


def test_a_state_of_another_size_is_refused(prepared, tmp_path):
    body_run(prepared, tmp_path).run(until=0.0)
    with pytest.raises(BadInputError, match="another size"):
        body_run(prepared, tmp_path, network=replace(SMALL_BODY, channels=16))


def test_a_state_as_the_first_versions_wrote_it_is_read(prepared, tmp_path):
    run = body_run(prepared, tmp_path)
    run.run()
    state = load_file(tmp_path / "state.safetensors")
    save_file(state, tmp_path / "state.safetensors")
    about = json.loads((tmp_path / "state.json").read_text())
    del about["window"], about["settings"]["part"]
    (tmp_path / "state.json").write_text(json.dumps(about))
    (tmp_path / "log.csv").write_text("step,seconds,views,loss\n3,1,6,0.5\n")
    again = body_run(prepared, tmp_path, steps=9)
    assert again.step == 6
    again.run()
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert rows[:2] == ["step,seconds,views,loss", "3,1,6,0.5"]
    assert rows[2].startswith("9,")


def test_a_new_run_begins_with_given_weights(prepared, tmp_path):
    first = branch_run(prepared, tmp_path / "first")
    first.run()
    settings = replace(first.settings, steps=1)
    again = Trainer(settings, first.task, tmp_path / "again", start=first.net)
    ours, theirs = first.net.state_dict(), again.net.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    other = CMEDNet(replace(SMALL, width=24))
    with pytest.raises(BadInputError, match="another size"):
        Trainer(settings, first.task, tmp_path / "other", start=other)


class Factories(TorchFunctionMode):
    """Notes where tensors are made without a word of where they shall be."""

    MAKERS = frozenset(
        getattr(torch, name)
        for name in ("zeros", "ones", "tensor", "as_tensor", "arange", "full", "empty", "randn")
    ) | {torch.fft.fftfreq}

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func in self.MAKERS and "device" not in (kwargs or {}):
            frames = [f for f in traceback.extract_stack() if "tests" not in f.filename]
            frames = [f for f in frames if "/engine/" in f.filename]
            self.found.add(f"{Path(frames[-1].filename).name}: {frames[-1].line}")
        return func(*args, **(kwargs or {}))


def test_a_step_leaves_nothing_on_the_cpu_by_chance(prepared, tmp_path):
    """What a machine without a GPU can tell about one."""
    branches, body = branch_run(prepared, tmp_path / "1"), body_run(prepared, tmp_path / "2")
    drawer = body.task.source()
    draws = [drawer.draw(drawer.plan.rows(0), np.random.default_rng(0), kind) for kind in KINDS]
    made = branches.task.source()(0)
    with Factories() as factories:
        branches.task.loss(branches.net, made, 0)
        for draw in draws:
            body.task.loss(body.net, draw, 0)
        body.look()
    known = {
        # An empty start is put where the rest is by `body_inputs`; the other has no dimensions.
        "body_inputs.py: zero = torch.zeros(count)",
        "body_inputs.py: return cls(None, torch.zeros(count, 3), None, zero, zero)",
        'loss.py: "prior": prior.mean() - torch.log(torch.tensor(float(k))),',
    }
    assert factories.found <= known


def test_the_learning_rate_rises_stays_and_falls():
    settings = BranchTrainingSettings(steps=100, warmup=10, decay=20)
    assert schedule(0, settings) == pytest.approx(0.1)
    assert schedule(50, settings) == 1.0
    assert schedule(90, settings) == pytest.approx(0.5)
    assert schedule(100, settings) == pytest.approx(0.0)
