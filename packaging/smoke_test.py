"""Try a frozen program: every subcommand, worker processes, and the window on an example."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

SECONDS = 600
WINDOW_SECONDS = 25
MANIFEST = "file,elements\n{first},Ti O\n{second},Na Cl\n"


def main(bundle: Path, out: Path) -> int:
    """Run everything; 0 if all of it works."""
    program = bundle / ("densight.exe" if sys.platform == "win32" else "densight")
    examples = bundle / "_internal" / "resources" / "examples"
    rutile, halite = examples / "rutile.xy", examples / "halite.xy"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    manifest = out / "manifest.csv"
    manifest.write_text(MANIFEST.format(first=rutile, second=halite), encoding="utf-8")
    cif = out / "solved" / "candidate_01.cif"
    commands = [
        ("--version",),
        ("info", rutile),
        ("solve", rutile, "--elements", "Ti,O", "--out", out / "solved"),
        ("fit", rutile, cif, "--out", out / "fit"),
        ("index", rutile),
        ("density", rutile, "--elements", "Ti,O", "--out", out / "map.ccp4"),
        ("density", cif, "--out", out / "map.cube"),
        ("simulate", cif, "--out", out / "simulated.xy"),
        ("reproduce", out / "solved" / "solution.json", "--out", out / "again"),
        ("batch", manifest, "--out", out / "batch", "--workers", "1"),
    ]
    failed = [words for words in commands if not works(program, words)]
    if not cif.is_file():
        failed.append(("no CIF was written",))
    if sys.platform.startswith("linux") and os.environ.get("DISPLAY"):
        code = open_and_close(program, rutile)
        print(f"window on {rutile.name}: exit code {code}", flush=True)
        if code != 0:
            failed.append(("window",))
    for words in failed:
        print("failed:", *words, file=sys.stderr)
    return 1 if failed else 0


def works(program: Path, words: tuple[object, ...]) -> bool:
    """Whether the program ends with 0."""
    start = time.monotonic()
    command = [str(program), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    print(f"{words[0]}: {done.returncode}, {time.monotonic() - start:.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout[-2000:], done.stderr[-4000:], file=sys.stderr)
    return done.returncode == 0


def open_and_close(program: Path, pattern: Path) -> int:
    """The exit code of a window that was opened on a pattern and then asked to close."""
    process = subprocess.Popen([str(program), str(pattern)])
    try:
        code = process.wait(WINDOW_SECONDS)
        return code or 1  # it left before anybody asked it to
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        return process.wait(WINDOW_SECONDS)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
