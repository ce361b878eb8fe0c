"""Work is counted, and ends."""

from __future__ import annotations

from engine.solve.maps.effort import DECORATED, Effort


def test_a_limit_is_spent_by_what_is_done() -> None:
    effort = Effort(3.0 * DECORATED)
    effort.decorated()
    effort.decorated()
    assert not effort.exhausted
    effort.decorated()
    assert effort.exhausted


def test_more_coordinates_on_more_reflections_cost_more() -> None:
    def left_after(n_reflections: int, n_free: int) -> int:
        effort, count = Effort(200.0), 0
        while not effort.exhausted:
            effort.refined(n_reflections, n_free)
            count += 1
        return count

    assert left_after(300, 20) < left_after(30, 2) < 200


def test_without_a_limit_nothing_ends() -> None:
    effort = Effort()
    for _ in range(1000):
        effort.refined(1000, 100)
    assert not effort.exhausted
