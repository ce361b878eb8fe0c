"""The Qt front end: state, jobs and views. No science lives here."""

import os

# Keep numpy's linear algebra on one thread; numpy reads this when it is first imported.
# Refinements solve thousands of small systems, for which more threads only wait for each other: a
# solve takes three times the processor time with two. torch has threads of its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
