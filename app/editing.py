"""Editing the chosen candidate: what comes out is a candidate more, which undo takes away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from psygnal import Signal
from PySide6.QtCore import QObject

from app import text
from app.controller import Controller
from app.jobs.reporting import reporting
from app.jobs.runner import Handlers
from app.language import noop, tr
from app.state.running import RunState

if TYPE_CHECKING:
    from engine.refine.edit import Edited, Sites
    from engine.solve.result import Candidate

GONE = noop("The candidate that was edited is no longer listed; what came of it was put away.")


class EditState(RunState):
    """The sites of the candidate that is edited, and how far its refinement is.

    `sites_changed` says that there are other sites.
    """

    sites_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.candidate: Candidate | None = None
        self.sites: Sites | None = None
        self.symprec = 0.01

    def set_sites(self, candidate: Candidate | None, sites: Sites | None, symprec: float) -> None:
        """What can be edited."""
        self.candidate, self.sites, self.symprec = candidate, sites, symprec
        self.sites_changed.emit()


class Editing(QObject):
    """Finds sites and refines edited structures, in threads."""

    def __init__(self, controller: Controller) -> None:
        """Edit candidates of the controller's session."""
        super().__init__(controller)
        self._session = controller.session
        self._services = controller.services
        self._jobs = controller.jobs
        self.state = EditState()

    @property
    def possible(self) -> bool:
        """Whether there is something to edit and no search that would change it."""
        return self._session.solution.changeable

    def look(self, symprec: float) -> None:
        """Find the sites of the chosen candidate at a tolerance of symmetry (angstrom)."""
        candidate = self._session.solution.chosen
        if candidate is None:
            self._jobs.abandon("sites")
            self.state.set_sites(None, None, symprec)
            return
        self._jobs.start(
            "sites",
            lambda _progress: self._services.sites_of(candidate.structure, symprec),
            Handlers(
                result=lambda sites: self._take_sites(candidate, sites, symprec),
                refused=lambda why: self.state.set_status("failed", 0.0, why),
            ),
        )

    def _take_sites(self, candidate: Candidate, sites: Sites, symprec: float) -> None:
        if self.state.status == "failed":
            self.state.set_status("idle")
        self.state.set_sites(candidate, sites, symprec)

    def refine(self, elements: Mapping[int, str]) -> bool:
        """Refine the candidate with other elements on some sites; False if there is none."""
        state = self.state
        candidate, sites = state.candidate, state.sites
        pattern = self._session.pattern.seen
        if candidate is None or sites is None or pattern is None or not self.possible:
            return False
        words = self._words(candidate, sites, elements, state.symprec)
        structure, symprec = candidate.structure, state.symprec
        state.set_status("running", 0.0, tr("Starting"))
        self._jobs.start(
            "edit",
            lambda progress: self._services.refine_edited(
                pattern, structure, dict(elements), symprec, progress
            ),
            reporting(state, lambda found: self._take(candidate, found, words), stopped="idle"),
        )
        return True

    def cancel(self) -> None:
        """Stop; nothing is added."""
        self._jobs.cancel("edit")

    def _take(self, origin: Candidate, found: tuple[Edited, str], words: str) -> None:
        """Put what was refined at the end of the list, with a note that says what it is."""
        edited, formula = found
        solution = self._session.solution
        if origin not in solution.candidates:
            self.state.set_status("failed", 0.0, tr(GONE))
            return
        made = replace(
            origin,
            rank=max(candidate.rank for candidate in solution.candidates) + 1,
            structure=edited.fit.structure,
            formula=formula,
            space_group=edited.symbol,
            space_group_number=edited.number,
            n_atoms=edited.n_atoms,
            fit=edited.fit,
            score=float("nan"),
            verdict="tentative",
            ties=(),
            reason=words,
            features=(),
            unexplained=(),
        )
        with self._session.history.step(tr("Edit {0}", text.formula(origin.formula))):
            solution.add(made)
            solution.annotate(made, words)
        better = text.per_cent(origin.fit.rwp), text.per_cent(made.fit.rwp)
        self.state.set_status(
            "idle",
            1.0,
            tr("Rwp {0} → {1} %: candidate {2} of the list", better[0], better[1], made.rank),
        )

    @staticmethod
    def _words(
        candidate: Candidate, sites: Sites, elements: Mapping[int, str], symprec: float
    ) -> str:
        from app.state.periodic_table import BY_NUMBER

        changes = [
            f"{BY_NUMBER[sites.sites[site].number].symbol} → {symbol}"
            for site, symbol in elements.items()
        ]
        changes.append(tr("tolerance {0:g} Å", symprec))
        return tr("Candidate {0}, edited: {1}", candidate.rank, ", ".join(changes))
