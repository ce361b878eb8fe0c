"""Scores of the network on held-out structures, beside those of trivial answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.crystal.cmed import density_on_grid
from engine.crystal.lattice import CRYSTAL_SYSTEMS, cell_from_matrix
from engine.crystal.structure import CrystalStructure
from engine.model.encoding import cell_amplitudes, encode_profile, half_box
from engine.model.inference import DensityPrediction, predict_density
from engine.model.network import density_on_grid as series_on_grid
from engine.model.pattern_input import bin_pattern
from engine.pattern.pattern import PowderPattern
from engine.pattern.radiation import preset
from engine.progress import Progress
from engine.training.bench_sets import standard_pattern_module
from engine.training.data import crystal_system_index, read_records
from engine.training.metrics import RECALL_GROUPS, SimilarityTo, Truth, recalled_sites
from engine.training.prepare import niggli_cell, reduced_formula

FloatArray = NDArray[np.float64]
GRID = 50
SAMPLES = 5
CELL_TOLERANCE = 0.03  # of each length of the Niggli cell
BASELINES = ("zero", "mean", "another crystal", "random phases", "zero-phase map")


@dataclass(frozen=True, eq=False)
class Entry:
    """One held-out structure and its test pattern."""

    line: int
    formula: str
    system: str
    unseen_formula: bool
    structure: CrystalStructure
    pattern: PowderPattern
    elements: tuple[str, ...]


@dataclass
class Scores:
    """Scores of one answer to one entry: of the first-ranked map, and of the best of all.

    `paper_ssim` and `paper_psnr` are the best over samples and the cube's rotations, without
    shifts; `recall` holds (sites found, sites) by group of atomic numbers, of the first map.
    """

    gfcc_first: float
    gfcc_best: float
    ssim_first: float
    ssim_best: float
    paper_ssim: float
    paper_psnr: float
    recall: dict[str, tuple[int, int]] = field(default_factory=dict)


def choose_lines(space_groups: NDArray[Any], per_system: int, seed: int = 0) -> list[int]:
    """Lines of a file, the same number from each crystal system (fewer where there are fewer)."""
    order = np.random.default_rng(seed).permutation(len(space_groups))
    systems = crystal_system_index(space_groups)[order]
    return [int(x) for s in range(7) for x in order[systems == s][:per_system]]


def load_entries(root: Path, per_system: int, seed: int = 0, name: str = "val") -> list[Entry]:
    """Entries of a held-out file with their standard test patterns."""
    maker = standard_pattern_module().standard_pattern
    records = list(read_records(root / "structures" / f"{name}.jsonl.gz"))
    seen = seen_formulas(root)
    groups = np.array([record["space_group"] for record in records])
    entries = []
    for line in choose_lines(groups, per_system, seed):
        record = records[line]
        structure = niggli_structure(record)
        if structure is None:
            continue
        two_theta, counts = maker(record, line)
        pattern = PowderPattern(
            two_theta, counts, np.sqrt(np.maximum(counts, 1.0)), preset("CuKa"), name=f"{line}"
        )
        entries.append(
            Entry(
                line=line,
                formula=record["formula"],
                system=CRYSTAL_SYSTEMS[int(crystal_system_index(groups[line]))],
                unseen_formula=reduced_formula(structure.numbers) not in seen,
                structure=structure,
                pattern=pattern,
                elements=tuple(dict.fromkeys(record["species"])),
            )
        )
    return entries


def seen_formulas(root: Path) -> set[tuple[tuple[int, int], ...]]:
    """Formulas that occur in the training files."""
    from engine.crystal.composition import atomic_number

    found = set()
    for name in ("train", "train_large"):
        for record in read_records(root / "structures" / f"{name}.jsonl.gz"):
            found.add(reduced_formula(np.array([atomic_number(s) for s in record["species"]])))
    return found


def niggli_structure(record: dict[str, Any]) -> CrystalStructure | None:
    """A record's Niggli-reduced primitive cell, made as those trained on are."""
    from engine.crystal.composition import atomic_number

    numbers = np.array([atomic_number(symbol) for symbol in record["species"]])
    found = niggli_cell(np.array(record["lattice"]), numbers, np.array(record["frac_coords"]))
    return None if found is None else CrystalStructure(*found, name=record["formula"])


def score_maps(
    maps: NDArray[Any], truth: Truth, similarity: SimilarityTo, structure: CrystalStructure
) -> Scores:
    """Score maps (S, n, n, n), the first being the one ranked first."""
    aligned = [truth.align(density) for density in maps]
    similar = [similarity.ssim(a.aligned) for a in aligned]
    turned = [similarity.best_rotation(density) for density in maps]
    found = recalled_sites(
        aligned[0].aligned, structure.lattice, structure.numbers, structure.frac_coords
    )
    recall = {}
    for name, (low, high) in RECALL_GROUPS.items():
        group = (structure.numbers >= low) & (structure.numbers <= high)
        recall[name] = (int(found[group].sum()), int(group.sum()))
    correlations = [a.correlation for a in aligned]
    return Scores(
        gfcc_first=correlations[0],
        gfcc_best=max(correlations),
        ssim_first=similar[0],
        ssim_best=max(similar),
        paper_ssim=max(t[0] for t in turned),
        paper_psnr=max(t[1] for t in turned),
        recall=recall,
    )


def baseline_maps(
    entry: Entry, density: FloatArray, other: FloatArray, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Trivial answers, (S, n, n, n) each: as many samples as the network gives where they vary.

    `other` holds true maps of other crystals.
    """
    mean, spread = float(density.mean()), float(density.std())
    transform = np.fft.rfftn(density)
    phases = np.fft.rfftn(rng.standard_normal((SAMPLES, *density.shape)), axes=(1, 2, 3))
    phases /= np.maximum(np.abs(phases), 1e-12)
    random = np.fft.irfftn(np.abs(transform) * phases, s=density.shape, axes=(1, 2, 3))
    random += mean - random.mean(axis=(1, 2, 3), keepdims=True)
    return {
        "zero": np.zeros((1, *density.shape)),
        "mean": np.full((1, *density.shape), mean),
        "another crystal": other,
        "random phases": random,
        "zero-phase map": zero_phase_map(entry, mean, spread)[None],
    }


def zero_phase_map(entry: Entry, mean: float, spread: float) -> FloatArray:
    """Map with all phases zero from the test pattern's intensities on the true cell.

    Mean and spread are given to it, as a help.
    """
    power, covered = bin_pattern(entry.pattern)
    coverage = torch.as_tensor(covered, dtype=torch.float32).unsqueeze(0)
    profile = encode_profile(torch.as_tensor(power, dtype=torch.float32).unsqueeze(0), coverage)
    lattice = torch.as_tensor(entry.structure.lattice, dtype=torch.float32).unsqueeze(0)
    amplitudes = cell_amplitudes(profile, coverage, lattice)
    series = torch.complex(amplitudes, torch.zeros_like(amplitudes))
    values = series_on_grid(series, GRID, torch.as_tensor(half_box()))[0].double().numpy()
    return np.asarray(mean + values * spread / max(float(values.std()), 1e-12))


def cell_is_right(prediction: DensityPrediction, sample: int, lattice: FloatArray) -> bool:
    """Whether the three lengths are within 3 % of the true Niggli cell's."""
    found = np.array(cell_from_matrix(prediction.cell[sample])[:3])
    true = np.array(cell_from_matrix(lattice)[:3])
    return bool(np.all(np.abs(found / true - 1.0) <= CELL_TOLERANCE))


def score_baselines(
    entries: list[Entry], seed: int = 0, progress: Progress | None = None
) -> dict[str, dict[str, dict[str, Any]]]:
    """Scores of the trivial answers, by line of the entry (as text) and answer."""
    progress = progress or Progress()
    found = {}
    for number, entry in enumerate(entries):
        progress.report(number / len(entries), f"trivial answers, {number + 1}: {entry.formula}")
        rng = np.random.default_rng([seed, entry.line])
        density = density_on_grid(entry.structure, GRID)
        truth, similarity = Truth(density, entry.structure.lattice), SimilarityTo(density)
        picks = [int(i) for i in rng.permutation(len(entries)) if i != number][:SAMPLES]
        others = np.array([density_on_grid(entries[i].structure, GRID) for i in picks])
        found[str(entry.line)] = {
            name: vars(score_maps(maps, truth, similarity, entry.structure))
            for name, maps in baseline_maps(entry, density, others, rng).items()
        }
    return found


def score_network(
    entries: list[Entry], device: str = "auto", seed: int = 0, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """Score the shipped network: elements alone, the same without indexing, and cell given.

    Returns
    -------
    list of dict
        One row an entry: ``line, formula, system, unseen_formula, scores`` (by answer), and
        what was right besides the maps, from the elements alone.
    """
    progress = progress or Progress()
    rows = []
    for number, entry in enumerate(entries):
        progress.report(number / len(entries), f"network, {number + 1}: {entry.formula}")
        density = density_on_grid(entry.structure, GRID)
        truth, similarity = Truth(density, entry.structure.lattice), SimilarityTo(density)
        ways: dict[str, dict[str, Any]] = {
            "network": {},
            "network, no indexing": {"index": False},
            "network, cell given": {"cell": entry.structure.lattice},
        }
        answers = {
            name: predict_density(
                entry.pattern,
                entry.elements,
                samples=SAMPLES,
                grid=GRID,
                device=device,
                seed=seed,
                **way,
            )
            for name, way in ways.items()
        }
        free, alone = answers["network"], answers["network, no indexing"]
        right = {
            name: [cell_is_right(answer, i, entry.structure.lattice) for i in range(SAMPLES)]
            for name, answer in (("indexing", free), ("alone", alone))
        }
        rows.append(
            {
                "line": entry.line,
                "formula": entry.formula,
                "system": entry.system,
                "unseen_formula": entry.unseen_formula,
                "scores": {
                    name: vars(score_maps(answer.density, truth, similarity, entry.structure))
                    for name, answer in answers.items()
                },
                "expected": {name: float(answer.quality[0]) for name, answer in answers.items()},
                "cell_source": free.cell_source[0],
                "cell_first": right["indexing"][0],
                "cell_any": any(right["indexing"]),
                "cell_first_alone": right["alone"][0],
                "cell_any_alone": any(right["alone"]),
                "system_first": free.crystal_system[0] == entry.system,
                "system_first_alone": alone.crystal_system[0] == entry.system,
                "atoms_first": round(float(free.n_atoms[0])) == len(entry.structure),
            }
        )
    return rows


def evaluate(
    entries: list[Entry],
    baselines: dict[str, dict[str, dict[str, Any]]],
    *,
    device: str = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """Rows of `score_network`, the scores of `baselines` put beside the network's."""
    rows = score_network(entries, device, seed, progress)
    for row in rows:
        row["scores"] |= baselines[str(row["line"])]
    return rows
