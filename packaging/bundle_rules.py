"""What goes into the frozen program and what stays out; the spec reads it."""

from __future__ import annotations

import re

# Imported by name at run time, so that the analysis of import statements cannot see them.
HIDDEN_IMPORTS = (
    "vispy.app.backends._pyside6",
    "vispy.app.backends._qt",
    "vispy.gloo.gl.glplus",
    "vispy.gloo.gl.gl2",
    "vispy.glsl",
    "OpenGL.platform.egl",
    "OpenGL.platform.glx",
)

# No subcommand and no view imports these; they are optional parts of libraries that are shipped.
EXCLUDED_MODULES = (
    "IPython",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "_pytest",
    "gi",
    "hypothesis",
    "lxml",
    "mpmath",
    "mypy",
    "narwhals",
    "networkx",
    "pandas",
    "pip",
    "plotly",
    "pytest",
    "setuptools",
    "sympy",
    "tensorboard",
    "tkinter",
    "torch.utils.tensorboard",
    "wheel",
)

# Files, by their place in the bundle (with forward slashes), that are not shipped.
LEFT_OUT_FILES = (
    # PyTorch's headers, test programs and test libraries; without its manager of shared memory
    # it cannot be imported
    r"torch/(include|share|test)/",
    r"torch/bin/(?!torch_shm_manager$)",
    r"torch/lib/lib(aoti_custom_ops|backend_with_compiler|jitbackend_test|torchbind_test)\.so$",
    # Qt: no QML, no translations of Qt's own, no platform plugin without a desktop
    r"PySide6/(Qt/)?(qml|translations)/",
    r"libQt6(Qml|Quick|QmlModels|QmlMeta|QmlWorkerScript|Pdf|VirtualKeyboard)\.so",
    r"plugins/(qmltooling|qmllint|sqldrivers|designer|platforminputcontexts/libqtvirtualkeyboard)",
    r"plugins/imageformats/libqpdf",
    r"plugins/platformthemes/libqgtk3",
    # libraries that must be the user's own: drivers and the C++ run time talk to each other
    r"^lib(stdc\+\+|gcc_s|X11|X11-xcb|xcb|xcb-[a-z-]+|drm|GL|EGL|GLX|GLdispatch)\.so",
    r"^lib(gtk|gdk|atk|pango|cairo|gdk_pixbuf|glib|gio|gobject|gmodule)[-_A-Za-z]*[-.0-9]*\.so",
    # test data and pictures of libraries
    r"matplotlib/mpl-data/(sample_data|images)/",
    r"skimage/data/",
    r"/tests?/",
)
_LEFT_OUT = re.compile("|".join(LEFT_OUT_FILES))


def is_left_out(destination: str) -> bool:
    """Whether a file stays out of the bundle, by its place there."""
    return _LEFT_OUT.search(destination.replace("\\", "/")) is not None
