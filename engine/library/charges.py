"""Whether a composition can be neutral with the charges its elements are known with.

A structure of oxygen or halogens whose charges cannot balance is seldom right. The judgement is
coarse on purpose: each metal may have any (mean) charge between its lowest and highest common
one, so that mixed valence passes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.crystal.composition import SYMBOLS, atomic_number

FloatArray = NDArray[np.float64]

# Elements that are always negative beside others, and those that may be.
_ANIONS = {"F": 1, "O": 2, "Cl": 1, "Br": 1}
_EITHER = {"N": 3, "I": 1, "S": 2, "Se": 2, "Te": 2, "P": 3, "As": 3, "Sb": 3, "Bi": 3, "C": 4}
# Lowest and highest common charge of an element beside more electronegative ones.
_RANGES: dict[tuple[int, int], str] = {
    (1, 1): "H Li Na K Rb Cs Ag",
    (2, 2): "Be Mg Ca Sr Ba Zn Cd Ra",
    (3, 3): "B Al Sc Y La Nd Gd Dy Ho Er Lu Ga Ac",
    (3, 4): "Ce Pr Tb",
    (2, 3): "Sm Eu Tm Yb",
    (4, 4): "Si Zr Hf Th",
    (2, 4): "Ge Sn Pb Pd Pt C Ti",
    (1, 3): "In Tl Au",
    (1, 2): "Cu Hg",
    (2, 5): "V",
    (2, 6): "Cr Mo W Te S Se",
    (2, 7): "Mn Re Tc",
    (3, 5): "Sb Bi As P Nb Ta Pa",
    (1, 5): "N I Br Cl",
    (2, 8): "Ru Os",
    (1, 4): "Rh",
    (1, 6): "Ir",
    (3, 6): "U Np Pu",
}
_EXCEPTIONS = {"Fe": (2, 4), "Co": (2, 4), "Ni": (2, 4), "Nb": (2, 5), "Ta": (3, 5), "P": (3, 5)}


def _charges() -> tuple[FloatArray, FloatArray]:
    low, high = np.full(len(SYMBOLS), np.nan), np.full(len(SYMBOLS), np.nan)
    for (least, most), symbols in _RANGES.items():
        for symbol in symbols.split():
            low[atomic_number(symbol)], high[atomic_number(symbol)] = least, most
    for symbol, (least, most) in _EXCEPTIONS.items():
        low[atomic_number(symbol)], high[atomic_number(symbol)] = least, most
    return low, high


_LOW, _HIGH = _charges()


def can_be_neutral(numbers: NDArray[np.int64], counts: FloatArray) -> NDArray[np.bool_]:
    """Whether each composition can be neutral; True where nothing is known.

    Parameters
    ----------
    numbers : (e,) int array
        Atomic numbers.
    counts : (..., e) array
        Atoms of each.

    Returns
    -------
    (...,) bool array
        Only compositions with O, F, Cl or Br beside another element are judged.
    """
    symbols = [SYMBOLS[int(z)] for z in numbers]
    judged = [s for s in _ANIONS if s in symbols]
    verdict = np.ones(counts.shape[:-1], dtype=bool)
    if not judged or len(symbols) < 2:
        return verdict
    lowest = np.zeros(counts.shape[:-1])
    highest = np.zeros(counts.shape[:-1])
    for place, symbol in enumerate(symbols):
        z = int(numbers[place])
        amount = counts[..., place]
        if symbol in judged:
            least = most = -float(_ANIONS[symbol])
        elif np.isnan(_LOW[z]):
            return verdict
        else:
            least, most = _LOW[z], _HIGH[z]
            if symbol in _EITHER:
                least = -float(_EITHER[symbol])
        lowest += amount * least
        highest += amount * most
    return np.asarray((lowest <= 1e-9) & (highest >= -1e-9))
