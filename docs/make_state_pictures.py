"""Photographs the states of the window that are to be looked at one by one, on the examples.

    python -m docs.make_state_pictures --out FOLDER [--theme light|dark] [--size 1280x800]

What the guide shows is the program at its best; these are the states where a layout breaks: no
pattern, names that are too long, three messages at once, menus, dialogs, differences, a second
window. It needs a display with OpenGL (``xvfb-run -s "-screen 0 1600x1000x24"`` will do). With
QT_SCALE_FACTOR in the environment, the pictures are those of a finer screen.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog

from app.main_window import MainWindow
from app.views.about_dialog import AboutDialog
from app.views.keys_dialog import KeysDialog
from docs.make_guide_pictures import batch
from docs.photographer import Condition, Photographer, options, photograph
from engine import resources

LONG_NAME = (
    "2026-03-14_beamtime_SrPN2-batch17_capillary-0.3mm_spun_after-annealing_1250K_12h_run003"
)
LONG_FORMULA = "Ca0.7Sr0.3Na1.25K0.75Al2Si3Ti0.5Fe0.5Mg0.25Mn0.25O12H4F0.5Cl0.5"
UNREADABLE = "sample,holder,note\n1,2,blank\n"


def states(at: Photographer) -> Iterator[Condition]:
    """All states, in the order in which a user comes by them."""
    window, session = at.window, at.window.session
    yield at.ready
    at.shoot("01-empty")
    for name in ("File", "Sample", "View"):
        yield from _menu(at, name)
    with tempfile.TemporaryDirectory() as folder:
        yield from _long_names(at, Path(folder))
        yield from _tools_of_the_plot(at, Path(folder))
    window.open_file(resources.path("examples/rutile.xy"))
    yield lambda: session.pattern.peaks is not None and at.rests()
    session.overlays.clear()
    session.plot_tool.choose("look")
    window.controller.solve()
    yield lambda: bool(session.solution.candidates) or session.solution.status != "running"
    at.shoot("11-first-candidate")
    yield lambda: session.solution.status != "running" and at.rests()
    at.shoot("12-solved")
    yield from _menu(at, "Sample", "13-menu-sample-solved")
    window.searching_on.search_further()
    yield lambda: session.solution.fraction > 0.05 or session.solution.status != "running"
    at.shoot("14-searching-further")
    yield lambda: session.solution.status != "running" and at.rests()
    at.shoot("15-searched-further")
    window.tabs.setCurrentIndex(1)
    session.pattern.set_x_axis("d")
    session.pattern.set_scale("log")
    yield at.rests
    at.shoot("16-peaks-d-log")
    session.pattern.set_x_axis("two_theta")
    session.pattern.set_scale("linear")
    window.tabs.setCurrentIndex(0)
    window.pattern.plot.show_all()
    yield from _density(at)
    yield from _dialogs(at)
    yield from _second_phase(at)
    yield from batch(at)


def _menu(at: Photographer, name: str, called: str = "") -> Iterator[Condition]:
    """One of the menus, open."""
    bar = at.window.menuBar()
    for entry in bar.actions():
        menu = entry.menu()
        if entry.text().replace("&", "") == name and menu is not None:
            menu.popup(at.window.mapToGlobal(bar.actionGeometry(entry).bottomLeft()))
            yield at.rests
            at.shoot(called or f"02-menu-{name.lower()}", menu)
            menu.close()


def _long_names(at: Photographer, folder: Path) -> Iterator[Condition]:
    """A long name without a wavelength, a long formula, impossible elements, three messages."""
    window, session = at.window, at.window.session
    own = folder / f"{LONG_NAME}.xy"
    lines = (resources.path("examples/rutile.xy")).read_text(encoding="utf-8").splitlines()
    own.write_text("\n".join(line for line in lines if line[:1].isdigit()), encoding="utf-8")
    window.open_file(own)
    yield lambda: session.pattern.peaks is not None and at.rests()
    window.controller.set_composition(LONG_FORMULA)
    yield at.rests
    at.shoot("03-long-names")
    session.elements.select(("Ar", "H", "Xe"))
    bad = folder / f"{LONG_NAME}_unreadable.csv"
    bad.write_text(UNREADABLE, encoding="utf-8")
    window.open_file(bad)
    yield at.rests
    window.controller.set_composition("steel without carbon")
    session.messages.add("info", f"{own.name} was put away, and nothing is lost of it.", "look")
    yield at.rests
    at.shoot("04-messages")
    session.messages.clear("look")
    session.messages.clear("open")
    question = folder / "columns.txt"
    body = "\n".join(f"{n};{0.02 * n + 10:.2f};{100 + n % 7};{n % 3}" for n in range(400))
    question.write_text(body, encoding="utf-8")
    window.open_file(question)
    yield at.rests
    if window.import_dialog is not None and window.import_dialog.isVisible():
        at.shoot("05-columns", window.import_dialog)
        window.import_dialog.reject()


def _tools_of_the_plot(at: Photographer, folder: Path) -> Iterator[Condition]:
    """Excluded regions, anchors, and patterns beside each other, one with a long name."""
    window, session = at.window, at.window.session
    window.open_file(resources.path("examples/calcite.xy"))
    yield lambda: session.pattern.peaks is not None and at.rests()
    session.preparing.type_regions("25-27, 60.2-64")
    session.plot_tool.choose("exclude")
    yield at.rests
    at.shoot("06-excluded")
    session.preparing.type_regions("")
    session.plot_tool.choose("background")
    session.preparing.choose_background("spline")
    yield at.rests
    at.shoot("07-background")
    session.preparing.choose_background("automatic")
    session.plot_tool.choose("peaks")
    yield at.rests
    at.shoot("08-peaks-by-hand")
    long = folder / f"{LONG_NAME}.xy"
    shutil.copy(resources.path("examples/halite.xy"), long)
    window.overlaying.add([long, resources.path("examples/corundum.xy")])
    yield at.rests
    session.overlays.set_same_height(True)
    session.overlays.set_offset(0.5)
    yield at.rests
    at.shoot("09-compared")


def _density(at: Photographer) -> Iterator[Condition]:
    """The network's map, its spread, the difference, in space and in a section."""
    window, session = at.window, at.window.session
    density = session.density
    window.controller.predict_density()
    yield lambda: density.fraction > 0.05 or density.status != "running"
    at.shoot("17-predicting")
    yield lambda: density.status != "running" and at.rests()
    density.set_source("network")
    yield at.rests
    at.shoot("18-network")
    density.set_of_samples("spread")
    yield at.rests
    at.shoot("19-spread")
    density.set_of_samples("sample")
    density.set_source("difference")
    yield at.rests
    at.shoot("20-difference")
    density.draw(view="section")
    yield at.rests
    at.shoot("21-difference-section")
    density.draw(view="surfaces")
    density.set_source("candidate")
    density.draw(bonds=True, polyhedra=True, low=(-0.5, -0.5, -0.5), high=(1.5, 1.5, 1.5))
    yield at.rests
    at.shoot("22-candidate-range")
    density.draw(bonds=False, polyhedra=False, low=(0.0, 0.0, 0.0), high=(1.0, 1.0, 1.0))
    yield at.rests


def _dialogs(at: Photographer) -> Iterator[Condition]:
    """Everything that opens beside the window."""
    window, beside = at.window, at.window.beside
    beside.compare()
    if beside.comparison is not None:
        beside.comparison.show_choice(1, ("candidate", 1))
        yield at.rests
        at.shoot("30-compare", beside.comparison)
        beside.comparison.close()
    beside.edit()
    yield at.rests
    at.shoot("31-edit", beside.edit_dialog)
    if beside.edit_dialog is not None:
        beside.edit_dialog.close()
    beside.save_turn()
    yield at.rests
    at.shoot("32-turn", beside.turn_dialog)
    if beside.turn_dialog is not None:
        beside.turn_dialog.close()
    window.show_refinement()
    yield at.rests
    at.shoot("33-refine", window.refine_dialog)
    if window.refine_dialog is not None:
        window.refine_dialog.close()
    beside.show_keys()
    yield at.rests
    yield from _found(at, "34-keys", KeysDialog)
    beside.show_about()
    yield at.rests
    yield from _found(at, "35-about", AboutDialog)
    beside.show_guide()
    yield at.rests
    at.shoot("36-guide", beside.guide)
    if beside.guide is not None:
        beside.guide.close()
    beside.report_error("solve", "Traceback (most recent call last):\n  made up for the picture")
    yield at.rests
    at.shoot("37-error", beside.error)
    if beside.error is not None:
        beside.error.close()
    files = QFileDialog(window, "Export the chosen candidate", "", "CIF (*.cif)")
    files.setOption(QFileDialog.Option.DontUseNativeDialog)
    files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    files.show()
    yield at.rests
    at.shoot("38-export", files)
    files.close()


def _found(at: Photographer, name: str, kind: type) -> Iterator[Condition]:
    """A dialog that the window does not keep."""
    for dialog in at.window.findChildren(kind):
        at.shoot(name, dialog)
        dialog.close()
    yield at.rests


def _second_phase(at: Photographer) -> Iterator[Condition]:
    """What the first candidate leaves, in a window of its own."""
    at.window.searching_on.second_phase()
    windows = [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, MainWindow) and widget is not at.window and widget.isVisible()
    ]
    yield at.rests
    for other in windows:
        yield lambda other=other: not other.jobs.busy
        at.shoot("40-second-phase", other)
        other.discard_and_close()


def main(arguments: list[str]) -> int:
    """Take all pictures."""
    chosen = options((__doc__ or "").splitlines()[0], Path("states")).parse_args(arguments)
    return photograph(states, chosen.out, chosen.theme, chosen.size)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
