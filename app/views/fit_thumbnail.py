"""Little pictures of fits: observed, calculated and difference, as small as a table's row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from app.theme import Theme
from engine.refine.result import FitResult

FloatArray = NDArray[np.float64]
DIFFERENCE_SHARE = 0.3  # of the height
KEPT = 256


@dataclass(frozen=True, eq=False)
class Outline:
    """A fit in as many columns as there are pixels; heights are shares of the plot's own.

    Attributes
    ----------
    observed, calculated : (n,) arrays
        Square roots of the highest counts above background in each column, 0 to 1.
    difference : (n,) array
        The largest difference of each column with its sign, on the scale of the highest
        observed counts, -1 to 1.
    """

    observed: FloatArray
    calculated: FloatArray
    difference: FloatArray


def outline(fit: FitResult, columns: int) -> Outline:
    """The fit as it looks in so many columns."""
    n = len(fit.two_theta)
    if n == 0 or columns < 1:
        nothing = np.zeros(0)
        return Outline(nothing, nothing, nothing)
    starts = np.unique((np.arange(min(columns, n)) * n) // min(columns, n))
    observed = np.maximum.reduceat(fit.observed - fit.background, starts)
    calculated = np.maximum.reduceat(fit.calculated - fit.background, starts)
    up = np.maximum.reduceat(fit.difference, starts)
    down = np.minimum.reduceat(fit.difference, starts)
    top = max(float(observed.max()), 1e-12)

    def height(counts: FloatArray) -> FloatArray:
        return np.sqrt(np.clip(counts / top, 0.0, 1.0))

    larger = np.where(up >= -down, up, down)
    return Outline(height(observed), height(calculated), np.clip(larger / top, -1.0, 1.0))


class FitThumbnails:
    """Draws fits and keeps the pictures; those longest unused go first."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int, int, bool], tuple[FitResult, QPixmap]] = {}

    def picture(
        self, fit: FitResult, width: int, height: int, ratio: float, theme: Theme
    ) -> QPixmap:
        """The fit's picture in logical pixels; the same one for the same fit and size."""
        size = round(width * ratio), round(height * ratio)
        key = (id(fit), *size, theme.dark)
        found = self._kept.pop(key, None)
        # The fit is kept with its picture: an id is given anew only after its owner is gone.
        entry = found if found is not None else (fit, _draw(fit, *size, theme))
        self._kept[key] = entry
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        picture = entry[1]
        picture.setDevicePixelRatio(ratio)
        return picture

    def clear(self) -> None:
        """Let go of all fits."""
        self._kept.clear()


def _draw(fit: FitResult, width: int, height: int, theme: Theme) -> QPixmap:
    picture = QPixmap(max(width, 1), max(height, 1))
    picture.fill(Qt.GlobalColor.transparent)
    shape = outline(fit, width)
    if not len(shape.observed):
        return picture
    floor = height * (1.0 - DIFFERENCE_SHARE)
    middle = height * (1.0 - 0.5 * DIFFERENCE_SHARE)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    x = np.linspace(0.0, width, len(shape.observed), endpoint=False) + 0.5
    shade = QColor(theme.observed)
    shade.setAlpha(110)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(shade)
    painter.drawPolygon(_closed(x, floor - (floor - 2.0) * shape.observed, floor))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.calculated), 1.0))
    painter.drawPolyline(_points(x, floor - (floor - 2.0) * shape.calculated))
    painter.setPen(QPen(QColor(theme.line), 1.0))
    painter.drawLine(QPointF(0.0, middle), QPointF(width, middle))
    painter.setPen(QPen(QColor(theme.difference), 1.0))
    painter.drawPolyline(_points(x, middle - 0.5 * DIFFERENCE_SHARE * height * shape.difference))
    painter.end()
    return picture


def _points(x: FloatArray, y: FloatArray) -> QPolygonF:
    return QPolygonF([QPointF(float(a), float(b)) for a, b in zip(x, y, strict=True)])


def _closed(x: FloatArray, y: FloatArray, floor: float) -> QPolygonF:
    shape = _points(x, y)
    shape.append(QPointF(float(x[-1]), floor))
    shape.append(QPointF(float(x[0]), floor))
    return shape
