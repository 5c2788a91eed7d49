"""What a run reads below the study's folder: noted while it runs, hashed at its end."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

#: Told by `analysis.tables.features`: Parquet files are opened outside Python.
READ_EVENT = "gipfel.read"
#: Where a run may look without resting on it: what runs themselves write, and what has
#: a part of its own in a run's key.
NO_INPUTS = ("papermill_runs", "figures", "notebooks", ".git", ".venv", "study.toml")
#: Only here does a list of files count as read; Python itself lists the other folders.
LISTED = "data"
#: Below it: caches and what holds text of articles, all made from the rest.
KEPT = "local"
#: In place of a hash: what was read is not what lies there now.
UNSTABLE = "changed while the run read it"
MISSING = "missing"

_EVENTS = frozenset(("open", READ_EVENT, "os.listdir", "os.scandir"))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Trace:
    """Notes every file that this process opens from now on.

    A hook of this kind cannot be taken away again: use it in a process of one run.
    """

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.listings: set[str] = set()
        sys.addaudithook(self._hear)

    def reads(self, root: Path, package: Path, since: float) -> dict[str, str]:
        """Hash what was read.

        Parameters
        ----------
        root : path
            The study's folder; nothing outside counts.
        package : path
            Our modules: they are told apart by what the notebook imports.
        since : float
            When the run began, in seconds since 1970: what is newer is unstable.

        Returns
        -------
        dict
            Paths below the root, sorted, ``/`` at the end of a folder that was
            listed; to a hash, or a word.
        """
        modules = f"{package}{os.sep}"
        files = {name for name in self.files if not _is_module(name, modules)}
        names = {_below(root, name) for name in files}
        names |= {f"{name}/" for name in (_below(root, path) for path in self.listings) if name}
        wanted = sorted(name for name in names if name and _counts(name))
        return {name: hash_read(root, name, since) for name in wanted}

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _EVENTS or not arguments:
            return
        path = arguments[0]
        if not isinstance(path, (str, os.PathLike)) or _is_writing(event, arguments):
            return
        found = self.listings if event.startswith("os.") else self.files
        found.add(os.path.abspath(os.fspath(path)))  # noqa: PTH100 (called for every file)


def hash_read(root: Path, name: str, since: float | None = None) -> str:
    """Hash a file below a folder, or, with ``/`` at the end of its name, a list of files.

    Examples
    --------
    >>> hash_read(Path("no such folder"), "x.csv")
    'missing'
    """
    path = root / name
    try:
        if since is not None and path.stat().st_mtime > since:
            return UNSTABLE
        if name.endswith("/"):
            names = sorted(entry.name for entry in path.iterdir())
            shown = [entry for entry in names if not entry.startswith(".")]
            return hash_bytes("\n".join(shown).encode())
        return hash_bytes(path.read_bytes())
    except OSError:
        return MISSING


def hash_reads(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Hash some of what an earlier run read, as it lies there now."""
    return {name: hash_read(root, name) for name in sorted(names)}


def list_inputs(root: Path) -> list[str]:
    """List all that a run could read, where it is not known what it did read."""
    data = root / LISTED
    left_out = {"raw", KEPT}
    found = [path for path in data.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return sorted(
        path.relative_to(root).as_posix()
        for path in found
        if path.relative_to(data).parts[0] not in left_out and ".part-" not in path.name
    )


def hash_bytes(content: bytes) -> str:
    """Give the SHA-256 of some bytes, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def hash_all(fields: Mapping[str, Any] | list[Any]) -> str:
    """Hash what JSON can hold, whatever the order of its keys.

    Examples
    --------
    >>> hash_all({"a": 1, "b": 2}) == hash_all({"b": 2, "a": 1})
    True
    """
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hash_bytes(text.encode())


def _is_writing(event: str, arguments: tuple[Any, ...]) -> bool:
    if event != "open" or len(arguments) < 3:
        return False
    mode, flags = arguments[1], arguments[2]
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax")
    return isinstance(flags, int) and bool(flags & _WRITING)


def _is_module(name: str, modules: str) -> bool:
    return name.startswith(modules) and name.endswith((".py", ".pyc"))


def _below(root: Path, name: str) -> str:
    """Give a path relative to the root, with a compiled module as its source; or nothing."""
    path = Path(name)
    if not path.is_relative_to(root):
        return ""
    if path.parent.name == "__pycache__":
        path = path.parent.parent / f"{path.name.split('.')[0]}.py"
    return path.relative_to(root).as_posix()


def _counts(name: str) -> bool:
    """Whether what a run reads is an input; what is kept to save time, by content, is none."""
    if name.startswith(f"{LISTED}/{KEPT}/"):
        return False
    is_listing = name.endswith("/")
    first = name.split("/", maxsplit=1)[0]
    return first not in NO_INPUTS and (first == LISTED or not is_listing) and name != "./"
