"""Damaged files for every reader: each must be read or refused in one sentence, and quickly.

python -m tests.benchmarks.fuzz_readers --count 10000 --seed 1

takes the instrument files of the development data (where they are) and made-up files of every
format, damages them at random (cut, flipped bits, swapped numbers, foreign text, all of it inside
of packed files too) and counts what is neither read nor refused, takes longer than two seconds of
processor time, or more memory than 500 MB. `damaged` and `outcome` are used by a short run in the
test suite.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import os
import random
import re
import resource
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from engine.errors import BadInputError
from engine.pattern.io import load, read_pattern
from engine.pattern.readers.asked_columns import question_of, read_layout
from tests import made_instrument_files as made

LARGEST = 400_000
SECONDS = 2.0
MEGABYTES = 500
FOREIGN = [b"nan", b"1e400", b"-", b"\x00\x00", b"<x>", b"\xff\xfe", b"999999999999", b"#", b"\n\n"]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """A file with one to three kinds of damage; of a packed one half the time its content."""
    if data.startswith((b"PK", b"\x1f\x8b", b"BZh")) and rng.random() < 0.5:
        return _repacked(data, rng)
    for _ in range(rng.randint(1, 3)):
        data = rng.choice([_cut, _flipped, _swapped, _foreign])(data, rng) or data
    return data


def _repacked(data: bytes, rng: random.Random) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        return gzip.compress(damaged(gzip.decompress(data), rng), 1)
    if data.startswith(b"BZh"):
        return bz2.compress(damaged(bz2.decompress(data), rng), 1)
    room = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(room, "w") as new:
        names = old.namelist()
        chosen = rng.choice(names)
        for name in names:
            content = old.read(name)
            new.writestr(name, damaged(content, rng) if name == chosen and content else content)
    return room.getvalue()


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


def load_libraries() -> None:
    """Import what reading a structure as a pattern takes, which is not to be timed."""
    import engine.crystal.anomalous
    import engine.crystal.structure_io
    import engine.diffraction.profile  # noqa: F401


def outcome(path: Path, name: str) -> tuple[str, float]:
    """What became of a file (``read`` and ``refused`` are right), and processor seconds."""
    began = _processor_time()
    try:
        pattern = read_pattern(path)
        good = bool(np.all(np.isfinite(pattern.counts)) and np.all(np.diff(pattern.two_theta) > 0))
        end = "read" if good else f"read as no pattern: {name}"
    except BadInputError as error:
        end = "refused" if "\n" not in str(error) else f"refused in several lines: {name}"
        end = _asked(path, str(error), name) or end
    except Exception:
        end = f"crashed: {name}: {traceback.format_exc(limit=-2)}"
    took = _processor_time() - began
    return (end if took <= SECONDS else f"slow: {name}, {took:.1f} s"), took


def _processor_time() -> float:
    """Seconds, with those of the processes that read HDF5."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _peak_megabytes() -> float:
    """Of this process, or of the largest one that read HDF5."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) / 1024.0


def _asked(path: Path, why: str, name: str) -> str:
    """What went wrong when a refused file was asked about and read as proposed; "" for nothing."""
    try:
        question = question_of(load(path), why)
        if question is not None:
            read_layout(load(path), question.layout)
    except BadInputError:
        pass
    except Exception:
        return f"crashed as columns: {name}: {traceback.format_exc(limit=-2)}"
    return ""


def _nexus() -> dict[str, bytes]:
    """A made-up NeXus file, where the library that reads such files is installed."""
    try:
        import h5py
    except ImportError:
        return {}
    room = io.BytesIO()
    with h5py.File(room, "w") as file:
        entry = file.create_group("entry")
        entry.attrs["NX_class"] = "NXentry"
        group = entry.create_group("data")
        group.attrs.update({"NX_class": "NXdata", "signal": "intensity", "axes": ["two_theta"]})
        group["two_theta"] = np.linspace(10.0, 60.0, 501)
        group["intensity"] = np.random.default_rng(5).poisson(300, 501)
    return {"scan.nxs": room.getvalue()}


def originals() -> dict[str, bytes]:
    """Instrument files of the development data, and made-up ones."""
    counts = np.random.default_rng(5).poisson(300, 200)
    half = counts[:100], counts[100:]
    found = {name: make([(20.0, counts)]) for name, make in made.ONE.items()}
    found |= {name: make([(20.0, half[0]), (30.0, half[1])]) for name, make in made.SEVERAL.items()}
    found |= _nexus()
    found["packed.uxd.gz"] = gzip.compress(found["scan.uxd"], mtime=0)
    found["packed.ras.bz2"] = bz2.compress(found["scan.ras"])
    try:
        from engine.training.data import data_root

        folder = data_root() / "formats"
    except (ImportError, BadInputError, OSError):
        return found
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.stat().st_size < LARGEST]
    return found | {f"formats/{p.name}": p.read_bytes() for p in files}


def main() -> int:
    """Run, print what came out, and say whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    load_libraries()
    contents = originals()
    names = sorted(contents)
    ends: Counter[str] = Counter()
    slowest, total = 0.0, 0.0
    with tempfile.TemporaryDirectory() as room:
        for number in range(arguments.count):
            name = rng.choice(names)
            target = Path(room) / f"damaged{Path(name).suffix}"
            target.write_bytes(damaged(contents[name], rng) or b" ")
            end, took = outcome(target, name)
            if end not in ("read", "refused"):
                end += f" (number {number})"
            ends[end] += 1
            slowest, total = max(slowest, took), total + took
            if (number + 1) % 1000 == 0:
                print(f"{number + 1}: {total:.0f} s", file=sys.stderr, flush=True)
    peak = _peak_megabytes()
    for end, count in ends.most_common():
        print(count, end)
    print(
        f"{arguments.count} files made of {len(names)}, seed {arguments.seed}: "
        f"{total:.0f} s of processor time, slowest {slowest:.2f} s, "
        f"peak {peak:.0f} MB (at most {MEGABYTES})"
    )
    return 0 if set(ends) <= {"read", "refused"} and peak < MEGABYTES else 1


if __name__ == "__main__":
    raise SystemExit(main())
