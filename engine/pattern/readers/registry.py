"""The register of readers; the one with the strongest vote on a file's first bytes reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from engine.errors import BadInputError
from engine.pattern.readers.scan import Scan, Source

# Votes: what a reader says of its chances.
NO = 0
POSSIBLE = 10
LIKELY = 50
CERTAIN = 100

ENTRY_POINTS = "densight.readers"
NEVER_TRIED = "never tried on an instrument's file"


@dataclass(frozen=True)
class Format:
    """What a reader declares of its format; the table in the documentation is made of it.

    Attributes
    ----------
    suffixes : str
        Usual endings of the names, separated by blanks.
    signature : str
        What tells its files from others, as the end of "it does not ...".
    reads : str
        What is read besides angles and counts.
    checked : str
        On what instruments' files it was checked; empty where it was on none.
    """

    suffixes: str = ""
    signature: str = ""
    reads: str = ""
    checked: str = ""


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
        From a `Source` to a `Scan`, or to a list of them where the file holds several ranges;
        raises BadInputError with one clear sentence.
    format : Format or None
        What it says of itself; None for readers that say nothing.
    """

    name: str
    vote: Callable[[Source], int]
    read: Callable[[Source], Scan | Sequence[Scan]]
    format: Format | None = None


@dataclass(frozen=True)
class Attempt:
    """Why a reader did not read a file.

    Attributes
    ----------
    reader : str
    asked : bool
        Whether it was given the file; others saw at once that it was not theirs.
    reason : str
    """

    reader: str
    asked: bool
    reason: str


class UnreadableFileError(BadInputError):
    """No reader could make a pattern of a file; `attempts` says why of each."""

    def __init__(self, message: str, attempts: Sequence[Attempt]) -> None:
        super().__init__(message)
        self.attempts = tuple(attempts)


_BUILT_IN = (
    "not_patterns",
    "bruker_raw1",
    "bruker_raw2",
    "bruker_raw3",
    "bruker_raw4",
    "brml",
    "uxd",
    "rigaku_ras",
    "rigaku_rasx",
    "rigaku_asc",
    "rigaku_raw",
    "philips_udf",
    "philips_rd",
    "sietronics_cpi",
    "stoe_raw",
    "xrdml",
    "pdcif",
    "nexus",
    "gsas",
    "step_scan",
    "chi",
    "text_columns",
)
_readers: list[Reader] = []
_problems: list[str] = []
_loaded = False


def register_reader(reader: Reader) -> None:
    """Add a reader; of equal votes the one registered last wins.

    An installed package adds its own without a call by an entry point of the group
    ``densight.readers`` that names a `Reader`.

    Parameters
    ----------
    reader : Reader
    """
    readers()
    _readers.insert(0, reader)


def readers() -> tuple[Reader, ...]:
    """All readers, the built-in ones and those of installed packages loaded on first use."""
    global _loaded
    if not _loaded:
        _loaded = True
        for name in _BUILT_IN:
            module = import_module(f"engine.pattern.readers.{name}")
            _readers.append(module.READER)
        _load_entry_points()
    return tuple(_readers)


def problems() -> tuple[str, ...]:
    """A sentence for each installed reader that could not be loaded."""
    readers()
    return tuple(_problems)


def _load_entry_points() -> None:
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINTS):
        try:
            reader = point.load()
        except Exception as error:  # another's code: whatever it raises must not stop this program
            _problems.append(f"The reader '{point.name}' of {point.value} cannot be used: {error}.")
            continue
        if isinstance(reader, Reader):
            _readers.insert(0, reader)
        else:
            _problems.append(f"The entry point '{point.name}' of {point.value} is no Reader.")


def _votes(source: Source) -> list[tuple[int, Reader]]:
    """Every reader with its vote, the surest first, of equal ones the one registered last."""
    votes = [(reader.vote(source), reader) for reader in readers()]
    return sorted(votes, key=lambda pair: -pair[0])


def choose_reader(source: Source) -> Reader:
    """The reader with the strongest vote.

    Raises
    ------
    UnreadableFileError
        If no reader claims the content.
    """
    votes = _votes(source)
    if votes[0][0] == NO:
        raise UnreadableFileError(_unclaimed(source), [_not_asked(reader) for _, reader in votes])
    return votes[0][1]


def read_scans(source: Source) -> tuple[Reader, tuple[Scan, ...]]:
    """The scans of a file, by the first reader that can make sense of it.

    A reader that recognised its signature has the last word; one that merely thought the file
    likely to be its own leaves it to the next.

    Raises
    ------
    UnreadableFileError
        If no reader could. The message is that of the reader most sure of the file.
    """
    choose_reader(source)
    attempts: list[Attempt] = []
    first: BadInputError | None = None
    votes = _votes(source)
    last_word = votes[0][0] >= CERTAIN
    for vote, reader in votes:
        if vote == NO or (last_word and attempts):
            attempts.append(_not_asked(reader))
            continue
        try:
            found = reader.read(source)
        except BadInputError as error:
            first = first or error
            attempts.append(Attempt(reader.name, True, str(error)))
            continue
        scans = (found,) if isinstance(found, Scan) else tuple(found)
        if scans:
            return reader, scans
        attempts.append(Attempt(reader.name, True, "It found no points."))
    message = str(first) if first else f"'{source.name}' holds no points."
    raise UnreadableFileError(message, attempts)


def _not_asked(reader: Reader) -> Attempt:
    signature = reader.format.signature if reader.format else ""
    return Attempt(
        reader.name,
        False,
        f"the file does not {signature}" if signature else "the file is not of its kind",
    )


def _unclaimed(source: Source) -> str:
    kind = "binary file of an unknown kind" if source.is_binary else "text without a pattern"
    return (
        f"'{source.name}' is a {kind}; give a powder pattern, for example two columns "
        "of 2theta and counts."
    )
