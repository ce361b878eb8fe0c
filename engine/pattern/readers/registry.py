"""The register of readers; the one with the strongest vote on a file's first bytes reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from engine.errors import BadInputError
from engine.pattern.readers.scan import Scan, Source

# Votes: what a reader says of its chances.
NO = 0
POSSIBLE = 10
LIKELY = 50
CERTAIN = 100


@dataclass(frozen=True)
class Reader:
    """One format.

    Attributes
    ----------
    name : str
        The format's name, for people.
    vote : callable
        From a `Source` to 0 (not mine) ... 100 (a signature of mine); it never raises.
    read : callable
        From a `Source` to a `Scan`; raises BadInputError with one clear sentence.
    """

    name: str
    vote: Callable[[Source], int]
    read: Callable[[Source], Scan]


_BUILT_IN = (
    "later_formats",
    "bruker_raw2",
    "bruker_raw3",
    "xrdml",
    "pdcif",
    "gsas",
    "step_scan",
    "chi",
    "text_columns",
)
_readers: list[Reader] = []
_loaded = False


def register_reader(reader: Reader) -> None:
    """Add a reader; of equal votes the one registered last wins."""
    readers()
    _readers.insert(0, reader)


def readers() -> tuple[Reader, ...]:
    """All readers, the built-in ones loaded on first use."""
    global _loaded
    if not _loaded:
        _loaded = True
        for name in _BUILT_IN:
            module = import_module(f"engine.pattern.readers.{name}")
            _readers.append(module.READER)
    return tuple(_readers)


def choose_reader(source: Source) -> Reader:
    """The reader with the strongest vote.

    Raises
    ------
    BadInputError
        If no reader claims the content.
    """
    votes = [(reader.vote(source), reader) for reader in readers()]
    best = max(votes, key=lambda pair: pair[0])
    if best[0] == NO:
        kind = "binary file of an unknown kind" if source.is_binary else "text without a pattern"
        raise BadInputError(
            f"'{source.name}' is a {kind}; give a powder pattern, for example two columns "
            "of 2theta and counts."
        )
    return best[1]
