"""The three-dimensional picture of a density: surfaces, cell, atoms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget
from vispy import scene

from app.state.density import DensityMap
from app.state.drawing import Drawing
from app.theme import LIGHT, Theme
from app.views.isosurface import drawn_range, isosurface, padded, upright
from app.views.lit_mesh import LitMesh
from app.views.structure_scene import StructureScene

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
SMALL_ATOMS = 0.45
PERSPECTIVE = 32.0  # degrees of the field of view
MANY_CELLS = 27
BOX_WIDTH, AXES_WIDTH, LABEL_SIZE = 1.2, 2.2, 10
INNER_INSET = 0.003  # the caps of the inner surface lie just behind those of the outer one


class DensityCanvas:
    """A vispy scene; it knows nothing of the session, only what it is told to draw."""

    def __init__(self, parent: QWidget, samples: int = 0) -> None:
        """Make the canvas; its Qt widget is `native`, each pixel has so many `samples`."""
        self.theme: Theme = LIGHT
        self.canvas = scene.SceneCanvas(
            keys=None, parent=parent, show=False, config={"samples": samples, "depth_size": 24}
        )
        self.native: QOpenGLWidget = self.canvas.native
        self.view = self.canvas.central_widget.add_view()
        self.camera = scene.cameras.TurntableCamera(
            fov=0.0, azimuth=DEFAULT_VIEW[0], elevation=DEFAULT_VIEW[1], up="+z"
        )
        self.camera.depth_value = CAMERA_DEPTH
        self.view.camera = self.camera
        self._closed: NDArray[np.float32] | None = None
        self._below: NDArray[np.float32] | None = None
        self._lattice: FloatArray = np.eye(3)
        self._low, self._high = np.zeros(3), np.ones(3)
        self._inner = self._surface(order=1)
        self._outer = self._surface(order=2)
        # Its triangles are not sorted: did they hide each other, the surface would be pale from
        # one side and deep from the other. Whatever is drawn after it writes depths again.
        self._outer.set_gl_state("translucent", depth_test=True, cull_face=False, depth_mask=False)
        self._outer.set_rim(0.45)
        self._box = scene.visuals.Line(
            connect="segments", width=BOX_WIDTH, method="gl", antialias=True, parent=self.view.scene
        )
        self._axes = scene.visuals.Line(
            connect="segments",
            width=AXES_WIDTH,
            method="gl",
            antialias=True,
            parent=self.view.scene,
        )
        self.structure = StructureScene(self.view.scene)
        self._labels = scene.visuals.Text(
            ["a", "b", "c"], bold=True, font_size=LABEL_SIZE, pos=np.eye(3), parent=self.view.scene
        )
        self._labels.order = 4
        self._labels.update_gl_state(depth_mask=True)
        for visual in (self._box, self._axes):
            visual.order = 3
            visual.set_gl_state("translucent", depth_test=True, depth_mask=True)
        self.canvas.events.draw.connect(self._light_from_camera, position="first")
        self._start, self._span = np.zeros(3), np.ones(3)
        self.clear()

    def _surface(self, order: int) -> Any:
        visual = LitMesh(parent=self.view.scene)
        visual.order = order
        visual.set_gl_state("opaque", depth_test=True, cull_face=False, depth_mask=True)
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
        for visual in (self._inner, self._outer, *self.structure.meshes):
            visual.set_light(light, eye)

    @property
    def drawn_values(self) -> NDArray[np.float32] | None:
        """The grid whose surfaces are drawn, padded as `app.views.isosurface.padded` does."""
        return self._closed

    # -- what is drawn -----------------------------------------------------------------------

    def clear(self) -> None:
        """Draw nothing."""
        self._closed = self._below = None
        self._shown = False
        for visual in (self._inner, self._outer, self._box, self._axes, self._labels):
            visual.visible = False
        self.structure.clear()
        self.canvas.update()

    def set_map(
        self, density: DensityMap, lattice: FloatArray, atoms: bool, drawing: Drawing | None = None
    ) -> None:
        """Draw another map in the cell `lattice` (rows), with its atoms where it has them.

        `drawing` says over which range, and what joins the atoms.
        """
        drawing = drawing or Drawing()
        before = (self._lattice, self._low, self._high) if self._shown else None
        self._closed = padded(density.values, drawing.low, drawing.high)
        # What lies below zero of a difference is drawn as what lies above it, turned over.
        below = padded(-density.values, drawing.low, drawing.high) if density.signed else None
        self._below = below
        self._lattice = upright(lattice)
        self._low, self._high = np.array(drawing.low), np.array(drawing.high)
        first, last = drawn_range(density.values.shape, drawing.low, drawing.high)
        sizes = np.array(density.values.shape)
        self._start, self._span = first / sizes, (last - first) / sizes
        self._shown = True
        self._draw_box()
        structure = density.structure if atoms else None
        # What a difference shows lies at the atoms for the most part: they must not hide it.
        size = SMALL_ATOMS if density.signed else 1.0
        self.structure.draw(structure, drawing, self._lattice, self._place, size)
        self._set_projection(drawing)
        now = (self._lattice, self._low, self._high)
        if before is None or not all(
            np.allclose(old, new, rtol=0.02) for old, new in zip(before, now, strict=True)
        ):
            self._frame()

    def _set_projection(self, drawing: Drawing) -> None:
        fov = PERSPECTIVE if drawing.projection == "perspective" else 0.0
        if self.camera.fov != fov:
            self.camera.fov = fov

    def set_surfaces(
        self,
        outer: float,
        inner: float,
        opacity: float,
        outer_colour: str = "",
        inner_colour: str = "",
    ) -> None:
        """Draw the surfaces at two levels (e/A^3); the outer one lets through 1 - `opacity`.

        Their colours are those of the theme where none are given.
        """
        outer_colour = outer_colour or self.theme.outer_surface
        inner_colour = inner_colour or self.theme.inner_surface
        # Atoms sit inside the inner surface: it lets them through where they are drawn.
        solid = INNER_OPACITY if self.structure.visible else 1.0
        self._inner.set_gl_state(
            "translucent" if solid < 1.0 else "opaque",
            depth_test=True,
            cull_face=False,
            depth_mask=True,
        )
        self._mesh(self._inner, inner, inner_colour, solid, inset=INNER_INSET)
        self._mesh(self._outer, outer, outer_colour, opacity)
        self.canvas.update()

    def set_signed_surfaces(self, level: float, opacity: float) -> None:
        """Draw the surfaces of a difference at plus and minus `level` (e/A^3)."""
        self._inner.set_gl_state("translucent", depth_test=True, cull_face=False, depth_mask=False)
        self._mesh(self._inner, level, self.theme.minus, opacity, closed=self._below)
        self._mesh(self._outer, level, self.theme.plus, opacity)
        self.canvas.update()

    def _mesh(
        self,
        visual: Any,
        level: float,
        colour: str,
        opacity: float,
        inset: float = 0.0,
        closed: NDArray[np.float32] | None = None,
    ) -> None:
        closed = self._closed if closed is None else closed
        found = isosurface(closed, level) if closed is not None else None
        visual.visible = found is not None and opacity > 0.0
        if found is None:
            return
        vertices, faces, normals = found
        vertices = np.clip(vertices, inset, 1.0 - inset)
        tone = QColor(colour)
        rgba = (tone.redF(), tone.greenF(), tone.blueF(), opacity)
        # Normals are covectors: they transform by the inverse transpose.
        turned = normals @ np.linalg.inv(self._lattice).T
        places = self._place(self._start + vertices * self._span)
        visual.set_mesh(places, faces, turned, rgba)

    def _place(self, fractional: NDArray[Any]) -> NDArray[np.float32]:
        """Cartesian places, the middle of what is drawn at the origin."""
        middle = 0.5 * (self._low + self._high)
        return np.asarray((fractional - middle) @ self._lattice, dtype=np.float32)

    def _cells(self) -> NDArray[np.float64]:
        """Origins of the whole cells within the range, the first cell always among them."""
        ends = [
            np.arange(np.ceil(low - 1e-6), np.floor(high + 1e-6))
            for low, high in zip(self._low, self._high, strict=True)
        ]
        found = np.stack(np.meshgrid(*ends, indexing="ij"), -1).reshape(-1, 3)[:MANY_CELLS]
        here = np.zeros((1, 3))
        return np.unique(np.concatenate([here, found]), axis=0)

    def _draw_box(self) -> None:
        corners = [self._place(_CORNERS + origin)[_EDGES] for origin in self._cells()]
        # Numbers, not a name: for a name vispy imports matplotlib, to ask it for a colour map.
        muted = QColor(self.theme.muted).getRgbF()
        self._box.set_data(pos=np.concatenate(corners).reshape(-1, 3), color=muted)
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
        beyond = 0.07 * lengths.max() + 0.27 * lengths.min()  # clear of an atom on the corner
        return self._place(np.diag(1.0 + beyond / lengths))

    def _axis_colours(self) -> tuple[str, str, str]:
        return self.theme.calculated, self.theme.good, self.theme.difference

    # -- the first picture -------------------------------------------------------------------

    def warm_up(self) -> Iterator[None]:
        """Build the shaders of one drawable after the other, with next to nothing drawn.

        Each step is worth a frame; after the last one the canvas is empty again.
        """
        speck = np.zeros((3, 3), dtype=np.float32)
        speck[1, 0] = speck[2, 1] = 1e-3
        triangle = np.array([[0, 1, 2]], dtype=np.uint32)
        up = np.tile(np.array([0.0, 0.0, 1.0], dtype=np.float32), (3, 1))
        plain, varied = np.ones(4), np.ones((3, 4))
        meshes: list[tuple[Any, NDArray[np.float64]]]
        meshes = [(self._inner, plain), (self._outer, plain)]
        meshes += [(mesh, varied) for mesh in self.structure.meshes]
        for mesh, colour in meshes:
            mesh.set_mesh(speck, triangle, up, colour)
            mesh.visible = True
            self.canvas.update()
            yield
        for line in (self._box, self._axes):
            line.set_data(pos=speck[:2], color=np.ones((2, 4)))
            line.visible = True
            self.canvas.update()
            yield
        self._labels.color = self.theme.surface
        self._labels.visible = True
        self.canvas.update()
        yield
        self.clear()

    # -- the camera --------------------------------------------------------------------------

    def _frame(self) -> None:
        """Fit all that is drawn into the view, from whichever side."""
        ends = np.where(_CORNERS > 0.5, self._high, self._low)
        outermost = np.concatenate([self._place(ends), self._label_places()])
        self.camera.center = (0.0, 0.0, 0.0)
        self.camera.scale_factor = 2.05 * float(np.linalg.norm(outermost, axis=1).max())

    def look_along(self, axis: str) -> None:
        """Look down one of the axes a, b, c, or a*, b*, c*."""
        basis = np.linalg.inv(self._lattice).T if axis.endswith("*") else self._lattice
        direction = basis["abc".index(axis[0])]
        unit = direction / np.linalg.norm(direction)
        self.camera.elevation = float(np.degrees(np.arcsin(np.clip(unit[2], -1.0, 1.0))))
        if abs(unit[2]) < 1.0 - 1e-9:
            self.camera.azimuth = float(np.degrees(np.arctan2(unit[0], -unit[1])))
        else:
            self.camera.azimuth = 0.0
        self._frame()
        self.canvas.update()

    def link(self, other: DensityCanvas) -> None:
        """Turn together with another canvas; each keeps its own size and middle."""
        self.camera.link(other.camera, props=["azimuth", "elevation", "roll"])

    def unlink(self, other: DensityCanvas) -> None:
        """Turn by itself again."""
        for one, two in ((self.camera, other.camera), (other.camera, self.camera)):
            one._linked_cameras.pop(two, None)

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

    def picture(self, scale: float) -> QImage:
        """What is shown, drawn anew with `scale` times as many pixels along each side."""
        before = self.native.geometry()
        self._thicken(scale)
        # The screen is not painted before this returns: nobody sees the larger widget.
        self.native.resize(before.size() * scale)
        try:
            return self.native.grabFramebuffer()
        finally:
            self._thicken(1.0)
            self.native.setGeometry(before)

    def azimuth(self) -> float:
        """Where the camera stands, degrees about the upright axis."""
        return float(self.camera.azimuth)

    def turn_to(self, azimuth: float) -> None:
        """Look from another side, from the same height."""
        self.camera.azimuth = azimuth
        self.canvas.update()

    def picture_of_width(self, width: int) -> QImage:
        """What is shown, drawn anew so many pixels wide."""
        shown = max(self.native.width() * self.native.devicePixelRatioF(), 1.0)
        image = self.picture(width / shown)
        if image.width() == width:
            return image
        return image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)

    def _thicken(self, scale: float) -> None:
        """Lines and letters as large beside the rest as they are on the screen."""
        self._box.set_data(width=BOX_WIDTH * scale)
        self._axes.set_data(width=AXES_WIDTH * scale)
        self._labels.font_size = LABEL_SIZE * scale

    def close(self) -> None:
        """Let go of the GL resources."""
        self.canvas.close()
