from __future__ import annotations

import json

from app.settings import MAXIMUM_RECENT, Settings
from app.state.examples import find_example, load_examples
from engine.pattern.io import read_pattern


def test_settings_survive_and_a_broken_file_counts_as_empty(tmp_path):
    path = tmp_path / "deep" / "window.json"
    Settings(path).set("theme", "dark")
    assert Settings(path).get("theme") == "dark"
    path.write_text("{broken")
    assert Settings(path).get("theme", "system") == "system"
    path.write_text("[1, 2]")
    assert Settings(path).recent_files == []


def test_recent_files_are_few_and_the_newest_first(tmp_path):
    settings = Settings(tmp_path / "window.json")
    for index in range(20):
        settings.add_recent(str(tmp_path / f"{index}.xy"))
    settings.add_recent(str(tmp_path / "15.xy"))
    assert len(settings.recent_files) == MAXIMUM_RECENT
    assert settings.recent_files[0].endswith("15.xy")
    assert len(set(settings.recent_files)) == MAXIMUM_RECENT
    assert json.loads((tmp_path / "window.json").read_text())["recent_files"]


def test_settings_that_cannot_be_written_stop_nothing(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings = Settings(blocked / "window.json")
    settings.set("theme", "dark")
    assert settings.get("theme") == "dark"


def test_every_example_can_be_read_and_brings_elements():
    examples = load_examples()
    assert len(examples) >= 3
    for example in examples:
        pattern = read_pattern(example.path)
        assert len(pattern) > 1000
        assert pattern.radiation.provenance == "file"
        assert example.elements
        assert "imulated" in example.note
        assert find_example(example.path) == example
    assert find_example(__file__) is None
