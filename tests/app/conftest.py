"""No test of the app may leave a thread behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    end = time.monotonic() + 3.0
    while time.monotonic() < end:
        leaked = [
            thread
            for thread in threading.enumerate()
            if thread not in before and thread.name.startswith("densight")
        ]
        if not leaked:
            return
        time.sleep(0.02)
    pytest.fail(f"threads were left behind: {[thread.name for thread in leaked]}")
