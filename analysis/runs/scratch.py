"""Folders with a short name for what a run keeps only while it goes on."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

_PREFIX = "gipfel-"
_OWNER_FILE = ".owner"


def make_scratch() -> Path:
    """Make a folder for sockets, journals and logs; the first one clears what killed runs left.

    Not beside the run: the name of a socket may have about a hundred characters.

    Examples
    --------
    >>> folder = make_scratch()
    >>> is_abandoned(folder)
    False
    >>> shutil.rmtree(folder)
    """
    _clear_once()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    owner = {"pid": os.getpid(), "host": platform.node()}
    (folder / _OWNER_FILE).write_text(json.dumps(owner), encoding="utf-8")
    return folder


def clear_scratch(parent: Path) -> list[Path]:
    """Remove the folders below `parent` whose process was killed before it could; gives them."""
    abandoned = sorted(folder for folder in parent.glob(f"{_PREFIX}*") if is_abandoned(folder))
    for folder in abandoned:
        shutil.rmtree(folder, ignore_errors=True)
    return abandoned


def is_abandoned(folder: Path) -> bool:
    """Tell whether a folder was made here by `make_scratch`, in a process that is gone."""
    try:
        owner = json.loads((folder / _OWNER_FILE).read_text(encoding="utf-8"))
        pid, host = int(owner["pid"]), owner["host"]
    except (OSError, ValueError, KeyError, TypeError):
        # Another program's, or one that is only just being made.
        return False
    return bool(host == platform.node() and not _is_alive(pid))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


@cache
def _clear_once() -> None:
    with suppress(OSError):
        clear_scratch(Path(tempfile.gettempdir()))
