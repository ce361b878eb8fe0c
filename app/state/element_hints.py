"""What speaks against a choice of elements, before a search is spent on it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from app.language import tr
from app.state.periodic_table import BY_SYMBOL

# No solid compounds at ordinary pressure; krypton and xenon have a few with fluorine and oxygen.
INERT = ("He", "Ne", "Ar")
HARDLY_REACTIVE = ("Kr", "Xe", "Rn")
PARTNERS = ("F", "O", "Cl")
# No isotope lives long enough for a powder of it to be measured.
SHORT_LIVED = ("At", "Fr", "Rn")
MANY = 6
# Metals this close in atomic number scatter alike within a few per cent.
FIRST_ALIKE, LAST_ALIKE = 12, 83


def hints(selected: Sequence[str]) -> tuple[str, ...]:
    """Sentences on elements that cannot be right together, gravest first; mostly none.

    Parameters
    ----------
    selected : sequence of str
        Element symbols.
    """
    found = []
    inert = [symbol for symbol in selected if symbol in INERT]
    if inert:
        found.append(
            tr("{0} form{1} no solid compounds: untick unless sure.", _listed(inert), _s(inert))
        )
    hardly = [symbol for symbol in selected if symbol in HARDLY_REACTIVE]
    if hardly and not any(symbol in PARTNERS for symbol in selected):
        found.append(tr("{0} form{1} solids only with F, O or Cl.", _listed(hardly), _s(hardly)))
    short = [symbol for symbol in selected if symbol in SHORT_LIVED]
    if short:
        found.append(
            tr("{0} decay{1} within hours: no powder holds any.", _listed(short), _s(short))
        )
    if selected and all(symbol in ("H", "He") for symbol in selected):
        found.append(tr("Nothing here scatters X-rays enough: tick the heavier elements too."))
    elif "H" in selected:
        found.append(tr("H hardly scatters X-rays: it is placed where it fits, not measured."))
    if len(selected) > MANY:
        found.append(tr("{0} elements: tick only those that are surely there.", len(selected)))
    alike = [pair for pair in combinations(selected, 2) if _alike(*pair)]
    if alike:
        pairs = ", ".join("/".join(pair) for pair in alike[:2])
        found.append(tr("{0} scatter nearly alike: the pattern may not tell them apart.", pairs))
    return tuple(found)


def _alike(one: str, other: str) -> bool:
    first, second = sorted((BY_SYMBOL[one].number, BY_SYMBOL[other].number))
    return second - first == 1 and first >= FIRST_ALIKE and second <= LAST_ALIKE


def _listed(symbols: Sequence[str]) -> str:
    return " and ".join([", ".join(symbols[:-1]), symbols[-1]] if len(symbols) > 1 else symbols)


def _s(symbols: Sequence[str]) -> str:
    return "s" if len(symbols) == 1 else ""
