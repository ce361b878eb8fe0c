"""A plane through the density: contours and shades, the cell's outline, the atoms in it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import text
from app.language import tr
from app.state.density import DensityMap
from app.state.drawing import Drawing
from app.state.periodic_table import BY_NUMBER
from app.theme import LIGHT, Theme
from app.views import atom_style
from app.views.controls import muted
from app.views.plot_items import NumberAxis
from engine.crystal.section import Section, section

FloatArray = NDArray[np.float64]
N_CONTOURS = 9
LOWEST_CONTOUR = 0.012  # of the map's maximum
LOWEST_OF_DIFFERENCE = 0.1
ATOM_PIXELS = 9


class SectionView(QWidget):
    """Draws one section at a time; needs no OpenGL."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty plot with equal scales along both axes."""
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._map: DensityMap | None = None
        self._drawing = Drawing()
        self.section: Section | None = None
        axes = {side: NumberAxis(side) for side in ("left", "bottom")}
        self.plot = pg.PlotWidget(axisItems=axes)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setAspectLocked(True)
        self.plot.setAccessibleName(tr("Section through the density"))
        self.plot.setMinimumSize(120, 100)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.contours = pg.PlotDataItem(connect="finite")
        self.below = pg.PlotDataItem(connect="finite")  # contours of what is negative
        self.outline = pg.PlotDataItem()
        self.atoms = pg.ScatterPlotItem(pxMode=True, size=ATOM_PIXELS)
        self.plot.addItem(self.image)
        for item in (self.contours, self.below, self.outline, self.atoms):
            self.plot.addItem(item)
        self.label = muted()
        self.label.setWordWrap(True)
        self.label.setContentsMargins(0, 4, 0, 0)  # room for the bars over digits
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.plot, 1)
        column.addWidget(self.label)
        self._mouse = pg.SignalProxy(
            self.plot.scene().sigMouseMoved, rateLimit=30, slot=lambda args: self._hover(args[0])
        )

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        self.plot.setBackground(theme.surface)
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setTextPen(theme.muted)
            axis.setPen(theme.line)
        self._set_pens()
        self.outline.setPen(pg.mkPen(theme.muted, width=1.4))
        if self._map is not None:
            self.show_section(self._map, self._drawing)

    def _set_pens(self) -> None:
        signed = self._map is not None and self._map.signed
        theme = self._theme
        self.contours.setPen(pg.mkPen(theme.plus if signed else theme.accent, width=1))
        self.below.setPen(pg.mkPen(theme.minus, width=1, style=Qt.PenStyle.DashLine))

    def show_section(self, density: DensityMap, drawing: Drawing) -> None:
        """Cut `density`, in the true shape of its cell."""
        moved = self._map is not density or self._drawing.hkl != drawing.hkl
        self._map, self._drawing = density, drawing
        cut = self.section = section(
            density.values,
            density.lattice,
            drawing.hkl,
            nearest_to_centre(drawing.hkl, drawing.offset),
            structure=density.structure,
        )
        top = density.maximum
        # Square roots: bonds are as visible as cores.
        share = np.clip(cut.values / max(top, 1e-12), -1.0, 1.0)
        self.image.setImage(np.sign(share) * np.sqrt(np.abs(share)), autoLevels=False)
        self.image.setLevels((-1.0 if density.signed else 0.0, 1.0))
        self.image.setLookupTable(
            _signed_shades(self._theme) if density.signed else _shades(self._theme)
        )
        self._set_pens()
        step_x, step_y = cut.x[1] - cut.x[0], cut.y[1] - cut.y[0]
        self.image.setRect(
            QRectF(
                cut.x[0] - 0.5 * step_x,
                cut.y[0] - 0.5 * step_y,
                step_x * len(cut.x),
                step_y * len(cut.y),
            )
        )
        levels = contour_levels(top, density.signed)
        self.contours.setData(*contour_lines(cut, levels))
        self.below.setData(*contour_lines(cut, -levels if density.signed else levels[:0]))
        closed = np.concatenate([cut.outline, cut.outline[:1]])
        self.outline.setData(closed[:, 0], closed[:, 1])
        self._draw_atoms(cut, density)
        uvw = " ".join(str(index) for index in cut.along)
        self.plot.setLabel("bottom", tr("along [{0}] (Å)", uvw), color=self._theme.muted)
        self.plot.setLabel("left", "Å", color=self._theme.muted)
        if moved:
            self.plot.setRange(
                xRange=(cut.x[0], cut.x[-1]), yRange=(cut.y[0], cut.y[-1]), padding=0.01
            )
        self._describe(levels)

    def _describe(self, levels: FloatArray) -> None:
        cut = self.section
        if cut is None:
            return
        sign = "±" if self._map is not None and self._map.signed else ""
        self.label.setText(
            tr(
                "({0}), {1:.3f} Å of d = {2:.3f} Å from the origin; contours "
                "{3}{4:.2f} to {5:.2f} e/Å³, each twice the one before",
                text.hkl(self._drawing.hkl),
                self._drawing.offset * cut.spacing,
                cut.spacing,
                sign,
                levels[0],
                levels[-1],
            )
        )

    def _draw_atoms(self, cut: Section, density: DensityMap) -> None:
        numbers = density.structure.numbers if density.structure is not None else np.zeros(0)
        self.atoms.setData(
            [
                {
                    "pos": (float(x), float(y)),
                    "brush": QColor(atom_style.colour(int(numbers[row]))),
                    "pen": pg.mkPen(self._theme.text, width=1),
                    "data": BY_NUMBER[int(numbers[row])].symbol,
                }
                for (x, y), row in zip(cut.atoms, cut.rows, strict=True)
            ]
        )

    def value_at(self, x: float, y: float) -> float | None:
        """e/A^3 at a place of the picture; None outside of it."""
        cut = self.section
        if cut is None or not (cut.x[0] <= x <= cut.x[-1] and cut.y[0] <= y <= cut.y[-1]):
            return None
        return float(cut.values[np.argmin(np.abs(cut.y - y)), np.argmin(np.abs(cut.x - x))])

    def _hover(self, place: object) -> None:
        at = self.plot.getPlotItem().vb.mapSceneToView(place)
        value = self.value_at(at.x(), at.y())
        if value is None:
            if self._map is not None:
                self._describe(contour_levels(self._map.maximum, self._map.signed))
        else:
            self.label.setText(f"{value:.3f} e/Å³ at {at.x():.2f} Å, {at.y():.2f} Å")


def nearest_to_centre(hkl: tuple[int, int, int], offset: float) -> float:
    """Of the planes that repeat `offset`, the one that cuts the cell nearest to its centre."""
    return offset + float(np.round(0.5 * sum(hkl) - offset))


def contour_levels(maximum: float, signed: bool = False) -> FloatArray:
    """Levels that double, from a little above nothing to below the maximum, e/A^3.

    Those of a difference begin higher: its small ripples mean nothing.
    """
    top = max(maximum, 1e-12)
    lowest = (LOWEST_OF_DIFFERENCE if signed else LOWEST_CONTOUR) * top
    levels = lowest * 2.0 ** np.arange(N_CONTOURS)
    return np.asarray(levels[levels < top])


def contour_lines(cut: Section, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
    """All contours as one line in angstrom, with gaps (nan) between its parts."""
    from skimage.measure import find_contours

    parts: list[FloatArray] = []
    gap = np.full((1, 2), np.nan)
    for level in levels:
        for line in find_contours(cut.values, level):
            parts.extend((line, gap))
    if not parts:
        return np.zeros(0), np.zeros(0)
    rows, columns = np.concatenate(parts).T
    step_x, step_y = cut.x[1] - cut.x[0], cut.y[1] - cut.y[0]
    return cut.x[0] + columns * step_x, cut.y[0] + rows * step_y


def _signed_shades(theme: Theme) -> NDArray[np.uint8]:
    """From the colour of what is missing over the surface's to that of what is too much."""
    return _shaded((theme.minus, theme.surface, theme.plus), 1.0)


def _shades(theme: Theme) -> NDArray[np.uint8]:
    """From the surface's colour to that of the outer surface, then the inner one."""
    return _shaded((theme.surface, theme.outer_surface, theme.inner_surface), 0.9)


def _shaded(names: tuple[str, str, str], middle: float) -> NDArray[np.uint8]:
    """(256, 3) shades from the first colour at 0 over the second at `middle` to the third at 2."""
    stops = [QColor(name) for name in names]
    colours = np.array([[c.red(), c.green(), c.blue()] for c in stops], dtype=float)
    places = np.linspace(0.0, 2.0, 256)
    made = np.stack(
        [np.interp(places, [0.0, middle, 2.0], colours[:, k]) for k in range(3)], axis=1
    )
    return np.asarray(np.round(made), dtype=np.uint8)
