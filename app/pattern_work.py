"""Background and peaks follow what is chosen about the pattern; what that means is said."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.controller import Controller
from app.language import noop, tr

STALE = noop(
    "The candidates were found with other regions, background or peaks. Solve again (Ctrl+R), or "
    "refine a candidate further (Ctrl+Shift+R), to apply the change."
)


class PatternWork(QObject):
    """Watches the preparation of a session's pattern."""

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._session = controller.session
        self._session.pattern.prepared.connect(self._follow)
        self._session.solution.changed.connect(self._clear)

    def _follow(self) -> None:
        """Work out anew what depends on the choice, unless it came back with it."""
        if not self._session.pattern.settled:
            self._controller.derive()
        if self._stale:
            self._session.messages.add("info", tr(STALE), "stale")
        else:
            self._clear()

    @property
    def _stale(self) -> bool:
        """Whether the candidates answer another question than would be asked now."""
        solution = self._session.solution.solution
        if solution is None or not solution.candidates:
            return False
        seen = self._session.pattern.seen
        if seen is None:
            return False
        asked, now = solution.problem.pattern.details, seen.details
        chosen = [(x.excluded, x.background, x.peaks) for x in (asked, now)]
        return chosen[0] != chosen[1]

    def _clear(self) -> None:
        """Take the message down once it is not true any more."""
        if not self._stale:
            self._session.messages.clear("stale")
