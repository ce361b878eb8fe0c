"""Keeps unsaved work on the disk, so that it outlives the program, and offers it again.

Each window has a slot in the recovery folder: ``NAME.lock``, which Qt releases when the process
is gone however it ended, ``NAME.densight`` with the session, and ``NAME.json``, which says what it
was about. A slot whose owner is gone is an orphan.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer

from app.documents import Documents, project_of
from app.jobs.runner import Handlers, JobRunner
from app.language import tr
from app.log import LOGGER
from app.state.history import Memory
from app.state.messages import Offer
from app.state.session import Session
from engine.export.atomic import write_json
from engine.export.project import SUFFIX, write_project

SETTLE_SECONDS = 5.0
RESULT_SECONDS = 0.5
LONGEST_WRITE_SECONDS = 3600.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Orphan:
    """What was kept of a session that did not end by itself.

    Attributes
    ----------
    slot : Path
        Its files without their suffixes.
    name : str
        What the session was about.
    document : Path or None
        The project file it belonged to.
    kept : datetime
        When it was kept last, local time.
    """

    slot: Path
    name: str
    document: Path | None
    kept: datetime

    @property
    def project(self) -> Path:
        """The kept session."""
        return self.slot.with_suffix(SUFFIX)

    def remove(self) -> None:
        """Delete all files of it."""
        _remove(self.slot)


def find_orphans(folder: Path) -> list[Orphan]:
    """What sessions left behind whose processes are gone, the newest first."""
    found = []
    for project in folder.glob(f"*{SUFFIX}"):
        if project.name.startswith("."):
            _remove_old(project)
            continue
        slot = project.with_suffix("")
        lock = _lock(slot)
        if not lock.tryLock(0):
            continue  # its window is alive
        lock.unlock()
        with contextlib.suppress(OSError):
            found.append(_orphan(slot, project.stat().st_mtime))
    return sorted(found, key=lambda orphan: orphan.kept, reverse=True)


def _orphan(slot: Path, written: float) -> Orphan:
    try:
        record = json.loads(slot.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = {}
    name, document = (
        value if isinstance(value, str) and value else None
        for value in ((record.get("name"), record.get("document")) if record else (None, None))
    )
    return Orphan(
        slot=slot,
        name=name or "a session",
        document=Path(document) if document is not None else None,
        kept=datetime.fromtimestamp(written, UTC).astimezone(),
    )


class Recovery(QObject):
    """The slot of one window.

    Parameters
    ----------
    documents, jobs
        Of the window.
    folder : Path
        Where all windows keep their slots.
    """

    def __init__(self, documents: Documents, session: Session, jobs: JobRunner, folder: Path):
        """Watch `session`; nothing is written before there is something to lose."""
        super().__init__(documents)
        self._documents, self._session, self._jobs = documents, session, jobs
        self.folder = folder
        self.slot = folder / f"{os.getpid()}-{next(_numbers)}"
        self._held: QLockFile | None = None
        self._kept: Memory | None = None
        self._writing = threading.Lock()
        self._turn = 0  # counts how often the slot was emptied
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.keep)
        documents.changed.connect(self._schedule)
        documents.saved.connect(lambda _path: self.forget())

    def _schedule(self) -> None:
        """Keep the session soon: results at once, the rest when it has settled."""
        solution = self._session.solution
        is_result = self._kept is None or solution.solution is not self._kept.solution
        seconds = RESULT_SECONDS if is_result else SETTLE_SECONDS
        left = self._timer.remainingTime() if self._timer.isActive() else 1e9
        if 1000.0 * seconds < left:
            self._timer.start(round(1000.0 * seconds))

    def keep(self) -> None:
        """Write the session to its slot, in a thread; without unsaved work, empty the slot."""
        self._timer.stop()
        if not self._session.unsaved:
            self.forget()
            return
        memory = self._session.remember()
        if self._kept is not None and memory.same_work(self._kept):
            return
        if self._jobs.running("autosave"):
            self._timer.start(round(1000.0 * RESULT_SECONDS))
            return
        if not self._hold():
            return
        turn = self._turn
        self._jobs.start(
            "autosave",
            lambda _progress: self._write(memory, turn),
            # A full disk or a folder without rights is no reason to disturb the work.
            Handlers(
                result=lambda _nothing: self._has_kept(memory),
                refused=lambda why: LOGGER.warning("autosave: %s", why),
            ),
        )

    def _write(self, memory: Memory, turn: int) -> None:
        """In a thread: write, and take it back if the slot was emptied meanwhile."""
        with self._writing:
            if turn == self._turn:
                self._write_files(memory)
            if turn != self._turn:
                _remove(self.slot, lock=False)

    def _write_files(self, memory: Memory) -> None:
        pattern, document = memory.pattern, memory.document
        name = document.stem if document is not None else pattern.name if pattern else ""
        record = {"name": name, "document": str(document) if document is not None else None}
        write_json(self.slot.with_suffix(".json"), record)
        write_project(self.slot.with_suffix(SUFFIX), project_of(memory))

    def _has_kept(self, memory: Memory) -> None:
        self._kept = memory

    def _hold(self) -> bool:
        """Take the slot, so that no other process thinks it orphaned."""
        if self._held is not None:
            return True
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
        lock = _lock(self.slot)
        if not lock.tryLock(0):
            return False
        self._held = lock
        return True

    def forget(self) -> None:
        """Empty the slot: all work is saved, or was given up."""
        self._timer.stop()
        self._turn += 1
        self._jobs.abandon("autosave")
        self._kept = None
        if self._held is not None:
            _remove(self.slot, lock=False)

    def close(self) -> None:
        """Empty the slot and let it go; call it when no job is under way any more."""
        self.forget()
        if self._held is not None:
            self._held.unlock()
            self._held = None

    def offer(self) -> None:
        """Put up a message for each orphan."""
        for orphan in find_orphans(self.folder)[:3][::-1]:
            when = f"{orphan.kept:%H:%M} on {orphan.kept:%d %B}"
            self._session.messages.add(
                "warning",
                tr(
                    "Densight did not end properly while '{0}' was open. "
                    "Its state of {1} was kept.",
                    orphan.name,
                    when,
                ),
                f"recovery {orphan.slot.name}",
                (
                    Offer(tr("Restore"), partial(self.restore, orphan)),
                    Offer(tr("Discard"), orphan.remove),
                ),
                lasting=True,
            )

    def restore(self, orphan: Orphan) -> None:
        """Go on with an orphaned session; its own files go when this window has kept it."""

        def done() -> None:
            self.keep()
            QTimer.singleShot(0, self, lambda: self._let_go(orphan))

        self._documents.restore(orphan.project, orphan.name, orphan.document, done)

    def _let_go(self, orphan: Orphan) -> None:
        """Remove an orphan as soon as its work is in this window's slot or saved."""
        if self._jobs.running("autosave"):
            QTimer.singleShot(100, self, lambda: self._let_go(orphan))
        elif self._kept is not None or not self._session.unsaved:
            orphan.remove()


def _lock(slot: Path) -> QLockFile:
    lock = QLockFile(str(slot.with_suffix(".lock")))
    lock.setStaleLockTime(0)  # never by age; Qt sees whether the owner is still there
    return lock


def _remove_old(temporary: Path) -> None:
    """Remove what was being written when its process died, once nobody can be writing it."""
    with contextlib.suppress(OSError):
        if time.time() - temporary.stat().st_mtime > LONGEST_WRITE_SECONDS:
            temporary.unlink()


def _files(slot: Path, lock: bool) -> Iterator[Path]:
    for suffix in (SUFFIX, ".json", *((".lock",) if lock else ())):
        yield slot.with_suffix(suffix)


def _remove(slot: Path, lock: bool = True) -> None:
    for path in _files(slot, lock):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
