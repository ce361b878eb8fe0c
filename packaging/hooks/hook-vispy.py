"""vispy reads its shaders as files."""

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("vispy", includes=["glsl/**", "util/fonts/data/*", "io/_data/*"])
