"""Parts of the pattern plot: an axis that labels scaled counts, and the mouse's manners."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt

from app.state.axes import nice_counts, scaled
from app.state.pattern import Scale

if TYPE_CHECKING:
    from app.views.plot_tool import PlotTool

PIXELS_PER_LABEL = 45.0
PIXELS_OF_LABEL, LOW = 13.0, 100.0
BINS_PER_PIXEL = 2.0  # each with its least and its largest value


class NumberAxis(pg.AxisItem):
    """An axis whose negative numbers have a minus sign, not a hyphen."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802
        """The numbers at each label."""
        return [words.replace("-", "−") for words in super().tickStrings(values, scale, spacing)]


class CountsAxis(pg.AxisItem):
    """Labels counts although their square root or logarithm is drawn."""

    def __init__(self) -> None:
        """A left axis of a fixed width, so that stacked plots line up."""
        super().__init__(orientation="left")
        self.scale_name: Scale = "linear"
        self.enableAutoSIPrefix(False)
        self.setWidth(66)

    def setLabel(self, *args: Any, **options: Any) -> None:  # noqa: N802
        """Name the axis, if there is room for the name."""
        super().setLabel(*args, **options)
        self.resizeEvent()

    def resizeEvent(self, ev: Any = None) -> None:  # noqa: N802
        """A name that is longer than the axis would be cut: it goes."""
        super().resizeEvent(ev)
        if self.label is not None:
            fits = self.label.boundingRect().width() <= self.size().height()
            self.label.setOpacity(1.0 if fits else 0.0)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:  # noqa: N802
        """Positions of the labels, in drawn units."""
        if self.scale_name == "linear":
            levels = super().tickValues(minVal, maxVal, size)
            return levels if size >= LOW else [_thinned(levels[0], size)]
        about = max(int(size / PIXELS_PER_LABEL), 2)
        counts = nice_counts(minVal, maxVal, self.scale_name, about)
        drawn = [float(scaled(value, self.scale_name, 1e-12)) for value in counts]  # type: ignore[arg-type]
        self._counts = dict(zip(drawn, counts, strict=True))
        return [(1.0, drawn)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: N802
        """The counts at each label."""
        if self.scale_name == "linear":
            return [_readable(value, spacing) for value in values]
        return [_readable(self._counts.get(value, value), 1.0) for value in values]


def _thinned(level: tuple[float, list[float]], size: float) -> tuple[float, list[float]]:
    """Of evenly spaced labels those that have room over each other; zero is always among them."""
    spacing, values = level
    while len(values) > 1 and len(values) * PIXELS_OF_LABEL > size:
        spacing *= 2.0
        values = [value for value in values if abs(value / spacing - round(value / spacing)) < 1e-6]
    return spacing, values


def _readable(value: float, spacing: float) -> str:
    return _written(value, spacing).replace("-", "−")


def _written(value: float, spacing: float) -> str:
    if abs(value) >= 1e6:
        return f"{value:.3g}".replace("e+0", "e").replace("e+", "e")
    if spacing >= 1.0 and abs(value - round(value)) < 1e-6:
        return f"{round(value):,}".replace(",", "\u202f")
    return f"{value:.4g}"


def thin_out(*curves: pg.PlotDataItem) -> None:
    """Draw no more of curves with rising x than a screen can show; no peak is lost."""
    for curve in curves:
        curve.setDownsampling(auto=True, method="peak")
        curve.opts["autoDownsampleFactor"] = BINS_PER_PIXEL
        curve.setClipToView(True)


class Marks(pg.ScatterPlotItem):
    """Marks in the plot that leave clicks on them to the tool in hand."""

    def mouseClickEvent(self, event: Any) -> None:  # noqa: N802
        """Let the view box have it."""
        event.ignore()


class PatternViewBox(pg.ViewBox):
    """Left drag zooms to a box, right click zooms out, double right click shows all.

    A `tool` in hand has the left button's clicks, and its drags where it wants them.
    The wheel zooms along x about the cursor; with Ctrl along y from the base line.
    """

    def __init__(self) -> None:
        """A view box without a context menu."""
        super().__init__(enableMenu=False)
        self.setMouseMode(pg.ViewBox.RectMode)
        self.show_all = self.autoRange
        self.tool: PlotTool | None = None
        self._dragging = False
        self.stack_by: Callable[[float], None] | None = None

    def mouseClickEvent(self, event: Any) -> None:  # noqa: N802
        """Right: zoom out, or show all; left: what the tool in hand does."""
        if self.tool is not None and event.button() == Qt.MouseButton.LeftButton:
            place = self.mapSceneToView(event.scenePos())
            self.tool.click(place.x(), place.y(), event.double())
            event.accept()
            return
        if event.button() != Qt.MouseButton.RightButton:
            event.ignore()
            return
        event.accept()
        if event.double():
            self.show_all()
        else:
            centre = self.viewRect().center()
            self.scaleBy((2.0, 1.5), centre)

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:  # noqa: N802
        """Left: zoom to a box, or what the tool in hand does; middle: move; right: nothing."""
        if event.button() == Qt.MouseButton.RightButton:
            event.ignore()
            return
        if self.tool is not None and event.button() == Qt.MouseButton.LeftButton:
            start = self.mapSceneToView(event.buttonDownScenePos())
            if event.isStart():
                self._dragging = self.tool.wants_drag(start)
            if self._dragging:
                self.tool.drag(start, self.mapSceneToView(event.scenePos()), event.isFinish())
                event.accept()
                return
        super().mouseDragEvent(event, axis)

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:  # noqa: N802
        """Zoom along x about the cursor, with Ctrl along y; with Shift stack patterns."""
        if self.stack_by is not None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.stack_by(event.delta() / 120.0)
            event.accept()
            return
        factor = 1.02 ** (-event.delta() / 8.0)
        at = self.mapSceneToView(event.scenePos())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.scaleBy((1.0, factor), QPointF(at.x(), self.viewRect().top()))
        else:
            self.scaleBy((factor, 1.0), at)
        self.sigRangeChangedManually.emit((True, True))
        event.accept()
