"""A batch on a Dask cluster whose workers have Densight and see the same files."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.batch.manifest import Entry
from engine.batch.task import Line, failure
from engine.errors import BadInputError

if TYPE_CHECKING:
    from engine.batch.pool import Work

_CONNECT_SECONDS = 15
_FINISHED = "finished"


def run_on_cluster(
    entries: Sequence[Entry], work: Work, address: str
) -> Iterator[tuple[Entry, Line]]:
    """Yield each entry with its line, as they are done on the cluster.

    Raises
    ------
    BadInputError
        If the optional package ``distributed`` is not installed, or nobody answers at the address.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        raise BadInputError(
            "A Dask scheduler needs the package 'distributed': pip install 'densight[cluster]'."
        ) from None
    try:
        client = distributed.Client(address, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise BadInputError(f"No Dask scheduler answers at '{address}': {reason}.") from None
    with client:
        futures = {
            client.submit(work, entry, key=f"densight-{entry.id}-{index}", pure=False): entry
            for index, entry in enumerate(entries)
        }
        for future in distributed.as_completed(list(futures)):
            entry = futures[future]
            if future.status == _FINISHED:
                yield entry, future.result()
            else:
                yield entry, failure(entry, f"lost on the cluster: {future.exception()}")
            future.release()
