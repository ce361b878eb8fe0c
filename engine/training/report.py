"""Tables of an evaluation, and the model card made from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.crystal.lattice import CRYSTAL_SYSTEMS
from engine.model.checkpoint import read_manifest
from engine.model.inference import weights_path
from engine.training.metrics import RECALL_GROUPS
from engine.training.scoring import wilson_interval

Row = dict[str, Any]
NETWORK_ANSWERS = ("network", "network, no indexing", "network, cell given")


def write_report(rows: list[Row], folder: Path) -> None:
    """Write ``evaluation.json`` (every entry) and ``evaluation.md`` (the tables)."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(rows, indent=1)
    (folder / "evaluation.json").write_text(text + "\n", encoding="utf-8")
    (folder / "evaluation.md").write_text(tables(rows), encoding="utf-8")


def tables(rows: list[Row]) -> str:
    """All tables as Markdown."""
    unseen = [row for row in rows if row["unseen_formula"]]
    parts = [
        f"Mean over {len(rows)} entries; gfCC by crystal system, first-ranked / best of five.\n",
        _by_system(rows),
        f"\nThe same for the {len(unseen)} entries whose formula occurs in no training file.\n",
        _by_system(unseen),
        "\nOther scores, mean over all entries (SSIM in the best setting; the paper's own column: "
        "best over samples and 24 rotations, no shifts).\n",
        _other_scores(rows),
        "\nTrue sites within 0.4 A of one of the N strongest maxima of the first map.\n",
        _recall(rows),
        "\nCell, system and contents from the pattern and the elements alone.\n",
        _heads(rows),
        "\n" + _skill(rows),
        _library(rows),
        _calibration(rows),
    ]
    return "\n".join(parts)


def summary(rows: list[Row]) -> dict[str, Any]:
    """Mean scores of the network's answers, for the manifest of the weights."""
    keys = ("gfcc_first", "gfcc_best", "ssim_first", "ssim_best", "paper_ssim", "paper_psnr")
    return {
        "entries": len(rows),
        "set": "val, evenly over the crystal systems, standard test pattern",
        **{
            name: {k: round(_mean([row["scores"][name][k] for row in rows]), 4) for k in keys}
            for name in _answers(rows)
            if name in NETWORK_ANSWERS
        },
    }


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _answers(rows: list[Row]) -> list[str]:
    return list(rows[0]["scores"]) if rows else []


def _table(head: list[str], body: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body]) + "\n"


def _by_system(rows: list[Row]) -> str:
    groups: list[tuple[str, Callable[[Row], bool]]] = [
        (name, lambda row, name=name: row["system"] == name)  # type: ignore[misc]
        for name in CRYSTAL_SYSTEMS
    ]
    groups.append(("all", lambda _row: True))
    body = []
    for answer in _answers(rows):
        cells = [answer]
        for _, inside in groups:
            part = [row["scores"][answer] for row in rows if inside(row)]
            first, best = (_mean([s[key] for s in part]) for key in ("gfcc_first", "gfcc_best"))
            cells.append(f"{first:.2f} / {best:.2f}" if part else "-")
        body.append(cells)
    counts = [sum(inside(row) for row in rows) for _, inside in groups]
    head = [f"{name} (n = {n})" for (name, _), n in zip(groups, counts, strict=True)]
    return _table(["answer", *head], body)


def _other_scores(rows: list[Row]) -> str:
    body = []
    for answer in _answers(rows):
        part = [row["scores"][answer] for row in rows]
        values = {
            key: np.array([s[key] for s in part])
            for key in ("ssim_first", "ssim_best", "paper_ssim", "paper_psnr")
        }
        body.append(
            [
                answer,
                f"{values['ssim_first'].mean():.3f}",
                f"{values['ssim_best'].mean():.3f}",
                f"{values['paper_ssim'].mean():.3f} ± {values['paper_ssim'].std():.3f}",
                f"{values['paper_psnr'].mean():.2f}",
            ]
        )
    return _table(["answer", "SSIM first", "SSIM best", "paper SSIM", "paper PSNR (dB)"], body)


def _recall(rows: list[Row]) -> str:
    body = []
    for answer in _answers(rows):
        cells = [answer]
        for group in RECALL_GROUPS:
            found = sum(row["scores"][answer]["recall"][group][0] for row in rows)
            total = sum(row["scores"][answer]["recall"][group][1] for row in rows)
            cells.append(f"{100.0 * found / max(total, 1):.0f} % of {total}")
        body.append(cells)
    return _table(["answer", "Z ≤ 9", "Z 10 to 20", "Z > 20"], body)


def _heads(rows: list[Row]) -> str:
    labels = {
        "cell_first": "three lengths within 3 %, first sample",
        "cell_any": "three lengths within 3 %, any of five",
        "cell_first_alone": "the same without indexing, first sample",
        "cell_any_alone": "the same without indexing, any of five",
        "system_first": "crystal system, first sample",
        "system_first_alone": "the same without indexing",
        "atoms_first": "atoms in the primitive cell, first sample",
    }
    body = []
    for key, label in labels.items():
        share = _mean([float(row[key]) for row in rows])
        low, high = wilson_interval(round(share * len(rows)), len(rows))
        body.append([label, f"{100 * share:.0f} %", f"{100 * low:.0f} to {100 * high:.0f} %"])
    return _table(["what", "right", "95 % interval"], body)


def _skill(rows: list[Row]) -> str:
    """(S - S0) / (1 - S0) of the first map over the best trivial answer."""
    trivial = [name for name in _answers(rows) if name not in NETWORK_ANSWERS]
    if not trivial:
        return ""

    def score(name: str) -> float:
        return _mean([row["scores"][name]["gfcc_first"] for row in rows])

    body = []
    without_cell = [name for name in trivial if name != "zero-phase map"]
    for among, names in (("all but the zero-phase map", without_cell), ("all", trivial)):
        best = max(names, key=score)
        for answer in (name for name in NETWORK_ANSWERS if name in _answers(rows)):
            skill = (score(answer) - score(best)) / (1.0 - score(best))
            body.append([answer, among, f"{best} ({score(best):.2f})", f"{skill:+.2f}"])
    return "Skill of the first map.\n\n" + _table(
        ["answer", "trivial answers", "the best of them", "skill"], body
    )


def _library(rows: list[Row]) -> str:
    """The solver's own candidates' maps, beside the network on the same entries."""
    part = [row for row in rows if "library" in row]
    if not part:
        return ""
    named = [
        row
        | {
            "scores": {name: row["scores"][name] for name in NETWORK_ANSWERS}
            | {"library candidates": row["library"]}
        }
        for row in part
    ]
    return (
        f"The best library candidates' own maps, on the first {len(part)} of these entries: what "
        "`densight solve` makes of the same pattern and elements, its first candidate and the "
        "best of its first five. No map without a structure competes with a structure that is "
        "found; the network is for what the library does not hold.\n\n"
        + _by_system(named)
        + "\n"
        + _other_scores(named)
    )


def _calibration(rows: list[Row]) -> str:
    """How far the expected quality of the first map can be believed."""
    body = []
    for answer in (name for name in NETWORK_ANSWERS if name in _answers(rows)):
        expected = np.array([row["expected"][answer] for row in rows])
        found = np.array([row["scores"][answer]["gfcc_first"] for row in rows])
        body.append(
            [
                answer,
                f"{expected.mean():.2f}",
                f"{found.mean():.2f}",
                f"{np.abs(expected - found).mean():.2f}",
                f"{np.corrcoef(expected, found)[0, 1]:.2f}" if np.ptp(found) > 0 else "-",
            ]
        )
    head = ["answer", "expected gfCC", "found", "mean difference", "correlation"]
    return "\nThe gfCC that the ranking head expects of the first map.\n\n" + _table(head, body)


def write_model_card(rows: list[Row], path: Path) -> None:
    """Write the model card: what the weights are, how they were made, and their scores."""
    manifest = read_manifest(weights_path())
    parts = [_what_it_is(manifest), _how_trained(manifest), _SCORES_TEXT, tables(rows), _LIMITS]
    text = "\n".join(parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _what_it_is(manifest: dict[str, Any]) -> str:
    network, inputs = manifest["network"], manifest["inputs"]
    size = weights_path().stat().st_size / 1e6
    count, latent, box = network["hypotheses"], network["latent"], inputs["box"]
    low, high, bins = inputs["q_min"], inputs["q_max"], inputs["bins"]
    return f"""# CMEDNet model card

*Generated by `densight evaluate --model-card`; do not edit by hand.*

## What it is

CMEDNet takes a powder X-ray pattern and what is known of the contents (a set of elements, amounts
if known, whether others are possible), and the cell where that is known. It answers with {count}
hypotheses: Niggli-reduced primitive cell, crystal system, number of atoms, mean density and the
electron density (CMED, B = 6 A²) as a Fourier series with |h|, |k|, |l| ≤ {box}, which is
periodic by construction and can be queried at any fractional coordinates. A head ranks the
hypotheses by the gauge-free correlation it expects of them.

- *Pattern branch*: intensities without Lorentz-polarisation on {bins} bins of ln q, {low:g} to
  {high:g} 1/A, masked where nothing was measured: independent of the wavelength.
- *Contents branch*: elements, amounts, flags. *Cell branch*: the cell, and the intensities shared
  out among its reflections. Every branch was dropped at random in training.
- *Latent*: a Gaussian-mixture prior of {count} components in {latent} dimensions; the loss is the
  evidence bound of the mixture over 1 - (correlation at the best origin, by FFT, and inversion),
  plus the heads' losses.
- *Cell*: where none is given, the lines are indexed first (`engine.model.cell_search`: every
  lattice but triclinic from the first 20 lines), and the network is asked once for each of the
  best cells, each weighed by its chance of being right, and once without a cell.
- *Weights*: {size:.1f} MB, float16, format {manifest["format_version"]}, SHA-256
  `{manifest["sha256"]}`.
"""


def _how_trained(manifest: dict[str, Any]) -> str:
    training = manifest["training"]
    settings = training["settings"]
    hours = training["seconds"] / 3600.0 * training["threads"]
    return f"""## Training

- *Data*: {manifest["data"]}
  Nothing held out was trained on; formulas of held-out structures and of measured phases were kept
  out of the isotypes too. `val` was looked at during training (not for stopping), and the few
  constants of the indexing were set on some sixty entries of it.
- *Views*: {training["views"]:,}, from the tables {", ".join(settings["tables"])}, each simulated
  on the fly (noise, background, texture, zero error, strain, range, width, stray lines);
  {training["steps"]:,} steps of {settings["batch"]}.
- *Compute*: {hours:.2f} hours of wall time times threads ({training["threads"]}), at low priority
  on a CPU shared with other work, so fewer core-hours than that; no GPU.
- *Licence of the weights*: {manifest["licence"]}.
- *Again*: `densight train --config engine/training/cmednet.toml --prepare --export FILE`, in a
  checkout with the data.
"""


_SCORES_TEXT = """## Scores

Held-out file `val` (binary and ternary, 1 to 20 atoms in the cell), entries drawn evenly from the
seven crystal systems, standard test pattern (Cu K-alpha doublet, 5 to 90 degrees, background,
noise, zero error). gfCC is the Pearson correlation at the best origin, inversion and
metric-preserving basis. *network* is what `densight density` does from pattern and elements alone;
*no indexing* is the network without any cell; *cell given* has the true cell. The trivial answers
are given more than the network: *another crystal*, five true maps of other crystals; *random
phases*, the true amplitudes in the true cell; *zero-phase map*, the true cell, mean and spread,
with the pattern's own intensities. The maps of the solver's candidates have a table of their own.
"""

_LIMITS = """## Limits

- This is a first network, trained for about an hour on a part of one core. Where indexing fails
  (triclinic lattices are not tried, monoclinic ones found in part) its maps are a rough hint.
- A given cell must be the primitive one; centring of a conventional cell is not removed.
- No structure with more than 20 atoms in the primitive cell was trained on.
- Coefficients beyond the box are missing: along long axes the map is blurred.
- Light atoms beside heavy ones are mostly not seen (table above).
- Origin, hand and the choice among bases of equal metric are arbitrary in every map.
- Training cells come from DFT relaxations, up to 3 % longer than measured ones; views are strained
  by up to 3 % to either side to cover that.
"""
