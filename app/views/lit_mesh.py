"""A mesh lit from the camera, whose triangles can be exchanged without rebuilding its shaders."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from vispy import gloo
from vispy.scene.visuals import create_visual_node
from vispy.visuals import Visual

_VERTEX = """
attribute vec3 a_position;
attribute vec3 a_normal;
attribute vec4 a_color;
varying vec3 v_normal;
varying vec4 v_color;
void main() {
    v_normal = a_normal;
    v_color = a_color;
    gl_Position = $transform(vec4(a_position, 1.0));
}
"""

# Two-sided, one light beside the camera. A translucent surface is denser where it is seen
# edge-on, as a thin shell would be, which shows its shape.
_FRAGMENT = """
varying vec3 v_normal;
varying vec4 v_color;
uniform vec3 u_light;
uniform vec3 u_eye;
uniform float u_rim;
void main() {
    vec3 normal = normalize(v_normal);
    float facing = dot(normal, u_eye);
    if (facing < 0.0) { normal = -normal; facing = -facing; }
    float diffuse = max(dot(normal, u_light), 0.0);
    float highlight = pow(max(dot(normal, normalize(u_light + u_eye)), 0.0), 40.0);
    vec3 colour = v_color.rgb * (0.46 + 0.60 * diffuse) + vec3(0.16 * highlight);
    float edge = pow(1.0 - facing, 2.0);
    gl_FragColor = vec4(colour, v_color.a + (1.0 - v_color.a) * u_rim * edge);
}
"""


class LitMeshVisual(Visual):
    """Triangles with normals and a colour for each vertex, or one for all."""

    def __init__(self) -> None:
        """Make an empty mesh; nothing is drawn before `set_mesh`."""
        super().__init__(vcode=_VERTEX, fcode=_FRAGMENT)
        self._positions = gloo.VertexBuffer(np.zeros((3, 3), dtype=np.float32))
        self._normals = gloo.VertexBuffer(np.zeros((3, 3), dtype=np.float32))
        self._draw_mode = "triangles"
        self._index_buffer = gloo.IndexBuffer(np.array([0, 1, 2], dtype=np.uint32))
        self.shared_program["a_position"] = self._positions
        self.shared_program["a_normal"] = self._normals
        self.shared_program["a_color"] = (1.0, 1.0, 1.0, 1.0)
        self.shared_program["u_rim"] = 0.0
        self.set_light((0.0, 0.0, 1.0), (0.0, 0.0, 1.0))
        self._low = np.zeros(3)
        self._high = np.ones(3)
        self.freeze()

    def set_mesh(
        self,
        vertices: NDArray[np.float32],
        faces: NDArray[np.uint32],
        normals: NDArray[np.float32],
        color: Any,
    ) -> None:
        """Exchange the triangles; `color` is one RGBA, or (v, 4)."""
        self._positions.set_data(np.ascontiguousarray(vertices, dtype=np.float32))
        self._normals.set_data(np.ascontiguousarray(normals, dtype=np.float32))
        self._index_buffer.set_data(np.ascontiguousarray(faces, dtype=np.uint32).ravel())
        colours = np.asarray(color, dtype=np.float32)
        self.shared_program["a_color"] = (
            tuple(float(part) for part in colours)
            if colours.ndim == 1
            else gloo.VertexBuffer(np.ascontiguousarray(colours))
        )
        self._low, self._high = vertices.min(axis=0), vertices.max(axis=0)
        self.update()

    def set_rim(self, strength: float) -> None:
        """How much denser a translucent surface is where it is seen edge-on (0 to 1)."""
        self.shared_program["u_rim"] = float(strength)

    def set_light(self, light: Any, eye: Any) -> None:
        """Unit vectors towards light and camera, in the mesh's own coordinates."""
        self.shared_program["u_light"] = tuple(float(part) for part in light)
        self.shared_program["u_eye"] = tuple(float(part) for part in eye)

    def _prepare_transforms(self, view: Any) -> None:
        view.view_program.vert["transform"] = view.get_transform()

    def _compute_bounds(self, axis: int, view: Any) -> tuple[float, float]:
        return float(self._low[axis]), float(self._high[axis])


LitMesh = create_visual_node(LitMeshVisual)
