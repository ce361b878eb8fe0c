"""pymatgen's elements and space groups are tables beside its modules."""

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files(
    "pymatgen",
    includes=[
        f"{part}/**/*.{kind}" for part in ("core", "symmetry") for kind in ("json*", "csv", "yaml")
    ],
)
