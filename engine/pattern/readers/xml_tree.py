"""XML as instruments write it: parsed within limits, without namespaces."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import numpy as np

from engine.errors import BadInputError
from engine.pattern.readers.scan import FloatArray

MAX_ELEMENTS = 1_000_000
_DECLARATIONS = ("<!DOCTYPE", "<!ENTITY")


def parse_xml(name: str, data: bytes, kind: str) -> ElementTree.Element:
    """The root of a document; its tags and those below carry no namespaces.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    data : bytes
    kind : str
        The format's name, for messages.

    Raises
    ------
    BadInputError
        If it is not well formed, declares entities, or has more than a million elements.
    """
    for text in _DECLARATIONS:
        if text.encode() in data or text.encode("utf-16-le") in data:
            raise BadInputError(f"'{name}' is an XML file with entities, which is not {kind}.")
    if data.count(b"<") > 2 * MAX_ELEMENTS:
        raise BadInputError(f"'{name}' is an XML file of more parts than any {kind} has.")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadInputError(
            f"'{name}' is a file of the format {kind} that is cut short or damaged; "
            "export it again from the instrument's software."
        ) from error
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rsplit("}", 1)[-1]
    return root


def number_at(element: ElementTree.Element | None, path: str) -> float | None:
    """The number that is the text of `path` below an element, None where there is none."""
    return as_number(element.findtext(path) if element is not None else None)


def as_number(text: str | None) -> float | None:
    """A finite number, None where the text is none."""
    try:
        value = float(text) if text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def text_at(element: ElementTree.Element | None, path: str) -> str:
    """The text of `path` below an element without blanks around it, empty where there is none."""
    return ((element.findtext(path) if element is not None else None) or "").strip()


def numbers_in(name: str, kind: str, text: str | None) -> FloatArray:
    """A list of numbers separated by blanks.

    Raises
    ------
    BadInputError
        If something in it is no number.
    """
    try:
        return np.array([float(token) for token in (text or "").split()], dtype=np.float64)
    except ValueError as error:
        raise BadInputError(
            f"'{name}' is a file of the format {kind} whose list of counts holds something "
            "that is no number; export it again."
        ) from error
