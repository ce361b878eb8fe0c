"""A batch from its manifest to its results, resumable."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.batch.manifest import Entry
from engine.batch.task import Line, Options, request, solve_entry
from engine.errors import BadInputError
from engine.export.atomic import finite, make_folder, write_text

RESULTS = "results.jsonl"
RECORD = "solution.json"


@dataclass
class Count:
    """How many entries came to which end."""

    solved: int = 0
    tentative: int = 0
    unsolved: int = 0
    failed: int = 0
    kept: int = 0

    def add(self, line: Line) -> None:
        """Count one line."""
        if "error" in line:
            self.failed += 1
        elif line["verdict"] == "solved":
            self.solved += 1
        elif line["verdict"] == "tentative":
            self.tentative += 1
        else:
            self.unsolved += 1


def run_batch(
    entries: Sequence[Entry],
    out: Path,
    options: Options,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Count:
    """Solve all entries into ``out/<id>``, a line each in ``out/results.jsonl`` as it is done.

    Entries that an earlier run in the same folder solved under the same conditions are kept;
    those that failed then are tried again.

    Parameters
    ----------
    entries : sequence of Entry
    out : Path
    options : Options
    workers : int or None
        Local processes; one a core by default.
    scheduler : str or None
        Address of a Dask scheduler to use instead.
    tell : callable
        Gets one sentence for each entry that is done.

    Raises
    ------
    BadInputError
        If the folder cannot be written to, or the scheduler does not answer.
    """
    make_folder(out)
    kept = _keep_earlier(entries, out, options)
    todo = [entry for entry in entries if entry.id not in kept]
    count = Count(kept=len(kept))
    work = partial(_solve_into, out=str(out.absolute()), options=options)
    with (out / RESULTS).open("a", encoding="utf-8") as file:
        for done, (entry, line) in enumerate(_run(todo, work, workers, scheduler), start=1):
            count.add(line)
            kept_request = {} if "error" in line else {"request": request(entry, options)}
            file.write(_as_text({**line, **kept_request}))
            file.flush()
            tell(f"[{done}/{len(todo)}] {entry.id}: {line.get('error') or line['verdict']}")
    return count


def _solve_into(entry: Entry, out: str, options: Options) -> Line:
    return solve_entry(entry, str(Path(out) / entry.id), options)


def _run(
    entries: list[Entry],
    work: Callable[[Entry], Line],
    workers: int | None,
    scheduler: str | None,
) -> Iterator[tuple[Entry, Line]]:
    if not entries:
        return
    if scheduler is not None:
        from engine.batch.cluster import run_on_cluster

        yield from run_on_cluster(entries, work, scheduler)
        return
    from engine.batch.pool import run_locally

    yield from run_locally(entries, work, workers or os.cpu_count() or 1)


def _keep_earlier(entries: Iterable[Entry], out: Path, options: Options) -> set[str]:
    """Reduce the results to the lines that still hold, and say whose they are."""
    asked = {entry.id: request(entry, options) for entry in entries}
    lines: dict[str, Line] = {}
    for line in _read_lines(out / RESULTS):
        name = line.get("id")
        if (
            isinstance(name, str)
            and "error" not in line
            and line.get("request") == asked.get(name, "nobody asked")
            and (out / name / RECORD).is_file()
        ):
            lines[name] = line
    write_text(out / RESULTS, "".join(_as_text(line) for line in lines.values()))
    return set(lines)


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of an earlier run; its last one may have been cut short."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadInputError(f"'{path}' cannot be read: {error.strerror or error}.") from None
    for row in text.splitlines():
        try:
            line = json.loads(row)
        except ValueError:
            continue
        if isinstance(line, dict):
            yield line


def _as_text(line: Line) -> str:
    return json.dumps(finite(line), ensure_ascii=False) + "\n"
