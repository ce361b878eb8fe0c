"""Damaged files for every reader: each must be read or refused in one sentence, and quickly.

python -m tests.benchmarks.fuzz_readers --count 10000 --seed 1

takes the instrument files of the development data, damages them at random (cut, flipped bits,
swapped numbers, foreign text) and counts what is neither read nor refused, takes longer than two
seconds, or more memory than 500 MB.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from engine.errors import BadInputError
from engine.pattern.io import read_pattern
from engine.training.data import data_root

LARGEST = 400_000
SECONDS = 2.0
MEGABYTES = 500
FOREIGN = [b"nan", b"1e400", b"-", b"\x00\x00", b"<x>", b"\xff\xfe", b"999999999999", b"#", b"\n\n"]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """A file with one to three kinds of damage."""
    for _ in range(rng.randint(1, 3)):
        data = rng.choice([_cut, _flipped, _swapped, _foreign])(data, rng) or data
    return data


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _flipped(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    # Headers are where the harm is done.
    end = min(len(out), rng.choice([64, 1024, len(out)]))
    for _ in range(rng.randint(1, 8)):
        out[rng.randrange(end)] ^= 1 << rng.randrange(8)
    return bytes(out)


def _swapped(data: bytes, rng: random.Random) -> bytes:
    numbers = list(re.finditer(rb"-?\d+\.?\d*", data[:20_000]))
    if len(numbers) < 2:
        return _flipped(data, rng)
    one, two = sorted(rng.sample(numbers, 2), key=lambda found: found.start())
    return (data[: one.start()] + two.group() + data[one.end() : two.start()] + one.group()
            + data[two.end() :])  # fmt: skip


def _foreign(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(min(len(data), rng.choice([200, 5000, len(data)])) or 1)
    return data[:at] + rng.choice(FOREIGN) + data[at:]


def main() -> None:
    """Run, and print what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    files = [p for p in sorted((data_root() / "formats").rglob("*"))
             if p.is_file() and p.stat().st_size < LARGEST]  # fmt: skip
    contents = {path: path.read_bytes() for path in files}
    ends: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as room:
        for number in range(arguments.count):
            path = rng.choice(files)
            target = Path(room) / f"damaged{path.suffix}"
            target.write_bytes(damaged(contents[path], rng) or b" ")
            began = time.process_time()
            try:
                read_pattern(target)
                end = "read"
            except BadInputError as error:
                end = "refused" if "\n" not in str(error) else "refused in several lines"
            except Exception:
                end = f"crashed: {path.name}: {traceback.format_exc(limit=-2)}"
            took = time.process_time() - began
            slowest = max(slowest, took)
            if took > SECONDS:
                end = f"slow: {path.name}, {took:.1f} s, number {number}"
            ends[end] += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    for end, count in ends.most_common():
        print(count, end)
    print(f"{len(files)} files, slowest {slowest:.2f} s, peak {peak:.0f} MB (at most {MEGABYTES})")


if __name__ == "__main__":
    main()
