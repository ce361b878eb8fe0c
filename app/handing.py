"""A second start hands its files to the program that runs already, where the user wishes that.

The running program writes down where it listens, with a key that only the same user can read. The
second start needs neither Qt nor a window for it, and opens a window of its own whenever nobody
answers. What goes between the two is JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.connection import Connection, Listener

WISH = "take_files"
ANSWER_SECONDS = 5.0
LARGEST_BYTES = 1_000_000
_TAKEN = b"taken"


@dataclass(frozen=True)
class Place:
    """Where a running program listens: a socket's or pipe's address, and the key to it."""

    address: str
    key: bytes


def place_file(settings: Settings) -> Path:
    """The file in which a running program writes down where it listens."""
    return settings.data_folder / "running.json"


def read_place(settings: Settings) -> Place | None:
    """Where a program listens, or said that it does; None where none ever did."""
    try:
        record = json.loads(place_file(settings).read_text(encoding="utf-8"))
        return Place(str(record["address"]), bytes.fromhex(record["key"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_place(settings: Settings, place: Place) -> None:
    """Write down where this program listens, readable for its user alone."""
    path = place_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp's files can be read by nobody else
    handle, copy = tempfile.mkstemp(dir=path.parent, suffix=".json")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump({"address": place.address, "key": place.key.hex()}, stream)
    os.replace(copy, path)


def forget_place(settings: Settings, place: Place) -> None:
    """Take back what was written, unless another program has written since."""
    if read_place(settings) == place:
        with contextlib.suppress(OSError):
            place_file(settings).unlink()


def hand_over(files: Sequence[str], settings: Settings) -> bool:
    """Hand files to the running program; False where it is not wished, or nobody took them.

    Without files it only asks whether somebody is there.
    """
    place = read_place(settings) if settings.get(WISH, False) else None
    return place is not None and send(place, [str(Path(file).resolve()) for file in files])


def send(place: Place, files: list[str]) -> bool:
    """Whether the program that listens at `place` took the files."""
    from multiprocessing import AuthenticationError
    from multiprocessing.connection import Client

    try:
        with Client(place.address, authkey=place.key) as connection:
            connection.send_bytes(json.dumps(files).encode())
            return connection.poll(ANSWER_SECONDS) and connection.recv_bytes(64) == _TAKEN
    except (OSError, EOFError, ValueError, AuthenticationError):
        return False


def listen() -> tuple[Listener, Place]:
    """Something to accept connections with, at a new address of this system's own kind."""
    from multiprocessing.connection import Listener

    key = secrets.token_bytes(32)
    listener = Listener(authkey=key)
    return listener, Place(str(listener.address), key)


def receive(connection: Connection) -> list[str]:
    """The files that a second start hands over, and the answer to it; none where it broke off."""
    try:
        with connection:
            if not connection.poll(ANSWER_SECONDS):
                return []
            words = json.loads(connection.recv_bytes(LARGEST_BYTES))
            if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
                return []
            connection.send_bytes(_TAKEN)
            return words
    except (OSError, EOFError, ValueError):
        return []
