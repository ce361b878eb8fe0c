"""Kill a worker in the middle of a batch and see what it costs.

python -m tests.benchmarks.kill_a_worker --patterns 8 --workers 2 --out DIR            local pool
python -m tests.benchmarks.kill_a_worker --patterns 8 --workers 2 --out DIR --cluster  Dask
python -m tests.benchmarks.kill_a_worker --manifest FILE --out DIR --program PATH      frozen

The patterns of a manifest are solved, or simulated ones of made-up structures; after the second
answer one worker gets SIGKILL. The run then goes on, and every pattern must have one line and a
solution. A line a pattern is printed as it is done, with the time since the start, and in the end
what was measured. With ``--program`` the batch is run by that program (Linux only).
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import re
import resource
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from engine.batch.manifest import Manifest, read_manifest
from engine.batch.run import run_batch
from engine.batch.task import Options
from engine.export.pattern_files import write_pattern
from tests.made_patterns import measured
from tests.made_structures import MADE

KILL_AFTER = 2
ANSWER = re.compile(r"\[\d+/\d+\] ")


def make_manifest(out: Path, n: int) -> Manifest:
    """Patterns of the made structures in turn, each with other noise."""
    folder = out / "patterns"
    folder.mkdir(parents=True, exist_ok=True)
    with (out / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "elements"])
        for i in range(n):
            made = MADE[i % len(MADE)]
            path = folder / f"{i:03d}-{made.name.replace(' ', '-')}.xy"
            write_pattern(measured(made.structure, i, step=0.04), path)
            rows.writerow([path.absolute(), " ".join(sorted({site[0] for site in made.sites}))])
    return read_manifest(out / "manifest.csv")


class Killer:
    """Prints what is done, and after some answers kills the worker that `find` names."""

    def __init__(self, find: Callable[[], int]) -> None:
        self._find = find
        self._answers = 0
        self.started = time.monotonic()

    def __call__(self, text: str) -> None:
        self.say(text)
        self._answers += 1
        if self._answers == KILL_AFTER:
            pid = self._find()
            os.kill(pid, signal.SIGKILL)
            self.say(f"SIGKILL to the worker with process number {pid}")

    def say(self, text: str) -> None:
        """A line with the time since the start."""
        print(f"{time.monotonic() - self.started:7.1f} s  {text}", flush=True)


def run_on_pool(manifest: Manifest, out: Path, workers: int, options: Options) -> None:
    """On local processes; the youngest is killed."""
    killer = Killer(lambda: int(multiprocessing.active_children()[-1].pid or 0))
    count = run_batch(manifest, out, options, workers=workers, tell=killer)
    killer.say(str(count))


def run_on_cluster(manifest: Manifest, out: Path, workers: int, options: Options) -> None:
    """On a Dask cluster of this machine; its first worker is killed."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        killer = Killer(lambda: int(cluster.workers[0].pid))
        address = cluster.scheduler_address
        count = run_batch(manifest, out, options, scheduler=address, tell=killer)
        killer.say(str(count))


def run_by_program(program: Path, manifest: Path, out: Path, words: list[str]) -> None:
    """By another program, a frozen one say; the youngest of its workers is killed."""
    command = [str(program), "batch", str(manifest), "--out", str(out), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    killer = Killer(lambda: youngest_worker(process.pid))
    assert process.stdout is not None
    for line in process.stdout:
        if ANSWER.match(line):
            killer(line.rstrip())
        else:
            killer.say(line.rstrip())
    killer.say(f"exit code {process.wait()}")


def youngest_worker(parent: int) -> int:
    """The process started last by `parent`; beside workers there is Python's resource tracker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) != parent:
                continue
            if b"resource_tracker" not in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except (OSError, ValueError):  # it has gone
            continue
    return max(found)


def main() -> int:
    """Run, and check that nothing was lost or done twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patterns", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--time-limit", type=float, help="of each pattern, in seconds")
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("--manifest", type=Path, help="patterns to solve instead of made ones")
    parser.add_argument("--program", type=Path, help="a program to run the batch")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.manifest is None:
        manifest = make_manifest(arguments.out, arguments.patterns)
    else:
        manifest = read_manifest(arguments.manifest)
    solved = arguments.out / "solved"
    if arguments.program is not None:
        words = ["--workers", str(arguments.workers)]
        if arguments.time_limit is not None:
            words += ["--time-limit", str(arguments.time_limit)]
        given = arguments.manifest or arguments.out / "manifest.csv"
        run_by_program(arguments.program, given, solved, words)
    else:
        run = run_on_cluster if arguments.cluster else run_on_pool
        run(manifest, solved, arguments.workers, Options(time_limit=arguments.time_limit))
    text = (arguments.out / "solved" / "results.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    times = Counter(line["id"] for line in lines)
    seconds = [line["seconds"] for line in lines if "seconds" in line]
    complete = len(times) == len(manifest) and set(times.values()) == {1}
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{len(lines)} lines for {len(manifest)} patterns: {'complete' if complete else 'WRONG'}")
    print(
        f"mean {sum(seconds) / max(len(seconds), 1):.1f} s a pattern by the clock; all workers "
        f"{children.ru_utime + children.ru_stime:.0f} s of processor time, the largest "
        f"{children.ru_maxrss / 1024:.0f} MB"
    )
    return 0 if complete and not any("error" in line for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
