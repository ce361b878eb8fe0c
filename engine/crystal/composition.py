"""Element symbols and chemical formulas as a chemist types them (no heavy imports)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.errors import BadInputError

# Indexed by atomic number; index 0 is empty so that SYMBOLS[26] == "Fe".
SYMBOLS: tuple[str, ...] = (
    "",
    *"H He".split(),
    *"Li Be B C N O F Ne".split(),
    *"Na Mg Al Si P S Cl Ar".split(),
    *"K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr".split(),
    *"Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe".split(),
    *"Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu".split(),
    *"Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn".split(),
    *"Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr".split(),
    *"Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og".split(),
)

# International Tables C (6.1.1.4) lists X-ray scattering factors up to californium.
HIGHEST_SCATTERING_Z = 98
# X-rays hardly see it: many things are asked of all atoms but hydrogen.
HYDROGEN = 1

_NUMBERS = {symbol: z for z, symbol in enumerate(SYMBOLS) if symbol}
_NUMBERS["D"] = 1  # deuterium scatters X-rays as hydrogen does

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
# A full stop separates only before water or a letter: elsewhere it is a decimal point.
_HYDRATE_DOTS = re.compile(r"[·•∙⋅*]|(?<![A-Za-z]0)\.(?=\d*(?:H2O|D2O|OH2)|[A-Z(\[])")
_TOKEN = re.compile(r"([A-Z][a-z]?)|(\d+(?:\.\d+)?|\.\d+)|([(\[{])|([)\]}])")
_PAIRS = {")": "(", "]": "[", "}": "{"}


def atomic_number(symbol: str) -> int:
    """Atomic number of the element `symbol` (for example ``"Fe"``).

    Raises
    ------
    BadInputError
        If no element has that symbol.
    """
    try:
        return _NUMBERS[symbol]
    except KeyError:
        raise BadInputError(
            f"'{symbol}' is no element: give symbols of the periodic table such as Na or Cl."
        ) from None


def parse_elements(text: str | Iterable[str]) -> tuple[str, ...]:
    """Read a set of elements: ``"Na,Cl"``, ``"Ba Ti O"``, ``"BaTiO3"`` or an iterable of them.

    Parameters
    ----------
    text : str or iterable of str
        Symbols apart from each other by commas, semicolons, spaces or hyphens, or formulas,
        whose amounts are ignored. A lone symbol may be in small letters.

    Returns
    -------
    tuple of str
        Each symbol once, in the order in which they were given.

    Raises
    ------
    BadInputError
        If there is no element at all, or one that is unknown or has no X-ray scattering factor.
    """
    whole = text if isinstance(text, str) else " ".join(text)
    found: dict[str, None] = {}
    for word in re.split(r"[\s,;/+_–-]+", whole.strip()):
        if not word:
            continue
        if word.islower() and word.capitalize() in _NUMBERS:
            word = word.capitalize()
        found.update(dict.fromkeys(parse_formula(word)))
    if not found:
        raise BadInputError(
            "No element was given: name at least one that is in the sample, for example Na,Cl."
        )
    return tuple(found)


def parse_formula(text: str) -> dict[str, float]:
    """Read a chemical formula such as ``"BaTiO3"``, ``"Ca(OH)2"`` or ``"CaSO4·2H2O"``.

    Returns
    -------
    dict of str to float
        Amount of each element in one formula unit, in the order of first appearance.

    Raises
    ------
    BadInputError
        If the text is no formula, or names an element that is unknown or has no X-ray
        scattering factor.
    """
    plain = text.translate(_SUBSCRIPTS)
    total: dict[str, float] = {}
    for part in _HYDRATE_DOTS.split(plain):
        _add(total, *_parse_part("".join(part.split()), text))
    if not total:
        raise BadInputError(f"'{text}' is no chemical formula: give one such as BaTiO3.")
    return total


def check_contents(
    elements: tuple[str, ...], formula: str | None, others_possible: bool = False
) -> None:
    """Make sure that a formula and a set of elements speak of the same sample.

    Raises
    ------
    BadInputError
        If the formula misses one of `elements`, or has one that is not among them although no
        others are possible.
    """
    if formula is None:
        return
    contents = set(parse_formula(formula))
    missing = [symbol for symbol in elements if symbol not in contents]
    if missing:
        raise BadInputError(
            f"The formula {formula} does not contain {', '.join(missing)}: "
            "correct the formula or the elements."
        )
    extra = sorted(contents.difference(elements))
    if extra and not others_possible:
        raise BadInputError(
            f"The formula {formula} contains {', '.join(extra)}, which the elements do not name: "
            "correct the formula or the elements."
        )


def _parse_part(part: str, whole: str) -> tuple[dict[str, float], float]:
    """Contents of a formula without hydrate dots, and the number in front of it."""
    lead = re.match(r"\d+(?:\.\d+)?", part)
    factor = float(lead.group()) if lead else 1.0
    position = lead.end() if lead else 0
    groups: list[tuple[str, dict[str, float]]] = [("", {})]
    last: dict[str, float] = {}
    while position < len(part):
        token = _TOKEN.match(part, position)
        if token is None:
            raise BadInputError(
                f"'{whole}' is no chemical formula: '{part[position]}' is not understood there."
            )
        symbol, number, opened, closed = token.groups()
        position = token.end()
        if symbol:
            _add(groups[-1][1], last)
            last = {_known_symbol(symbol, whole): 1.0}
        elif number:
            if not last:
                raise BadInputError(f"'{whole}' is no chemical formula: {number} of what?")
            amount = float(number)
            if amount <= 0.0:
                raise BadInputError(f"'{whole}' is no chemical formula: an amount in it is zero.")
            _add(groups[-1][1], last, amount)
            last = {}
        elif opened:
            _add(groups[-1][1], last)
            last = {}
            groups.append((opened, {}))
        else:
            _add(groups[-1][1], last)
            bracket, last = groups.pop()
            if bracket != _PAIRS[closed]:
                raise BadInputError(f"'{whole}' is no chemical formula: its brackets do not match.")
    _add(groups[-1][1], last)
    if len(groups) != 1:
        raise BadInputError(f"'{whole}' is no chemical formula: its brackets do not match.")
    return groups[0][1], factor


def _known_symbol(text: str, whole: str) -> str:
    """The element that `text` names."""
    z = _NUMBERS.get(text)
    if z is None:
        raise BadInputError(
            f"'{text}' in '{whole}' is no element: "
            "give symbols of the periodic table such as Na or Cl."
        )
    if z > HIGHEST_SCATTERING_Z:
        raise BadInputError(f"No X-ray scattering factor is known for {text}: leave it out.")
    return SYMBOLS[z]


def _add(total: dict[str, float], part: dict[str, float], factor: float = 1.0) -> None:
    for symbol, amount in part.items():
        total[symbol] = total.get(symbol, 0.0) + factor * amount
