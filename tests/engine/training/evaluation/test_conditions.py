"""What the network is told under each condition."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.crystal.lattice import matrix_from_cell
from engine.crystal.structure import CrystalStructure
from engine.errors import BadInputError
from engine.training.evaluation import conditions
from engine.training.evaluation.answers import Answer, answer_of
from engine.training.evaluation.conditions import (
    CONDITIONS,
    REFERENCE,
    ask,
    chosen_conditions,
    named_elements,
    on_told_axes,
)
from engine.training.evaluation.entries import Entry
from engine.training.evaluation.given_cell import ToldCell
from engine.training.metrics import Truth, in_basis


def named(key: str) -> conditions.Condition:
    return next(condition for condition in CONDITIONS if condition.key == key)


def test_keys_are_unique_and_in_the_lists_own_order() -> None:
    assert len({c.key for c in CONDITIONS}) == len({c.name for c in CONDITIONS}) == len(CONDITIONS)
    assert REFERENCE in {c.key for c in CONDITIONS}
    keys = [c.key for c in CONDITIONS]
    assert [c.key for c in chosen_conditions([keys[4], keys[1]])] == [keys[1], keys[4]]
    assert chosen_conditions(None) == CONDITIONS
    with pytest.raises(BadInputError, match="choose from"):
        chosen_conditions(["nothing"])


def test_one_element_is_left_out_but_never_the_last(entry: Entry) -> None:
    condition = named("one-missing")
    left = {named_elements(condition, entry, seed) for seed in range(20)}
    assert left == {("Ca",), ("F",)}
    alone = SimpleNamespace(line=1, elements=("Fe",))
    assert named_elements(condition, alone, 0) == ("Fe",)  # type: ignore[arg-type]
    assert named_elements(named("no-composition"), entry, 0) == ()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, fluorite: CrystalStructure) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def prediction(samples: int, grid: int) -> SimpleNamespace:
        return SimpleNamespace(
            density=np.zeros((samples, grid, grid, grid)),
            cell=np.array([fluorite.lattice] * samples),
            cell_source=("given",) * samples,
            crystal_system=("cubic",) * samples,
            quality=np.zeros(samples),
            n_atoms=np.ones(samples),
            contents=None,
        )

    def predict(pattern: object, elements: tuple[str, ...], **told: Any) -> SimpleNamespace:
        calls.append({"elements": elements, "masked": False, **told})
        return prediction(told["samples"], told["grid"])

    def masked(
        pattern: object, elements: tuple[str, ...], lattice: np.ndarray, **told: Any
    ) -> Answer:
        calls.append({"elements": elements, "cell": lattice, "masked": True, **told})
        return answer_of(prediction(told["samples"], told["grid"]))  # type: ignore[arg-type]

    monkeypatch.setattr(conditions, "predict_density", predict)
    monkeypatch.setattr(conditions, "masked_answer", masked)
    return calls


def test_every_condition_tells_what_its_name_says(
    asked: list[dict[str, Any]], entry: Entry
) -> None:
    told = {}
    for condition in CONDITIONS:
        answer = ask(condition, entry, device="cpu", samples=2, grid=8)
        assert answer.density.shape == (2, 8, 8, 8)
        assert answer.seconds > 0.0
        told[condition.key] = asked[-1]
    assert told["indexed"]["index"]
    assert told["indexed"]["cell"] is told["alone"]["cell"] is None
    assert not told["alone"]["index"]
    np.testing.assert_array_equal(told["cell"]["cell"], entry.structure.lattice)
    assert told["cell"]["elements"] == ("Ca", "F")
    assert told["cell"]["formula"] is None
    assert told["amounts"]["formula"] == "CaF2"
    assert told["one-missing"]["others_possible"]
    assert len(told["one-missing"]["elements"]) == 1
    # As a user types it, so that the program refines it.
    typed = matrix_from_cell(*told["cell-2-percent"]["cell"])
    ratio = abs(np.linalg.det(typed) / np.linalg.det(told["cell"]["cell"]))
    assert 1e-3 < abs(ratio - 1.0) < 0.0613
    assert told["no-composition"]["masked"]
    assert told["no-composition"]["with_pattern"]
    assert told["no-composition"]["elements"] == ()
    assert told["no-pattern"]["masked"]
    assert not told["no-pattern"]["with_pattern"]


def test_answers_are_put_on_the_axes_that_were_told(entry: Entry) -> None:
    lattice = np.diag([4.0, 4.04, 5.0])
    # Told with a and b so much off that the network's reduction swaps them.
    told = ToldCell(np.diag([4.06, 4.02, 5.0]), lattice)
    density = np.random.default_rng(0).random((12, 12, 12))
    swap = np.array([[0, 1, 0], [1, 0, 0], [0, 0, -1]])
    answer = Answer(
        density=in_basis(density, swap)[None],
        cell=np.diag([4.02, 4.06, 5.0])[None],
        cell_source=("given",),
        crystal_system=("orthorhombic",),
        quality=np.ones(1),
        n_atoms=np.ones(1),
    )
    found = on_told_axes(answer, told)
    np.testing.assert_array_equal(found.cell[0], lattice)
    assert Truth(density, lattice).align(found.density[0]).correlation == pytest.approx(1.0)
