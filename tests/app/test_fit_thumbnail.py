from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.theme import DARK, LIGHT
from app.views.fit_thumbnail import FitThumbnails, outline
from tests.app.fake_engine import make_candidate, make_pattern


def test_every_line_is_seen_in_few_columns():
    fit = make_candidate(make_pattern(), 1).fit
    shape = outline(fit, 60)
    assert len(shape.observed) == len(shape.calculated) == len(shape.difference) == 60
    assert shape.observed.max() == 1.0
    ends = np.linspace(fit.two_theta[0], fit.two_theta[-1], 61)
    for angle in fit.reflections.two_theta[:4]:
        column = int(np.searchsorted(ends, angle) - 1)
        assert shape.calculated[column] > 0.2


def test_what_is_not_explained_stands_in_the_difference_with_its_sign():
    fit = make_candidate(make_pattern(), 1).fit
    halved = replace(fit, calculated=fit.background.copy())
    assert outline(halved, 50).difference.max() > 0.9
    doubled = replace(fit, calculated=2.0 * fit.observed)
    assert outline(doubled, 50).difference.min() < -0.9


def test_fewer_points_than_columns_and_none_at_all():
    fit = make_candidate(make_pattern(30), 1).fit
    assert len(outline(fit, 90).observed) == 30
    nothing = np.zeros(0)
    empty = replace(
        fit, two_theta=nothing, observed=nothing, calculated=nothing, background=nothing
    )
    assert len(outline(empty, 90).observed) == 0


def test_a_picture_is_drawn_once_for_a_fit_and_a_theme(qapp):
    fit, other = (make_candidate(make_pattern(), rank).fit for rank in (1, 2))
    kept = FitThumbnails()
    first = kept.picture(fit, 80, 30, 1.0, LIGHT)
    assert kept.picture(fit, 80, 30, 1.0, LIGHT).cacheKey() == first.cacheKey()
    assert kept.picture(other, 80, 30, 1.0, LIGHT).cacheKey() != first.cacheKey()
    assert kept.picture(fit, 80, 30, 1.0, DARK).cacheKey() != first.cacheKey()
    large = kept.picture(fit, 80, 30, 2.0, LIGHT)
    assert (large.width(), large.deviceIndependentSize().width()) == (160, 80.0)
