"""The chosen candidate in figures: cell, residuals, and what speaks for and against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from app import text
from app.language import tr
from app.state.session import Session
from app.views.controls import Chip, Elided, Panel, flat_button, muted
from engine.refine.result import FitResult
from engine.solve.result import Candidate

if TYPE_CHECKING:
    from app.actions import Actions

CELL_NAMES = ("a", "b", "c", "alpha", "beta", "gamma")
TONES = {"solved": "good", "tentative": "caution", "no-solution": "neutral"}


class CandidatePanel(Panel):
    """A short report on the chosen candidate; hidden while there is none."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Show `session.solution.chosen`."""
        super().__init__(parent)
        self._session = session
        self.title = Elided()
        self.title.setProperty("heading", True)
        self.verdict = Chip()
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.verdict)
        self.form = QFormLayout()
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setHorizontalSpacing(12)
        self.form.setVerticalSpacing(2)
        self.refine_button = flat_button(
            tr("Refine further…"),
            tr("Rietveld refinement with everything that pays (Ctrl+Shift+R)"),
        )
        self.second_button = flat_button(
            tr("Second phase"),
            tr(
                "Take this candidate's lines away, and look for another "
                "phase in what is left, in a "
                "window of its own (Ctrl+Shift+N)"
            ),
        )
        self.export_button = QPushButton(tr("Export CIF…"))
        self.export_button.setToolTip(tr("The chosen candidate as a CIF (Ctrl+E)"))
        row = QHBoxLayout()
        row.addWidget(self.export_button)
        row.addWidget(self.refine_button)
        row.addWidget(self.second_button)
        row.addStretch(1)
        self.column.addLayout(top)
        self.column.addLayout(row)  # above the figures: in a low window these are below the fold
        self.column.addLayout(self.form)
        session.solution.chosen_changed.connect(self._refresh)
        session.solution.status_changed.connect(self._refresh_buttons)
        self._refresh()
        self._refresh_buttons()

    def use(self, actions: Actions) -> None:
        """Let the buttons do what the menu does."""
        self.export_button.clicked.connect(actions.export_cif.trigger)
        self.refine_button.clicked.connect(actions.refine.trigger)
        self.second_button.clicked.connect(actions.second.trigger)

    def _refresh_buttons(self) -> None:
        """While a search may change the candidate nothing is done with it."""
        for button in (self.refine_button, self.second_button):
            button.setEnabled(self._session.solution.status != "running")

    def _refresh(self) -> None:
        candidate = self._session.solution.chosen
        self.setVisible(candidate is not None)
        while self.form.rowCount():
            self.form.removeRow(0)
        if candidate is None:
            return
        self.title.setText(text.candidate(candidate, "  "))
        self.verdict.show_as(
            f"{text.verdict(candidate.verdict, candidate.score)}, {text.chance(candidate.score)}",
            TONES[candidate.verdict] if math.isfinite(candidate.score) else "neutral",
        )
        self.verdict.setToolTip(tr("What the program makes of it, and the chance of being right"))
        for name, value in facts(candidate):
            shown = QLabel(value)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setWordWrap(True)
            self.form.addRow(muted(name), shown)


def _uncertainties(fit: FitResult) -> dict[str, float]:
    """Standard uncertainties of the refined quantities, by name."""
    named = {p.name: p.su for p in fit.parameters if p.su is not None}
    if fit.phases:
        named.update(zip(CELL_NAMES, (float(su) for su in fit.phases[0].cell_su), strict=True))
    return named


def facts(candidate: Candidate) -> list[tuple[str, str]]:
    """Names and values, in the order in which a crystallographer asks for them."""
    fit = candidate.fit
    found = [
        (
            tr("Cell (Å)"),
            text.cell(candidate.cell, candidate.space_group_number, _uncertainties(fit)),
        ),
        (
            tr("Volume"),
            tr(
                "{0:.2f} Å³, {1} atoms ({2} in the primitive cell)",
                candidate.structure.volume,
                len(candidate.structure),
                candidate.n_atoms,
            ),
        ),
        (
            tr("Rwp"),
            tr(
                "{0} %, without background {1} %",
                text.per_cent(fit.rwp),
                text.per_cent(fit.rwp_background_subtracted),
            ),
        ),
    ]
    if fit.rwp_lebail is not None:
        found.append((tr("Rwp Le Bail"), tr("{0} % (same cell)", text.per_cent(fit.rwp_lebail))))
    found.append((tr("R Bragg"), f"{text.per_cent(fit.r_bragg)} %"))
    if fit.gof is not None:
        found.append(("GoF", f"{fit.gof:.2f}"))
    return found
