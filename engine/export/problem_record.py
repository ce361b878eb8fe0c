"""What was asked of the solver, as ``solution.json`` keeps it, and the same question again."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

from engine import resources
from engine.errors import BadInputError
from engine.pattern.choices import BackgroundChoice, PeakEdits
from engine.pattern.details import MeasurementDetails
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import Radiation
from engine.solve.result import Problem

# Stands elsewhere in the record, or is no setting.
_ELSEWHERE = {"pattern", "elements", "seed"}
_LIMITS = ("max_atoms", "time_limit", "top")
_OF_RADIATION = tuple(field.name for field in fields(Radiation))
_OPTICS = (
    "polarisation",
    "monochromator_two_theta",
    "slit_mode",
    "optics_provenance",
    "capillary_mu_r",
)
LARGEST_RECORD = 50_000_000


def problem_record(problem: Problem) -> dict[str, Any]:
    """The part of ``solution.json`` that asks the question again.

    Returns
    -------
    dict
        ``settings`` (all fields of `Problem` but the pattern, elements and seed), ``optics``
        (what `Radiation` has besides its wavelengths), ``pattern_path`` (whole) and
        ``pattern_sha256`` (of the file's bytes), both null for a pattern that came from no file,
        ``ranges`` (which of the file's ranges were asked for), ``left_out`` (``excluded`` regions
        of 2theta, and whether ``spikes``), ``chosen`` (``background`` and ``peaks``, where not left
        to the program) and ``checksums`` of the weights and the structure types.
    """
    radiation, path = problem.pattern.radiation, problem.pattern.path
    return {
        "settings": {
            field.name: getattr(problem, field.name)
            for field in fields(Problem)
            if field.name not in _ELSEWHERE
        },
        "optics": {name: getattr(radiation, name) for name in _OPTICS},
        "pattern_path": None if path is None else os.path.abspath(path),
        "pattern_sha256": _sha256(path),
        "ranges": problem.pattern.details.ranges,
        "left_out": {
            "excluded": [list(region) for region in problem.pattern.details.excluded],
            "spikes": problem.pattern.details.without_spikes,
        },
        "chosen": _chosen(problem.pattern.details),
        "checksums": data_checksums(),
    }


def _chosen(details: MeasurementDetails) -> dict[str, Any]:
    """What was chosen by hand, as JSON; empty where nothing was."""
    plain = MeasurementDetails()
    return {
        name: asdict(getattr(details, name))
        for name in ("background", "peaks")
        if getattr(details, name) != getattr(plain, name)
    }


@lru_cache(maxsize=1)
def data_checksums() -> dict[str, str]:
    """SHA-256 of what the answers rest on besides the program: weights and structure types."""
    return {
        "weights": resources.checksum(*resources.WEIGHTS),
        "structure_types": resources.checksum(*resources.STRUCTURE_TYPES),
    }


def read_record(path: Path) -> dict[str, Any]:
    """Read a ``solution.json`` that can be asked again.

    Raises
    ------
    BadInputError
        If it cannot be read, is no solution, or was written before settings were kept.
    """
    try:
        if path.stat().st_size > LARGEST_RECORD:
            raise BadInputError(f"'{path}' is too large for a solution.json.")
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInputError(f"'{path}' cannot be read as a solution.json: {error}.") from None
    if not isinstance(record, dict) or not isinstance(record.get("candidates"), list):
        raise BadInputError(f"'{path}' is no solution.json: it has no list of candidates.")
    if not isinstance(record.get("settings"), dict):
        raise BadInputError(
            f"'{path}' does not say with which settings it was made; solve the pattern again."
        )
    return record


def problem_of(record: dict[str, Any], folder: Path) -> Problem:
    """The question that a record answers.

    Parameters
    ----------
    record : dict
        See `read_record`.
    folder : Path
        Where the record lies: the pattern is looked for where the record says, else beside it.

    Raises
    ------
    BadInputError
        If the pattern is not there or is another one than it was, or the record is damaged.
    """
    try:
        radiation = _radiation(record)
        settings = dict(record["settings"])
        elements = tuple(str(symbol) for symbol in record["elements"])
        seed = int(record["seed"])
        known = {field.name for field in fields(Problem)} - _ELSEWHERE
    except (KeyError, TypeError, ValueError) as error:
        raise BadInputError(f"The solution.json in '{folder}' is damaged: {error}.") from None
    unknown = set(settings) - known
    if unknown:
        raise BadInputError(
            f"The solution.json in '{folder}' has settings that this version does not know "
            f"({', '.join(sorted(unknown))}); use the version that wrote it."
        )
    kinds = get_type_hints(Problem)
    for name, value in settings.items():
        if not _is_one(value, kinds[name]) or _too_small(name, value):
            raise BadInputError(
                f"The solution.json in '{folder}' is damaged: {name} cannot be {value!r}."
            )
    pattern = _pattern(record, folder, radiation)
    return Problem(pattern=pattern, elements=elements, seed=seed, **settings)


def _is_one(value: object, kind: Any) -> bool:
    """Whether a value from JSON is of the kind that a field is declared to have."""
    if isinstance(value, bool):
        return kind is bool
    # JSON writes 10.0 seconds as 10 where another program rewrote the file.
    return isinstance(value, kind) or (isinstance(value, int) and isinstance(0.0, kind))


def _too_small(name: str, value: Any) -> bool:
    """Whether a limit leaves nothing to be found."""
    return name in _LIMITS and value is not None and not value > 0


def _radiation(record: dict[str, Any]) -> Radiation:
    # A record of an older version knows nothing of capillaries.
    kept = {"capillary_mu_r": 0.0, **record["optics"], **record["radiation"]}
    known = {name: kept[name] for name in _OF_RADIATION}
    known["wavelengths"] = tuple(float(x) for x in known["wavelengths"])
    known["weights"] = tuple(float(x) for x in known["weights"])
    return Radiation(**known)


def _pattern(record: dict[str, Any], folder: Path, radiation: Radiation) -> PowderPattern:
    from engine.pattern.io import read_pattern
    from engine.pattern.readers.ranges import parse_range

    named = Path(str(record.get("pattern", "")))
    # The name as it was given counts from the folder that was worked in then.
    whole = Path(str(record.get("pattern_path") or named))
    places = [whole, named, folder / named, folder / named.name]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise BadInputError(
            f"The pattern '{named}' is neither where it was nor beside the solution.json; "
            "put it there."
        )
    if record.get("pattern_sha256") not in (None, _sha256(path)):
        raise BadInputError(f"'{path}' is not the pattern that was solved: its content differs.")
    stated = radiation.provenance in ("typed", "preset")
    kept = record.get("ranges")
    ranges = None if kept is None else parse_range(str(kept))
    pattern = read_pattern(path, radiation if stated else None, ranges)
    if radiation.optics_provenance == "typed":
        optics = {name: getattr(radiation, name) for name in _OPTICS}
        pattern = replace(pattern, radiation=replace(pattern.radiation, **optics))
    pattern = _marked(pattern, record.get("chosen") or {}, folder)
    return _corrected(pattern, record.get("left_out") or {}, folder)


def _marked(pattern: PowderPattern, chosen: dict[str, Any], folder: Path) -> PowderPattern:
    """The pattern with background and lines as they were chosen."""
    try:
        background, peaks = chosen.get("background", {}), chosen.get("peaks", {})
        anchors = tuple((float(x), float(y)) for x, y in background.get("anchors", ()))
        details = replace(
            pattern.details,
            background=BackgroundChoice(**{**background, "anchors": anchors}),
            peaks=PeakEdits(**{name: tuple(map(float, x)) for name, x in peaks.items()}),
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise BadInputError(f"The solution.json in '{folder}' is damaged: {error}.") from None
    return replace(pattern, details=details)


def _corrected(pattern: PowderPattern, left_out: dict[str, Any], folder: Path) -> PowderPattern:
    """The pattern without the points that were left out."""
    from engine.pattern.excluded import without_regions
    from engine.pattern.spikes import without_spikes

    try:
        regions = [(float(low), float(high)) for low, high in left_out.get("excluded", ())]
    except (TypeError, ValueError) as error:
        raise BadInputError(f"The solution.json in '{folder}' is damaged: {error}.") from None
    if left_out.get("spikes"):
        pattern = without_spikes(pattern)
    return without_regions(pattern, [r for r in regions if r not in pattern.details.excluded])


def _sha256(path: Path | None) -> str | None:
    if path is None or not path.is_file():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()
