"""What the program remembers between runs: recent files and how the window was laid out."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

MAXIMUM_RECENT = 10
MAXIMUM_ELEMENT_SETS = 8


class Settings:
    """A small JSON file, written atomically; a file that cannot be read counts as empty."""

    def __init__(self, path: Path | None = None) -> None:
        """Keep the settings at `path`; by default where the platform wants them."""
        # Where work is kept that must outlive the program; beside a path that was given.
        self.data_folder: Path
        if path is None:
            from platformdirs import user_config_path, user_data_path

            path = user_config_path("densight", appauthor=False) / "window.json"
            self.data_folder = user_data_path("densight", appauthor=False)
        else:
            self.data_folder = path.parent
        self._path = path
        self._values = self._read()

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return values if isinstance(values, dict) else {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value called `name`."""
        return self._values.get(name, default)

    def set(self, name: str, value: Any) -> None:
        """Remember a value; that it cannot be written is no reason to stop the work."""
        self._values[name] = value
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name_of_copy = tempfile.mkstemp(dir=self._path.parent, suffix=".json")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(self._values, stream, indent=1)
            os.replace(name_of_copy, self._path)
        except OSError:
            return

    def folder(self, name: str = "folder") -> str:
        """Where a dialog for files begins: where it ended last time, else the user's documents."""
        stored = self._values.get(name)
        if isinstance(stored, str) and Path(stored).is_dir():
            return stored
        from platformdirs import user_documents_path

        documents = user_documents_path()
        return str(documents if documents.is_dir() else Path.home())

    @property
    def recent_files(self) -> list[str]:
        """Paths of files opened lately, the newest first."""
        stored = self._values.get("recent_files", [])
        return [item for item in stored if isinstance(item, str)] if stored else []

    def add_recent(self, path: str) -> None:
        """Put a file at the head of the recent ones."""
        path = str(Path(path).resolve())
        kept = [other for other in self.recent_files if other != path]
        self.set("recent_files", [path, *kept][:MAXIMUM_RECENT])

    @property
    def recent_elements(self) -> list[str]:
        """Elements or formulas of former searches as they are typed, the newest first."""
        stored = self._values.get("recent_elements", [])
        return [item for item in stored if isinstance(item, str)] if stored else []

    def add_recent_elements(self, text: str) -> None:
        """Put a set of elements, or a formula, at the head of the recent ones."""
        if text and self.recent_elements[:1] != [text]:
            kept = [other for other in self.recent_elements if other != text]
            self.set("recent_elements", [text, *kept][:MAXIMUM_ELEMENT_SETS])

    def clear_recent(self) -> None:
        """Forget the recent files."""
        self.set("recent_files", [])
