"""The frozen program's entry: worker processes branch off here, everything else is `densight`."""

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a spawned worker of a batch does its work here and leaves
    from app.__main__ import entry

    entry()
