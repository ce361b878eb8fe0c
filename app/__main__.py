"""The program's entry: a subcommand runs in the terminal, anything else opens the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.cli import DEVELOPER, SUBCOMMANDS
from engine.cli import main as run_subcommand

_HELP = ("-h", "--help", "--version")


def main(argv: Sequence[str]) -> int:
    """Run the program.

    Parameters
    ----------
    argv : sequence of str
        The arguments after the program's name.

    Returns
    -------
    int
        The exit code: 0 on success, 2 for bad input, 1 for an internal error.
    """
    if argv and (argv[0] in (*SUBCOMMANDS, *DEVELOPER, *_HELP) or argv[0].startswith("-")):
        return run_subcommand(argv)
    for name in argv:
        if not Path(name).exists():
            return _refuse(f"there is neither a file nor a subcommand '{name}' (densight --help).")
    if not _has_display():
        return _refuse(
            "no display is available for the window; use a subcommand such as "
            "'densight solve' (densight --help)."
        )
    if argv and _taken_by_running_program(argv):
        return 0
    from app.launch import run_window

    return run_window(list(argv))


def entry() -> None:
    """Run the program with the arguments of this process, and leave with its exit code."""
    sys.exit(main(sys.argv[1:]))


def _refuse(sentence: str) -> int:
    print(f"densight: {sentence}", file=sys.stderr)
    return 2


def _taken_by_running_program(files: Sequence[str]) -> bool:
    """Whether a program that runs already took the files, as the user may wish."""
    from app.handing import hand_over
    from app.settings import Settings

    return hand_over(files, Settings())


def _has_display() -> bool:
    """Whether Qt has somewhere to draw; without it Qt would end the process with a core dump."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    entry()
