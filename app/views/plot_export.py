"""The pattern plot as a file: as it is seen, as a picture, as vectors, or as numbers."""

from __future__ import annotations

import csv
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter

from app.language import noop, tr
from app.state.axes import from_two_theta, with_gaps
from engine.errors import BadInputError
from engine.pattern.excluded import in_regions

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintDevice

    from app.views.pattern_plot import PatternPlot
    from engine.pattern.pattern import PowderPattern

SUFFIXES = (".png", ".svg", ".pdf", ".csv")
FILTERS = noop("PNG (*.png);;SVG (*.svg);;PDF (*.pdf);;Table of what is in view (*.csv)")
PIXELS_PER_PIXEL = 3  # of a picture, for one on the screen: 288 dots an inch
POINTS_PER_INCH = 72.0
SCREEN_DOTS_PER_INCH = 96.0


def save_plot(plot: PatternPlot, path: Path) -> None:
    """Write the plot as it is seen; the suffix says in which format.

    Raises
    ------
    BadInputError
        If the suffix is none of `SUFFIXES`, or the file cannot be written.
    """
    writers = {".png": _png, ".svg": _svg, ".pdf": _pdf, ".csv": _csv}
    suffix = path.suffix.lower()
    if suffix not in writers:
        raise BadInputError(
            tr("'{0}' cannot be written: choose one of {1}.", path.name, ", ".join(SUFFIXES))
        )
    try:
        written = writers[suffix](plot, path)
    except OSError as error:
        raise BadInputError(tr("{0} could not be written: {1}.", path, error.strerror)) from error
    if not written:
        raise BadInputError(tr("{0} could not be written: choose another folder.", path))


def _paint(plot: PatternPlot, device: QPaintDevice, width: float, height: float) -> bool:
    """Draw what the plot's window shows, over the whole of `device`."""
    painter = QPainter()
    if not painter.begin(device):
        return False
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    source = QRectF(plot.viewRect())
    plot.scene().render(painter, QRectF(0.0, 0.0, width, height), source)
    painter.end()
    return True


def _png(plot: PatternPlot, path: Path) -> bool:
    size = plot.size() * PIXELS_PER_PIXEL
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(plot.theme.surface)
    image.setDotsPerMeterX(round(PIXELS_PER_PIXEL * SCREEN_DOTS_PER_INCH / 0.0254))
    image.setDotsPerMeterY(round(PIXELS_PER_PIXEL * SCREEN_DOTS_PER_INCH / 0.0254))
    return _paint(plot, image, size.width(), size.height()) and image.save(str(path))


def _svg(plot: PatternPlot, path: Path) -> bool:
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(plot.size())
    generator.setViewBox(QRectF(0.0, 0.0, plot.width(), plot.height()))
    generator.setTitle(_title(plot))
    return _paint(plot, generator, plot.width(), plot.height())


def _pdf(plot: PatternPlot, path: Path) -> bool:
    scale = POINTS_PER_INCH / SCREEN_DOTS_PER_INCH
    writer = QPdfWriter(str(path))
    writer.setTitle(_title(plot))
    writer.setCreator("Densight")
    size = QSizeF(plot.width() * scale, plot.height() * scale)
    writer.setPageSize(QPageSize(size, QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF(0.0, 0.0, 0.0, 0.0))
    page = writer.pageLayout().fullRectPixels(writer.resolution())
    return _paint(plot, writer, page.width(), page.height())


def _title(plot: PatternPlot) -> str:
    pattern = plot.session.pattern.pattern
    return pattern.name if pattern is not None else tr("Powder pattern")


def _csv(plot: PatternPlot, path: Path) -> bool:
    """Every measured point in view, with what the chosen candidate makes of it.

    Patterns that are drawn beside it follow in columns of their own, on their own angles, scaled as
    they are drawn and without the offset that sets them apart.
    """
    pattern = plot.session.pattern.pattern
    if pattern is None:
        return False
    columns = _own_columns(plot, pattern) | _overlaid_columns(plot)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in zip_longest(*(column.tolist() for column in columns.values()), fillvalue=np.nan):
            writer.writerow(["" if np.isnan(value) else repr(value) for value in row])
    return True


def _overlaid_columns(plot: PatternPlot) -> dict[str, NDArray[np.float64]]:
    """Angles and counts of the patterns that are drawn beside the one on the table."""
    low, high = plot.box.viewRange()[0]
    columns: dict[str, NDArray[np.float64]] = {}
    layer = plot.overlaid
    if layer is None:
        return columns
    for number, overlay in enumerate(layer.shown, start=1):
        x = layer.places(overlay)
        inside = (x >= low) & (x <= high)
        angles, radiation = overlay.pattern.two_theta[inside], overlay.pattern.radiation
        name = f"{number} {overlay.pattern.name}"
        columns[f"two_theta ({name})"] = angles
        columns[f"d ({name})"] = from_two_theta(angles, radiation.primary, "d")
        columns[f"observed ({name})"] = layer.counts(overlay)[inside]
    return columns


def _own_columns(plot: PatternPlot, pattern: PowderPattern) -> dict[str, NDArray[np.float64]]:
    low, high = plot.box.viewRange()[0]
    x = plot.x_of(pattern.two_theta)
    inside = (x >= low) & (x <= high)
    angles, wavelength = pattern.two_theta[inside], pattern.radiation.primary
    columns = {
        "two_theta": angles,
        "d": from_two_theta(angles, wavelength, "d"),
        "q": from_two_theta(angles, wavelength, "q"),
        "observed": pattern.counts[inside],
    }
    chosen = plot.session.solution.chosen
    if chosen is not None and len(chosen.fit.two_theta):
        fit = chosen.fit
        for name in ("calculated", "background"):
            # Outside the range that was fitted there is nothing.
            columns[name] = np.interp(
                angles, *with_gaps(fit.two_theta, getattr(fit, name), pattern.two_theta),
                left=np.nan, right=np.nan,
            )  # fmt: skip
        columns["difference"] = columns["observed"] - columns["calculated"]
    regions = plot.session.preparing.regions
    if regions:
        columns["excluded"] = in_regions(angles, regions).astype(float)
    return columns
