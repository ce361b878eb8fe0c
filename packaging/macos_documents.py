"""The documents that the macOS application opens."""

PATTERN_SUFFIXES = (
    "xy xye chi xrdml gsas gsa fxye raw brml uxd ras rasx asc udf rd sd cpi cif".split()
)
DOCUMENT_TYPES = [
    {
        "CFBundleTypeName": "Powder diffraction pattern",
        "CFBundleTypeRole": "Viewer",
        "LSHandlerRank": "Alternate",
        "CFBundleTypeExtensions": list(PATTERN_SUFFIXES),
    },
    {
        "CFBundleTypeName": "Densight session",
        "CFBundleTypeRole": "Editor",
        "LSHandlerRank": "Owner",
        "CFBundleTypeExtensions": ["densight"],
    },
]
