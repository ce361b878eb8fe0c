"""What results have to be read with: said when they are found, and again when they come back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.language import noop, tr
from app.state.messages import Message
from app.state.session import Session

if TYPE_CHECKING:
    from engine.export.density_answer import DensityAnswer
    from engine.pattern.pattern import PowderPattern
    from engine.solve.result import Solution

NO_SOLUTION = noop(
    "No structure was found that explains this pattern with these elements. "
    "Check the wavelength and the elements, or let other elements be present."
)


class ResultNotes:
    """Puts the notes of a session's results among its messages."""

    def __init__(self, session: Session) -> None:
        """Tell them in `session`."""
        self._session = session

    def tell_solution(self, found: Solution) -> None:
        """A search has ended: all that it says, whatever was put away before."""
        for message in _of_solution(found):
            self._session.messages.put_up(message)

    def tell_density(self, prediction: DensityAnswer) -> None:
        """The network has answered."""
        for message in _of_density(prediction, self._session.pattern.pattern):
            self._session.messages.put_up(message)

    def remind(self) -> None:
        """Results have come back: their notes come with them, but for those put away."""
        session = self._session
        found, prediction = session.solution.solution, session.density.prediction
        for topic in ("solve", "density"):
            session.messages.clear(topic)
        if found is not None and session.solution.status == "done":
            for message in _of_solution(found):
                session.messages.remind(message)
        if prediction is not None:
            for message in _of_density(prediction, session.pattern.pattern):
                session.messages.remind(message)


def _of_solution(found: Solution) -> Iterator[Message]:
    about = _key(found.problem.pattern)
    if found.verdict == "no-solution":
        yield Message("info", tr(NO_SOLUTION), "solve", about=about)
    for note in found.notes:
        yield Message("info", note, "solve", about=about)


def _of_density(prediction: DensityAnswer, pattern: PowderPattern | None) -> Iterator[Message]:
    for note in prediction.notes:
        yield Message("warning", note, "density", about=_key(pattern))


def _key(pattern: PowderPattern | None) -> str:
    """The same for the same measured points, whichever file they are from."""
    if pattern is None:
        return ""
    digest = hashlib.sha256(pattern.two_theta.tobytes())
    digest.update(pattern.counts.tobytes())
    return digest.hexdigest()[:16]
