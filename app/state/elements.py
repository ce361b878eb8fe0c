"""Which elements the user says are in the sample, and the formula where it is known."""

from __future__ import annotations

import re
from fractions import Fraction

from psygnal import Signal

from app.state.periodic_table import BY_SYMBOL
from engine.errors import BadInputError

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_TOKEN = re.compile(r"([A-Z][a-z]?)|(\d+(?:\.\d+)?)|([()\[\]])|([·*.])|(.)")


def _check_symbol(symbol: str) -> str:
    if symbol not in BY_SYMBOL:
        raise BadInputError(f"'{symbol}' is not a chemical element known here (H to Cm).")
    return symbol


def _merge(into: dict[str, Fraction], group: dict[str, Fraction], times: Fraction) -> None:
    for symbol, amount in group.items():
        into[symbol] = into.get(symbol, Fraction(0)) + amount * times


def parse_formula(text: str) -> dict[str, Fraction]:
    """Amounts of each element in a chemical formula, brackets and hydrate dots allowed.

    Raises
    ------
    BadInputError
        If the text is no formula, or names an unknown element.
    """
    cleaned = text.translate(_SUBSCRIPTS).replace(" ", "")
    stack: list[dict[str, Fraction]] = [{}]
    finished: dict[str, Fraction] = {}
    prefix = Fraction(1)
    last: dict[str, Fraction] | None = None
    for symbol, number, bracket, dot, other in _TOKEN.findall(cleaned):
        if other:
            raise BadInputError(f"'{text}' is no chemical formula: '{other}' has no place in it.")
        if symbol:
            last = {_check_symbol(symbol): Fraction(1)}
            _merge(stack[-1], last, Fraction(1))
        elif number:
            amount = Fraction(number)
            if amount <= 0:
                raise BadInputError(f"'{text}' has an amount of zero; leave that element out.")
            if last is not None:
                _merge(stack[-1], last, amount - 1)
                last = None
            elif not stack[-1] and len(stack) == 1:
                prefix = amount
            else:
                raise BadInputError(f"'{text}' is no chemical formula: '{number}' follows nothing.")
        elif bracket in ("(", "["):
            stack.append({})
            last = None
        elif bracket:
            if len(stack) == 1:
                raise BadInputError(f"'{text}' closes a bracket that it never opened.")
            last = stack.pop()
            _merge(stack[-1], last, Fraction(1))
        elif dot:
            _merge(finished, stack[0], prefix)
            stack, prefix, last = [{}], Fraction(1), None
    if len(stack) != 1:
        raise BadInputError(f"'{text}' opens a bracket that it never closes.")
    _merge(finished, stack[0], prefix)
    if not finished:
        raise BadInputError("No element is named; type a formula such as TiO2 or a list: Ti O.")
    return finished


def parse_composition(text: str) -> tuple[tuple[str, ...], str | None]:
    """Read what was typed: a list of elements (``Ti O``, ``Ti, O``) or a formula (``TiO2``).

    Returns
    -------
    elements : tuple of str
        In the order of typing.
    formula : str or None
        The formula, None where only elements were listed. A single element is a list.
    """
    parts = [part for part in re.split(r"[,;\s]+", text.strip()) if part]
    if not parts:
        return (), None
    is_symbol = [re.fullmatch(r"[A-Za-z]{1,2}", part) for part in parts]
    if len(parts) > 1 and all(is_symbol) or len(parts) == 1 and parts[0] in BY_SYMBOL:
        symbols = [_check_symbol(part.capitalize()) for part in parts]
        return tuple(dict.fromkeys(symbols)), None
    formula = "".join(parts).translate(_SUBSCRIPTS)
    return tuple(parse_formula(formula)), formula


class ElementsState:
    """The ticked elements, in the order of ticking, and the formula if the amounts are known.

    A change of elements that contradicts the formula drops the formula.
    """

    changed = Signal()

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

    def toggle(self, symbol: str) -> None:
        """Tick `symbol`, or take its tick away."""
        _check_symbol(symbol)
        if symbol in self._selected:
            kept = tuple(other for other in self._selected if other != symbol)
        else:
            kept = (*self._selected, symbol)
        self._set(kept, None)

    def select(self, symbols: tuple[str, ...] | list[str]) -> None:
        """Tick exactly these elements, with no formula."""
        self._set(tuple(dict.fromkeys(_check_symbol(symbol) for symbol in symbols)), None)

    def set_text(self, text: str) -> None:
        """Take over what was typed; `BadInputError` leaves the state as it was."""
        self._set(*parse_composition(text))

    def set_others_possible(self, possible: bool) -> None:
        """Say whether unlisted elements may be present."""
        if possible != self._others_possible:
            self._others_possible = possible
            self.changed.emit()

    def clear(self) -> None:
        """No elements, no formula."""
        self._set((), None)

    def _set(self, selected: tuple[str, ...], formula: str | None) -> None:
        if (selected, formula) != (self._selected, self._formula):
            self._selected, self._formula = selected, formula
            self.changed.emit()
