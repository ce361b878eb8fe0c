"""Atoms, bonds and coordination polyhedra of a structure, as meshes of a scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from app.state.drawing import Drawing
from app.views import atom_style
from app.views.isosurface import Mesh, hull, rods, spheres
from app.views.lit_mesh import LitMesh
from engine.crystal.coordination import Arrangement, arrange
from engine.crystal.structure import CrystalStructure

FloatArray = NDArray[np.float64]
Place = Callable[[NDArray[Any]], NDArray[np.float32]]
BOND_RADIUS = 0.09  # angstrom
POLYHEDRON_OPACITY = 0.42


class StructureScene:
    """The meshes of one structure; it is told what to draw and knows no session."""

    def __init__(self, scene: Any) -> None:
        self.atoms = self._mesh(scene, 0)
        self.bonds = self._mesh(scene, 0)
        self.polyhedra = self._mesh(scene, 1)
        self.polyhedra.set_gl_state("translucent", depth_test=True, cull_face=False)
        self.clear()

    @staticmethod
    def _mesh(scene: Any, order: int) -> Any:
        mesh = LitMesh(parent=scene)
        mesh.order = order
        mesh.set_gl_state("opaque", depth_test=True, cull_face=False)
        return mesh

    @property
    def meshes(self) -> tuple[Any, ...]:
        """All meshes, to be lit."""
        return self.atoms, self.bonds, self.polyhedra

    @property
    def visible(self) -> bool:
        """Whether there are atoms to be seen."""
        return bool(self.atoms.visible)

    def clear(self) -> None:
        """Draw nothing."""
        self.arrangement: Arrangement | None = None
        for mesh in self.meshes:
            mesh.visible = False

    def draw(
        self,
        structure: CrystalStructure | None,
        drawing: Drawing,
        lattice: FloatArray,
        place: Place,
        size: float = 1.0,
    ) -> None:
        """Draw a structure in the cell `lattice` (rows); `place` makes fractions Cartesian.

        Atoms and bonds are drawn `size` times as thick as they are by themselves.
        """
        self.clear()
        if structure is None or not len(structure):
            return
        found = self.arrangement = arrange(
            structure,
            drawing.low,
            drawing.high,
            bonds=drawing.bonds,
            polyhedra=drawing.polyhedra,
        )
        numbers = structure.numbers[found.rows]
        colours = np.array([QColor(atom_style.colour(int(z))).getRgbF() for z in numbers])
        # The cube of fractions has no angstroms: sizes keep their share of the cell.
        scale = size * (abs(np.linalg.det(lattice)) / structure.volume) ** (1.0 / 3.0)
        places = place(found.coordinates)
        radii = scale * np.array([atom_style.radius(int(z)) for z in numbers])
        mesh, owners = spheres(places, radii)
        self.atoms.set_mesh(*mesh, colours[owners])
        self.atoms.visible = True
        if len(found.bonds):
            mesh, colour = _bonds(places, found.bonds, colours, BOND_RADIUS * scale)
            self.bonds.set_mesh(*mesh, colour)
            self.bonds.visible = True
        if found.polyhedra:
            drawn = _polyhedra(places, found, colours)
            if drawn is not None:
                self.polyhedra.set_mesh(*drawn[0], drawn[1])
                self.polyhedra.visible = True


def _bonds(
    places: NDArray[np.float32], bonds: NDArray[np.int64], colours: FloatArray, radius: float
) -> tuple[Mesh, FloatArray]:
    """Rods whose halves have the colours of the atoms that they lead to."""
    middles = 0.5 * (places[bonds[:, 0]] + places[bonds[:, 1]])
    ends = np.concatenate([places[bonds[:, 0]], places[bonds[:, 1]]])
    mesh, owners = rods(ends, np.concatenate([middles, middles]), radius)
    return mesh, colours[np.concatenate([bonds[:, 0], bonds[:, 1]])][owners]


def _polyhedra(
    places: NDArray[np.float32], found: Arrangement, colours: FloatArray
) -> tuple[Mesh, FloatArray] | None:
    """All bodies as one mesh, each in the colour of its centre."""
    parts, tints = [], []
    for centre, corners in found.polyhedra:
        body = hull(places[corners])
        if body is not None:
            parts.append(body)
            tint = np.append(colours[centre][:3], POLYHEDRON_OPACITY)
            tints.append(np.tile(tint, (len(body[0]), 1)))
    if not parts:
        return None
    starts = np.cumsum([0] + [len(body[0]) for body in parts[:-1]])
    mesh = (
        np.concatenate([body[0] for body in parts]),
        np.concatenate([body[1] + start for body, start in zip(parts, starts, strict=True)]).astype(
            np.uint32
        ),
        np.concatenate([body[2] for body in parts]),
    )
    return mesh, np.concatenate(tints)
