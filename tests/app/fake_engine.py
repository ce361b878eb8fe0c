"""A small deterministic stand-in for the engine: rock salt, quickly."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.services import Services
from app.state.density import DensityMap
from engine.crystal.structure import CrystalStructure
from engine.export.density_answer import DensityAnswer
from engine.pattern.background import chosen_background
from engine.pattern.pattern import PowderPattern
from engine.pattern.peaks import PeakList
from engine.pattern.preparation import Preparation
from engine.pattern.radiation import preset
from engine.progress import Progress
from engine.refine.result import FitResult, Parameter, PhaseFit, Reflections
from engine.solve.result import Candidate, Problem, Solution

EDGE = 5.6402
FACES = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])


def rock_salt(edge: float = EDGE, numbers: tuple[int, int] = (11, 17)) -> CrystalStructure:
    return CrystalStructure(
        np.eye(3) * edge,
        np.repeat(numbers, 4),
        np.concatenate([FACES, FACES + np.array([0.5, 0.0, 0.0])]) % 1.0,
    )


def reflections(edge: float = EDGE, wavelength: float = 1.5405929) -> Reflections:
    """The cubic face-centred lines up to 90 degrees."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for h in range(0, 8):
        for k in range(0, h + 1):
            for m in range(0, k + 1):
                if h and (h % 2 == k % 2 == m % 2):
                    found.setdefault(h * h + k * k + m * m, []).append((h, k, m))
    rows = []
    for square, indices in sorted(found.items()):
        d = edge / np.sqrt(square)
        if wavelength / (2 * d) < np.sin(np.radians(45.0)):
            angle = 2 * np.degrees(np.arcsin(wavelength / (2 * d)))
            rows.append((indices[0], d, angle, 1000.0 / square * (0.2 if square % 2 else 1.0)))
    n = len(rows)
    return Reflections(
        hkl=np.array([row[0] for row in rows]),
        d_spacing=np.array([row[1] for row in rows]),
        two_theta=np.array([row[2] for row in rows]),
        multiplicity=np.full(n, 8),
        intensity=np.array([row[3] for row in rows]),
        f_squared=np.ones(n),
    )


def make_pattern(n: int = 3501, edge: float = EDGE) -> PowderPattern:
    x = np.linspace(20.0, 90.0, n)
    lines = reflections(edge)
    y = 100.0 + 0.0 * x
    for angle, area in zip(lines.two_theta, lines.intensity, strict=True):
        y = y + 20.0 * area * np.exp(-(((x - angle) / 0.08) ** 2))
    y = np.random.default_rng(1).poisson(y).astype(float)
    return PowderPattern(
        x, y, np.sqrt(np.maximum(y, 1.0)), preset("CuKa", "file"), name="halite", format="fake"
    )


def make_candidate(
    pattern: PowderPattern, rank: int, numbers: tuple[int, int] = (11, 17), formula: str = "NaCl"
) -> Candidate:
    edge = EDGE + 0.002 * (rank - 1)
    lines = reflections(edge)
    x = pattern.two_theta
    background = np.full(len(x), 100.0)
    calculated = background.copy()
    for angle, area in zip(lines.two_theta, lines.intensity, strict=True):
        calculated += 20.0 * area * np.exp(-(((x - angle) / 0.08) ** 2))
    structure = rock_salt(edge, numbers)
    # As of a search: some refined, some held.
    parameters = (Parameter("scale", 1.5, 0.01), Parameter("zero", 0.0, None, "deg"))
    fit = FitResult(
        structure, x, pattern.counts, calculated, background, pattern.sigma, lines, parameters,
        rwp=0.05 * rank, rwp_background_subtracted=0.08 * rank, r_bragg=0.03, gof=1.2,
    )  # fmt: skip
    return Candidate(
        rank, structure, formula, "Fm-3m", 225, 2, "library", fit, 0.9 / rank,
        "solved" if rank == 1 else "tentative",
    )  # fmt: skip


def make_phase(name: str, place: int) -> PhaseFit:
    """One of two phases of a mixture; each has an edge of its own."""
    from engine.crystal.symmetry import standardise

    edge, nothing = EDGE + 0.4 * place, np.zeros(8)
    return PhaseFit(
        name, standardise(rock_salt(edge)), reflections(edge), 0.03, np.full(6, np.nan),
        np.zeros((8, 3)), nothing, nothing, weight_fraction=0.5, weight_fraction_su=0.01,
    )  # fmt: skip


def make_solution(problem: Problem, n: int = 3) -> Solution:
    chemistries = [((11, 17), "NaCl"), ((17, 11), "NaCl"), ((19, 17), "KCl")]
    candidates = tuple(
        make_candidate(problem.pattern, i + 1, *chemistries[i % 3]) for i in range(n)
    )
    return Solution(problem, "solved", candidates, {"first_candidate": 0.1, "total": 0.3})


def make_prediction(samples: int = 3, n: int = 16) -> DensityAnswer:
    """What the network answers: each sample a different map, so that they can be told apart."""
    generator = np.random.default_rng(7)
    grid = np.stack(np.meshgrid(*[np.arange(n) / n] * 3, indexing="ij"), -1)
    maps = []
    for sample in range(samples):
        centre = generator.random(3)
        away = grid - centre
        away -= np.round(away)
        maps.append((10.0 + sample) * np.exp(-(away**2).sum(-1) / 0.02))
    return DensityAnswer(
        density=np.array(maps, dtype=np.float32),
        cell=np.array([np.eye(3) * (3.5 + 0.5 * sample) for sample in range(samples)]),
        crystal_system=("cubic", "tetragonal", "cubic")[:samples],
        cell_source=("indexed", "predicted", "predicted")[:samples],
        weights=np.full(samples, 1.0 / samples),
        quality=np.linspace(0.9, 0.7, samples),
        device="cpu",
        notes=("The network took the CPU.",),
    )


@dataclass
class FakeEngine:
    """Services that answer at once, unless `gate` is closed: then solve waits, reporting."""

    def __post_init__(self) -> None:
        self.pattern = make_pattern()
        self.gate = threading.Event()
        self.gate.set()
        self.forget()

    def forget(self) -> None:
        """Begin the lists of what was asked anew."""
        self.calls: list[str] = []
        self.problems: list[Problem] = []
        self.refinements: list[tuple[PowderPattern, Any]] = []
        self.refined_phases: list[tuple[Any, ...]] = []
        self.derived: list[tuple[PowderPattern, Preparation]] = []
        self.written: list[tuple[Path, Any]] = []

    def read_pattern(self, path: Path) -> PowderPattern:
        from engine.pattern.io import read_pattern

        self.calls.append("read")
        return read_pattern(path)

    def derive(self, pattern: PowderPattern, preparation: Preparation) -> Any:
        self.derived.append((pattern, preparation))
        lines, edits = reflections(), preparation.peaks
        seen = np.isin(lines.two_theta + 0.01, edits.removed, invert=True)
        seen &= np.isin(np.round(lines.two_theta, 1), np.round(pattern.two_theta, 1))
        place = np.concatenate([lines.two_theta[seen] + 0.01, edits.added])
        area = np.concatenate([lines.intensity[seen], np.full(len(edits.added), 5.0)])
        order, n = np.argsort(place), len(place)
        background = chosen_background(pattern, preparation.background)
        if background is None:
            background = np.full(len(pattern), 100.0)
        peaks = PeakList(
            two_theta=place[order],
            two_theta_su=np.full(n, 0.001),
            area=area[order],
            area_su=np.ones(n),
            fwhm=np.full(n, 0.1),
            fwhm_su=np.full(n, 0.01),
            eta=np.full(n, 0.5),
            height=area[order],
            asymmetry=np.zeros(n),
            wavelength=pattern.radiation.primary,
            background=background,
            placed=place[order],
            by_hand=(np.arange(n) >= seen.sum())[order],
        )
        return background, peaks

    def wait(self, progress: Progress) -> None:
        """Report until the gate opens."""
        for step in range(10_000):
            progress.report(min(0.01 * step, 0.9), f"step {step}")
            if self.gate.wait(0.01):
                return
            time.sleep(0.001)

    def solve(self, problem: Problem, progress: Progress) -> Solution:
        self.calls.append("solve")
        self.problems.append(problem)
        progress.partial(make_solution(problem, 1))
        self.wait(progress)
        return make_solution(problem)

    def refine(
        self, pattern: PowderPattern, phases: Sequence[Any], options: Any, progress: Progress
    ) -> FitResult:
        """A better fit with a cell a little longer; the pattern and options are kept."""
        self.calls.append("refine")
        self.refinements.append((pattern, options))
        self.refined_phases.append(tuple(phases))
        self.wait(progress)
        structure = phases[0]
        longer = replace(structure, lattice=structure.lattice * 1.001)
        fit = make_candidate(pattern, 1).fit
        refined = (Parameter("zero", 0.0123, 0.0004, "deg"), Parameter("a", EDGE, 0.0002, "A"))
        mixture = tuple(make_phase(f"phase {i + 1}", i) for i in range(len(phases)))
        mixture = mixture if len(phases) > 1 else ()
        return replace(fit, structure=longer, rwp=0.021, parameters=refined, phases=mixture)

    def predict_density(
        self, pattern: Any, elements: Any, formula: Any, others: Any, progress: Progress
    ) -> Any:
        self.calls.append("predict")
        self.wait(progress)
        return make_prediction()

    def candidate_maps(self, structure: CrystalStructure, label: str) -> dict[str, DensityMap]:
        density = make_prediction(1).density[0] * 2.0
        return {
            "cell": DensityMap(density, structure.lattice, structure, label),
            "cube": DensityMap(density, structure.lattice, structure, label),
        }

    def export(self, path: Path, *content: Any) -> None:
        self.written.append((path, content))
        path.write_text("written", encoding="utf-8")

    def services(self, **others: Any) -> Services:
        chosen: dict[str, Any] = {
            "read_pattern": self.read_pattern,
            "derive": self.derive,
            "solve": self.solve,
            "refine": self.refine,
            "predict_density": self.predict_density,
            "candidate_maps": self.candidate_maps,
            "export_cif": self.export,
            "export_map": self.export,
            "warm_up_drawing": lambda: None,
            "warm_up": lambda _progress: "CPU (test)",
        }
        return Services(**{**chosen, **others})
