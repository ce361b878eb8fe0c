"""What is told apart by its colour is told apart by colour-blind eyes too, in the real window."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from app.launch import make_application
from app.theme import ThemeKeeper
from tests.gui.steps import opened, settle, solved

# Machado, Oliveira and Fernandes, IEEE Trans. Visual. Comput. Graph. 15, 1291 (2009), table 1,
# severity 1.0: what linear RGB becomes without the cones for green, or without those for red.
EYES = {
    "all cones": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
# IEC 61966-2-1: linear sRGB to CIE XYZ, and the white point D65.
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
LEAST = 20.0  # CIE 1976 colour difference; about 2.3 is just seen on large patches side by side


def linear(colour: QColor) -> np.ndarray:
    parts = np.array(colour.getRgbF()[:3])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB."""
    xyz = TO_XYZ @ np.clip(rgb, 0.0, 1.0) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16.0 / 116.0)
    return np.array([116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])])


def difference(one: QColor, other: QColor, eye: str) -> float:
    seen = [lab(EYES[eye] @ linear(colour)) for colour in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def too_alike(colours: dict[str, QColor]) -> list[str]:
    return [
        f"{one} and {other} by {eye}: {difference(colours[one], colours[other], eye):.0f}"
        for one, other in combinations(colours, 2)
        for eye in EYES
        if difference(colours[one], colours[other], eye) < LEAST
    ]


def test_the_simulation_confuses_what_such_eyes_confuse():
    red, green = QColor("#c8402e"), QColor("#5f7a1f")
    assert difference(red, green, "all cones") > 60.0
    assert difference(red, green, "deuteranopia") < 0.45 * difference(red, green, "all cones")
    blue, yellow = QColor("#2040c0"), QColor("#d0b000")
    assert difference(blue, yellow, "deuteranopia") > 80.0


@pytest.fixture(params=["light", "dark"])
def theme(request, window):
    """The window in one of its themes, afterwards as the system wants it."""
    window.actions_.themes[request.param].trigger()
    keeper = make_application().findChild(ThemeKeeper)
    yield keeper.theme
    keeper.choose("system")


def test_curves_and_marks_of_the_plot(window, qtbot, file, theme):
    solved(window, qtbot, file)
    plot = window.pattern.plot
    items = {
        "observed": plot.observed,
        "calculated": plot.calculated,
        "difference": plot.difference,
        "ticks": plot.ticks,
    }
    assert not too_alike({name: item.opts["pen"].color() for name, item in items.items()})


def test_patterns_that_are_compared(window, qtbot, file, theme, tmp_path):
    opened(window, qtbot, file)
    others = [tmp_path / f"other_{number}.xy" for number in range(6)]
    for other in others:
        other.write_bytes(file.read_bytes())
    window.overlaying.add(others)
    settle(window, qtbot)
    items = window.pattern.tools.overlays.items
    assert len(items) == 6
    drawn = {f"pattern {row}": item.opts["pen"].color() for row, item in enumerate(items)}
    assert not too_alike({"observed": window.pattern.plot.observed.opts["pen"].color(), **drawn})


def test_surfaces_and_both_signs_of_a_difference(window, theme):
    surfaces = {name: QColor(getattr(theme, name)) for name in ("outer_surface", "inner_surface")}
    assert not too_alike(surfaces)
    assert not too_alike({name: QColor(getattr(theme, name)) for name in ("plus", "minus")})


def test_verdicts_have_words_and_differ_in_colour(window, qtbot, file, theme):
    solved(window, qtbot, file)
    model = window.candidates.model()
    words = [
        str(model.index(row, column).data())
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    ]
    assert any("Solved" in word for word in words)
    assert any("Tentative" in word for word in words)
    assert not too_alike(
        {name: QColor(getattr(theme, name)) for name in ("good", "caution", "bad")}
    )
