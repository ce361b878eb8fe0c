"""The pattern plot with its switches, its cursor read-out and what to do while it is empty."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.language import tr
from app.state.axes import from_two_theta
from app.state.curve import nearest_row
from app.state.reflection_names import customary
from app.state.session import Session
from app.theme import Theme
from app.views.controls import Panel, Segmented, heading, muted
from app.views.pattern_plot import PatternPlot
from app.views.pattern_tools import PatternTools
from app.views.plot_export import save_plot


class EmptyState(QWidget):
    """Says how to begin."""

    def __init__(self) -> None:
        """Two buttons under two sentences."""
        super().__init__()
        column = QVBoxLayout(self)
        column.addStretch(1)
        title = QLabel(tr("Drop a powder pattern here"))
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setWeight(font.Weight.DemiBold)
        title.setFont(font)
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint = muted(
            tr(
                "Then tick the elements in the sample, and solve. "
                "Text columns, XRDML, GSAS, Bruker RAW, CIF and others are recognised by content."
            )
        )
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        self.open_button = QPushButton(tr("Open a file…"))
        self.open_button.setProperty("primary", True)
        self.examples_button = QPushButton(tr("Open an example"))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.open_button)
        row.addWidget(self.examples_button)
        row.addStretch(1)
        column.addWidget(title)
        column.addWidget(hint)
        column.addSpacing(10)
        column.addLayout(row)
        column.addStretch(1)


class PatternPanel(Panel):
    """Header with switches and read-out over the plot."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Show `session.pattern`."""
        super().__init__(parent)
        self._session = session
        state = session.pattern
        self.column.setContentsMargins(10, 8, 4, 4)
        self.axis = Segmented(
            [
                ("two_theta", "2θ", tr("Scattering angle (Ctrl+1)")),
                ("d", "d", tr("Lattice spacing (Ctrl+2)")),
                ("q", "Q", tr("Scattering vector (Ctrl+3)")),
            ]
        )
        self.scale = Segmented(
            [
                ("linear", "I", tr("Intensity (Ctrl+4)")),
                ("sqrt", "√I", tr("Square root of intensity (Ctrl+5)")),
                ("log", tr("log I"), tr("Logarithm of intensity (Ctrl+6)")),
            ]
        )
        self.axis.chosen.connect(state.set_x_axis)
        self.scale.chosen.connect(state.set_scale)
        self.readout = muted()
        self.readout.setAccessibleName(tr("Cursor read-out"))
        self.readout.setTextFormat(Qt.TextFormat.PlainText)
        self.readout.setMinimumWidth(1)
        header = QHBoxLayout()
        header.setSpacing(8)
        self.title = heading(tr("Diffraction pattern"))
        header.addWidget(self.title)
        header.addWidget(self.readout, 1)
        self.plot = PatternPlot(session)
        self.plot.on_cursor = self._read_out
        self.tools = PatternTools(session, self.plot)
        header.addWidget(self.tools.opener)
        header.addWidget(self.axis)
        header.addWidget(self.scale)
        self.empty = EmptyState()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.plot)
        self.column.addLayout(header)
        self.column.addWidget(self.tools)
        self.column.addWidget(self.stack, 1)
        state.changed.connect(self._refresh)
        state.display_changed.connect(self._refresh)
        self._refresh()

    def save(self, path: Path) -> None:
        """Write the plot as it is seen; see `app.views.plot_export.save_plot`."""
        save_plot(self.plot, path)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.plot.set_theme(theme)
        self.tools.set_theme(theme)

    def _refresh(self) -> None:
        state = self._session.pattern
        self.stack.setCurrentWidget(self.empty if state.pattern is None else self.plot)
        self.axis.set_value(state.x_axis)
        self.scale.set_value(state.scale)
        self.axis.setEnabled(state.pattern is not None)
        self.scale.setEnabled(state.pattern is not None)

    def _read_out(self, two_theta: float | None, reflection: int) -> None:
        """Everything about the cursor's place."""
        pattern = self._session.pattern.pattern
        here = pattern is not None and two_theta is not None
        room = self.readout.width() + (0 if self.title.isHidden() else self.title.width())
        self.title.setVisible(not here)
        if pattern is None or two_theta is None:
            self.readout.setText("")
            return
        wavelength = pattern.radiation.primary
        d = float(from_two_theta(max(two_theta, 1e-3), wavelength, "d"))
        q = float(from_two_theta(max(two_theta, 1e-3), wavelength, "q"))
        row = nearest_row(pattern.two_theta, two_theta)
        parts = [
            f"2θ {two_theta:.3f}°",
            f"d {d:.4f} Å",
            f"Q {q:.4f} Å⁻¹",
            f"I {text.thousands(float(pattern.counts[row]))}",
        ]
        candidate = self._session.solution.chosen
        if reflection >= 0 and candidate is not None:
            h, k, m = (int(index) for index in candidate.fit.reflections.hkl[reflection])
            parts.append(
                tr("hkl {0}", text.hkl(customary((h, k, m), candidate.space_group_number)))
            )
        self.readout.setText(self._fitting(parts, room))

    def _fitting(self, parts: list[str], room: int) -> str:
        """What of the read-out has room: Q follows from d, and counts are seen on the axis."""
        for left_out in ((), (2,), (2, 3)):
            kept = [part for place, part in enumerate(parts) if place not in left_out]
            words = "   ".join(kept)
            if self.readout.fontMetrics().horizontalAdvance(words) <= room:
                break
        return words
