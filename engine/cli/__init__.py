"""The command line: one module a subcommand, each thin over calls of the engine."""

from engine.cli.command import DEVELOPER, SUBCOMMANDS, main

__all__ = ["DEVELOPER", "SUBCOMMANDS", "main"]
