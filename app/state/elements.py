"""Which elements the user says are in the sample, and the formula where it is known."""

from __future__ import annotations

import re

from psygnal import Signal

from app.language import tr
from app.state.periodic_table import BY_SYMBOL
from engine.crystal.composition import parse_elements, parse_formula
from engine.errors import BadInputError


def _check_symbol(symbol: str) -> str:
    if symbol not in BY_SYMBOL:
        raise BadInputError(tr("'{0}' is no element that can be chosen here (H to Cf).", symbol))
    return symbol


def parse_composition(text: str) -> tuple[tuple[str, ...], str | None]:
    """Read what was typed: a list of elements (``Ti O``, ``Ti, O``) or a formula (``TiO2``).

    Returns
    -------
    elements : tuple of str
        In the order of typing.
    formula : str or None
        The formula, None where only elements were listed. A single element is a list.
    """
    if not text.strip():
        return (), None
    elements = parse_elements(text)
    words = [word for word in re.split(r"[\s,;/+_–-]+", text.strip()) if word]
    if all(word.capitalize() in BY_SYMBOL and len(word) <= 2 for word in words) and (
        len(words) > 1 or len(elements) == 1
    ):
        return elements, None
    formula = "".join(words)
    if tuple(parse_formula(formula)) != elements:
        return elements, None
    return elements, formula


class ElementsState:
    """The ticked elements, in the order of ticking, and the formula if the amounts are known.

    A change of elements that contradicts the formula drops the formula. `about_to_change` comes
    before each change, with its name.
    """

    changed = Signal()
    about_to_change = Signal(str)

    def __init__(self) -> None:
        self._selected: tuple[str, ...] = ()
        self._formula: str | None = None
        self._others_possible = False

    @property
    def selected(self) -> tuple[str, ...]:
        """Symbols, in the order in which they were ticked."""
        return self._selected

    @property
    def formula(self) -> str | None:
        """The formula, where the user has given one."""
        return self._formula

    @property
    def others_possible(self) -> bool:
        """Whether elements that are not ticked may be present too."""
        return self._others_possible

    @property
    def text(self) -> str:
        """What the entry shows: the formula, else the elements."""
        return self._formula if self._formula is not None else " ".join(self._selected)

    @property
    def amounts(self) -> dict[str, float]:
        """Atomic per cent of each element, where the formula is known; else empty."""
        if self._formula is None:
            return {}
        contents = parse_formula(self._formula)
        whole = sum(contents.values())
        return {symbol: 100.0 * amount / whole for symbol, amount in contents.items()}

    def toggle(self, symbol: str) -> None:
        """Tick `symbol`, or take its tick away."""
        _check_symbol(symbol)
        if symbol in self._selected:
            kept = tuple(other for other in self._selected if other != symbol)
            self._set(kept, None, tr("Untick {0}", symbol))
        else:
            self._set((*self._selected, symbol), None, tr("Tick {0}", symbol))

    def select(self, symbols: tuple[str, ...] | list[str]) -> None:
        """Tick exactly these elements, with no formula."""
        chosen = tuple(dict.fromkeys(_check_symbol(symbol) for symbol in symbols))
        self._set(chosen, None, tr("Elements {0}", " ".join(chosen)))

    def set_text(self, text: str) -> None:
        """Take over what was typed; `BadInputError` leaves the state as it was."""
        elements, formula = parse_composition(text)
        name = tr("Formula {0}", formula) if formula else tr("Elements {0}", " ".join(elements))
        self._set(elements, formula, name if elements else tr("Clear elements"))

    def set_others_possible(self, possible: bool) -> None:
        """Say whether unlisted elements may be present."""
        if possible != self._others_possible:
            self.about_to_change.emit(tr("Allow others") if possible else tr("Exclude others"))
            self._others_possible = possible
            self.changed.emit()

    def clear(self) -> None:
        """No elements, no formula."""
        self._set((), None, tr("Clear elements"))

    @staticmethod
    def check(symbols: tuple[str, ...]) -> None:
        """Refuse symbols that cannot be chosen here, by `BadInputError`."""
        for symbol in symbols:
            _check_symbol(symbol)

    def recall(self, selected: tuple[str, ...], formula: str | None, others: bool) -> None:
        """Put back what was chosen before."""
        before = self._selected, self._formula, self._others_possible
        self._selected, self._formula, self._others_possible = selected, formula, others
        if before != (selected, formula, others):
            self.changed.emit()

    def _set(self, selected: tuple[str, ...], formula: str | None, name: str) -> None:
        if (selected, formula) != (self._selected, self._formula):
            self.about_to_change.emit(name)
            self._selected, self._formula = selected, formula
            self.changed.emit()
