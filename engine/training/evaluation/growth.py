"""How the score grows with training, and ablations that need a training of their own.

They are read from an optional record, ``resources/model/ablations.json``:

    {
      "format": 1,
      "growth": [
        {"views": 204800, "gfcc_first": 0.83, "gfcc_best": 0.85, "n": 280,
         "condition": "cell", "set": "val", "note": "checkpoint of the shipped run"}, ...
      ],
      "ablations": [
        {"name": "without the Patterson map", "views": 204800, "gfcc_first": 0.80,
         "gfcc_best": 0.82, "n": 280, "against": {"gfcc_first": 0.83, "gfcc_best": 0.85},
         "note": ""}, ...
      ],
      "paper": {"about": {"views": 64000, "seconds": 540, "threads": 1, ...},
                "rows": [{"line": 17, "gfcc": [0.4], "paper_ssim": 0.5, "paper_psnr": 22.0}, ...]}
    }

``views`` is the number of training views, ``condition`` the key of a row in
`engine.training.evaluation.conditions`; ``paper`` is the paper's architecture trained here, by
line of the held-out file (`engine.training.evaluation.paper_run`). ``gfcc_best``, ``note``,
``set``, ``condition`` and ``paper`` may be left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.training.evaluation.tables import markdown

FloatArray = NDArray[np.float64]
RECORD = "model/ablations.json"
FORMAT = 1
FURTHER = 10.0  # times as many views
FEWEST_FOR_A_FIT = 3


@dataclass(frozen=True)
class Trend:
    """A straight line through scores against log2(views), taken further.

    Attributes
    ----------
    per_doubling : float
        Slope, in the units of the score.
    at : float
        Expected score at `FURTHER` times the most views; `half_width` of its 95 % prediction
        interval.
    bounded : float
        The same by a power law of 1 - score, which cannot go beyond 1.
    """

    per_doubling: float
    at: float
    half_width: float
    bounded: float


def read_record(path: Path) -> dict[str, Any]:
    """The record, or an empty one where there is no such file.

    Raises
    ------
    BadInputError
        If it cannot be read or has another format.
    """
    if not path.is_file():
        return {"format": FORMAT, "growth": [], "ablations": []}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInputError(f"The training record {path} is no JSON: {error}.") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise BadInputError(
            f"The training record {path} has not format {FORMAT}: "
            "see engine/training/evaluation/growth.py for it."
        )
    for part, needed in (("growth", ("views", "gfcc_first", "n")), ("ablations", ("name", "n"))):
        for row in record.get(part, []):
            missing = [key for key in needed if key not in row]
            if missing:
                raise BadInputError(f"A row of '{part}' in {path} has no '{missing[0]}'; add it.")
    return {"growth": [], "ablations": [], **record}


def fit_trend(views: FloatArray, scores: FloatArray) -> Trend | None:
    """Least squares of score against log2(views); None with fewer than three sizes.

    The prediction interval is the usual one of linear regression with Student's t.
    """
    if len(np.unique(views)) < FEWEST_FOR_A_FIT:
        return None
    from scipy.stats import t as student

    x, y = np.log2(views), np.asarray(scores, dtype=np.float64)
    design = np.stack([np.ones_like(x), x], axis=1)
    line, *_ = np.linalg.lstsq(design, y, rcond=None)
    freedom = len(x) - 2
    variance = float(((y - design @ line) ** 2).sum()) / freedom
    far = np.array([1.0, x.max() + np.log2(FURTHER)])
    spread = far @ np.linalg.inv(design.T @ design) @ far
    half = float(student.ppf(0.975, freedom) * np.sqrt(variance * (1.0 + spread)))
    law, *_ = np.linalg.lstsq(design, np.log(np.maximum(1.0 - y, 1e-6)), rcond=None)
    bounded = 1.0 - float(np.exp(far @ law))
    return Trend(float(line[1]), float(far @ line), half, bounded)


def growth_text(record: dict[str, Any]) -> str:
    """Table of scores against training views, and what ten times as many would bring."""
    rows = sorted(record["growth"], key=lambda row: float(row["views"]))
    if not rows:
        return ""
    body = [
        [
            f"{int(row['views']):,}",
            f"{row['gfcc_first']:.3f}",
            f"{row['gfcc_best']:.3f}" if "gfcc_best" in row else "-",
            str(row["n"]),
            str(row.get("note", "")),
        ]
        for row in rows
    ]
    table = markdown(["training views", "gfCC first", "best of five", "n", "note"], body)
    views = np.array([float(row["views"]) for row in rows])
    trend = fit_trend(views, np.array([float(row["gfcc_first"]) for row in rows]))
    if trend is None:
        return table
    return table + (
        f"\nA straight line against log2(views) gains {trend.per_doubling:+.4f} a doubling. Taken "
        f"further to {FURTHER:.0f} times as many views it would reach {trend.at:.3f} ± "
        f"{trend.half_width:.3f} (95 % prediction interval, {len(rows)} sizes); a power law of "
        f"1 - gfCC, which cannot pass 1, gives {trend.bounded:.3f}. Both are extrapolations, and "
        "the sizes are mostly stages of one run under one schedule.\n"
    )


def ablations_text(record: dict[str, Any]) -> str:
    """Table of networks that were trained without something."""
    body = []
    for row in record["ablations"]:
        against = row.get("against", {})
        cells = [str(row["name"]), f"{int(row['views']):,}" if "views" in row else "-"]
        for key in ("gfcc_first", "gfcc_best"):
            if key not in row:
                cells.append("-")
                continue
            change = f" ({row[key] - against[key]:+.3f})" if key in against else ""
            cells.append(f"{row[key]:.3f}{change}")
        body.append([*cells, str(row["n"]), str(row.get("note", ""))])
    head = ["trained", "views", "gfCC first (change)", "best of five (change)", "n", "note"]
    return markdown(head, body)
