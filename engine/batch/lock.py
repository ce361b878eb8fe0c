"""One writer at a time in a batch's output folder."""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import time
from pathlib import Path
from types import TracebackType

from engine.errors import BadInputError
from engine.export.atomic import make_folder

LOCK = ".densight-batch.lock"
# The note of who holds the folder lies behind the byte that is locked, which Windows
# lets nobody read.
_NOTE = 1
_LONGEST_NOTE = 1000
_TRIES = 10
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


class FolderLock:
    """Holds an output folder while it is written into: a context manager.

    What counts is the operating system's lock on the file `LOCK`, which ends with the process that
    holds it, however that ends: a file that a killed process has left behind is in nobody's way.
    On a file system that knows no locks the folder is used without one.

    Parameters
    ----------
    folder : Path
        It is made where there is none.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / LOCK
        self._file = -1

    def __enter__(self) -> FolderLock:
        """Take the folder.

        Raises
        ------
        BadInputError
            If another process, or another batch of this one, holds it, or if it cannot be
            written to.
        """
        make_folder(self._folder)
        for _ in range(_TRIES):
            file = self._opened()
            try:
                _lock(file)
            except OSError as error:
                holder = _note(file)
                os.close(file)
                if error.errno in _HELD:
                    raise BadInputError(_refusal(self._folder, holder)) from None
                return self
            if self._is_in_place(file):
                self._file = file
                self._sign()
                return self
            os.close(file)  # the former holder has just taken the file away
        raise BadInputError(_refusal(self._folder, {}))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the folder to others."""
        if self._file < 0:
            return
        file, self._file = self._file, -1
        if sys.platform == "win32":  # where an open file cannot be taken away
            os.close(file)
            self._remove()
        else:  # before the lock goes, or it would be the next holder's file
            self._remove()
            os.close(file)

    def _opened(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise BadInputError(
                f"'{self._folder}' cannot be written to ({error.strerror or error}): choose "
                "another folder."
            ) from None

    def _is_in_place(self, file: int) -> bool:
        """Whether what was locked is still the file that others will meet."""
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except OSError:
            return False

    def _sign(self) -> None:
        """Write down who holds the folder, for those who are refused."""
        note = {"process": os.getpid(), "computer": socket.gethostname(), "since": time.time()}
        try:
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, b"\n" * _NOTE + json.dumps(note).encode("utf-8"))
        except OSError:
            return  # a full disk: the lock holds without a note

    def _remove(self) -> None:
        try:
            self._path.unlink()
        except OSError:
            return  # it is in nobody's way


def refuse_if_held(folder: Path) -> None:
    """Raise what `FolderLock` would, and leave the folder free.

    Raises
    ------
    BadInputError
        If somebody else holds the folder, or it cannot be written to.
    """
    with FolderLock(folder):
        return


def _note(file: int) -> dict[str, object]:
    """Who holds the folder; empty where it is not told."""
    try:
        os.lseek(file, _NOTE, os.SEEK_SET)
        found = json.loads(os.read(file, _LONGEST_NOTE))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(folder: Path, holder: dict[str, object]) -> str:
    who = "Another batch"
    process, computer, since = (holder.get(name) for name in ("process", "computer", "since"))
    if process == os.getpid():
        who += " of this program"
    elif process is not None:
        who += f" (process {process} on {computer})"
    if isinstance(since, float):
        moment = time.localtime(since)
        day = "" if moment[:3] == time.localtime()[:3] else time.strftime(" %Y-%m-%d,", moment)
        who += f", begun{day} {time.strftime('%H:%M', moment)},"
    return (
        f"{who} is writing into '{folder}': wait until it has ended or stop it, or choose another "
        "folder."
    )


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
