"""The additive model of cell volumes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.library import volumes

METALS = {"Li": 14.0, "Mg": 20.0, "Al": 16.0, "Fe": 11.5, "Zr": 22.0, "Cu": 12.0}


def made_record(rng: np.random.Generator, spread: float = 0.0) -> dict:
    symbols = rng.choice(list(METALS), int(rng.integers(1, 4)), replace=False)
    species = [s for s in symbols for _ in range(int(rng.integers(1, 5)))]
    volume = sum(METALS[s] for s in species) * np.exp(rng.normal(0.0, spread))
    return {"lattice": np.eye(3) * volume ** (1.0 / 3.0), "species": species}


def predicted(coefficients: np.ndarray, record: dict) -> float:
    fractions, _ = volumes._compositions([record])
    return float((volumes.features(fractions) @ coefficients)[0]) * len(record["species"])


def test_an_additive_law_is_recovered() -> None:
    rng = np.random.default_rng(0)
    coefficients, spread = volumes.fit([made_record(rng) for _ in range(400)])
    assert spread < 0.01
    for symbol, volume in METALS.items():
        record = {"lattice": np.eye(3), "species": [symbol]}
        assert predicted(coefficients, record) == pytest.approx(volume, rel=0.02)


def test_the_spread_is_that_of_the_crystals_and_outliers_do_not_count() -> None:
    rng = np.random.default_rng(1)
    records = [made_record(rng, 0.05) for _ in range(600)]
    for record in records[:20]:
        record["lattice"] = record["lattice"] * 1.6
    coefficients, spread = volumes.fit(records)
    assert spread == pytest.approx(0.05, rel=0.25)
    assert predicted(coefficients, {"lattice": np.eye(3), "species": ["Al"]}) == pytest.approx(
        METALS["Al"], rel=0.05
    )


@pytest.mark.parametrize(
    ("contents", "experiment"),
    [
        ({11: 4, 17: 4}, 179.4),  # NaCl
        ({13: 12, 8: 18}, 254.8),  # Al2O3
        ({20: 4, 9: 8}, 163.0),  # CaF2
        ({26: 2}, 23.55),  # Fe
        ({22: 2, 8: 4}, 62.4),  # rutile
    ],
)
def test_expected_volumes_are_near_experiment(contents, experiment) -> None:
    expected = volumes.expected_volume(
        np.array(list(contents)), np.array(list(contents.values()), dtype=float)
    )
    assert float(expected) == pytest.approx(experiment, rel=0.35)


def test_a_larger_cell_holds_more_and_several_cells_can_be_asked_for() -> None:
    numbers = np.array([12, 8])
    one, two = volumes.expected_volume(numbers, np.array([[4.0, 4.0], [8.0, 8.0]]))
    assert two == pytest.approx(2.0 * one)


def test_coefficients_are_written_by_symbol(tmp_path) -> None:
    coefficients, spread = volumes.fit(
        [made_record(np.random.default_rng(seed)) for seed in range(60)]
    )
    volumes.save(tmp_path / "volumes.json", coefficients, spread)
    table = json.loads((tmp_path / "volumes.json").read_text())
    assert table["elements"]["Mg"][0] == pytest.approx(20.0, rel=0.1)
    assert len(table["elements"]["O"]) == 3
