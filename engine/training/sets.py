"""Prepared sets of cells in a folder, opened where they are needed.

A set NAME is the cells in ``NAME_cells.npz``, and in the folder ``NAME`` their tables and settings.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from engine.errors import BadInputError
from engine.training.data import CellSet
from engine.training.settings_of_cells import SettingsTable
from engine.training.tables import TrainingTables

SETTINGS_FILE = "settings.npz"


def cells_path(root: Path, name: str) -> Path:
    """Where the cells of a set are."""
    return root / f"{name}_cells.npz"


def settings_path(root: Path, name: str) -> Path:
    """Where the settings of a set's cells are."""
    return root / name / SETTINGS_FILE


class TrainingSets:
    """Several prepared sets as one; only their names travel to other processes.

    Parameters
    ----------
    root : Path
        Folder of the sets.
    names : tuple of str
    """

    def __init__(self, root: Path, names: tuple[str, ...]) -> None:
        self.root, self.names = root, names

    def __reduce__(self) -> tuple[type[TrainingSets], tuple[Path, tuple[str, ...]]]:
        return TrainingSets, (self.root, self.names)

    @cached_property
    def tables(self) -> TrainingTables:
        """Lines and coefficients; the large arrays stay in their files."""
        parts = [TrainingTables.load(self.root / name, mapped=True) for name in self.names]
        return TrainingTables.join(parts, mapped=True)

    @cached_property
    def cells(self) -> CellSet:
        """Atoms and lattices.

        Raises
        ------
        BadInputError
            If they are not there, or not those of the tables.
        """
        cells = CellSet.concatenate([CellSet.load(cells_path(self.root, n)) for n in self.names])
        if not np.array_equal(cells.lattice, self.tables.lattice):
            raise BadInputError(
                f"The cells of {', '.join(self.names)} in {self.root} are not those of the tables "
                "beside them: prepare them anew."
            )
        return cells

    @cached_property
    def settings(self) -> SettingsTable | None:
        """Settings of every cell; None where they were not prepared for all."""
        paths = [settings_path(self.root, name) for name in self.names]
        if not all(path.is_file() for path in paths):
            return None
        return SettingsTable.join([SettingsTable.load(path) for path in paths])
