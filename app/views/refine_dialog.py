"""Refinement of the chosen candidate: what is refined on the left, what came out on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.language import noop, tr
from app.refining import Refining
from app.state.session import Session
from app.views.candidate_panel import CELL_NAMES
from app.views.controls import heading, muted, progress_bar
from app.views.further_phase import FurtherPhase
from app.views.refine_regions import RegionSwitches
from engine.export.numbers import number_with_su, undetermined
from engine.refine.result import FitResult

# Group of parameters, its name, and what it is.
GROUPS = (
    ("scale", noop("Scale"), noop("Of the calculated pattern")),
    ("background", noop("Background"), noop("Chebyshev terms added to the estimated background")),
    ("air", noop("Air scatter"), noop("A term A/2θ beside the polynomial")),
    (
        "humps",
        noop("Diffuse humps"),
        noop("Broad peaks of what is amorphous, part of the background"),
    ),
    ("zero", noop("Zero error"), noop("All lines moved by the same angle")),
    ("displacement", noop("Displacement"), noop("Sample above or below the axis; goes as cos θ")),
    ("cell", noop("Cell"), noop("Free cell parameters")),
    ("profile", noop("Line widths"), noop("W, V, U of the instrument, X and Y of the sample")),
    (
        "anisotropy",
        noop("Widths by direction"),
        noop("X and Y of their own for every free direction"),
    ),
    ("asymmetry", noop("Asymmetry"), noop("Axial divergence")),
    (
        "foreign",
        noop("Foreign lines"),
        noop("Kβ, tungsten and whatever no phase has, with areas of their own"),
    ),
    ("b_iso", "B, overall", noop("One displacement parameter for all atoms")),
    ("b_element", noop("B of elements"), noop("A displacement parameter for every element")),
    ("coordinates", noop("Coordinates"), noop("Those that the space group leaves free")),
    ("texture", noop("Texture"), noop("March and Dollase, along one axis")),
    ("occupancy", noop("Occupancies"), noop("Of every independent site")),
)
GREEK = {"alpha": "α", "beta": "β", "gamma": "γ"}
UNITS = {"deg": "°", "deg^2": "°²", "A^2": "Å²", "A": "Å", "counts deg": "counts · °", "": ""}


class RefineDialog(QDialog):
    """Stays open beside the window, so that the plot shows what every refinement changed."""

    def __init__(self, session: Session, refining: Refining, parent: QWidget | None = None) -> None:
        """Refine the chosen candidate of `session` by `refining`."""
        super().__init__(parent)
        self._session = session
        self._refining = refining
        self.setWindowTitle(tr("Refine further"))
        self.setModal(False)
        self.resize(840, 560)
        self._build()
        refining.state.status_changed.connect(self._refresh)
        refining.state.wishes_changed.connect(self._show_wishes)
        session.solution.chosen_changed.connect(self._refresh)
        session.solution.status_changed.connect(self._refresh)
        session.pattern.prepared.connect(self._refresh)
        session.pattern.changed.connect(self._refresh)
        self._show_wishes()
        self._refresh()

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        self.title = heading("")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.progress = progress_bar()
        self.status = muted()
        self.status.setWordWrap(True)
        buttons = QDialogButtonBox()
        self.refine = QPushButton(tr("Refine"))
        self.refine.setProperty("primary", True)
        self.refine.setDefault(True)
        self.stop = QPushButton(tr("Stop"))
        buttons.addButton(self.refine, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self.stop, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Close)
        self.refine.clicked.connect(self._refining.start)
        self.stop.clicked.connect(self._refining.cancel)
        buttons.rejected.connect(self.reject)
        both = QHBoxLayout()
        both.addLayout(self._build_wishes())
        both.addLayout(self._build_results(), 1)
        column = QVBoxLayout(self)
        column.addWidget(self.title)
        column.addLayout(both, 1)
        column.addWidget(self.progress)
        column.addWidget(self.status)
        column.addWidget(buttons)

    def _build_wishes(self) -> QVBoxLayout:
        state = self._refining.state
        self.automatic = QRadioButton(tr("&Automatic: what the pattern pays for"))
        self.manual = QRadioButton(tr("&Only what is ticked"))
        self.automatic.toggled.connect(lambda on: state.wish(automatic=on))
        grid = QGridLayout()
        grid.setContentsMargins(18, 0, 0, 0)
        self.groups: dict[str, QCheckBox] = {}
        half = (len(GROUPS) + 1) // 2
        for i, (group, name, tip) in enumerate(GROUPS):
            box = QCheckBox(tr(name))
            box.setToolTip(tr(tip))
            box.toggled.connect(lambda _on: self._tick())
            self.groups[group] = box
            grid.addWidget(box, i % half, i // half)
        self.background = QSpinBox()
        self.background.setRange(1, 30)
        self.background.valueChanged.connect(lambda n: state.wish(background_terms=n))
        self.axis = QLineEdit()
        self.axis.setPlaceholderText(tr("searched for"))
        self.axis.textChanged.connect(lambda typed: state.wish(texture_axis=typed))
        self.monochromator = QDoubleSpinBox()
        self.monochromator.setRange(0.0, 90.0)
        self.monochromator.setDecimals(1)
        self.monochromator.setSuffix("°")
        self.monochromator.setSpecialValueText(tr("as the pattern says"))
        self.monochromator.setToolTip(
            tr("2θ of a crystal monochromator; graphite with Cu Kα 26.6°")
        )
        self.monochromator.valueChanged.connect(lambda x: state.wish(monochromator=x))
        self.excluded = QLineEdit()
        self.excluded.setPlaceholderText(tr("none; for example 25-27, 40.2-41"))
        self.excluded.setToolTip(tr("Regions of 2θ that the fit does not see"))
        self.excluded.textChanged.connect(lambda typed: state.wish(excluded=typed))
        self.humps = QLineEdit()
        self.humps.setPlaceholderText(tr("searched for"))
        self.humps.setToolTip(tr("2θ of diffuse humps in degrees, for example 22.5, 45"))
        self.humps.textChanged.connect(lambda typed: state.wish(humps=typed))
        self.robust = QCheckBox(tr("&Robust weights"))
        self.robust.setToolTip(
            tr("What lies above the fit pulls less, so that impurities do not mislead it")
        )
        self.robust.toggled.connect(lambda on: state.wish(robust=on))
        self.regions = RegionSwitches(self._session, self._refining)
        self.further = FurtherPhase(self._session, self._refining)
        form = QFormLayout()
        form.addRow(tr("To&gether with"), self.further)
        form.addRow(tr("&Background terms"), self.background)
        form.addRow(tr("&Humps near 2θ"), self.humps)
        form.addRow(tr("&Texture axis h k l"), self.axis)
        form.addRow("&Monochromator 2θ", self.monochromator)
        self.regions_label = QLabel(tr("Excluded in plot"))
        form.addRow(self.regions_label, self.regions)
        form.addRow(tr("&Excluded regions"), self.excluded)
        form.addRow("", self.robust)
        column = QVBoxLayout()
        column.addWidget(self.automatic)
        column.addWidget(self.manual)
        column.addLayout(grid)
        column.addSpacing(6)
        column.addLayout(form)
        column.addStretch(1)
        return column

    def _build_results(self) -> QVBoxLayout:
        self.residuals = QLabel()
        self.residuals.setWordWrap(True)
        self.residuals.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.residuals.setAccessibleName(tr("Residuals"))
        self.table = QTableWidget(0, 3)
        self.table.setAccessibleName(tr("Refined parameters with standard uncertainties"))
        self.table.setHorizontalHeaderLabels([tr("Parameter"), tr("Value"), tr("Unit")])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.notes = muted()
        self.notes.setWordWrap(True)
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout()
        column.addWidget(self.residuals)
        column.addWidget(self.table, 1)
        column.addWidget(self.notes)
        return column

    # -- asking ------------------------------------------------------------------------------

    def _tick(self) -> None:
        ticked = tuple(group for group, box in self.groups.items() if box.isChecked())
        self._refining.state.wish(groups=ticked)

    def reject(self) -> None:
        """Close, and stop what runs."""
        self._refining.cancel()
        super().reject()

    # -- showing -----------------------------------------------------------------------------

    def _show_wishes(self) -> None:
        wishes = self._refining.state.wishes
        shown: list[QWidget] = [self.automatic, self.manual, *self.groups.values()]
        shown += [self.background, self.axis, self.monochromator, self.excluded]
        shown += [self.humps, self.robust]
        for widget in shown:
            widget.blockSignals(True)
        self.automatic.setChecked(wishes.automatic)
        self.manual.setChecked(not wishes.automatic)
        for group, box in self.groups.items():
            box.setChecked(group in wishes.groups)
            box.setEnabled(not wishes.automatic)
        self.background.setValue(wishes.background_terms)
        typed_in = (
            (self.axis, wishes.texture_axis),
            (self.excluded, wishes.excluded),
            (self.humps, wishes.humps),
        )
        for line, typed in typed_in:
            if line.text() != typed:  # the cursor stays where it is otherwise
                line.setText(typed)
        self.monochromator.setValue(wishes.monochromator)
        self.robust.setChecked(wishes.robust)
        for widget in shown:
            widget.blockSignals(False)

    def _refresh(self) -> None:
        state, candidate = self._refining.state, self._session.solution.chosen
        drawn = bool(self._session.preparing.regions)
        self.regions.setVisible(drawn)
        self.regions_label.setVisible(drawn)
        running = state.status == "running"
        self.refine.setEnabled(self._refining.possible and not running)
        self.stop.setEnabled(running)
        self.progress.setVisible(running)
        self.progress.setValue(round(1000 * state.fraction))
        self.status.setText(state.message)
        if candidate is None:
            self.title.setText(tr("No candidate is chosen"))
            self.residuals.setText("")
            self.table.setRowCount(0)
            self.notes.setText("")
            return
        self.title.setText(text.candidate(candidate, "  "))
        before = state.before if state.after is candidate.fit else None
        self.residuals.setText(residuals(candidate.fit, before))
        self._fill(rows(candidate.fit))
        self.notes.setText("\n".join(remarks(candidate.fit)))

    def _fill(self, listed: list[tuple[str, str, str]]) -> None:
        self.table.setRowCount(len(listed))
        for row, cells in enumerate(listed):
            for column, cell in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(cell))
        self.table.resizeColumnToContents(1)


def residuals(fit: FitResult, before: FitResult | None) -> str:
    """R values and GoF, with those before the refinement where it was the last."""
    words = []
    for name, attribute in ((tr("Rwp"), "rwp"), ("R Bragg", "r_bragg")):
        now = f"{text.per_cent(getattr(fit, attribute))} %"
        was = f"{text.per_cent(getattr(before, attribute))} → " if before is not None else ""
        words.append(f"{name} {was}{now}")
    if fit.rwp_lebail is not None:
        words.append(tr("free intensities {0} %", text.per_cent(fit.rwp_lebail)))
    if fit.gof is not None:
        was = f"{before.gof:.2f} → " if before is not None and before.gof is not None else ""
        words.append(tr("GoF {0}{1:.2f}", was, fit.gof))
    return "   ".join(words)


def rows(fit: FitResult) -> list[tuple[str, str, str]]:
    """Name, value with standard uncertainty, and unit of what was refined; background left out."""
    several = len(fit.phases) > 1
    listed = []
    for i, phase in enumerate(fit.phases, start=1):
        before = f"{i}: " if several else ""
        if phase.weight_fraction is not None:
            share = number_with_su(
                100.0 * phase.weight_fraction, 100.0 * (phase.weight_fraction_su or 0.0), 1
            )
            listed.append((before + tr("weight fraction"), share, "%"))
        for name, value, su in zip(CELL_NAMES, phase.structure.cell, phase.cell_su, strict=True):
            unit = "°" if name in GREEK else "Å"
            if name in GREEK and not su > 0.0:
                continue  # set by symmetry
            number = _stated(value, float(su))
            listed.append((before + GREEK.get(name, name), number, unit))
    for parameter in fit.parameters:
        name = parameter.name.rpartition(":")[2]
        set_by_symmetry = name in GREEK and not (parameter.su or 0.0) > 0.0
        if not set_by_symmetry and not name.startswith(("background", "cell")):
            number = _stated(parameter.value, parameter.su)
            unit = UNITS.get(parameter.unit, parameter.unit)
            listed.append((_shown(parameter.name, several), number, unit))
    return listed


def _stated(value: float, su: float | None) -> str:
    return tr("undetermined") if undetermined(value, su) else number_with_su(value, su, 5)


def _shown(parameter: str, several: bool) -> str:
    """A parameter's name with the phase, where there are several, or the hump that it is of."""
    owner, _, name = parameter.rpartition(":")
    name = GREEK.get(name, name)
    if owner.startswith("phase_"):
        return f"{owner.removeprefix('phase_')}: {name}" if several else name
    return f"{owner.replace('_', ' ')}: {name}" if owner else name


def remarks(fit: FitResult) -> list[str]:
    """The fit's notes, and which parameters the pattern hardly tells apart."""
    found, several = list(fit.notes), len(fit.phases) > 1
    if several:
        named = [f"{i} {phase.name}" for i, phase in enumerate(fit.phases, start=1)]
        found.insert(0, tr("Phases: {0}.", ", ".join(named)))
    if fit.phases and fit.phases[0].texture_axis is not None:
        axis = " ".join(str(index) for index in fit.phases[0].texture_axis)
        found.append(tr("Texture along {0}.", axis))
    if fit.correlations is not None:
        for one, other, value in fit.correlations.strong(most=4):
            names = " and ".join(_shown(name, several) for name in (one, other))
            found.append(tr("{0} are correlated by {1:+.2f}.", names, value))
    return found
