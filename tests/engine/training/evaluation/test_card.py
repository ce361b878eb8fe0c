"""The model card, from results made by hand and the shipped manifests."""

from pathlib import Path

from engine.training.evaluation.card import manifests, write_model_card
from engine.training.evaluation.results import About, Results


def test_the_card_tells_what_was_shipped_and_measured(tmp_path: Path) -> None:
    score = {
        "line": 1,
        "gfcc": [0.9, 0.95],
        "ssim": [0.8, 0.9],
        "paper_ssim": 0.7,
        "paper_psnr": 30.0,
        "recall": {"light": [1, 2], "middle": [0, 0], "heavy": [1, 1]},
        "expected": [0.9, 0.8],
        "cell_right": [True, True],
        "system_right": [True, True],
        "atoms_right": [True, True],
    }
    entries = [About(1, 0, "NaCl", "cubic", True)]
    timing = {
        "seconds": {"cell given": 0.5},
        "patterns": 12,
        "grid": 50,
        "threads": 2,
        "load": 1.0,
        "machine": "a machine",
    }
    results = Results("val", "abc", entries, {"cell": [score]}, {"zero": [score]}, timing=timing)
    other = Results("val_large", "abc", entries, {"cell": [score]}, {"zero": [score]})
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "model-maps.png").write_bytes(b"")
    write_model_card(results, tmp_path / "model-card.md", more=[other])
    text = (tmp_path / "model-card.md").read_text()
    for _, manifest in manifests():
        assert manifest["sha256"] in text
        assert f"*{manifest['model']}*" in text
    assert "](images/model-maps.png)" in text
    assert "| elements, cell given | 1 |" in text
    assert "Held-out file `val_large`" in text
    assert "cell given, 0.50 s" in text
    assert "a machine" in text
    assert "In the paper's terms" not in text  # nothing was measured for it
    assert "None" not in text
    assert max(len(line) for line in text.splitlines() if not line.startswith("|")) < 700
