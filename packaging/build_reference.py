#!/usr/bin/env python3
"""Make the reference of the engine's public functions from their docstrings.

    pip install '.[docs]'
    python packaging/build_reference.py build/reference

Ends with 1 if a module could not be imported or a docstring not be understood.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

PACKAGE = "engine"


def main(out: Path) -> int:
    """Write HTML pages below `out`, and say what was remarked."""
    import pdoc
    import pdoc.render

    pdoc.render.configure(docformat="numpy", math=True, search=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pdoc.pdoc(PACKAGE, output_directory=out)
    # What libraries say of their own future while they are imported is not about these pages.
    own = [str(item.message) for item in caught if issubclass(item.category, UserWarning)]
    for text in own:
        print(f"warning: {text}", file=sys.stderr)
    print(f"{len(list(out.rglob('*.html')))} pages in {out}, {len(own)} warnings")
    return 1 if own else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main(Path(sys.argv[1])))
