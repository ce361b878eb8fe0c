"""One isosurface's level: a slider, the same level as a number, and the surface's colour."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.language import tr
from app.state.density import DensityMap, fraction_of, level_of
from app.state.levels import SUFFIXES, Unit, from_unit, in_unit

SWATCH = 14
LARGEST = 1e6
DIGITS = {"value": 3, "sigma": 2, "electrons": 2}


class LevelRow(QWidget):
    """A named level between nothing and the map's maximum.

    Signals
    -------
    colour_chosen(name)
        The user wants the surface in another colour ("#rrggbb").
    """

    STEPS = 500
    colour_chosen = Signal(str)

    def __init__(
        self, name: str, moved: Callable[[float], None], parent: QWidget | None = None
    ) -> None:
        """Call `moved` with the slider's fraction when the user moves or types the level."""
        super().__init__(parent)
        self._moved = moved
        self._density: DensityMap | None = None
        self._unit: Unit = "value"
        self._colour = "#000000"
        self._name = QLabel()
        self.swatch = QToolButton()
        self.swatch.setAutoRaise(True)
        self.swatch.setToolTip(tr("Another colour for this surface"))
        self.swatch.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.swatch.clicked.connect(self._choose_colour)
        self.number = QDoubleSpinBox()
        self.number.setRange(0.0, LARGEST)
        self.number.setKeyboardTracking(False)
        self.number.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setMinimumWidth(92)
        self.number.valueChanged.connect(self._typed)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, self.STEPS)
        self.slider.setPageStep(self.STEPS // 20)
        self.slider.valueChanged.connect(lambda value: moved(value / self.STEPS))
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(4)
        top.addWidget(self.swatch)
        top.addWidget(self._name, 1)
        top.addWidget(self.number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(top)
        column.addWidget(self.slider)
        self.set_name(name)

    def set_name(self, name: str) -> None:
        """Call it otherwise."""
        self._name.setText(name)
        self.slider.setAccessibleName(name)
        self.number.setAccessibleName(tr("{0}, as a number", name))
        self.swatch.setAccessibleName(tr("Colour of {0}{1}", name[:1].lower(), name[1:]))

    @property
    def reading(self) -> str:
        """The level with its unit, as shown."""
        return self.number.text()

    def set_unit(self, unit: Unit) -> None:
        """Show the level in another unit."""
        self._unit = unit
        tip = {
            "value": tr("Density on the surface"),
            "sigma": tr("Density on the surface, in standard deviations of the map"),
            "electrons": tr("Electrons of one cell inside the surface"),
        }[unit]
        self.number.setToolTip(tr("{0}; type it, or use the arrow keys", tip))

    def show_colour(self, colour: str, free: bool) -> None:
        """Show the surface's colour where another one can be chosen."""
        self._colour = colour
        square = QPixmap(SWATCH, SWATCH)
        square.fill(QColor(colour))
        self.swatch.setIcon(QIcon(square))
        self.swatch.setVisible(free)  # the two of a difference are named below the picture

    def show_level(self, fraction: float, density: DensityMap | None) -> None:
        """Show a level that came from elsewhere."""
        self._density = density
        self.slider.blockSignals(True)
        self.slider.setValue(round(fraction * self.STEPS))
        self.slider.blockSignals(False)
        level = 0.0 if density is None else level_of(fraction, density.maximum)
        amount = 0.0 if density is None else in_unit(level, self._unit, density)
        self.number.blockSignals(True)
        self.number.setDecimals(DIGITS[self._unit])
        self.number.setSuffix(SUFFIXES[self._unit])
        self.number.setSingleStep(max(float(f"{0.05 * amount:.1g}"), 10.0 ** -DIGITS[self._unit]))
        self.number.setValue(amount)
        self.number.blockSignals(False)

    def _typed(self, amount: float) -> None:
        if self._density is not None:
            level = from_unit(amount, self._unit, self._density)
            self._moved(fraction_of(level, self._density.maximum))

    def _choose_colour(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._colour), self.window(), self._name.text())
        if chosen.isValid():
            self.colour_chosen.emit(chosen.name())
