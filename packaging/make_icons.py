"""Draw the icon in the formats of Windows and macOS."""

from __future__ import annotations

import sys
from pathlib import Path


def make_icons(source: Path, out: Path) -> None:
    """Write densight.ico and densight.icns from the folder's densight.png."""
    from PIL import Image

    out.mkdir(parents=True, exist_ok=True)
    with Image.open(source / "densight.png") as picture:
        picture.save(out / "densight.ico", sizes=[(n, n) for n in (16, 32, 48, 64, 128, 256)])
        picture.resize((512, 512), Image.Resampling.LANCZOS).save(out / "densight.icns")


if __name__ == "__main__":
    make_icons(Path(sys.argv[1]), Path(sys.argv[2]))
