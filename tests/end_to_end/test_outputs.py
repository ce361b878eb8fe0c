"""Where the program may write, as a user at a terminal meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import main
from engine.export.cif import write_cif


@pytest.fixture
def cif(tmp_path, rutile):
    path = tmp_path / "rutile.cif"
    write_cif(path, rutile)
    return path


@pytest.mark.parametrize("through", ["itself", "symbolic link", "hard link"])
def test_a_simulated_pattern_never_replaces_its_structure(cif, tmp_path, capsys, through):
    out = cif if through == "itself" else tmp_path / "out.xy"
    if through == "symbolic link":
        out.symlink_to(cif)
    elif through == "hard link":
        os.link(cif, out)
    before = cif.read_bytes()
    assert main(["simulate", str(cif), "--out", str(out)]) == 2
    assert "is the input itself" in capsys.readouterr().err
    assert cif.read_bytes() == before


def test_a_density_never_replaces_its_structure(cif, tmp_path, capsys):
    first, again = (tmp_path / name for name in ("a.xsf", "b.xsf"))
    assert main(["density", str(cif), "--grid", "8", "--out", str(first)]) == 0
    again.symlink_to(first)
    before = first.read_bytes()
    assert main(["density", str(first), "--grid", "8", "--out", str(again)]) == 2
    assert "is the input itself" in capsys.readouterr().err
    assert first.read_bytes() == before


def test_a_reproduction_never_replaces_the_record(tmp_path, capsys):
    record = tmp_path / "solution.json"
    record.write_text("{}")
    assert main(["reproduce", str(record), "--out", str(tmp_path)]) == 2
    assert "is the input itself" in capsys.readouterr().err


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_finds_no_room_is_a_sentence(tmp_path, unbuffered):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    pattern = tmp_path / "p.xy"
    pattern.write_text("".join(f"{10 + 0.1 * i:.1f} {i % 7}\n" for i in range(100)))
    words = ("-m", "app", "info", str(pattern), "--wavelength", "CuKa")
    with full.open("w") as output:
        done = subprocess.run(
            [sys.executable, *words],
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        )
    assert done.returncode == 2
    assert done.stderr.startswith("densight: the output cannot be written")
    assert len(done.stderr.splitlines()) == 1


def test_an_output_that_is_a_folder_is_a_sentence(cif, tmp_path, capsys):
    (tmp_path / "out.xy").mkdir()
    assert main(["simulate", str(cif), "--out", str(tmp_path / "out.xy")]) == 2
    assert "it is a folder" in capsys.readouterr().err
