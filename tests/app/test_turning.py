"""A turn of a picture in space: what is drawn, what is written, how it stops; without a window."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QColor, QImage

from app.jobs.runner import JobRunner
from app.state.turn import TurnState
from app.turning import Turning, as_array


class Canvas:
    """Colours its picture by where the camera stands."""

    def __init__(self):
        self.at = 30.0
        self.seen = []

    def azimuth(self):
        return self.at

    def turn_to(self, azimuth):
        self.at = azimuth

    def picture_of_width(self, width):
        self.seen.append(self.at)
        image = QImage(width, width // 2, QImage.Format.Format_ARGB32)
        image.fill(QColor.fromHsv(round(self.at) % 360, 255, 255))
        return image


@pytest.fixture
def canvas():
    return Canvas()


@pytest.fixture
def turning(qapp, canvas):
    jobs = JobRunner()
    made = Turning(jobs, lambda: canvas)
    made.state.wish(pictures=12, seconds=3.0, width=160)
    yield made
    made.cancel()
    assert jobs.shutdown(5.0)


def ended(turning, qtbot):
    qtbot.waitUntil(lambda: turning.state.status != "running", timeout=10_000)


def test_one_whole_turn_from_where_the_camera_stood(turning, canvas, tmp_path, qtbot):
    path = tmp_path / "turn.gif"
    assert turning.save(path)
    ended(turning, qtbot)
    assert turning.state.status == "done"
    assert "turn.gif" in turning.state.message
    assert canvas.seen == pytest.approx([(30.0 + 30.0 * step) % 360.0 for step in range(12)])
    assert canvas.at == 30.0
    with Image.open(path) as image:
        assert (image.n_frames, image.size) == (12, (160, 80))


def test_a_file_for_every_picture(turning, tmp_path, qtbot):
    turning.save(tmp_path / "turn.png")
    ended(turning, qtbot)
    assert len(list(tmp_path.glob("turn_*.png"))) == 12
    assert "and 11 more" in turning.state.message


def test_it_stops_when_it_is_told_to_and_the_camera_goes_back(turning, canvas, tmp_path, qtbot):
    turning.state.wish(pictures=300)
    turning.save(tmp_path / "turn.gif")
    qtbot.waitUntil(lambda: len(canvas.seen) >= 3)
    turning.cancel()
    assert turning.state.status == "cancelled"
    assert canvas.at == 30.0
    seen = len(canvas.seen)
    qtbot.wait(30)
    assert len(canvas.seen) == seen
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_said(turning, tmp_path, qtbot):
    turning.save(tmp_path / "turn.mp4")
    ended(turning, qtbot)
    assert turning.state.status == "failed"
    assert "must end in" in turning.state.message


def test_without_a_picture_in_space_there_is_no_turn(qapp, tmp_path):
    turning = Turning(JobRunner(), lambda: None)
    assert not turning.possible
    assert not turning.save(tmp_path / "turn.gif")
    assert "no density" in turning.state.message


def test_wishes_are_kept_sensible():
    state = TurnState()
    state.wish(pictures=10_000, seconds=0.0, width=5)
    assert (state.wishes.pictures, state.wishes.seconds, state.wishes.width) == (360, 1.0, 160)
    state.wish(pictures=8)
    assert state.azimuths(350.0) == [350.0, 35.0, 80.0, 125.0, 170.0, 215.0, 260.0, 305.0]


def test_pixels_come_through_whatever_the_row_length(qapp):
    image = QImage(7, 3, QImage.Format.Format_RGB32)
    image.fill(QColor(10, 20, 30))
    image.setPixelColor(6, 2, QColor(200, 100, 50))
    found = as_array(image)
    assert found.shape == (3, 7, 3)
    assert np.array_equal(found[2, 6], [200, 100, 50])
    assert np.array_equal(found[0, 0], [10, 20, 30])
