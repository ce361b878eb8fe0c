"""What is known about the sample, and the two things to do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.controller import Controller
from app.language import tr
from app.state.element_hints import hints
from app.state.session import Session
from app.theme import Theme
from app.views.candidate_panel import CandidatePanel
from app.views.controls import (
    Elided,
    Panel,
    SharedUndo,
    emphasise,
    flat_button,
    heading,
    muted,
    progress_bar,
)
from app.views.periodic_table import PeriodicTable
from app.views.radiation_bar import RadiationBar

if TYPE_CHECKING:
    from app.actions import Actions


class SamplePanel(QWidget):
    """Pattern, radiation, elements; Solve and Predict density."""

    def __init__(
        self, session: Session, controller: Controller, parent: QWidget | None = None
    ) -> None:
        """Show and change what `session` knows of the sample."""
        super().__init__(parent)
        self._session = session
        self._controller = controller
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._build_pattern())
        column.addWidget(self._build_elements())
        column.addWidget(self._build_actions())
        self.candidate = CandidatePanel(session)
        column.addWidget(self.candidate)
        column.addStretch(1)
        session.pattern.changed.connect(self._refresh_pattern)
        session.pattern.derived_changed.connect(self._refresh_pattern)
        session.elements.changed.connect(self._refresh_elements)
        session.solution.status_changed.connect(self._refresh_actions)
        for signal in (
            session.solution.changed, session.pattern.changed, session.elements.changed
        ):  # fmt: skip
            signal.connect(self._refresh_actions)
        session.density.status_changed.connect(self._refresh_actions)
        self._refresh_pattern()
        self._refresh_elements()
        self._refresh_actions()

    def use(self, actions: Actions) -> None:
        """Let the buttons do what the menu does."""
        self.further_button.clicked.connect(actions.further.trigger)
        self.candidate.use(actions)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self.table.set_theme(theme)

    def set_low(self, low: bool) -> None:
        """Spare height: in a low window the chosen candidate is to be seen too."""
        self.table.set_low(low)

    # -- pattern -----------------------------------------------------------------------------

    def _build_pattern(self) -> Panel:
        panel = Panel()
        self.name = Elided()
        self.name.setProperty("heading", True)
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        self.open_button = flat_button(tr("Open…"))
        self.examples_button = flat_button(tr("Examples"))
        for button in (self.open_button, self.examples_button):
            top.addWidget(button)
        self.examples_button.setProperty("opens", True)
        self.facts = muted()
        self.facts.setWordWrap(True)
        self.radiation = RadiationBar(self._session, self._controller)
        panel.column.addLayout(top)
        panel.column.addWidget(self.facts)
        panel.column.addWidget(self.radiation)
        self.pattern_panel = panel
        return panel

    def _refresh_pattern(self) -> None:
        state = self._session.pattern
        pattern = state.pattern
        if pattern is None:
            self.name.setText(tr("No pattern yet"))
            self.facts.setText(tr("Drop a file anywhere on this window."))
            self.setToolTip("")
            return
        self.name.setText(pattern.name)
        low, high = pattern.two_theta[0], pattern.two_theta[-1]
        facts = tr(
            "{0} points, {1:.4g}° to {2:.4g}°, step {3:.4g}°",
            text.thousands(len(pattern)),
            low,
            high,
            pattern.step,
        )
        if state.peaks is not None:
            facts += tr(", {0} peaks", len(state.peaks))
        self.facts.setText(facts)
        source = [pattern.format if pattern.format != "unknown" else "", state.note]
        self.facts.setToolTip(". ".join(part for part in source if part))
        self.name.setToolTip(str(pattern.path) if pattern.path is not None else pattern.name)

    # -- elements ----------------------------------------------------------------------------

    def _build_elements(self) -> Panel:
        panel = Panel()
        top = QHBoxLayout()
        top.addWidget(heading(tr("Elements in the sample")))
        top.addStretch(1)
        self.clear_button = flat_button(tr("Clear"))
        self.clear_button.clicked.connect(self._session.elements.clear)
        self.recent_button = flat_button(tr("Recent"), tr("Elements of former searches"))
        self.recent_button.setProperty("opens", True)
        self.recent = QMenu(self.recent_button)
        self.recent_button.setMenu(self.recent)
        top.addWidget(self.recent_button)
        top.addWidget(self.clear_button)
        self.formula = QLineEdit()
        self.formula.setPlaceholderText(tr("Elements (Ti O), or the formula if known (TiO2)"))
        self.formula.setAccessibleName(tr("Elements or formula"))
        self.formula.setClearButtonEnabled(True)
        self.formula.editingFinished.connect(self._take_formula)
        SharedUndo(self.formula)
        self.meaning = muted()
        self.meaning.setWordWrap(True)
        self.hints = QLabel()
        self.hints.setProperty("hint", True)
        self.hints.setWordWrap(True)
        self.hints.setAccessibleName(tr("Hints on the elements"))
        self.table = PeriodicTable(self._session.elements)
        self.others = QCheckBox(tr("Other elements may be present"))
        self.others.toggled.connect(self._session.elements.set_others_possible)
        panel.column.addLayout(top)
        panel.column.addWidget(self.formula)
        panel.column.addWidget(self.table)
        panel.column.addWidget(self.meaning)
        panel.column.addWidget(self.hints)
        panel.column.addWidget(self.others)
        return panel

    def _take_formula(self) -> None:
        typed = self.formula.text()
        if typed.strip() != self._session.elements.text:
            self._controller.set_composition(typed)

    def _refresh_elements(self) -> None:
        state = self._session.elements
        self.formula.setText(state.text)
        self.formula.setCursorPosition(0)  # of a long one the beginning is seen
        self.clear_button.setEnabled(bool(state.selected))
        self.others.setChecked(state.others_possible)
        if state.formula is not None:
            amounts = ", ".join(f"{symbol} {x:.3g}" for symbol, x in state.amounts.items())
            meaning = tr("Composition fixed: {0} ({1} at%)", text.formula(state.formula), amounts)
        elif state.selected:
            meaning = tr("{0} in any amounts", ", ".join(state.selected))
        else:
            meaning = tr("Nothing ticked yet")
        self.meaning.setText(meaning)
        self.hints.setText("\n".join(hints(state.selected)))
        self.hints.setVisible(bool(self.hints.text()))

    # -- actions -----------------------------------------------------------------------------

    def _build_actions(self) -> Panel:
        panel = Panel()
        buttons = QHBoxLayout()
        self.solve_button = QPushButton(tr("Solve structure"))
        self.solve_button.setToolTip(
            tr("Find and refine structures for pattern and elements (Ctrl+R)")
        )
        self.solve_button.clicked.connect(self._controller.solve)
        self.density_button = QPushButton(tr("Predict density"))
        self.density_button.setToolTip(
            tr("Electron density by the network, from pattern and elements alone (Ctrl+D)")
        )
        self.density_button.clicked.connect(self._controller.predict_density)
        buttons.addWidget(self.solve_button, 1)
        buttons.addWidget(self.density_button, 1)
        self.progress = progress_bar()
        running = QHBoxLayout()
        self.status = muted()
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setToolTip(tr("Stop (Esc)"))
        self.cancel_button.clicked.connect(self.cancel)
        self.further_button = flat_button(
            tr("Search further"),
            tr(
                "Ask every source of candidates; pressed again, also larger cells and other random "
                "numbers (Ctrl+Shift+F)"
            ),
        )
        running.addWidget(self.status, 1)
        running.addWidget(self.further_button)
        running.addWidget(self.cancel_button)
        panel.column.addLayout(buttons)
        panel.column.addWidget(self.progress)
        panel.column.addLayout(running)
        return panel

    def cancel(self) -> None:
        """Stop whatever runs."""
        self._controller.cancel_solve()
        self._controller.cancel_density()

    def _refresh_actions(self) -> None:
        solution, density = self._session.solution, self._session.density
        solving, predicting = solution.status == "running", density.status == "running"
        running = solving or predicting
        self.solve_button.setEnabled(not solving)
        emphasise(self.solve_button, self._session.pattern.pattern is not None)
        self.density_button.setEnabled(not predicting)
        self.cancel_button.setVisible(running)
        self.further_button.setVisible(not running and solution.solution is not None)
        self.progress.setVisible(running)
        if not running:
            self.status.setText(
                {"cancelled": tr("Cancelled"), "failed": tr("Stopped")}.get(
                    solution.status, self._timing()
                )
            )
            return
        state = solution if solving else density
        # What does not change is left alone: each change has the whole panel laid out anew.
        busy = (0, 1000) if state.fraction > 0 else (0, 0)
        if (self.progress.minimum(), self.progress.maximum()) != busy:
            self.progress.setRange(*busy)
        self.progress.setValue(round(1000 * state.fraction))
        words = state.message or (tr("Solving") if solving else tr("Predicting density"))
        words = f"{words[:1].upper()}{words[1:]}"
        if self.status.text() != words:
            self.status.setText(words)

    def _next_step(self) -> str:
        """What is to be done before a search can begin."""
        if self._session.pattern.pattern is None:
            return tr("First open a pattern")
        if not self._session.elements.selected:
            return tr("Next: tick the elements in the sample")
        return tr("Ready to solve")

    def _timing(self) -> str:
        found = self._session.solution.solution
        if found is None or "total" not in found.timings:
            return self._next_step()
        verdict, n = tr(text.VERDICTS[found.verdict]), len(found.candidates)
        many = f"{n} candidate{'s' if n != 1 else ''}"
        return f"{verdict}: {many} in {found.timings['total']:.1f} s"
