"""Other patterns in the plot: one over the other, or stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from app.state.axes import from_two_theta
from app.text import shortened
from app.theme import Theme
from app.views.plot_items import thin_out
from app.views.plot_tool import PlotTool

if TYPE_CHECKING:
    from app.views.pattern_plot import PatternPlot
    from engine.pattern.overlay import Overlay

FloatArray = NDArray[np.float64]
# As many apart as six can be for eyes that see all colours, lack green or lack red cones
# (`tests/gui/test_colours.py` measures it), darker on white so that thin lines stand out.
LIGHT_COLOURS = ("#003c87", "#b87400", "#35a077", "#b012f0", "#44a0c0", "#5a3c00")
DARK_COLOURS = ("#1f86ff", "#ffc32d", "#1eff96", "#ff0f8a", "#20c0ff", "#b4782d")
BEHIND = -5
LEAST_DIFFERENCE = 1e-4  # relative, of wavelengths that count as two
LONGEST_NAME = 28  # in the legend
WHEEL_STEP = 0.02


def colours(theme: Theme) -> tuple[str, ...]:
    """Colours of overlaid patterns, by number."""
    return DARK_COLOURS if theme.dark else LIGHT_COLOURS


class OverlaidPatterns(PlotTool):
    """Draws the stack at all times, each pattern by its own wavelength on the axes of d and Q."""

    def __init__(self, plot: PatternPlot) -> None:
        """Draw the stack of the plot's session."""
        super().__init__(plot)
        self.items: list[pg.PlotDataItem] = []
        self._named: tuple[str, ...] = ()
        plot.overlaid = self
        plot.box.stack_by = self._stack_by
        self.session.overlays.changed.connect(self.draw)

    @property
    def shown(self) -> list[Overlay]:
        """The patterns that are drawn."""
        there = self.session.pattern.pattern is not None
        return [o for o in self.session.overlays.stack.overlays if o.shown] if there else []

    def _stack_by(self, steps: float) -> None:
        """Turn the wheel: stand farther apart, or closer."""
        state = self.session.overlays
        if state.stack.overlays:
            state.set_offset(state.stack.offset + WHEEL_STEP * steps)

    def draw(self) -> None:
        """Draw all anew, the later ones behind."""
        shown = self.shown
        while len(self.items) > len(shown):
            self.plot.main.removeItem(self.items.pop())
        while len(self.items) < len(shown):
            item = pg.PlotDataItem()
            thin_out(item)
            item.setZValue(BEHIND - len(self.items))
            self.plot.main.addItem(item, ignoreBounds=True)
            self.items.append(item)
        choice = colours(self.theme)
        for row, (item, overlay) in enumerate(zip(self.items, shown, strict=True)):
            item.setPen(pg.mkPen(choice[overlay.colour % len(choice)], width=1))
            self.plot.set_line(item, self.places(overlay), self._heights(row, overlay))
        if self.session.pattern.pattern is not None:
            self.plot.view_range.limit()
            self.plot.view_range.follow_heights()
        names = tuple(self._name(overlay) for overlay in shown)
        key = (*names, *(item.opts["pen"].color().name() for item in self.items))
        if key != self._named:
            self._named = key
            self.plot.name_overlays(list(zip(self.items, names, strict=True)))

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        super().set_theme(theme)
        self._named = ()
        self.draw()

    def places(self, overlay: Overlay) -> FloatArray:
        """Where the points of a pattern stand on the x axis, by its own wavelength."""
        pattern = overlay.pattern
        angles = np.maximum(pattern.two_theta, 0.05)
        return from_two_theta(angles, pattern.radiation.primary, self.session.pattern.x_axis)

    def counts(self, overlay: Overlay) -> FloatArray:
        """Counts as they are, or scaled to the height of the pattern that is solved."""
        values, main = overlay.pattern.counts, self.session.pattern.pattern
        if not self.session.overlays.stack.same_height or main is None:
            return values
        return np.asarray(values * float(main.counts.max()) / max(float(values.max()), 1e-300))

    def _heights(self, row: int, overlay: Overlay) -> FloatArray:
        main = self.session.pattern.pattern
        assert main is not None
        drawn = self.plot.drawn_counts(main.counts)
        lift = (row + 1) * self.session.overlays.stack.offset * float(np.ptp(drawn))
        return self.plot.drawn_counts(self.counts(overlay)) + lift

    def extent(self) -> tuple[float, float, float] | None:
        """Leftmost, rightmost and highest of all that is drawn; None where nothing is."""
        drawn = [item.getOriginalDataset() for item in self.items]
        drawn = [(x, y) for x, y in drawn if x is not None and len(x)]
        if not drawn:
            return None
        left, right = min(float(x[0]) for x, _y in drawn), max(float(x[-1]) for x, _y in drawn)
        return left, right, max(float(y.max()) for _x, y in drawn)

    def top(self, low: float, high: float) -> float:
        """Highest drawn point between two places; minus infinity where nothing is drawn."""
        tops = [-np.inf]
        for item in self.items:
            x, y = item.getOriginalDataset()
            inside = y[(x >= low) & (x <= high)]
            tops += [float(inside.max())] if len(inside) else []
        return max(tops)

    def _name(self, overlay: Overlay) -> str:
        """Its name, with the wavelength where another one matters."""
        own, main = overlay.pattern.radiation.primary, self.session.pattern.radiation
        other = main is not None and abs(own / main.primary - 1.0) > LEAST_DIFFERENCE
        note = f"  (λ {own:.4f} Å)" if other else ""
        return shortened(overlay.pattern.name, LONGEST_NAME) + note
