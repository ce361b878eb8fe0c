"""What the program has to tell the user, without stopping the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from psygnal import Signal

Severity = Literal["info", "warning", "error"]
_WEIGHT = {"info": 0, "warning": 1, "error": 2}
MAXIMUM = 6


@dataclass(frozen=True)
class Offer:
    """Something that the user can do about a message.

    Attributes
    ----------
    text : str
        For the button.
    do : callable
        The message is taken down before it is called.
    """

    text: str
    do: Callable[[], object]


@dataclass(frozen=True)
class Message:
    """One sentence for the user.

    Attributes
    ----------
    severity : {"info", "warning", "error"}
    text : str
    topic : str
        What it is about; a new message replaces an older one of the same topic and text, and
        `MessagesState.clear` can clear a topic.
    offers : tuple of Offer
    lasting : bool
        Whether it stays when all messages are cleared because something else was opened.
    about : str
        What it is about, for one that may be said again; see `MessagesState.remind`.
    """

    severity: Severity
    text: str
    topic: str = ""
    offers: tuple[Offer, ...] = ()
    lasting: bool = False
    about: str = ""


class MessagesState:
    """The messages that are up, newest last."""

    changed = Signal()

    def __init__(self) -> None:
        self._messages: tuple[Message, ...] = ()
        self._dismissed: set[Message] = set()

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages that are up."""
        return self._messages

    def pressing(self, number: int) -> tuple[Message, ...]:
        """So many of them, the gravest and of these the newest; in the order they came in."""
        by_weight = sorted(self._messages, key=lambda message: _WEIGHT[message.severity])
        kept = by_weight[-number:]
        return tuple(message for message in self._messages if message in kept)

    @property
    def worst(self) -> Severity | None:
        """Severity of the gravest message that is up."""
        gravest = self.pressing(1)
        return gravest[0].severity if gravest else None

    def add(
        self,
        severity: Severity,
        text: str,
        topic: str = "",
        offers: tuple[Offer, ...] = (),
        lasting: bool = False,
    ) -> None:
        """Put up a message; the oldest goes when there are too many."""
        self.put_up(Message(severity, text, topic, offers, lasting))

    def put_up(self, message: Message) -> None:
        """Put up a message, also where it was dismissed before: this is news."""
        self._dismissed.discard(message)
        kept = [other for other in self._messages if other != message]
        self._messages = (*kept, message)[-MAXIMUM:]
        self.changed.emit()

    def remind(self, message: Message) -> None:
        """Put up a message that was up before, unless the user has dismissed it since."""
        if message not in self._dismissed:
            self.put_up(message)

    def dismiss(self, message: Message) -> None:
        """Take one message down, as its reader wants it."""
        if message.about:
            self._dismissed.add(message)
        self._keep(tuple(other for other in self._messages if other != message))

    def clear(self, topic: str | None = None) -> None:
        """Take down all messages but the lasting ones, or all of one topic."""
        if topic is None:
            self._keep(tuple(message for message in self._messages if message.lasting))
        else:
            self._keep(tuple(other for other in self._messages if other.topic != topic))

    def _keep(self, messages: tuple[Message, ...]) -> None:
        if messages != self._messages:
            self._messages = messages
            self.changed.emit()
