"""Solutions of simulated measurements, found once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from engine.solve.result import Problem, Solution
from engine.solve.solver import solve
from tests.engine.solve.watch import Watch
from tests.made_patterns import measured
from tests.made_structures import BY_NAME, Made

FLUORITE = Made(
    "fluorite",
    "cubic",
    225,
    "F m -3 m",
    (5.4631, 5.4631, 5.4631, 90.0, 90.0, 90.0),
    (("Ca", 0.0, 0.0, 0.0), ("F", 0.25, 0.25, 0.25)),
)
CASES = {
    "rutile": (BY_NAME["rutile"], ("Ti", "O"), 0.03),
    "corundum": (BY_NAME["corundum"], ("O", "Al"), -0.02),
    "fluorite": (FLUORITE, ("Ca", "F"), 0.0),
}


@cache
def solved_case(name: str) -> tuple[Made, Solution, Watch]:
    made, elements, zero = CASES[name]
    watch = Watch()
    pattern = measured(made.structure, 1, zero=zero)
    return made, solve(Problem(pattern, elements, top=8), watch), watch


@pytest.fixture(scope="session")
def solved() -> Callable[[str], tuple[Made, Solution, Watch]]:
    """What was put in, what came out, and what was reported on the way."""
    return solved_case
