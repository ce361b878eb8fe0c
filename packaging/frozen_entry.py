"""The frozen program's entry: worker processes branch off here, everything else is `densight`."""

import multiprocessing
import os
import sys


def keep_font_cache() -> None:
    """Have matplotlib keep its list of fonts; PyInstaller gives every process an empty folder."""
    from platformdirs import user_cache_path

    folder = user_cache_path("densight", appauthor=False) / "matplotlib"
    os.environ["MPLCONFIGDIR"] = str(folder)


if __name__ == "__main__":
    keep_font_cache()
    multiprocessing.freeze_support()  # a spawned worker of a batch does its work here and leaves
    from try_window import OPTION, try_window

    if sys.argv[1:2] == [OPTION]:  # the smoke test of the packages, not part of the program's use
        sys.exit(try_window(sys.argv[2:]))
    from app.__main__ import entry

    entry()
