"""Make the shipped table of X-ray scattering factors from gemmi's coefficients.

Run once, by those who build the program: ``python -m engine.crystal.scattering_table``.
"""

from __future__ import annotations

import json
from pathlib import Path

import gemmi

HEAVIEST = 98
SOURCE = "International Tables for Crystallography C, table 6.1.1.4, neutral atoms, as in gemmi"


def rows() -> list[dict[str, object]]:
    """The coefficients a1..a4, b1..b4 and c of f0(s) = sum a exp(-b s^2) + c, by element."""
    table: list[dict[str, object]] = []
    for number in range(1, HEAVIEST + 1):
        element = gemmi.Element(number)
        found = element.it92
        table.append(
            {
                "number": number,
                "symbol": element.name,
                "a": list(found.a),
                "b": list(found.b),
                "c": found.c,
            }
        )
    return table


def write_table(path: Path) -> None:
    """Write the table as JSON, one element a line."""
    lines = ",\n".join(json.dumps(row) for row in rows())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{{"source": {json.dumps(SOURCE)}, "elements": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[2] / "resources" / "scattering"
    write_table(folder / "it92.json")
