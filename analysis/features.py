"""The waist of the study: reads, writes and checks the open tables.

It knows nothing of text and nothing of measures.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.atomic import write_atomically
from analysis.checking import check_table, coerce_table
from analysis.errors import TableError
from analysis.files import read_json
from analysis.paths import STUDY_FILE, Layout, find_layout
from analysis.schema import TABLES, find_table
from analysis.streams import describe_table, hash_frames, to_pandas, write_rows

MANIFEST = "manifest.json"
MANIFEST_KEYS = ("made_from", "tables")
REBUILD = "Rebuild it with `gipfel annotate`."


@dataclass(frozen=True)
class Features:
    """The open tables of a study; each is read and checked when it is first asked for.

    Examples
    --------
    >>> features = read_features()
    >>> sorted(features.documents["event"].unique())
    ['alaska-2025', 'helsinki-2018']
    """

    folder: Path

    @cached_property
    def documents(self) -> pd.DataFrame:
        """One row per article."""
        return read_table("documents", self.folder)

    @cached_property
    def segments(self) -> pd.DataFrame:
        """One row per segment."""
        return read_table("segments", self.folder)

    @cached_property
    def terms(self) -> pd.DataFrame:
        """Segment by form, lemma and tag, with counts."""
        return read_table("terms", self.folder)

    @cached_property
    def mentions(self) -> pd.DataFrame:
        """One row per frame mention."""
        return read_table("mentions", self.folder)

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """Which frames and actors each segment names."""
        return read_table("nodes", self.folder)

    @cached_property
    def cooccurrences(self) -> pd.DataFrame:
        """Words near frames and actors, by document."""
        return read_table("cooccurrences", self.folder)

    @cached_property
    def windows(self) -> pd.DataFrame:
        """Occurrences of frames and actors and the sizes of their windows, by document."""
        return read_table("windows", self.folder)

    @cached_property
    def ngrams(self) -> pd.DataFrame:
        """Rows of words that recur, by document."""
        return read_table("ngrams", self.folder)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the tables were made from, and a hash of the content of each."""
        return read_manifest(self.folder)

    def with_tables(self, **tables: pd.DataFrame) -> Features:
        """Give the same tables with some put in their place, such as other nodes' windows."""
        other = Features(self.folder)
        other.__dict__.update(tables)
        return other

    def contents(self) -> dict[str, str]:
        """Give the content hash of every table that was read so far, by name."""
        return {name: self._content(name) for name in sorted(TABLES) if name in self.__dict__}

    def _content(self, name: str) -> str:
        known: dict[str, str] = self.__dict__.setdefault("_contents", {})
        if name not in known:
            known[name] = content_hash(self.__dict__[name])
        return known[name]


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
    """Give the file of one open table."""
    return folder / f"{find_table(name).name}.parquet"


def read_table(name: str, folder: Path) -> pd.DataFrame:
    """Read one open table and check it against the schema.

    Raises
    ------
    TableError
        If the file is missing, is not Parquet, or breaks the schema.
    """
    frame = to_pandas(read_parquet(table_path(name, folder)), name)
    return check_table(frame, name)


def read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file; pyarrow raises OSError, too, for damaged ones."""
    # pyarrow opens files outside Python; who notes what a run reads hears it here.
    sys.audit("gipfel.read", str(path))
    try:
        return pq.read_table(path)
    except FileNotFoundError:
        raise TableError(f"{path}: no such file. Rebuild it with `gipfel annotate`.") from None
    except (pa.ArrowException, OSError) as fault:
        raise TableError(
            f"{path}: wanted a Parquet file; {str(fault).strip()}. Restore it with "
            "`git checkout data/features`, or rebuild it with `gipfel annotate`."
        ) from fault


def write_table(frame: pd.DataFrame, name: str, folder: Path) -> bool:
    """Write one open table, sorted and typed as the schema says.

    The file is left alone if it holds the same content already, and is replaced
    in one step otherwise: a killed run leaves the old table whole.

    Returns
    -------
    bool
        Whether the content changed.
    """
    return write_rows([coerce_table(frame, name)], name, table_path(name, folder))


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
    """Read what the open tables were made from."""
    path = folder / MANIFEST
    manifest = read_json(path, TableError, REBUILD)
    lacking = [key for key in MANIFEST_KEYS if not isinstance(manifest.get(key), dict)]
    if lacking:
        raise TableError(f"{path}: wanted the key {lacking[0]!r} with a table. {REBUILD}")
    return manifest


def write_manifest(made_from: Mapping[str, Any], folder: Path) -> None:
    """Write ``manifest.json``: what the tables were made from, and each table's content hash."""
    tables = {name: _describe(name, folder) for name in sorted(TABLES)}
    manifest = {"made_from": dict(made_from), "tables": tables}
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    write_atomically(folder / MANIFEST, text.encode())


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
