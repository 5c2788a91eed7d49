"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import ctypes
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def part_beside(path: Path) -> Iterator[Path]:
    """Return a path of one's own beside `path` to write to; what is still there is removed.

    Its name begins with a dot. The folder is made. Any number of threads, processes and machines
    may do so with one path at a time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A process number would not do: threads share it, and so may machines.
    part = path.with_name(f".{path.name}.part-{secrets.token_hex(6)}")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def atomically(path: Path) -> Iterator[Path]:
    """Return a path to write to, which takes the place of `path` at the end.

    After an error the old file stands, and nothing is left beside it.
    """
    with part_beside(path) as part:
        yield part
        part.replace(path)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    with atomically(path) as beside:
        beside.write_bytes(content)


def write_if_changed(path: Path, content: bytes) -> bool:
    """Write a file, unless it holds just that already; say whether it changed."""
    if path.is_file() and path.read_bytes() == content:
        return False
    write_atomically(path, content)
    return True


def exchange(one: Path, other: Path) -> bool:
    """Let two folders or files of one disk change places in a single step, where the system can.

    If the system or the file system knows no such step, return False; nothing is changed.

    Examples
    --------
    >>> import tempfile
    >>> exchange(Path(tempfile.mkdtemp()) / "not there", Path(tempfile.mkdtemp()))
    False
    """
    if sys.platform not in ("linux", "darwin"):
        return False
    library: Any = ctypes.CDLL(None)
    names = os.fsencode(one.absolute()), os.fsencode(other.absolute())
    if hasattr(library, "renameat2"):
        # Absolute names need no folder (-100, AT_FDCWD); 2 is RENAME_EXCHANGE.
        return bool(library.renameat2(-100, names[0], -100, names[1], 2) == 0)
    if hasattr(library, "renamex_np"):
        # 2 is RENAME_SWAP.
        return bool(library.renamex_np(*names, 2) == 0)
    return False
