"""Two answers side by side: structure and density with linked cameras, figures, and fits."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app import text
from app.jobs.runner import Handlers, JobRunner
from app.language import tr
from app.services import Services
from app.state.density import DensityMap, Shape
from app.state.session import Session
from app.theme import LIGHT, Theme
from app.views.candidate_panel import facts
from app.views.controls import Panel, heading, muted
from app.views.fit_comparison import FitComparison
from app.views.isosurface import level_for_volume
from engine.solve.result import Candidate

if TYPE_CHECKING:
    from app.views.density_canvas import DensityCanvas

OUTER_VOLUME, INNER_VOLUME = 0.14, 0.035
OPACITY = 0.35
# What one side shows: a candidate by its row, or one of the network's samples.
Choice = tuple[str, int]


class CompareSide(QWidget):
    """A list to choose from above the picture of what was chosen.

    Signals
    -------
    chosen()
        The user chose something else.
    """

    chosen = Signal()

    def __init__(self, name: str, samples: int | None, has_opengl: bool) -> None:
        """Make the side called `name` ("left", "right")."""
        super().__init__()
        self.name = name
        self.entry = QComboBox()
        self.entry.setAccessibleName(tr("What stands on the {0}", name))
        self.entry.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.entry.activated.connect(lambda _row: self.chosen.emit())
        self.label = muted()
        self.label.setWordWrap(True)
        self.label.setContentsMargins(0, 4, 0, 0)  # room for the bars over digits
        self.canvas: DensityCanvas | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.entry)
        if has_opengl:
            from app.views.density_canvas import DensityCanvas

            self.canvas = DensityCanvas(self, samples or 0)
            self.canvas.native.setAccessibleName(
                tr("Density on the {0}, turn with the mouse", name)
            )
            self.canvas.native.setMinimumSize(160, 140)
            column.addWidget(self.canvas.native, 1)
        else:
            hint = muted(tr("This display has no OpenGL."))
            hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(hint, 1)
        column.addWidget(self.label)

    def fill(self, choices: list[tuple[str, Choice]], wanted: Choice | None) -> None:
        """Offer other things, and choose `wanted` among them."""
        self.entry.blockSignals(True)
        self.entry.clear()
        for words, choice in choices:
            self.entry.addItem(words, choice)
        rows = [row for row, (_words, choice) in enumerate(choices) if choice == wanted]
        self.entry.setCurrentIndex(rows[0] if rows else min(0, len(choices) - 1))
        self.entry.blockSignals(False)

    @property
    def choice(self) -> Choice | None:
        """What was chosen."""
        chosen = self.entry.currentData()
        return (str(chosen[0]), int(chosen[1])) if chosen is not None else None

    def show_map(self, density: DensityMap | None) -> None:
        """Draw a density with its atoms, at levels of its own."""
        self.label.setText("" if density is None else density.label)
        if self.canvas is None:
            return
        if density is None:
            self.canvas.clear()
            return
        self.canvas.set_map(density, density.lattice, atoms=True)
        self.canvas.set_surfaces(
            level_for_volume(density.values, OUTER_VOLUME),
            level_for_volume(density.values, INNER_VOLUME),
            OPACITY,
        )


class CompareWindow(QWidget):
    """A window of its own; it follows the session until it is closed.

    Signals
    -------
    closed()
        It let go of the session.
    """

    closed = Signal()

    def __init__(
        self,
        session: Session,
        services: Services,
        jobs: JobRunner,
        parent: QWidget,
        samples: int | None = None,
        has_opengl: bool = True,
    ) -> None:
        """Compare the chosen candidate with the best of the others, to begin with."""
        super().__init__(parent, Qt.WindowType.Window)
        self._session, self._services, self._jobs = session, services, jobs
        self._theme: Theme = LIGHT
        self.setWindowTitle(tr("Compare"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1040, 820)
        self.sides = tuple(CompareSide(name, samples, has_opengl) for name in ("left", "right"))
        self._shown: list[object] = [None, None]
        for place, side in enumerate(self.sides):
            side.chosen.connect(lambda place=place: self._show(place))
        self.linked = QCheckBox(tr("Turn together"))
        self.linked.setChecked(True)
        self.linked.toggled.connect(self._link)
        self.figures = QLabel()
        self.figures.setTextFormat(Qt.TextFormat.RichText)
        self.figures.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.figures.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.figures.setWordWrap(True)
        self.fits = FitComparison()
        self._build()
        self._link(True)
        session.solution.changed.connect(self._offer)
        session.density.map_changed.connect(self._offer)
        self._offer()

    def _build(self) -> None:
        pictures = QSplitter(Qt.Orientation.Horizontal)
        for side in self.sides:
            panel = Panel()
            panel.column.addWidget(side)
            pictures.addWidget(panel)
        below = QSplitter(Qt.Orientation.Horizontal)
        figures, fits = Panel(), Panel()
        top = QHBoxLayout()
        top.addWidget(heading(tr("Left and right")))
        top.addStretch(1)
        top.addWidget(self.linked)
        figures.column.addLayout(top)
        figures.column.addWidget(self.figures, 1)
        fits.column.addWidget(self.fits)
        below.addWidget(figures)
        below.addWidget(fits)
        below.setSizes([440, 600])
        whole = QSplitter(Qt.Orientation.Vertical)
        whole.addWidget(pictures)
        whole.addWidget(below)
        whole.setSizes([420, 380])
        for splitter in (pictures, below, whole):
            splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addWidget(whole)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        self._theme = theme
        self.fits.set_theme(theme)
        for place, side in enumerate(self.sides):
            if side.canvas is not None:
                side.canvas.set_theme(theme)
            self._shown[place] = None
            self._show(place)

    def _link(self, linked: bool) -> None:
        """Let both cameras turn together, or each by itself."""
        left, right = (side.canvas for side in self.sides)
        if left is not None and right is not None:
            if linked:
                left.link(right)
            else:
                left.unlink(right)

    # -- what can be compared ----------------------------------------------------------------

    def _offer(self) -> None:
        """Offer what the session holds now; what was chosen stays if it is still there."""
        solution, density = self._session.solution, self._session.density
        choices: list[tuple[str, Choice]] = [
            (text.candidate(candidate), ("candidate", row))
            for row, candidate in enumerate(solution.candidates)
        ]
        choices += [
            (tr("Network sample {0} of {1}", index + 1, density.n_samples), ("network", index))
            for index in range(density.n_samples)
        ]
        first = ("candidate", max(solution.chosen_index, 0))
        others = [choice for _words, choice in choices if choice != first]
        for place, preferred in enumerate((first, others[0] if others else first)):
            side = self.sides[place]
            side.fill(choices, side.choice or preferred)
            self._show(place)

    def show_choice(self, place: int, choice: Choice) -> None:
        """Put something on the left (0) or the right (1)."""
        entry = self.sides[place].entry
        for row in range(entry.count()):
            if tuple(entry.itemData(row)) == choice:
                entry.setCurrentIndex(row)
                self._show(place)

    def _candidate(self, place: int) -> Candidate | None:
        choice, candidates = self.sides[place].choice, self._session.solution.candidates
        if choice is None or choice[0] != "candidate" or choice[1] >= len(candidates):
            return None
        return candidates[choice[1]]

    def _show(self, place: int) -> None:
        """Draw what was chosen on one side; a candidate's density is computed for it."""
        side, candidate = self.sides[place], self._candidate(place)
        kind = f"compare-{side.name}"
        if candidate is not None:
            if self._shown[place] is not candidate:
                self._shown[place] = candidate
                label = side.entry.currentText()
                self._jobs.start(
                    kind,
                    lambda _progress: self._services.candidate_maps(candidate.structure, label),
                    Handlers(result=lambda maps: self._take(place, candidate, maps)),
                )
        else:
            self._jobs.abandon(kind)
            choice = side.choice
            sample = (
                self._session.density.sample_map(choice[1])
                if choice is not None and choice[0] == "network"
                else None
            )
            self._shown[place] = sample
            side.show_map(sample)
        self._compare()

    def _take(self, place: int, candidate: Candidate, maps: dict[Shape, DensityMap]) -> None:
        if self._shown[place] is candidate:
            self.sides[place].show_map(maps["cell"])

    def _compare(self) -> None:
        """Figures and fits of both sides."""
        both = self._candidate(0), self._candidate(1)
        self.fits.show_fits((both[0].fit if both[0] else None, both[1].fit if both[1] else None))
        self.figures.setText(_table(both))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Let go of the session and of OpenGL."""
        self._session.solution.changed.disconnect(self._offer)
        self._session.density.map_changed.disconnect(self._offer)
        for side in self.sides:
            self._jobs.abandon(f"compare-{side.name}")
            if side.canvas is not None:
                side.canvas.close()
                side.canvas = None
        self.closed.emit()
        super().closeEvent(event)


def _table(both: tuple[Candidate | None, Candidate | None]) -> str:
    """Names and values of both sides, differing values in bold."""
    columns = [_figures(candidate) if candidate is not None else {} for candidate in both]
    names = list(dict.fromkeys(name for column in columns for name in column))
    rows = []
    for name in names:
        left, right = (column.get(name, "–") for column in columns)
        strong = ("<b>", "</b>") if left != right else ("", "")
        cells = "".join(
            f"<td>{strong[0]}{text.rich(value)}{strong[1]}</td>" for value in (left, right)
        )
        rows.append(f"<tr><td>{escape(name)}</td>{cells}</tr>")
    head = "<tr><td></td><td><i>Left</i></td><td><i>Right</i></td></tr>"
    return f'<table cellpadding="3">{head}{"".join(rows)}</table>'


def _figures(candidate: Candidate) -> dict[str, str]:
    found = {
        "Formula": text.formula(candidate.formula),
        "Space group": f"{text.space_group(candidate.space_group)} "
        f"({candidate.space_group_number})",
        **dict(facts(candidate)),
        "Verdict": tr(
            "{0}, chance {1}",
            text.verdict(candidate.verdict, candidate.score),
            text.chance(candidate.score),
        ),
        "Source": tr(text.SOURCES.get(candidate.source, candidate.source)),
    }
    if candidate.unexplained:
        found["Unexplained lines"] = str(len(candidate.unexplained))
    return found
