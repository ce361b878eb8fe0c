"""The frozen program's entry: worker processes branch off here, everything else is `densight`."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a spawned worker of a batch does its work here and leaves
    from try_window import OPTION, try_window

    if sys.argv[1:2] == [OPTION]:  # the smoke test of the packages, not part of the program's use
        sys.exit(try_window(sys.argv[2:]))
    from app.__main__ import entry

    entry()
