"""Fitting the verdict's logistic model."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.cli import main
from engine.errors import BadInputError
from engine.solve import verdict
from engine.solve.result import SOLVED, TENTATIVE
from engine.training.calibration import (
    Examples,
    calibrate,
    cross_validated,
    fit,
    fit_last,
    probability,
    read_examples,
)

TRUE = np.array([2.0, -6.0, -3.0, 0.3, -0.8])


def drawn(n: int, seed: int = 0) -> Examples:
    """Examples whose chances of being right follow the logistic model `TRUE`."""
    rng = np.random.default_rng(seed)
    features = rng.uniform([0.0, 0.0, 0.0, 0.0], [0.8, 0.6, 12.0, 3.0], (n, 4))
    return examples(features, rng.uniform(size=n) < probability(TRUE, features))


def examples(features: np.ndarray, right: np.ndarray) -> Examples:
    """Every example a phase of its own."""
    return Examples(features, right, np.array([f"phase {i}" for i in range(len(right))]))


def test_a_known_model_is_recovered() -> None:
    found = fit(drawn(20_000))
    np.testing.assert_allclose(found, TRUE, rtol=0.12, atol=0.05)


def test_probabilities_are_logistic() -> None:
    features = np.zeros((1, 4))
    assert probability(TRUE, features)[0] == pytest.approx(1.0 / (1.0 + np.exp(-2.0)))
    far = np.array([[1e6, 0.0, 0.0, 0.0], [-1e6, 0.0, 0.0, 0.0]])
    low, high = probability(TRUE, far)
    assert 0.0 < low < 1e-6
    assert 1.0 - 1e-6 < high < 1.0


def test_certain_examples_do_not_make_a_certain_model() -> None:
    """A perfectly separable handful must not have unlimited slopes."""
    features = np.linspace(0.0, 1.0, 24)[:, None]
    chance = probability(*_fitted(features, features[:, 0] < 0.5))
    assert chance.min() > 0.001
    assert chance.max() < 0.999


def _fitted(features: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return fit(examples(features, right)), features


def test_a_constant_feature_does_no_harm() -> None:
    some = drawn(400)
    constant = examples(np.concatenate([some.features, np.full((400, 1), 7.0)], axis=1), some.right)
    assert np.all(np.isfinite(fit(constant)))


def test_examples_of_one_phase_are_held_out_together() -> None:
    """A phase whose examples contradict all others must not vouch for itself."""
    features = np.concatenate([np.linspace(0.0, 1.0, 40), np.full(20, 0.05)])[:, None]
    right = np.concatenate([np.linspace(0.0, 1.0, 40) < 0.5, np.zeros(20, dtype=bool)])
    phases = np.array([f"phase {i}" for i in range(40)] + ["odd one"] * 20)
    chance = cross_validated(Examples(features, right, phases))
    assert chance[40:].min() > 0.5


def test_cross_validated_probabilities_are_calibrated() -> None:
    some = drawn(3000, seed=2)
    chance = cross_validated(some)
    assert chance.shape == some.right.shape
    for low, high in ((0.0, 0.2), (0.2, 0.8), (0.8, 1.0)):
        inside = (chance >= low) & (chance <= high)
        assert some.right[inside].mean() == pytest.approx(chance[inside].mean(), abs=0.06)


def test_the_report_names_coefficients_and_score() -> None:
    text = calibrate(drawn(300))
    assert text.startswith("coefficients: ")
    assert len(text.splitlines()[0].split(",")) == 5
    assert "examples: 300" in text
    assert "Brier score" in text
    rows = [line.split("|")[2] for line in text.splitlines() if " to " in line]
    assert sum(int(row) for row in rows) == 300


def row(rank: int | None, features=(0.1, 0.2, 3.0, 0.0)) -> dict:
    return {"rank": rank, "phase": "halite", "best": {"features": list(features)}}


def test_examples_are_first_candidates(tmp_path) -> None:
    rows = [row(1)] * 12 + [row(3)] * 6 + [row(None)] * 4
    rows += [{"rank": None, "best": None}, {"name": "x", "error": "BadInputError: x"}]
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text("\n".join(json.dumps(r) for r in rows[:10]) + "\n")
    second.write_text("\n".join(json.dumps(r) for r in rows[10:]) + "\n")
    examples = read_examples([first, second])
    assert examples.features.shape == (22, 4)
    assert examples.right.sum() == 12


def test_too_few_examples_are_refused(tmp_path) -> None:
    path = tmp_path / "few.jsonl"
    path.write_text("\n".join(json.dumps(row(1)) for _ in range(5)))
    with pytest.raises(BadInputError, match="Only 5 results"):
        read_examples([path])


def test_the_shipped_coefficients_reward_good_fits() -> None:
    """Higher residuals never raise the chance; a wider margin never lowers it."""
    shipped = np.array(verdict.COEFFICIENTS)
    assert len(shipped) == 16
    good, bad = np.array(
        [
            [0.02, 0.08, 12.0, 0.0, 0.0, 0.0, 0.0, 1.5, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.1],
            [1.0, 0.6, 1.0, 3.0, 5.0, 2.0, 1.5, 0.5, 1.0, 0.8, 1.0, 0.0, 0.5, 3.0, 2.0],
        ]
    )
    chances = probability(shipped, np.stack([good, bad]))
    assert chances[0] > SOLVED
    assert chances[1] < TENTATIVE


def test_examples_that_count_half_count_half() -> None:
    some = drawn(300)
    twice = Examples(
        np.concatenate([some.features, some.features]),
        np.concatenate([some.right, some.right]),
        np.concatenate([some.phases, some.phases]),
        np.full(600, 0.5),
    )
    np.testing.assert_allclose(fit(twice), fit(some), rtol=1e-3, atol=1e-4)


def drawn_of_shipped(n: int, constant: float = 0.0, slope: float = -1.0) -> Examples:
    """Examples that follow the shipped model, but for the last slope and the constant."""
    rng = np.random.default_rng(5)
    truth = np.array([*verdict.COEFFICIENTS[:-1], slope])
    truth[0] += constant
    features = rng.uniform(0.0, 0.3, (n, len(truth) - 1))
    features[:, -1] *= 5.0
    features[:, verdict.CROWD] = 0.0
    return examples(features, rng.uniform(size=n) < probability(truth, features))


def test_only_the_constant_and_the_last_slope_are_fitted() -> None:
    found = fit_last(drawn_of_shipped(20_000, constant=1.0))
    shipped = verdict.COEFFICIENTS
    np.testing.assert_array_equal(found[1:-1], shipped[1:-1])
    assert found[0] == pytest.approx(shipped[0] + 1.0, abs=0.15)
    assert found[-1] == pytest.approx(-1.0, abs=0.2)


def test_results_are_calibrated_on_from_the_command_line(tmp_path, capsys) -> None:
    some = drawn_of_shipped(400)
    right, wrong = tmp_path / "right.jsonl", tmp_path / "wrong.jsonl"
    for path, part in ((right, some.right), (wrong, ~some.right)):
        rank = 1 if path is right else None
        rows = [
            {**row(rank, found), "phase": phase}
            for found, phase in zip(some.features[part], some.phases[part], strict=True)
        ]
        path.write_text("\n".join(json.dumps(r) for r in rows))
    assert main(["bench", "calibrate", str(right), "--half", str(wrong), "--last"]) == 0
    printed = capsys.readouterr().out
    assert f"examples: 400, right: {some.right.sum()}" in printed
    kept = ", ".join(f"{c:.3f}" for c in verdict.COEFFICIENTS[1:-1])
    assert kept in printed
