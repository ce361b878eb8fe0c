"""Plain data classes as JSON and arrays, and back, by what their fields are declared to be.

Nothing is executed on reading: a value that is not of its field's kind is refused. Fields that the
reader does not know are passed over, and missing ones take their defaults.
"""

from __future__ import annotations

import math
from dataclasses import MISSING, fields
from functools import lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError

_NOT_FINITE = ("nan", "inf", "-inf")
_KINDS = {np.floating: "f", np.integer: "iu"}


class Arrays:
    """The arrays of a record, each kept once however often it is used."""

    def __init__(self, arrays: list[NDArray[Any]] | None = None) -> None:
        self.arrays = arrays if arrays is not None else []
        self._places = {id(array): place for place, array in enumerate(self.arrays)}

    def add(self, array: NDArray[Any]) -> int:
        """Where `array` stands from now on."""
        place = self._places.get(id(array))
        if place is None:
            place = self._places[id(array)] = len(self.arrays)
            self.arrays.append(array)
        return place


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def to_record(value: Any, arrays: Arrays) -> Any:
    """`value` as JSON knows it; arrays become ``{"array": place}`` among `arrays`."""
    if isinstance(value, np.ndarray):
        return {"array": arrays.add(value)}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple | list):
        return [to_record(item, arrays) for item in value]
    if isinstance(value, dict):
        return {str(key): to_record(item, arrays) for key, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: to_record(getattr(value, f.name), arrays) for f in fields(value)}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"a record cannot hold {type(value).__name__}")


def from_record(record: Any, kind: Any, arrays: Arrays, where: str = "the record") -> Any:
    """The value of `kind` that `record` describes.

    Raises
    ------
    BadInputError
        If it does not describe one; the sentence names the place.
    """
    origin = get_origin(kind)
    if hasattr(kind, "__dataclass_fields__"):
        return _data_class(record, kind, arrays, where)
    if origin in (Union, UnionType):
        return _one_of(record, get_args(kind), arrays, where)
    if origin is Literal:
        return record if record in get_args(kind) else _refuse(where)
    if origin is np.ndarray:
        return _array(record, kind, arrays, where)
    if origin is tuple:
        return _tuple(record, get_args(kind), arrays, where)
    if origin is dict:
        if not isinstance(record, dict):
            _refuse(where)
        inner = get_args(kind)[1]
        return {
            key: from_record(item, inner, arrays, f"{where}, {key}") for key, item in record.items()
        }
    return _simple(record, kind, where)


def _simple(record: Any, kind: Any, where: str) -> Any:
    if kind is float and isinstance(record, int | float) and not isinstance(record, bool):
        return float(record)
    if kind is float and record in _NOT_FINITE:
        return float(record)
    if kind is Path and isinstance(record, str):
        return Path(record)
    if kind is int and isinstance(record, bool):
        _refuse(where)
    if kind in (str, bool, int) and isinstance(record, kind):
        return record
    return _refuse(where)


def _data_class(record: Any, kind: Any, arrays: Arrays, where: str) -> Any:
    if not isinstance(record, dict):
        _refuse(where)
    hints, values = _hints(kind), {}
    for field in fields(kind):
        if field.name in record:
            place = f"{where}, {field.name}"
            values[field.name] = from_record(record[field.name], hints[field.name], arrays, place)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise BadInputError(f"{where} has no {field.name}.")
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise BadInputError(f"{where} is damaged: {error}") from None


def _one_of(record: Any, kinds: tuple[Any, ...], arrays: Arrays, where: str) -> Any:
    if record is None:
        return None if NoneType in kinds else _refuse(where)
    others = [kind for kind in kinds if kind is not NoneType]
    for kind in others[:-1]:
        try:
            return from_record(record, kind, arrays, where)
        except BadInputError:
            continue
    return from_record(record, others[-1], arrays, where)


def _tuple(record: Any, kinds: tuple[Any, ...], arrays: Arrays, where: str) -> Any:
    if not isinstance(record, list):
        _refuse(where)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(record)
    if len(kinds) != len(record):
        _refuse(where)
    pairs = enumerate(zip(record, kinds, strict=True), start=1)
    return tuple(from_record(item, kind, arrays, f"{where} {n}") for n, (item, kind) in pairs)


def _array(record: Any, kind: Any, arrays: Arrays, where: str) -> NDArray[Any]:
    place = record.get("array") if isinstance(record, dict) else None
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(arrays.arrays):
        return _refuse(where)  # type: ignore[no-any-return]
    array = arrays.arrays[place]
    wanted = get_args(get_args(kind)[1])
    for family, letters in _KINDS.items():
        known = wanted and isinstance(wanted[0], type) and issubclass(wanted[0], family)
        if known and array.dtype.kind not in letters:
            _refuse(where)
    return array


def _refuse(where: str) -> Any:
    raise BadInputError(f"{where} is damaged: it is not what belongs there.")
