"""Writing files so that a reader never meets half of one."""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInputError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which becomes `path` when the block ends well.

    The temporary name keeps the suffix, since many writers choose their format by it. Where `path`
    is a link, the file that it points to is replaced.

    Raises
    ------
    BadInputError
        If the file cannot be written: no such folder, no right to it, a full disk; or if it is a
        folder or a device.
    """
    target = _written_through(path)
    temporary = target.with_name(f".writing-{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")
    try:
        temporary.touch(exist_ok=False)
        yield temporary
        os.replace(temporary, target)
    except OSError as error:
        # What the block reads meanwhile is another matter.
        if error.filename not in (None, str(temporary)):
            raise
        raise BadInputError(f"'{path}' cannot be written: {error.strerror or error}.") from None
    finally:
        temporary.unlink(missing_ok=True)


def _written_through(path: Path) -> Path:
    """Where a file of this name lies, links followed."""
    if path.is_dir():
        raise BadInputError(f"'{path}' cannot be written: it is a folder; name a file in it.")
    if path.exists() and not path.is_file():
        raise BadInputError(f"'{path}' cannot be written: it is no regular file; name another.")
    return Path(os.path.realpath(path))


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 at once."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any) -> None:
    """Write `content` as JSON at once; numbers that are not finite become null."""
    write_text(path, json.dumps(finite(content), indent=2, ensure_ascii=False) + "\n")


def finite(content: Any) -> Any:
    """The same content with null for every number that JSON has no word for."""
    if isinstance(content, np.generic | np.ndarray):
        content = content.tolist()
    if isinstance(content, float):
        return content if math.isfinite(content) else None
    if isinstance(content, dict):
        return {str(key): finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [finite(value) for value in content]
    return content


def make_folder(folder: Path) -> Path:
    """Make an output folder where there is none yet.

    Raises
    ------
    BadInputError
        If it cannot be made, for example because a file has that name.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(
            f"The folder '{folder}' cannot be made: {error.strerror or error}."
        ) from None
    return folder
