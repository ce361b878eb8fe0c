"""Start-up and the unattended run, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parent.parent.parent
PAINTED = """
import sys
from pathlib import Path
from app.launch import make_application, make_window
from app.settings import Settings

app = make_application()
window = make_window(settings=Settings(Path(sys.argv[1])))

def painted():
    heavy = ("torch", "pymatgen", "matplotlib", "scipy.stats", "scipy", "skimage", "vispy")
    print(*[name for name in heavy if name in sys.modules], "painted", sep=",")
    window.close()

window.painted.connect(painted)
window.show()
app.exec()
"""


def run(code: str, *arguments: str, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=timeout,
    )  # fmt: skip


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_nothing_heavy_is_imported_before_the_window_is_painted(qapp, home):
    done = run(PAINTED, str(home / "window.json"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "painted" or done.stdout.strip() == ",painted"


def test_unattended_run_opens_an_example_photographs_and_quits(qapp, home):
    code = (
        "import sys; from app.launch import run_window; "
        "sys.exit(run_window([sys.argv[1]], screenshot=sys.argv[2], quit_when_done=True, "
        "size=(1100, 700)))"
    )
    example, picture = ROOT / "resources" / "examples" / "halite.xy", home / "window.png"
    done = run(code, str(example), str(picture), timeout=120.0)
    assert done.returncode == 0, done.stderr
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1100, 700)
    colours = {image.pixel(x, y) for x in range(0, 1100, 7) for y in range(0, 700, 7)}
    assert len(colours) > 10
