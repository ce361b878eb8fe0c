import numpy as np
import pytest
from PIL import Image

from engine.errors import BadInputError
from engine.export.animation import write_animation


@pytest.fixture(scope="module")
def frames():
    """A bright bar that walks over a shaded ground."""
    made = np.zeros((12, 40, 60, 3), dtype=np.uint8)
    made[..., 2] = np.linspace(0, 120, 60, dtype=np.uint8)
    for number, frame in enumerate(made):
        frame[:, 5 * number : 5 * number + 5] = (250, 160, 20)
    return list(made)


def shown(path):
    """All pictures of a file as RGB, and how long each is shown (ms)."""
    pictures, durations = [], []
    with Image.open(path) as image:
        for number in range(image.n_frames):
            image.seek(number)
            pictures.append(np.asarray(image.convert("RGB"), dtype=int))
            durations.append(image.info["duration"])
        loop = image.info["loop"]
    return pictures, durations, loop


@pytest.mark.parametrize(("suffix", "off"), [(".gif", 12), (".apng", 0)])
def test_what_moves_comes_back(tmp_path, frames, suffix, off):
    path = tmp_path / f"turn{suffix}"
    assert write_animation(path, frames, 3.0) == [path]
    pictures, durations, loop = shown(path)
    assert len(pictures) == 12
    assert sum(durations) == pytest.approx(3000.0, rel=0.03)
    assert loop == 0
    for picture, frame in zip(pictures, frames, strict=True):
        assert np.abs(picture - frame).max() <= off


def test_a_file_for_every_picture(tmp_path, frames):
    written = write_animation(tmp_path / "turn.png", frames, 3.0)
    assert [path.name for path in written][:2] == ["turn_001.png", "turn_002.png"]
    assert len(list(tmp_path.iterdir())) == 12
    with Image.open(written[7]) as image:
        assert np.array_equal(np.asarray(image), frames[7])


def test_a_gif_is_never_faster_than_viewers_show_it(tmp_path, frames):
    write_animation(tmp_path / "turn.gif", frames, 0.05)
    assert shown(tmp_path / "turn.gif")[1] == [20] * 12


def test_what_cannot_be_written_is_said(tmp_path, frames):
    with pytest.raises(BadInputError, match="must end in"):
        write_animation(tmp_path / "turn.mp4", frames, 1.0)
    with pytest.raises(BadInputError, match="no picture"):
        write_animation(tmp_path / "turn.gif", [], 1.0)
    with pytest.raises(BadInputError, match="nowhere"):
        write_animation(tmp_path / "nowhere" / "turn.gif", frames, 1.0)
