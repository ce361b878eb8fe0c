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
    "PySide6.QtNetwork",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "_pytest",
    "curses",
    "fsspec",
    "gi",
    "hypothesis",
    "imageio",
    "joblib",
    "lxml",
    "mpmath",
    "mypy",
    "narwhals",
    "networkx",
    "pandas",
    "pip",
    "plotly",
    "pytest",
    "pydoc_data",
    "setuptools",
    "sqlite3",
    "sympy",
    "tensorboard",
    "tifffile",
    "tkinter",
    "wheel",
    # of scikit-image the marching cubes alone are used
    *(
        f"skimage.{part}"
        for part in (
            "data",
            "exposure",
            "feature",
            "filters",
            "future",
            "graph",
            "io",
            "morphology",
            "registration",
            "restoration",
            "segmentation",
            "transform",
        )
    ),
    # of PyTorch: compiling, exporting, training on several machines, its own tests
    "torch._dynamo",
    "torch._inductor",
    "torch.distributed.checkpoint",
    "torch.distributed.elastic",
    "torch.distributed.fsdp",
    "torch.distributed.pipelining",
    "torch.distributed.tensor",
    "torch.onnx",
    "torch.testing._internal.distributed",
    "torch.utils.benchmark",
    "torch.utils.tensorboard",
)

# PyTorch's hook adds the sources of all its modules, for TorchScript. These alone read their own
# source when they are imported: settings with comments that mean something, overloaded functions.
_READS_ITS_SOURCE = (
    "_export.config",
    "_functorch.config",
    "compiler.config",
    "distributed.config",
    "functional",
    "fx.experimental._config",
    "nn.functional",
    "nn.modules.rnn",
    "utils.serialization.config",
)
COLLECTION_MODES = {"torch": "pyz"} | {f"torch.{name}": "pyz+py" for name in _READS_ITS_SOURCE}

# Files, by their place in the bundle (with forward slashes), that are not shipped.
LEFT_OUT_FILES = (
    # PyTorch's headers, test programs and test libraries; without its manager of shared memory
    # it cannot be imported
    r"torch/(include|share|test)/",
    r"torch/bin/(?!torch_shm_manager$)",
    r"torch/lib/lib(aoti_custom_ops|backend_with_compiler|jitbackend_test|torchbind_test)\.so$",
    # Qt: no QML, no translations of Qt's own, no platform plugin without a desktop
    r"PySide6/(Qt/)?(qml|translations)/",
    r"libQt6(Network|Qml|Quick|QmlModels|QmlMeta|QmlWorkerScript|Pdf|VirtualKeyboard)\.so",
    r"plugins/(tls|qmltooling|qmllint|sqldrivers|designer)",
    r"plugins/platforminputcontexts/libqtvirtualkeyboard",
    r"plugins/imageformats/libqpdf",
    r"plugins/platformthemes/libqgtk3",
    # Qt without a desktop: bare frame buffers, remote screens, embedded devices
    r"plugins/(egldeviceintegrations|generic|networkinformation)/",
    r"plugins/platforms/libq(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc)\.so",
    r"libQt6(EglFSDeviceIntegration|EglFsKmsSupport|EglFsKmsGbmSupport)\.so",
    r"plugins/imageformats/libq(tiff|webp|wbmp|tga|icns)\.so",
    # formats of pictures that are never written
    r"PIL/_(avif|webp|imagingtk|imagingcms)\.",
    r"pillow\.libs/lib(avif|webp|webpmux|webpdemux|sharpyuv|lcms2)-",
    r"scipy/io/_fast_matrix_market/_fmm_core",
    # the licences lie in the bundle's own folder of licences; lists of files are pip's
    r"\.dist-info/(licenses/|RECORD$)",
    # libraries that must be the user's own: drivers and the C++ run time talk to each other
    r"^lib(stdc\+\+|gcc_s|X11|X11-xcb|xcb|xcb-[a-z-]+|drm|GL|EGL|GLX|GLdispatch)\.so",
    r"^lib(gtk|gdk|atk|pango|cairo|gdk_pixbuf|glib|gio|gobject|gmodule)[-_A-Za-z]*[-.0-9]*\.so",
    # test data and pictures of libraries
    r"matplotlib/mpl-data/(sample_data|images|fonts/afm|fonts/pdfcorefonts|plot_directive)/",
    r"matplotlib/mpl-data/fonts/ttf/DejaVu(SansMono|Serif)(-|\.|Display)",
    r"skimage/data/",
    r"/tests?/",
)
_LEFT_OUT = re.compile("|".join(LEFT_OUT_FILES))


def is_left_out(destination: str) -> bool:
    """Whether a file stays out of the bundle, by its place there."""
    return _LEFT_OUT.search(destination.replace("\\", "/")) is not None
