"""The errors that the engine raises on purpose."""


class BadInputError(ValueError):
    """Something the user gave cannot be used.

    The message is one clear sentence for the user: what is wrong, where, and what to do.
    The command line prints it and exits with code 2; the window shows it in place.
    """


class CancelledError(Exception):
    """A long computation was asked to stop; raised from a `Progress` by its owner's wish."""
