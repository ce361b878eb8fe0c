"""A short run of damaged files; tests/benchmarks/fuzz_readers.py is the long one."""

import random

from tests.benchmarks.fuzz_readers import damaged, load_libraries, outcome

N_EACH = 12


def test_damaged_files_are_read_or_refused(example, tmp_path):
    load_libraries()
    name, content = example
    rng = random.Random(name)
    path = tmp_path / name
    for _ in range(N_EACH):
        path.write_bytes(damaged(content, rng) or b" ")
        end, _seconds = outcome(path, name)
        assert end in ("read", "refused"), end
