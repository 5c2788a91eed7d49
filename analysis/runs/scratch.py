"""Folders with a short name for what a run keeps only while it goes on."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

#: Owner and machine stand in the name: a folder without them cannot come to be.
_NAME = re.compile(r"gipfel-(?P<pid>\d+)-(?P<host>[0-9a-f]{6})-")


def scratch_prefix() -> str:
    """Begin the name of a folder of this process; the first call clears what killed ones left.

    Examples
    --------
    >>> scratch_prefix() == f"gipfel-{os.getpid()}-{_this_host()}-"
    True
    """
    _clear_once()
    return f"gipfel-{os.getpid()}-{_this_host()}-"


def make_scratch() -> Path:
    """Make a folder for sockets, journals and logs.

    Not beside the run: the name of a socket may have about a hundred characters.

    Examples
    --------
    >>> folder = make_scratch()
    >>> is_abandoned(folder)
    False
    >>> shutil.rmtree(folder)
    """
    return Path(tempfile.mkdtemp(prefix=scratch_prefix()))


def clear_scratch(parent: Path) -> list[Path]:
    """Remove the folders below `parent` whose process was killed before it could; gives them."""
    abandoned = sorted(folder for folder in parent.glob("gipfel-*") if is_abandoned(folder))
    for folder in abandoned:
        shutil.rmtree(folder, ignore_errors=True)
    return abandoned


def is_abandoned(folder: Path) -> bool:
    """Tell whether a folder was made here by `make_scratch`, in a process that is gone."""
    owner = _NAME.match(folder.name)
    return owner is not None and owner["host"] == _this_host() and not _is_alive(int(owner["pid"]))


def _this_host() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]


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
