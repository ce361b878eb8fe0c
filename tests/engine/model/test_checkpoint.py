"""Weights and manifests: what is written can be read, what does not fit is refused."""

import json
from pathlib import Path

import pytest
import torch

from engine.errors import BadInputError
from engine.model.checkpoint import (
    BRANCHES,
    load_checkpoint,
    manifest_path,
    record_scores,
    save_checkpoint,
)
from engine.model.network import CMEDNet, NetworkSettings

SMALL = NetworkSettings(width=16, branch=16, blocks=1, head=8, hypotheses=2, latent=2)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "net.safetensors"
    save_checkpoint(path, CMEDNet(SMALL), {"licence": "BSD-3-Clause"})
    return path


def change_manifest(path: Path, **values: object) -> None:
    place = manifest_path(path)
    place.write_text(json.dumps({**json.loads(place.read_text()), **values}))


def test_weights_come_back_in_half_precision(tmp_path: Path) -> None:
    net = CMEDNet(SMALL)
    path = tmp_path / "net.safetensors"
    save_checkpoint(path, net, {"licence": "BSD-3-Clause", "data": "none"})
    again, manifest = load_checkpoint(path, BRANCHES)
    assert manifest["licence"] == "BSD-3-Clause"
    assert again.settings == SMALL
    for name, value in net.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value.half().float())


def test_missing_files_are_refused(tmp_path: Path, weights: Path) -> None:
    with pytest.raises(BadInputError, match="manifest"):
        load_checkpoint(tmp_path / "nothing.safetensors", BRANCHES)
    weights.unlink()
    with pytest.raises(BadInputError, match="cannot be read"):
        load_checkpoint(weights, BRANCHES)


def test_damaged_weights_are_refused(weights: Path) -> None:
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(BadInputError, match="checksum"):
        load_checkpoint(weights, BRANCHES)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model": "SomethingElse"}, "does not describe"),
        ({"format_version": 99}, "format 99"),
        ({"inputs": {"bins": 7}}, "other inputs"),
        ({"network": {"width": 16}}, "sizes"),
        (
            {"network": {**SMALL.to_dict(), "width": 24}},
            "do not fit the network",
        ),
    ],
)
def test_manifests_of_other_networks_are_refused(
    weights: Path, change: dict[str, object], says: str
) -> None:
    change_manifest(weights, **change)
    with pytest.raises(BadInputError, match=says):
        load_checkpoint(weights, BRANCHES)


def test_a_manifest_that_is_no_json_is_refused(weights: Path) -> None:
    manifest_path(weights).write_text("not json")
    with pytest.raises(BadInputError, match="cannot be read"):
        load_checkpoint(weights, BRANCHES)


def test_scores_can_be_recorded_later(weights: Path) -> None:
    record_scores(weights, {"gfcc_first": 0.5})
    _, manifest = load_checkpoint(weights, BRANCHES)
    assert manifest["scores"] == {"gfcc_first": 0.5}
    assert manifest["licence"] == "BSD-3-Clause"
