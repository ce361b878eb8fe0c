"""Lines of an impurity are named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.refine import report, stages
from engine.refine.prepared import prepare
from engine.solve.unexplained import UnexplainedLine, in_words, unexplained_lines
from tests.made_patterns import measured
from tests.made_structures import BY_NAME


@pytest.fixture(scope="module")
def mixture():
    """Rutile with a fifth of rock salt, and the fit of rutile alone."""
    pure = measured(BY_NAME["rutile"].structure, 5)
    salt = measured(BY_NAME["rock salt"].structure, 6)
    mixed = replace(pure, counts=pure.counts + 0.2 * salt.counts)
    return prepare(pure), prepare(mixed)


def fit_of(prepared):
    return report.finish(stages.refine_shape(stages.start(prepared, BY_NAME["rutile"].structure)))


def test_a_pure_pattern_is_explained(mixture) -> None:
    pure, _ = mixture
    assert unexplained_lines(pure.peaks, fit_of(pure), pure.radiation) == ()


def test_the_strongest_lines_of_the_other_phase_are_named(mixture) -> None:
    _, mixed = mixture
    left = unexplained_lines(mixed.peaks, fit_of(mixed), mixed.radiation)
    assert left
    shares = [line.relative_area for line in left]
    assert shares == sorted(shares, reverse=True)
    # 200 of halite, a = 5.64 angstrom.
    assert left[0].d_spacing == pytest.approx(2.82, abs=0.02)


def test_the_sentence_names_at_most_four_angles() -> None:
    lines = [UnexplainedLine(20.0 + i, 3.0, 0.5 - 0.01 * i) for i in range(6)]
    assert in_words([]) == ""
    assert "20.00 deg (50 %" in in_words(lines[:1])
    many = in_words(lines)
    assert "23.00 deg and 2 more" in many
    assert "24.00" not in many
