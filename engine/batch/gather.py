"""From what somebody points at (files, folders, manifests, former results) to a batch's entries."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.batch.manifest import ASKED, OPTIONAL, Entry, is_manifest, read_manifest
from engine.batch.results import RESULTS, read_lines
from engine.batch.task import Line
from engine.errors import BadInputError
from engine.progress import Progress

_LONGEST_ID = 150
_RECORD = "solution.json"


@dataclass(frozen=True)
class Gathered:
    """What was found.

    Attributes
    ----------
    entries : tuple of Entry
        Those of files and folders name no elements.
    left_out : tuple of str
        A sentence for each file that is no pattern.
    lines : dict of str to dict
        What an earlier run has answered, by entry.
    out : Path or None
        The output folder of that run.
    """

    entries: tuple[Entry, ...] = ()
    left_out: tuple[str, ...] = ()
    lines: dict[str, Line] = field(default_factory=dict)
    out: Path | None = None


def gather(
    paths: Sequence[Path], taken: Iterable[str] = (), progress: Progress | None = None
) -> Gathered:
    """Make entries of files, folders and manifests.

    Parameters
    ----------
    paths : sequence of Path
        A folder stands for all patterns in it and below, or, where it is the output folder of
        an earlier batch, for that batch; a file whose header names ``file,elements`` for what it
        lists. Any other file is taken without a look into it.
    taken : iterable of str
        Ids that others have already.
    progress : Progress, optional

    Raises
    ------
    BadInputError
        If a manifest or the results of an earlier run are not in order.
    """
    progress = progress or Progress()
    if len(paths) == 1 and (paths[0] / RESULTS).is_file():
        return earlier_batch(paths[0])
    used = {one.casefold() for one in taken}
    entries: list[Entry] = []
    left_out: list[str] = []
    for path in paths:
        if path.is_dir():
            found, refused = find_patterns(path, progress)
            entries += _named(found, used)
            left_out += refused
        elif is_manifest(path):
            for entry in read_manifest(path):
                if entry.id.casefold() in used:
                    raise BadInputError(
                        f"'{path}' has an entry '{entry.id}', and so has the list: clear it first."
                    )
                used.add(entry.id.casefold())
                entries.append(entry)
        else:
            entries += _named([path], used)
    return Gathered(tuple(entries), tuple(left_out))


def earlier_batch(out: Path) -> Gathered:
    """What an earlier run was asked for in its output folder, and what it has answered."""
    lines = {str(line.get("id")): line for line in read_lines(out / RESULTS)}
    if (out / ASKED).is_file():
        entries = tuple(read_manifest(out / ASKED))
    else:
        entries = tuple(_entry_of(line) for line in lines.values() if "request" in line)
    asked = {entry.id for entry in entries}
    return Gathered(entries, (), {key: line for key, line in lines.items() if key in asked}, out)


def find_patterns(folder: Path, progress: Progress | None = None) -> tuple[list[Path], list[str]]:
    """All patterns in a folder and below, by their content.

    Hidden files and folders are passed over, so are the folders of solutions.

    Returns
    -------
    patterns : list of Path
        Sorted by path.
    left_out : list of str
        Why each of the other files is none.
    """
    progress = progress or Progress()
    patterns: list[Path] = []
    left_out: list[str] = []
    for number, path in enumerate(_files(folder)):
        progress.report(0.0, f"{len(patterns)} patterns among {number} files")
        why = _no_pattern(path)
        if why:
            left_out.append(why)
        else:
            patterns.append(path)
    return patterns, left_out


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        if _RECORD in files or RESULTS in files:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(place, name)


def _no_pattern(path: Path) -> str:
    """Why a file is no pattern; empty where it is one."""
    from engine.pattern.io import load
    from engine.pattern.readers.pdcif import has_measured_points, looks_like_cif
    from engine.pattern.readers.registry import CERTAIN, choose_reader, read_scans

    try:
        str(path).encode("utf-8")
        source = load(path)
        if looks_like_cif(source) and not has_measured_points(source.text):
            return f"'{path.name}' is a structure."
        # Without a signature only reading tells: any text may be columns of numbers.
        if choose_reader(source).vote(source) < CERTAIN:
            read_scans(source)
    except UnicodeEncodeError:
        return f"'{path!a}' has a name that is no text."
    except BadInputError as error:
        return str(error)
    return ""


def _named(paths: Iterable[Path], used: set[str]) -> list[Entry]:
    """Entries with ids of their own: stems where they differ, else with more of the path."""
    entries = []
    for path in paths:
        where = path.absolute()
        stem = where.stem[:_LONGEST_ID].lstrip(".") or "pattern"
        suffix = where.suffix.lstrip(".")
        choices = [stem, f"{where.parent.name}_{stem}"[-_LONGEST_ID:].lstrip(".")]
        if suffix:
            choices.insert(1, f"{stem}_{suffix}")
        count = 2
        while choices and choices[0].casefold() in used:
            choices.pop(0)
        name = choices[0] if choices else stem
        while name.casefold() in used:
            name = f"{stem}_{count}"
            count += 1
        used.add(name.casefold())
        entries.append(Entry(name, str(where), ""))
    return entries


def _entry_of(line: Line) -> Entry:
    asked = line["request"]
    others = {name: asked.get(name) for name in OPTIONAL if name != "id"}
    return Entry(id=str(asked["id"]), file=str(asked["file"]), elements=asked["elements"], **others)
