"""What is written or outlined can be told from what it stands on, in both themes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette

from app.theme import DARK, LIGHT, OUTLINE_FACTOR, Theme, framed_palette

TEXT, OUTLINE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["text", "muted", "good", "caution", "bad", "accent"])
def test_text_is_read_on_every_ground(theme: Theme, ink: str):
    for ground in (theme.surface, theme.raised, theme.window):
        assert contrast(getattr(theme, ink), ground) >= TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_messages_and_buttons_are_read(theme: Theme):
    for ground in (theme.info_soft, theme.caution_soft, theme.bad_soft, theme.accent_soft):
        assert contrast(theme.text, ground) >= TEXT
    assert contrast(theme.on_accent, theme.accent) >= TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_both_signs_of_a_difference_are_seen(theme: Theme):
    for colour in (theme.plus, theme.minus):
        assert contrast(colour, theme.surface) >= OUTLINE
    assert abs(QColor(theme.plus).hsvHueF() - QColor(theme.minus).hsvHueF()) > 0.3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_boxes_have_an_outline(theme: Theme):
    ground = framed_palette(theme).color(QPalette.ColorRole.Window)
    outline = ground.darker(OUTLINE_FACTOR).name()
    assert contrast(outline, theme.surface) >= OUTLINE
