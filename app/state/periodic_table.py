"""The chemical elements: symbols, names and places in the eighteen-column table."""

from __future__ import annotations

from dataclasses import dataclass

_ROWS = """
H Hydrogen|He Helium
Li Lithium|Be Beryllium|B Boron|C Carbon|N Nitrogen|O Oxygen|F Fluorine|Ne Neon
Na Sodium|Mg Magnesium|Al Aluminium|Si Silicon|P Phosphorus|S Sulfur|Cl Chlorine|Ar Argon
K Potassium|Ca Calcium|Sc Scandium|Ti Titanium|V Vanadium|Cr Chromium|Mn Manganese|Fe Iron\
|Co Cobalt|Ni Nickel|Cu Copper|Zn Zinc|Ga Gallium|Ge Germanium|As Arsenic|Se Selenium\
|Br Bromine|Kr Krypton
Rb Rubidium|Sr Strontium|Y Yttrium|Zr Zirconium|Nb Niobium|Mo Molybdenum|Tc Technetium\
|Ru Ruthenium|Rh Rhodium|Pd Palladium|Ag Silver|Cd Cadmium|In Indium|Sn Tin|Sb Antimony\
|Te Tellurium|I Iodine|Xe Xenon
Cs Caesium|Ba Barium|La Lanthanum|Ce Cerium|Pr Praseodymium|Nd Neodymium|Pm Promethium\
|Sm Samarium|Eu Europium|Gd Gadolinium|Tb Terbium|Dy Dysprosium|Ho Holmium|Er Erbium|Tm Thulium\
|Yb Ytterbium|Lu Lutetium|Hf Hafnium|Ta Tantalum|W Tungsten|Re Rhenium|Os Osmium|Ir Iridium\
|Pt Platinum|Au Gold|Hg Mercury|Tl Thallium|Pb Lead|Bi Bismuth|Po Polonium|At Astatine|Rn Radon
Fr Francium|Ra Radium|Ac Actinium|Th Thorium|Pa Protactinium|U Uranium|Np Neptunium|Pu Plutonium\
|Am Americium|Cm Curium|Bk Berkelium|Cf Californium
"""

N_COLUMNS = 18
LANTHANIDE_ROW, ACTINIDE_ROW = 7, 8


@dataclass(frozen=True)
class Element:
    """One chemical element and its place in the table.

    Attributes
    ----------
    number : int
        Atomic number.
    symbol, name : str
    row : int
        0 to 6 for the periods, 7 and 8 for the lanthanides and actinides below them.
    column : int
        0 to 17.
    """

    number: int
    symbol: str
    name: str
    row: int
    column: int


def _place(period: int, index: int) -> tuple[int, int]:
    """Row and column of the element at `index` in its period (0-based)."""
    if period == 0:
        return 0, 0 if index == 0 else 17
    if period in (1, 2):
        return period, index if index < 2 else index + 10
    if period in (3, 4):
        return period, index
    if index < 2:
        return period, index
    if index < 17:  # La to Lu, Ac to Lr: the separate rows below
        return (LANTHANIDE_ROW if period == 5 else ACTINIDE_ROW), index
    return period, index - 14


def _build() -> tuple[Element, ...]:
    elements = []
    number = 1
    for period, line in enumerate(_ROWS.strip().splitlines()):
        for index, entry in enumerate(line.split("|")):
            symbol, name = entry.split()
            row, column = _place(period, index)
            elements.append(Element(number, symbol, name, row, column))
            number += 1
    return tuple(elements)


ELEMENTS: tuple[Element, ...] = _build()
BY_SYMBOL: dict[str, Element] = {element.symbol: element for element in ELEMENTS}
BY_NUMBER: dict[int, Element] = {element.number: element for element in ELEMENTS}
