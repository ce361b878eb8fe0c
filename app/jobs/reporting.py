"""What a job says of itself, told on by a state that views follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.jobs.runner import Handlers
from app.language import tr
from app.state.running import RunState, Status


def reporting(
    state: RunState, result: Callable[[Any], None], stopped: Status = "cancelled"
) -> Handlers:
    """Handlers that keep `state` up to date; `stopped` is its status once the user has stopped."""
    return Handlers(
        result=result,
        refused=lambda why: state.set_status("failed", 0.0, why),
        failed=lambda: state.set_status("failed", 0.0, tr("Stopped by an error")),
        cancelled=lambda: state.set_status(stopped, 0.0, tr("Stopped")),
        progress=lambda fraction, what: state.set_status("running", fraction, what),
    )
