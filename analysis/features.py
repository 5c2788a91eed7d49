"""The waist of the study: reads, writes and checks the open tables.

It knows nothing of text and nothing of measures.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.checking import check_table, coerce_table
from analysis.errors import TableError
from analysis.paths import find_layout
from analysis.schema import TABLES, find_table

MANIFEST = "manifest.json"


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
    frame = _to_pandas(read_parquet(table_path(name, folder)), name)
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


def _to_pandas(table: pa.Table, name: str) -> pd.DataFrame:
    """Keep whole numbers whole: pandas would make floats of a column with empty cells."""
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    whole = [column.name for column in find_table(name).columns if column.dtype == "int"]
    full = [
        column
        for column in whole
        if column in frame and frame[column].dtype == "Int64" and frame[column].notna().all()
    ]
    return frame.astype(dict.fromkeys(full, "int64"))


def write_table(frame: pd.DataFrame, name: str, folder: Path) -> bool:
    """Write one open table, sorted and typed as the schema says.

    The file is left alone if it holds the same content already, and is replaced
    in one step otherwise: a killed run leaves the old table whole.

    Returns
    -------
    bool
        Whether the content changed.
    """
    table = pa.Table.from_pandas(
        check_table(coerce_table(frame, name), name), preserve_index=False
    ).replace_schema_metadata(None)
    path = table_path(name, folder)
    if path.is_file() and _same_content(table, path):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".part-{os.getpid()}")
    try:
        pq.write_table(table, partial, compression="zstd")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return True


def _same_content(table: pa.Table, path: Path) -> bool:
    try:
        return bool(pq.read_table(path).replace_schema_metadata(None).equals(table))
    except (OSError, pa.ArrowException):
        return False


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
    digest = hashlib.sha256()
    digest.update(repr([(name, str(kind)) for name, kind in frame.dtypes.items()]).encode())
    digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what the open tables were made from."""
    path = folder / MANIFEST
    if not path.is_file():
        raise TableError(f"{path}: no such file. Rebuild it with `gipfel annotate`.")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise TableError(
            f"{path}: not valid JSON: {fault}. Rebuild it with `gipfel annotate`."
        ) from None
    return manifest


def write_manifest(made_from: Mapping[str, Any], folder: Path) -> None:
    """Write ``manifest.json``: what the tables were made from, and each table's content hash."""
    tables = {name: _describe(read_table(name, folder)) for name in sorted(TABLES)}
    manifest = {"made_from": dict(made_from), "tables": tables}
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    partial = folder / f"{MANIFEST}.part-{os.getpid()}"
    partial.write_text(text, encoding="utf-8")
    partial.replace(folder / MANIFEST)


def _describe(frame: pd.DataFrame) -> dict[str, Any]:
    return {"rows": len(frame), "content": content_hash(frame)}
