"""The paper's architecture, trained here, in the paper's terms."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadInputError
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.growth import read_record
from engine.training.evaluation.paper_run import load_paper_run, paper_maps, score_paper_run
from engine.training.evaluation.paper_tables import about_retrained, retrained
from engine.training.evaluation.results import About, Results
from engine.training.paper_network import PaperNetwork, PaperNetworkSettings
from engine.training.paper_task import PaperTask
from engine.training.run import Trainer
from engine.training.sets import TrainingSets
from engine.training.settings import BranchTrainingSettings, PaperTrainingSettings
from engine.training.training_record import record_paper_run

SMALL = PaperNetworkSettings(
    width=16, bins=64, growth=2, convolutions=1, frequencies=8, blocks=2, block_layers=1
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    settings = PaperTrainingSettings(tables=("few",), network=SMALL, batch=2, average=0.9)
    task = PaperTask(settings, TrainingSets(tmp_path, ("few",)), None)
    Trainer(settings, task, tmp_path / "run")._save()
    return tmp_path / "run"


def test_a_run_is_scored_once_and_recorded(run: Path, entry: Entry, tmp_path: Path) -> None:
    net, about = load_paper_run(run)
    assert about["views"] == 0
    assert about["parameters"] == sum(p.numel() for p in net.parameters())
    rows = score_paper_run([entry], run)
    assert (rows[0]["line"], len(rows[0]["gfcc"])) == (entry.line, 5)
    assert score_paper_run([entry], run) == rows
    record_paper_run(tmp_path / "record.json", about, rows)
    record = read_record(tmp_path / "record.json")
    own = {**rows[0], "paper_ssim": rows[0]["paper_ssim"] + 0.25}
    results = Results("val", "x", [About.of(entry)], {}, paper_terms=[own])
    table = retrained(results, record)
    assert "+0.250 ± nan" in table
    assert table.count("\n| ") == 3
    text = about_retrained(record, {"training": {"views": 100, "seconds": 120, "threads": 1}})
    assert "100 views in 2 minutes" in text
    assert "1 thread: more compute" in text
    record["paper"]["about"] |= {"seconds": 60, "threads": 2}
    text = about_retrained(record, {"training": {"views": 100, "seconds": 118, "threads": 1}})
    assert "1 thread: the same compute" in text
    assert retrained(results, {}) == ""


def test_samples_differ_and_are_drawn_alike_again(entry: Entry) -> None:
    net = PaperNetwork(SMALL).eval()
    one, other = (paper_maps(net, entry, samples=2, grid=20) for _ in range(2))
    assert one.shape == (2, 20, 20, 20)
    np.testing.assert_array_equal(one, other)
    assert np.abs(one[0] - one[1]).max() > 0.0
    assert one.min() >= 0.0


def test_the_run_of_another_part_is_refused(tmp_path: Path) -> None:
    from engine.training.branch_task import BranchTask

    settings = BranchTrainingSettings(tables=("few",))
    task = BranchTask(settings, TrainingSets(tmp_path, ("few",)), None)
    Trainer(settings, task, tmp_path / "other")._save()
    with pytest.raises(BadInputError, match=r"paper\.toml"):
        load_paper_run(tmp_path / "other")
