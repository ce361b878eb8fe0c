"""What the Rigaku formats have in common: a table and the same facts under different names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.pattern.radiation import K_ALPHA, Radiation
from engine.pattern.readers.binary import seconds_or_none
from engine.pattern.readers.header import from_lines
from engine.pattern.readers.rates import counts_from_rate
from engine.pattern.readers.scan import FloatArray, Scan
from engine.pattern.readers.xml_tree import as_number

_ATOMIC_NUMBERS = {24: "Cr", 26: "Fe", 27: "Co", 29: "Cu", 42: "Mo", 47: "Ag"}


@dataclass(frozen=True)
class RigakuHeader:
    """Facts of a scan as texts, empty where the file gives none.

    Attributes
    ----------
    kind : str
        Name of the format.
    axis : str
        What moved: TwoThetaTheta, Omega ...
    unit : str
        Of the intensities: counts or cps.
    step, speed, speed_unit : str
        Degrees; and degrees a minute, or seconds a step.
    alpha_1, alpha_2, beta : str
        Wavelengths in angstrom.
    wave_type : str
        Which of them was used: Ka, Ka1, Kb.
    anode : str
        Symbol or atomic number.
    sample, instrument, date : str
    n_points : str
        The number of points that the header announces.
    """

    kind: str
    axis: str = ""
    unit: str = "counts"
    step: str = ""
    speed: str = ""
    speed_unit: str = ""
    alpha_1: str = ""
    alpha_2: str = ""
    beta: str = ""
    wave_type: str = ""
    anode: str = ""
    sample: str = ""
    instrument: str = ""
    date: str = ""
    n_points: str = ""


def moves_two_theta(axis: str) -> bool:
    """Whether a scan of that axis is over 2theta; no name counts as yes."""
    name = axis.lower().replace("-", "").replace("_", "").replace(" ", "")
    return not name or "2theta" in name or "twotheta" in name or "2θ" in name


def counting_time(header: RigakuHeader) -> float | None:
    """Seconds that a point was counted for, from step and speed."""
    speed, step = as_number(header.speed), as_number(header.step)
    if speed is None or speed <= 0.0:
        return None
    unit = header.speed_unit.lower().replace(" ", "")
    if unit.startswith("s"):
        return seconds_or_none(speed)
    if step is None or not unit.startswith("deg"):
        return None
    minutes = abs(step) / speed
    return seconds_or_none(round(minutes * (1.0 if "sec" in unit else 60.0), 6))


def rigaku_radiation(header: RigakuHeader) -> Radiation | None:
    """The lines that the header says were used."""
    first, second = as_number(header.alpha_1), as_number(header.alpha_2)
    anode: str | None = header.anode.strip().capitalize()
    number = as_number(anode)
    if number is not None:
        anode = _ATOMIC_NUMBERS.get(int(number))
    used = header.wave_type.lower().replace(" ", "")
    if used == "kb":
        first, second = as_number(header.beta), None
    elif used in ("ka1", "kalpha1"):
        second = None
    elif used in ("ka2", "kalpha2"):
        first, second = second, None
    if first is None:
        return None
    return from_lines(first, second, None, anode if anode in K_ALPHA else anode or None)


def rigaku_scan(table: FloatArray, header: RigakuHeader) -> Scan | None:
    """A scan from angles, intensities and attenuation factors; None if it is not over 2theta.

    Parameters
    ----------
    table : (n, 3) array
        The third column is the factor that the attenuator took from the beam, 1 without one.
    header : RigakuHeader
    """
    if not len(table) or not moves_two_theta(header.axis):
        return None
    seconds = counting_time(header)
    y: FloatArray = table[:, 1]
    raw: bool | None = None
    if "cps" in header.unit.lower() or "/s" in header.unit.lower():
        y, raw = counts_from_rate(y, seconds)
    factor = np.where(np.isfinite(table[:, 2]) & (table[:, 2] > 0.0), table[:, 2], 1.0)
    sigma = None
    warnings: tuple[str, ...] = ()
    if np.any(factor != 1.0):
        sigma = np.sqrt(np.maximum(y, 1.0)) * factor
        y, raw = y * factor, False
        warnings = (
            "The attenuator was in the beam for some points; their counts were multiplied by "
            "its factor.",
        )
    promised = as_number(header.n_points)
    return Scan(
        table[:, 0],
        y,
        sigma,
        format=header.kind,
        radiation=rigaku_radiation(header),
        title=header.sample.strip(),
        instrument=header.instrument.strip(),
        date=header.date.strip(),
        seconds=seconds,
        promised_points=int(promised) if promised is not None and 0 < promised < 1e9 else None,
        raw_counts=raw,
        warnings=warnings,
    )
