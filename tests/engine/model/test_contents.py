"""The head that names extinction class, missing elements and amounts."""

import pytest
import torch

from engine.model.contents import (
    ContentsHead,
    ContentsSettings,
)
from engine.model.encoding import ELEMENTS, encode_contents
from engine.training.contents_loss import ContentsTruth, contents_loss, scores

SMALL = ContentsSettings(condition=12, width=16)


def coded(*args: object, **more: object) -> torch.Tensor:
    return torch.as_tensor(encode_contents(*args, **more)).unsqueeze(0)  # type: ignore[arg-type]


def head() -> ContentsHead:
    torch.manual_seed(0)
    return ContentsHead(SMALL).eval()


def truth(shares: dict[int, float], extinction: int = 3) -> ContentsTruth:
    row = torch.zeros(1, ELEMENTS)
    for number, share in shares.items():
        row[0, number] = share
    return ContentsTruth(torch.tensor([extinction]), torch.tensor([6]), torch.tensor([2]), row)


@torch.no_grad()
def test_amounts_are_shares_of_the_named_elements() -> None:
    condition = torch.randn(1, 12)
    closed = head()(condition, coded(("Na", "Cl"))).amounts.exp()[0]
    assert closed.sum().item() == pytest.approx(1.0)
    assert closed[[11, 17]].sum() > 0.999
    opened = head()(condition, coded(("Na", "Cl"), others_possible=True)).amounts.exp()[0]
    assert opened[[11, 17]].sum() < 0.9


def test_only_what_may_be_missing_counts_as_missing() -> None:
    condition = torch.randn(1, 12)
    net, right = head(), truth({11: 0.5, 17: 0.5})
    closed = contents_loss(net(condition, coded(("Na", "Cl"))), right, coded(("Na", "Cl")))[1]
    assert closed["missing"] == 0.0
    code = coded(("Na",), others_possible=True)
    answer = net(condition, code)
    loss, parts = contents_loss(answer, right, code)
    assert parts["missing"] > 0.0
    loss.backward()
    # What was named teaches nothing about what is missing.
    weights = net.outputs[2].weight.grad
    assert weights is not None
    assert weights[11].abs().max() == 0.0
    assert weights[17].abs().max() > 0.0


@torch.no_grad()
def test_scores_count_the_first_and_the_first_three() -> None:
    answer = head()(torch.randn(1, 12), coded(("Na", "Cl")))
    order = answer.extinction[0].argsort(descending=True).tolist()
    for place, (first, three) in enumerate([(1.0, 1.0), (0.0, 1.0), (0.0, 1.0), (0.0, 0.0)]):
        found = scores(answer, truth({11: 1.0}, extinction=order[place]))
        assert (found["extinction_first"], found["extinction_three"]) == (first, three)
