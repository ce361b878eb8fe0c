"""The three-dimensional picture of a density: surfaces, cell, atoms."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from vispy import scene

from app.state.density import DensityMap
from app.theme import LIGHT, Theme
from app.views import atom_style
from app.views.isosurface import boundary_copies, isosurface, padded, spheres, upright
from app.views.lit_mesh import LitMesh

FloatArray = NDArray[np.float64]
# Corners of the cell, and the pairs of them that are edges.
_CORNERS = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)], dtype=float)
_EDGES = np.array(
    [
        (first, second)
        for first in range(8)
        for second in range(first + 1, 8)
        if np.abs(_CORNERS[first] - _CORNERS[second]).sum() == 1
    ]
)
DEFAULT_VIEW = (115.0, 18.0)
CAMERA_DEPTH = 1e4  # vispy's off-screen buffer has 16 bits of depth
INNER_OPACITY = 0.55
INNER_INSET = 0.003  # the caps of the inner surface lie just behind those of the outer one


class DensityCanvas:
    """A vispy scene; it knows nothing of the session, only what it is told to draw."""

    def __init__(self, parent: QWidget, samples: int = 0) -> None:
        """Make the canvas; its Qt widget is `native`, each pixel has so many `samples`."""
        self.theme: Theme = LIGHT
        self.canvas = scene.SceneCanvas(
            keys=None, parent=parent, show=False, config={"samples": samples, "depth_size": 24}
        )
        self.native: QWidget = self.canvas.native
        self.view = self.canvas.central_widget.add_view()
        self.camera = scene.cameras.TurntableCamera(
            fov=0.0, azimuth=DEFAULT_VIEW[0], elevation=DEFAULT_VIEW[1], up="+z"
        )
        self.camera.depth_value = CAMERA_DEPTH
        self.view.camera = self.camera
        self._closed: NDArray[np.float32] | None = None
        self._lattice: FloatArray = np.eye(3)
        self._inner = self._surface(order=1)
        self._outer = self._surface(order=2)
        self._outer.set_gl_state("translucent", depth_test=True, cull_face=False)
        self._outer.set_rim(0.45)
        self._box = scene.visuals.Line(
            connect="segments", width=1.2, method="gl", antialias=True, parent=self.view.scene
        )
        self._axes = scene.visuals.Line(
            connect="segments", width=2.2, method="gl", antialias=True, parent=self.view.scene
        )
        self._atoms = self._surface(order=0)
        self._labels = scene.visuals.Text(
            ["a", "b", "c"], bold=True, font_size=10, pos=np.eye(3), parent=self.view.scene
        )
        self._labels.order = 4
        for visual in (self._box, self._axes):
            visual.order = 3
            visual.set_gl_state("translucent", depth_test=True)
        self.canvas.events.draw.connect(self._light_from_camera, position="first")
        self.clear()

    def _surface(self, order: int) -> Any:
        visual = LitMesh(parent=self.view.scene)
        visual.order = order
        visual.set_gl_state("opaque", depth_test=True, cull_face=False)
        return visual

    def _light_from_camera(self, _event: Any = None) -> None:
        """Keep the light up and to the left of whoever looks."""
        azimuth, elevation = np.radians([self.camera.azimuth, self.camera.elevation])
        eye = np.array(
            [
                np.sin(azimuth) * np.cos(elevation),
                -np.cos(azimuth) * np.cos(elevation),
                np.sin(elevation),
            ]
        )
        right = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
        light = eye + 0.55 * np.cross(eye, right) - 0.4 * right
        light /= np.linalg.norm(light)
        for visual in (self._inner, self._outer, self._atoms):
            visual.set_light(light, eye)

    @property
    def drawn_values(self) -> NDArray[np.float32] | None:
        """The grid whose surfaces are drawn, padded as `app.views.isosurface.padded` does."""
        return self._closed

    # -- what is drawn -----------------------------------------------------------------------

    def clear(self) -> None:
        """Draw nothing."""
        self._closed = None
        self._shown = False
        for visual in (
            self._inner, self._outer, self._box, self._axes, self._atoms, self._labels
        ):  # fmt: skip
            visual.visible = False
        self.canvas.update()

    def set_map(self, density: DensityMap, lattice: FloatArray, atoms: bool) -> None:
        """Draw another map in the cell `lattice` (rows), with its atoms where it has them."""
        before = self._lattice if self._shown else None
        self._closed = padded(density.values)
        self._lattice = upright(lattice)
        self._shown = True
        self._draw_box()
        self._draw_atoms(density if atoms else None)
        if before is None or not np.allclose(before, self._lattice, rtol=0.02):
            self._frame()

    def set_surfaces(self, outer: float, inner: float, opacity: float) -> None:
        """Draw the surfaces at two levels (e/A^3); the outer one lets through 1 - `opacity`."""
        # Atoms sit inside the inner surface: it lets them through where they are drawn.
        solid = INNER_OPACITY if self._atoms.visible else 1.0
        self._inner.set_gl_state(
            "translucent" if solid < 1.0 else "opaque", depth_test=True, cull_face=False
        )
        self._mesh(self._inner, inner, self.theme.inner_surface, solid, inset=INNER_INSET)
        self._mesh(self._outer, outer, self.theme.outer_surface, opacity)
        self.canvas.update()

    def _mesh(
        self, visual: Any, level: float, colour: str, opacity: float, inset: float = 0.0
    ) -> None:
        found = isosurface(self._closed, level) if self._closed is not None else None
        visual.visible = found is not None and opacity > 0.0
        if found is None:
            return
        vertices, faces, normals = found
        vertices = np.clip(vertices, inset, 1.0 - inset)
        rgba = (*QColor(colour).getRgbF()[:3], opacity)
        # Normals are covectors: they transform by the inverse transpose.
        turned = normals @ np.linalg.inv(self._lattice).T
        visual.set_mesh(self._place(vertices), faces, turned, rgba)

    def _place(self, fractional: NDArray[Any]) -> NDArray[np.float32]:
        """Cartesian places, the middle of the cell at the origin."""
        return np.asarray((fractional - 0.5) @ self._lattice, dtype=np.float32)

    def _draw_box(self) -> None:
        corners = self._place(_CORNERS)
        self._box.set_data(
            pos=corners[_EDGES].reshape(-1, 3), color=QColor(self.theme.muted).name()
        )
        self._box.visible = True
        ends = np.zeros((6, 3))
        ends[1::2] = np.eye(3) * 0.28
        colours = np.repeat([QColor(name).getRgbF() for name in self._axis_colours()], 2, axis=0)
        self._axes.set_data(pos=self._place(ends), color=colours)
        self._axes.visible = True
        self._labels.pos = self._label_places()
        self._labels.color = [QColor(name).name() for name in self._axis_colours()]
        self._labels.visible = True

    def _label_places(self) -> NDArray[np.float32]:
        """Just beyond the ends of a, b and c."""
        lengths = np.linalg.norm(self._lattice, axis=1)
        beyond = 0.05 * lengths.max() + 0.15 * lengths.min()  # clear of an atom on the corner
        return self._place(np.diag(1.0 + beyond / lengths))

    def _axis_colours(self) -> tuple[str, str, str]:
        return self.theme.calculated, self.theme.good, self.theme.difference

    def _draw_atoms(self, density: DensityMap | None) -> None:
        structure = density.structure if density is not None else None
        self._atoms.visible = structure is not None and len(structure) > 0
        if structure is None or not len(structure):
            return
        places, rows = boundary_copies(structure.frac_coords)
        numbers = structure.numbers[rows]
        scale = (abs(np.linalg.det(self._lattice)) / structure.volume) ** (1.0 / 3.0)
        radii = np.array([atom_style.radius(int(number)) for number in numbers]) * scale
        colours = np.array([QColor(atom_style.colour(int(number))).getRgbF() for number in numbers])
        mesh, owners = spheres(self._place(places), radii)
        self._atoms.set_mesh(*mesh, colours[owners])

    # -- the camera --------------------------------------------------------------------------

    def _frame(self) -> None:
        """Fit the whole cell into the view, from whichever side."""
        outermost = np.concatenate([self._place(_CORNERS), self._label_places()])
        self.camera.center = (0.0, 0.0, 0.0)
        self.camera.scale_factor = 2.05 * float(np.linalg.norm(outermost, axis=1).max())

    def look_along(self, axis: str) -> None:
        """Look down one of the cell's axes: a, b or c."""
        direction = self._lattice["abc".index(axis)]
        unit = direction / np.linalg.norm(direction)
        self.camera.elevation = float(np.degrees(np.arcsin(np.clip(unit[2], -1.0, 1.0))))
        if abs(unit[2]) < 1.0 - 1e-9:
            self.camera.azimuth = float(np.degrees(np.arctan2(unit[0], -unit[1])))
        else:
            self.camera.azimuth = 0.0
        self._frame()
        self.canvas.update()

    def reset_view(self) -> None:
        """The view that a new map gets."""
        self.camera.azimuth, self.camera.elevation = DEFAULT_VIEW
        self._frame()
        self.canvas.update()

    def set_theme(self, theme: Theme) -> None:
        """Take over colours; the caller draws anew."""
        self.theme = theme
        self.canvas.bgcolor = theme.surface
        if self._shown:
            self._draw_box()
        self.canvas.update()

    def close(self) -> None:
        """Let go of the GL resources."""
        self.canvas.close()
