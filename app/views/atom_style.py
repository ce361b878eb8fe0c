"""Colours and sizes of atoms: the customary colours where chemists have one."""

from __future__ import annotations

import colorsys

from app.state.periodic_table import BY_NUMBER, Element

# The colours that crystallographers expect, after the models of Corey, Pauling and Koltun; but
# hydrogen, white there, would not be seen on white.
_CUSTOMARY = {
    "H": "#f4c2c9", "C": "#6b6b6b", "N": "#3558d6", "O": "#e0261b", "F": "#7fd34a",
    "Na": "#a45be0", "Mg": "#62c23a", "Al": "#b8a3a8", "Si": "#e3bd93", "P": "#f08019",
    "S": "#efd02b", "Cl": "#2fd02f", "K": "#8a46c9", "Ca": "#4fae2a", "Ti": "#a9b4bd",
    "Cr": "#7f93c4", "Mn": "#9a76c2", "Fe": "#d9652f", "Co": "#e57f9a", "Ni": "#4cc04c",
    "Cu": "#c67a34", "Zn": "#7c80ad", "Br": "#9c2d22", "Ag": "#c2c2c2", "I": "#8b0f8b",
    "B": "#f0a9a6", "Li": "#bb76e8", "Ba": "#2fae3a", "Sr": "#3fc45a", "La": "#6fc7e8",
    "Ce": "#e8e0a8", "Pb": "#565b64", "Zr": "#86c6c9", "Au": "#f0c020",
}  # fmt: skip
# Angstrom; hydrogen would be a speck.
SMALLEST = 0.12


def colour(number: int) -> str:
    """A colour for the element with this atomic number.

    Elements without a customary colour take one from their place: the hue from the column, the
    lightness from the period.
    """
    element: Element = BY_NUMBER[number]
    if element.symbol in _CUSTOMARY:
        return _CUSTOMARY[element.symbol]
    hue = (0.08 + element.column / 18.0 * 0.85) % 1.0
    lightness = 0.66 - 0.03 * min(element.row, 6)
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.42)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


def radius(number: int) -> float:
    """Radius in angstrom to draw an atom with: a share of its covalent radius."""
    import gemmi

    return max(0.22 * float(gemmi.Element(number).covalent_r), SMALLEST)
