"""Fitting the verdict: a logistic model of whether the first candidate is right."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from engine.errors import BadInputError
from engine.solve.result import SOLVED
from engine.solve.verdict import COEFFICIENTS, CROWD

FloatArray = NDArray[np.float64]
# Ridge on the standardised coefficients: few examples must not make a certain verdict.
RIDGE = 4.0
# Two numbers that hundreds of examples tell need next to none.
RIDGE_OF_LAST = 0.1


@dataclass(frozen=True, eq=False)
class Examples:
    """Features of first candidates, and whether they were right.

    Attributes
    ----------
    features : (n, f) array
    right : (n,) bool array
    phases : (n,) str array
        What was in the sample: examples of one phase are held out together.
    weights : (n,) array
        How much each counts; all count alike where nothing is said.
    """

    features: FloatArray
    right: NDArray[np.bool_]
    phases: NDArray[np.str_]
    weights: FloatArray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        """Weights of one where none are given."""
        if len(self.weights) == 0:
            object.__setattr__(self, "weights", np.ones(len(self.right)))

    def part(self, kept: NDArray[np.bool_]) -> Examples:
        """Some of the examples."""
        return Examples(
            self.features[kept], self.right[kept], self.phases[kept], self.weights[kept]
        )


def read_examples(paths: Iterable[Path], halved: Collection[Path] = ()) -> Examples:
    """Gather the first candidates of benchmark results.

    Parameters
    ----------
    paths : iterable of Path
    halved : collection of Path
        Of these, the files whose examples count half.

    Raises
    ------
    BadInputError
        If there are fewer than 20.
    """
    features, right, phases, weights = [], [], [], []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row.get("best") is None:
                continue
            features.append(row["best"]["features"])
            right.append(row["rank"] == 1)
            phases.append(row["phase"])
            weights.append(0.5 if path in halved else 1.0)
    if len(right) < 20:
        raise BadInputError(
            f"Only {len(right)} results with a candidate; run more benchmarks before calibrating."
        )
    return Examples(
        np.array(features, dtype=np.float64),
        np.array(right),
        np.array(phases),
        np.array(weights),
    )


def fit(examples: Examples) -> FloatArray:
    """(f + 1,) constant and coefficients of the logistic model, regularised."""
    return _logistic(examples, 0.0, RIDGE)


def fit_last(examples: Examples) -> FloatArray:
    """(f + 1,) coefficients: those that are shipped, but constant and last slope fitted anew."""
    kept = np.array(COEFFICIENTS[:-1])
    last = replace(examples, features=examples.features[:, -1:])
    constant, slope = _logistic(last, examples.features[:, :-1] @ kept[1:], RIDGE_OF_LAST)
    return np.array([constant, *kept[1:], slope])


def _logistic(examples: Examples, known: FloatArray | float, ridge: float) -> FloatArray:
    """Constant and coefficients beside a part of the logit that is known."""
    centre = examples.features.mean(axis=0)
    spread = np.maximum(examples.features.std(axis=0), 1e-9)
    x = (examples.features - centre) / spread
    y = examples.right.astype(np.float64)

    def cost(beta: FloatArray) -> float:
        logit = known + beta[0] + x @ beta[1:]
        loss = examples.weights * (np.logaddexp(0.0, logit) - y * logit)
        return float(loss.sum() + 0.5 * ridge * (beta[1:] ** 2).sum())

    best = minimize(cost, np.zeros(x.shape[1] + 1), method="BFGS").x
    slopes = best[1:] / spread
    return np.concatenate([[best[0] - slopes @ centre], slopes])


def probability(coefficients: FloatArray, features: FloatArray) -> FloatArray:
    """(n,) probabilities of the logistic model, no more than others leave (see the verdict)."""
    logit = coefficients[0] + features @ coefficients[1:]
    chance = 1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0)))
    if features.shape[1] > CROWD:
        chance = chance / np.maximum(1.0, chance * np.exp(features[:, CROWD]))
    return np.asarray(chance)


def cross_validated(
    examples: Examples, folds: int = 10, fitted: Callable[[Examples], FloatArray] = fit
) -> FloatArray:
    """(n,) probabilities, each from a model that has seen no example of its phase."""
    phases = np.random.default_rng(0).permutation(np.unique(examples.phases))
    out = np.empty(len(examples.right))
    for part in np.array_split(phases, min(folds, len(phases))):
        held = np.isin(examples.phases, part)
        out[held] = probability(fitted(examples.part(~held)), examples.features[held])
    return out


def calibrate(examples: Examples, last: bool = False) -> str:
    """Coefficients, and a reliability table from cross-validation, as text.

    Parameters
    ----------
    examples : Examples
    last : bool
        Fit the constant and the last slope alone.
    """
    fitted = fit_last if last else fit
    coefficients = fitted(examples)
    chance = cross_validated(examples, fitted=fitted)
    right = examples.right
    base = right.mean() * (1.0 - right.mean())
    brier = float(np.mean((chance - right) ** 2))
    called = chance >= SOLVED
    lines = [
        "coefficients: " + ", ".join(f"{c:.3f}" for c in coefficients),
        "fitted: " + ("the first and the last; the others are those shipped" if last else "all"),
        f"examples: {len(right)}, right: {int(right.sum())}",
        f"Brier score (phases held out): {brier:.4f}; of the base rate: {base:.4f}",
        f"called solved (phases held out): {called.sum()}, of them right: {right[called].sum()}; "
        f"of the right ones called solved: {right[called].sum()} of {right.sum()}",
        "",
        "| stated | n | right |",
        "| --- | --- | --- |",
    ]
    for low, high in ((0.0, 0.1), (0.1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.9), (0.9, 1.01)):
        inside = (chance >= low) & (chance < high)
        share = f"{100 * right[inside].mean():.0f} %" if inside.any() else ""
        lines.append(
            f"| {100 * low:.0f} to {min(100 * high, 100):.0f} % | {inside.sum()} | {share} |"
        )
    return "\n".join(lines)
