"""Moving pictures: animated GIF and PNG, or a file for every picture.

Pillow writes them; it comes with matplotlib.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInputError
from engine.export.atomic import replacing
from engine.progress import Progress

Frame = NDArray[np.uint8]
ANIMATED = {".gif": "GIF", ".apng": "PNG"}
SUFFIXES = (*ANIMATED, ".png")
# GIF counts in hundredths of a second, and many viewers slow down what is faster than this.
SHORTEST_OF_GIF = 20  # milliseconds
_COLOURS = 255
_LOOKED_AT = 8  # pictures that the colours of all are chosen from


def write_animation(
    path: Path, frames: Sequence[Frame], seconds: float, progress: Progress | None = None
) -> list[Path]:
    """Write pictures as one moving picture that goes round for ever, or one by one.

    Parameters
    ----------
    path : Path
        ``.gif``: 255 colours, shown everywhere; ``.apng``: all colours; ``.png``: a file for each
        picture, ``NAME_001.png`` ..., for a film to be made of.
    frames : sequence of (height, width, 3) uint8 arrays
        All of one size.
    seconds : float
        That all of them take together.
    progress : Progress, optional

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    BadInputError
        If the suffix is another one, there are no pictures, or a file cannot be written.
    """
    progress = progress or Progress()
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise BadInputError(f"'{path.name}' must end in {', '.join(SUFFIXES)}.")
    if not len(frames):
        raise BadInputError("There is no picture to be written.")
    if suffix in ANIMATED:
        return [_write_animated(path, frames, seconds, progress)]
    return _write_series(path, frames, progress)


def _write_series(path: Path, frames: Sequence[Frame], progress: Progress) -> list[Path]:
    from PIL import Image

    digits = max(3, len(str(len(frames))))
    written = []
    for number, frame in enumerate(frames, start=1):
        progress.report(number / len(frames), "Writing")
        place = path.with_name(f"{path.stem}_{number:0{digits}d}.png")
        with replacing(place) as temporary:
            Image.fromarray(frame).save(temporary, "PNG")
        written.append(place)
    return written


def _write_animated(
    path: Path, frames: Sequence[Frame], seconds: float, progress: Progress
) -> Path:
    from PIL import Image

    kind = ANIMATED[path.suffix.lower()]
    pictures = [Image.fromarray(frame) for frame in frames]
    duration = 1000.0 * seconds / len(frames)
    options: dict[str, Any] = {}
    if kind == "GIF":
        duration = max(round(duration, -1), SHORTEST_OF_GIF)
        palette = _common_palette(frames)
        reduced = []
        for number, picture in enumerate(pictures, start=1):
            progress.report(number / len(pictures), "Reducing colours")
            # Dithering would make smooth surfaces crawl from picture to picture.
            reduced.append(picture.quantize(palette=palette, dither=Image.Dither.NONE))
        pictures = reduced
        options["optimize"] = False
    progress.report(1.0, "Writing")
    with replacing(path) as temporary:
        pictures[0].save(
            temporary,
            kind,
            save_all=True,
            append_images=pictures[1:],
            duration=round(duration),
            loop=0,
            **options,
        )
    return path


def _common_palette(frames: Sequence[Frame]) -> Any:
    """Colours for all pictures, chosen from some of them: one that changes would flicker."""
    from PIL import Image

    step = max(len(frames) // _LOOKED_AT, 1)
    together = np.concatenate([frame[::2, ::2] for frame in frames[::step]], axis=0)
    return Image.fromarray(np.ascontiguousarray(together)).quantize(
        colors=_COLOURS, method=Image.Quantize.MEDIANCUT
    )
