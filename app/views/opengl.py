"""What OpenGL this computer offers."""

from __future__ import annotations

from PySide6.QtGui import QOffscreenSurface, QOpenGLContext

_GL_RENDERER = 0x1F01
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic")
SMOOTH, PLAIN = 4, 0


def renderer() -> str:
    """The renderer's name; empty where there is no OpenGL."""
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    if not (context.create() and context.makeCurrent(surface)):
        return ""
    name = context.functions().glGetString(_GL_RENDERER)
    context.doneCurrent()
    surface.destroy()
    return str(name or "")


def affordable_samples() -> int:
    """Samples for each pixel: a GPU smooths edges; software would take three times as long.

    Without smoothing a level moves at more than 20 frames a second even where OpenGL is software.
    """
    name = renderer().lower()
    return PLAIN if not name or any(word in name for word in _SOFTWARE) else SMOOTH
