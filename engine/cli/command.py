"""The program's one command: finds the subcommand, runs it, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import errno
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import engine
from engine.errors import BadInputError, CancelledError

OK = 0
INTERNAL_ERROR = 1
BAD_INPUT = 2
INTERRUPTED = 130
# What is printed meets these too, where the output is led into a file.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# Each is a module of this package with `add_parser(subparsers)`.
SUBCOMMANDS = ("info", "index", "solve", "density", "simulate", "fit", "batch", "reproduce")

# For those who build the model. Their parsers are made only when one of them is asked for, by
# `add_parsers(subparsers)` of every module below that is there.
DEVELOPER = ("train", "evaluate", "library", "bench")
_DEVELOPER_MODULES = (
    "engine.training.commands",
    "engine.library.commands",
    "engine.training.bench_solve",
)

_EPILOG = """\
Without a subcommand, densight FILES... opens the window with these files.
For those who build the model: densight train | evaluate | library | bench (--help).
Exit code: 0 on success (also when the answer is 'no solution'), 2 for bad input, 1 for an
internal error.
"""


class _Parser(argparse.ArgumentParser):
    """A parser that reports a wrong argument in one line, as every other bad input."""

    def error(self, message: str) -> NoReturn:
        left = message.removeprefix("unrecognized arguments: ")
        # What is left over is most often the second half of a value: --elements Ti O.
        if left != message and not any(word.startswith("-") for word in left.split()):
            message += "; a value with blanks needs quotes"
        raise BadInputError(f"{message} (see '{self.prog} --help')")


def main(argv: Sequence[str]) -> int:
    """Run one subcommand.

    Parameters
    ----------
    argv : sequence of str
        The arguments after the program's name.

    Returns
    -------
    int
        0 on success, 2 for bad input (one line on stderr), 1 for an internal error.
    """
    try:
        arguments = build_parser(argv).parse_args(list(argv))
        code = int(arguments.run(arguments))
        sys.stdout.flush()
        return code
    except BadInputError as error:
        print(f"densight: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except SystemExit as finished:  # argparse leaves this way after --help and --version
        return int(finished.code or 0)
    except BrokenPipeError:
        # Whoever read our output has gone, for example `head`.
        _drop_output()
        return OK
    except (KeyboardInterrupt, CancelledError):
        print("densight: stopped.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            _drop_output()
            print(f"densight: the output cannot be written: {error.strerror}.", file=sys.stderr)
            return BAD_INPUT
        traceback.print_exc()
        print(f"densight: internal error: {type(error).__name__}: {error}", file=sys.stderr)
        return INTERNAL_ERROR


def _drop_output() -> None:
    """Keep Python from complaining at its end about output that nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def build_parser(argv: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The whole parser; subcommands of developers are in it only if `argv` asks for one."""
    parser = _Parser(
        prog="densight",
        description=(
            "From a powder X-ray diffraction pattern and the elements you know to electron "
            "density, crystal structure and the evidence for both."
        ),
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"densight {engine.__version__}")
    subparsers = parser.add_subparsers(
        title="subcommands", metavar="SUBCOMMAND", required=True, parser_class=_Parser
    )
    for name in SUBCOMMANDS:
        importlib.import_module(f"engine.cli.{name}").add_parser(subparsers)
    if argv and argv[0] in DEVELOPER:
        for module in _DEVELOPER_MODULES:
            if importlib.util.find_spec(module) is not None:
                importlib.import_module(module).add_parsers(subparsers)
    return parser
