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
# How long a window may take to appear on a busy machine, and to close.
APPEAR_SECONDS = 120
CLOSE_SECONDS = 25
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
        window = ("--try-window", out, rutile, "Ti,O")
        if not works(program, window) or not (out / "window.cif").is_file():
            failed.append(window)
        if shutil.which("xdotool") and open_and_interrupt(program, rutile) != 0:
            failed.append(("a window that is interrupted",))
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


def open_and_interrupt(program: Path, pattern: Path) -> int:
    """The exit code of a window that was opened on a pattern and then interrupted (Ctrl+C)."""
    start = time.monotonic()
    # Not the environment's own handling: what runs in a shell's background ignores interrupts.
    process = subprocess.Popen(
        [str(program), str(pattern)],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    find = ["xdotool", "search", "--onlyvisible", "--name", "Densight"]
    while subprocess.run(find, capture_output=True).returncode != 0:
        if process.poll() is not None or time.monotonic() - start > APPEAR_SECONDS:
            process.kill()
            print("the window did not appear", file=sys.stderr)
            return process.wait() or 1
        time.sleep(0.5)
    shown = time.monotonic() - start
    process.send_signal(signal.SIGINT)
    try:
        code = process.wait(CLOSE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    took = time.monotonic() - start - shown
    print(f"window: there after {shown:.1f} s, closed {code} after {took:.1f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
