"""Longer texts of the batch window."""

from app.language import noop

FOLDER_TIP = noop(
    "All patterns in a folder and below, known by their content.\n"
    "The output folder of an earlier batch is gone on with."
)
FILES_TIP = noop(
    "Patterns, or a manifest: a CSV file whose first row names file,elements and perhaps\n"
    "wavelength,formula,id,others_possible,range (Ctrl+O)"
)
WORKERS_TIP = noop(
    "Patterns solved at once, each in a process with one thread and up to 1.2 GB of memory"
)
