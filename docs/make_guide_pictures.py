"""Takes the guide's pictures from the running program, on the bundled examples.

    python -m docs.make_guide_pictures [--out FOLDER] [--theme light|dark] [--size 1280x800]

It needs a display with OpenGL (``xvfb-run -s "-screen 0 1600x1000x24"`` will do) and solves for
real: the pictures show what the program answers, on the machine on which they were taken.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.state.examples import load_examples
from docs.photographer import Condition, Photographer, options, photograph
from engine import resources

BATCH_SIZE = 1180, 700


def guide(at: Photographer) -> Iterator[Condition]:
    """All that the guide shows."""
    window, session = at.window, at.window.session
    examples = resources.path("examples/index.json").parent
    yield at.ready
    at.shoot("01-empty")
    with tempfile.TemporaryDirectory() as folder:
        # A copy: a file that is no example brings no elements, and assumes its wavelength.
        own = Path(folder) / "sample_17.xy"
        lines = (examples / "rutile.xy").read_text(encoding="utf-8").splitlines(keepends=True)
        own.write_text("".join(line for line in lines if line[:1].isdigit()), encoding="utf-8")
        window.open_file(own)
        yield lambda: session.pattern.peaks is not None and at.rests()
    at.shoot("02-pattern")
    window.controller.set_wavelength("CuKa")
    window.controller.set_composition("Ti O")
    yield at.rests
    at.shoot("03-elements")
    window.controller.solve()
    yield lambda: session.solution.fraction > 0.1 or session.solution.status != "running"
    at.shoot("04-solving")
    yield lambda: session.solution.status != "running" and at.rests()
    at.shoot("05-solved")
    window.tabs.setCurrentIndex(1)
    yield at.rests
    window.peaks.table.selectRow(2)
    session.pattern.set_scale("sqrt")
    yield at.rests
    at.shoot("07-peaks")
    window.tabs.setCurrentIndex(0)
    window.pattern.plot.show_all()
    session.pattern.set_scale("linear")
    window.controller.predict_density()
    yield lambda: session.density.status != "running" and at.rests()
    at.shoot("08-density")
    yield from _density_and_comparison(at)
    window.close()
    yield lambda: window.asking.unsaved_box is not None
    box = window.asking.unsaved_box
    if box is not None:
        at.shoot("09-unsaved", box)
        box.reject()
    bad = examples / "index.json"
    window.open_file(bad)
    yield at.rests
    at.shoot("10-refused")
    window.open_file(examples / "calcite.xy")
    yield lambda: session.pattern.peaks is not None and at.rests()
    session.elements.select(("Mn", "Fe", "Al", "Si", "O", "H", "Ar"))
    yield at.rests
    at.shoot("11-hints")
    yield from _marks(at)
    yield from batch(at)


def _marks(at: Photographer) -> Iterator[Condition]:
    """A candidate that was put aside: of the examples halite alone has more than one."""
    window, session = at.window, at.window.session
    window.open_file(resources.path("examples/halite.xy"))
    yield lambda: session.pattern.peaks is not None and at.rests()
    window.controller.set_composition("Na Cl")
    window.controller.solve()
    yield lambda: session.solution.status == "running"
    yield lambda: session.solution.status != "running" and at.rests()
    window.candidates.selectRow(1)
    yield at.rests
    window.marks.note.setText("large cell")
    window.marks.note.editingFinished.emit()
    window.marks.toggle_discard()
    yield at.rests
    at.shoot("06-candidates")


def _density_and_comparison(at: Photographer) -> Iterator[Condition]:
    """The candidate's octahedra, a section through it, and what the network makes of it."""
    window, density = at.window, at.window.session.density
    density.set_source("candidate")
    density.draw(polyhedra=True)
    yield at.rests
    at.shoot("12-polyhedra")
    density.draw(polyhedra=False, view="section", hkl=(1, -1, 0))
    yield at.rests
    at.shoot("13-section")
    density.draw(view="surfaces")
    window.beside.compare()
    comparison = window.beside.comparison
    if comparison is not None:
        comparison.show_choice(1, ("candidate", 1))
        yield at.rests
        at.shoot("14-compare", comparison)
        comparison.close()


def batch(at: Photographer) -> Iterator[Condition]:
    """All examples at once, and a measurement that broke off."""
    beside = at.window.beside
    examples = resources.path("examples/index.json").parent
    yield at.ready
    with tempfile.TemporaryDirectory() as room:
        os.environ["HOME"] = os.environ["USERPROFILE"] = room  # as on a user's own computer
        folder = Path(room) / "Measurements" / "furnace"
        folder.mkdir(parents=True)
        rows = ["file,elements"]
        for example in load_examples():
            shutil.copy(examples / example.path.name, folder)
            rows.append(f"{example.path.name},{' '.join(example.elements)}")
        (folder / "sample_17_stopped.xy").write_text("10.00 512\n10.02 498\n", encoding="utf-8")
        rows.append("sample_17_stopped.xy,Ca O")
        (folder / "list.csv").write_text("\n".join(rows), encoding="utf-8")
        beside.batch([str(folder / "list.csv")])
        yield at.rests
        beside.batching.state.set_workers(1)
        beside.batching.start()
        yield at.rests
        window = beside.batch_window
        if window is not None:
            window.resize(*BATCH_SIZE)
            window.table.selectRow(0)
            yield at.rests
            at.shoot("15-batch", window)
            window.close()


def main(arguments: list[str]) -> int:
    """Take all pictures, or those of the batch window alone."""
    words = (__doc__ or "").splitlines()[0]
    parser = options(words, resources.path("guide/images"))
    parser.add_argument("--only", choices=("", "batch"), default="")
    chosen = parser.parse_args(arguments)
    scenes = batch if chosen.only == "batch" else guide
    return photograph(scenes, chosen.out, chosen.theme, chosen.size)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
