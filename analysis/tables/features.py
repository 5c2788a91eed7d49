"""The open tables, the interface between annotation and measures: read, written and checked."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from analysis.study.atomic import exchange, write_if_changed
from analysis.study.errors import TableError
from analysis.study.paths import STUDY_FILE, Layout, find_layout
from analysis.study.text_files import read_json
from analysis.tables.schema import TABLES, VERSION, find_table
from analysis.tables.streams import (
    check_table,
    coerce_table,
    describe_table,
    hash_frames,
    to_pandas,
    write_rows,
)

MANIFEST = "manifest.json"
REBUILD = "Rebuild it with `gipfel annotate`."


def _open_table(name: str) -> cached_property[pd.DataFrame]:
    """Return an attribute of `Features` that is read when it is first asked for."""

    def read(features: Features) -> pd.DataFrame:
        return read_table(name, features.folder, features.manifest)

    read.__doc__ = TABLES[name].meaning
    return cached_property(read)


@dataclass(frozen=True)
class Features:
    """The open tables of a study; each is read and checked when it is first asked for.

    All are of one manifest: what ``gipfel annotate`` writes after the first was read is refused.

    Examples
    --------
    >>> features = read_features()
    >>> sorted(features.documents["event"].unique())
    ['alaska-2025', 'helsinki-2018']
    """

    folder: Path

    documents = _open_table("documents")
    segments = _open_table("segments")
    terms = _open_table("terms")
    voices = _open_table("voices")
    mentions = _open_table("mentions")
    nodes = _open_table("nodes")
    cooccurrences = _open_table("cooccurrences")
    windows = _open_table("windows")
    ngrams = _open_table("ngrams")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the tables were made from, and a hash of the content of each."""
        return read_manifest(self.folder)

    def with_tables(self, **tables: pd.DataFrame) -> Features:
        """Return the same tables with some put in their place, such as other nodes' windows."""
        other = Features(self.folder)
        other.__dict__.update(tables)
        return other

    def contents(self) -> dict[str, str]:
        """Return the content hash of every table that was read so far, by name."""
        known: dict[str, str] = self.__dict__.setdefault("_contents", {})
        for name in sorted(TABLES):
            if name in self.__dict__ and name not in known:
                known[name] = content_hash(self.__dict__[name])
        return dict(sorted(known.items()))


def read_features(folder: Path | None = None) -> Features:
    """Open the tables of a study.

    Parameters
    ----------
    folder : path, optional
        The folder that holds them; by default ``data/features`` of the study.

    Returns
    -------
    Features
        Tables that are read on first use.

    Raises
    ------
    TableError
        If the folder or one of the tables is missing.
    """
    folder = folder or find_layout().features
    missing = [name for name in TABLES if not table_path(name, folder).is_file()]
    if missing:
        raise TableError(
            f"{folder}: no open table {', '.join(f'{name}.parquet' for name in missing)}. "
            "Restore them with `git checkout data/features`, or rebuild them from the "
            "articles with `gipfel annotate`."
        )
    return Features(folder)


def table_path(name: str, folder: Path) -> Path:
    """Return the file of one open table."""
    return folder / f"{find_table(name).name}.parquet"


def read_table(name: str, folder: Path, manifest: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Read one open table and check it against the schema and the manifest.

    Parameters
    ----------
    name : str
        A key of `analysis.tables.schema.TABLES`.
    folder : path
        Where the open tables lie.
    manifest : mapping, optional
        The manifest that the table has to belong to; by default the one in the folder.

    Raises
    ------
    TableError
        If the file is missing, is not Parquet, breaks the schema, is of another version of the
        schema, or holds something else than the manifest notes.
    """
    noted = (read_manifest(folder) if manifest is None else manifest)["tables"]
    frame = check_table(to_pandas(read_parquet(table_path(name, folder)), name), name)
    _require_noted(name, folder, content_hash(frame), noted)
    return frame


def check_content(name: str, folder: Path) -> None:
    """Refuse an open table as `read_table` does, but read it batch by batch."""
    path, noted = table_path(name, folder), read_manifest(folder)["tables"]
    with reading(path):
        content = describe_table(path, name)[1]
    _require_noted(name, folder, content, noted)


def _require_noted(name: str, folder: Path, content: str, noted: Mapping[str, Any]) -> None:
    if noted.get(name, {}).get("content") != content:
        raise TableError(
            f"{table_path(name, folder)}: wanted the table that {MANIFEST} notes, came another "
            "one: `gipfel annotate` was stopped while it wrote, it has run since the first "
            "table was read, or the file was changed in another way. Rebuild all tables with "
            "`gipfel annotate`, or restore them with `git checkout data/features`; then "
            "run again from the start."
        )


def read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file."""
    with reading(path):
        return pq.read_table(path)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say what to do about a Parquet file that is missing or, as pyarrow finds out, damaged."""
    try:
        yield
    except FileNotFoundError:
        raise TableError(f"{path}: no such file. {REBUILD}") from None
    except (pa.ArrowException, OSError) as fault:
        raise TableError(
            f"{path}: wanted a Parquet file; {str(fault).strip()}. Restore it with "
            "`git checkout data/features`, or rebuild it with `gipfel annotate`."
        ) from fault


@contextmanager
def new_tables(folder: Path) -> Iterator[Path]:
    """Return a folder to write open tables and their manifest to; it takes the old one's place.

    It lies beside the old folder, which need not be there, and begins with its files, so that a
    table that stays the same stays the same file. Whoever reads meanwhile finds the old tables.
    After an error, or if the process is killed, the old ones stand; what a killed process left is
    cleared by the next one. One process at a time writes.
    """
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        for left in folder.parent.glob(f".{folder.name}.part-*"):
            shutil.rmtree(left)
        part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
        try:
            if folder.is_dir():
                shutil.copytree(folder, part, symlinks=True, copy_function=_link)
            part.mkdir(exist_ok=True)
            yield part
            _move_into_place(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _link(source: str, target: str) -> None:
    """Let a file have a second name, or copy it where files have one name only."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _move_into_place(part: Path, folder: Path) -> None:
    """Put new tables in the place of the old ones so that nobody reads some of each."""
    if not folder.exists():
        part.rename(folder)
    elif not exchange(part, folder):
        # Table by table, then: without a manifest, which comes last, none of them is read.
        (folder / MANIFEST).unlink(missing_ok=True)
        for path in [*(table_path(name, part) for name in TABLES), part / MANIFEST]:
            path.replace(folder / path.name)


def write_table(frame: pd.DataFrame, name: str, folder: Path) -> bool:
    """Write one open table, sorted and typed as the schema says, and note it in the manifest.

    The file is left alone if it holds the same content already, and is replaced
    in one step otherwise. A process that is killed before the manifest is written leaves a
    table that is refused.

    Returns
    -------
    bool
        Whether the content changed.
    """
    manifest = read_manifest(folder) if (folder / MANIFEST).is_file() else None
    has_changed = write_rows([coerce_table(frame, name)], name, table_path(name, folder))
    if manifest is not None:
        manifest["tables"][name] = _describe(name, folder)
        _write_manifest(manifest, folder)
    return has_changed


def content_hash(frame: pd.DataFrame) -> str:
    """Hash the content of a table: names, types and every cell in order, not file bytes.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [1, 2]})
    >>> content_hash(table) == content_hash(table.copy())
    True
    >>> content_hash(table) == content_hash(table.iloc[::-1])
    False
    """
    return hash_frames([frame])[1]


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what the open tables were made from.

    Raises
    ------
    TableError
        If there is no manifest, it misses a key, or its tables are of another version of the
        schema; a manifest that names no version is of the first.
    """
    path = folder / MANIFEST
    manifest = read_json(path, TableError, REBUILD)
    for key in ("made_from", "tables"):
        if not isinstance(manifest.get(key), dict):
            raise TableError(f"{path}: wanted the key {key!r} with a table. {REBUILD}")
    _require_version(path, manifest.get("schema", 1))
    return manifest


def _require_version(path: Path, came: object) -> None:
    """Refuse open tables that an older or a newer package has written."""
    if came == VERSION and type(came) is int:
        return
    way_out = "Rebuild them with `gipfel annotate`."
    if isinstance(came, int) and came > VERSION:
        way_out = "A newer package wrote them: update this one (`git pull`, then `make setup`)."
    raise TableError(
        f"{path}: wanted open tables of version {VERSION} of the schema, came version {came!r}."
        f" {way_out}"
    )


def write_manifest(
    made_from: Mapping[str, Any], folder: Path, names: Iterable[str] = tuple(TABLES)
) -> None:
    """Write ``manifest.json``: the schema's version, what the tables were made from, their hashes.

    The tables are noted by number of rows and hash of the content.
    """
    tables = {name: _describe(name, folder) for name in sorted(names)}
    _write_manifest({"schema": VERSION, "made_from": dict(made_from), "tables": tables}, folder)


def _write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_if_changed(folder / MANIFEST, text.encode())


def _describe(name: str, folder: Path) -> dict[str, Any]:
    n_rows, content = describe_table(table_path(name, folder), name)
    return {"rows": n_rows, "content": content}


def hash_input(name: str, layout: Layout) -> str:
    """Hash an input of a figure as it lies there now.

    Parameters
    ----------
    name : str
        An open table, which counts by its content; ``study.toml``, which counts without the
        list of runs and without comments; or the path of another file below the study.
    layout : Layout
        The study.

    Returns
    -------
    str
        A SHA-256, or nothing if there is no such file.

    Examples
    --------
    >>> len(hash_input("study.toml", find_layout())), hash_input("data/nothing.csv", find_layout())
    (64, '')
    """
    if name in TABLES:
        is_there = table_path(name, layout.features).is_file()
        return content_hash(read_table(name, layout.features)) if is_there else ""
    path = layout.root / name
    if not path.is_file():
        return ""
    content = path.read_bytes()
    if name == STUDY_FILE:
        design = tomllib.loads(content.decode("utf-8-sig"))
        content = repr({key: value for key, value in design.items() if key != "run"}).encode()
    return hashlib.sha256(content).hexdigest()
