"""The waist of the study: reads, writes and checks the open tables.

It knows nothing of text and nothing of measures.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import ReleaseError, TableError, join_faults
from analysis.paths import find_layout
from analysis.schema import TABLES, Column, check_table, coerce_table, find_table

MANIFEST = "manifest.json"
LONGEST_WORD = 80
LONGEST_TITLE = 200
#: Columns that would give the order of words back.
ORDER_COLUMNS = re.compile(r"(^|_)(token|word|sentence)_?(position|index|order|offset|id|nr)$")
SEQUENCE_COLUMN = re.compile(r"(ngram|bigram|trigram|shingle|sequence)")
#: Word sequences are published from this frequency on, and up to this length.
SEQUENCE_FLOOR, LONGEST_SEQUENCE = 5, 5


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
    def manifest(self) -> dict[str, Any]:
        """What the tables were made from, and a hash of the content of each."""
        return read_manifest(self.folder)

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
    frame = _to_pandas(_read_parquet(table_path(name, folder)), name)
    return check_table(frame, name)


def _read_parquet(path: Path) -> pa.Table:
    """Read a Parquet file; pyarrow raises OSError, too, for damaged ones."""
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


def check_release(folder: Path) -> list[str]:
    """Refuse open tables from which running text could be read.

    Every Parquet file of the folder must be a table of the schema. A word column
    holds no white space and nothing longer than a long word; a title is no longer
    than a title; no column gives the order of words; ``terms`` is sorted, so that
    its rows do not follow the text; a table of word sequences needs a column of
    frequencies, none below its floor.

    Parameters
    ----------
    folder : path
        The folder of the open tables.

    Returns
    -------
    list of str
        The names of the tables that passed.

    Raises
    ------
    ReleaseError
        With every fault found.
    """
    faults = []
    paths = sorted(folder.glob("*.parquet"))
    for path in paths:
        frame = _read_parquet(path).to_pandas()
        if path.stem not in TABLES:
            faults.append(f"{path.name}: not a table of the schema")
        faults += [f"{path.name}: {fault}" for fault in release_faults(frame, path.stem)]
    if faults:
        raise ReleaseError(
            join_faults(
                str(folder), faults, "Leave the column out, or shorten what it holds to words."
            )
        )
    return [path.stem for path in paths]


def release_faults(frame: pd.DataFrame, name: str) -> list[str]:
    """List what in one table could give back running text."""
    described = TABLES[name].columns if name in TABLES else ()
    kinds = {column.name: column for column in described}
    faults = [
        f"column {column!r} would give back the order of words"
        for column in frame.columns
        if ORDER_COLUMNS.search(str(column))
    ]
    for column in frame.columns:
        if SEQUENCE_COLUMN.search(str(column)):
            faults += _sequence_faults(frame, column)
        elif not _holds_numbers(frame[column]):
            faults += _text_faults(frame[column], kinds.get(column))
    if name in TABLES:
        ordered = frame.sort_values(list(TABLES[name].sort), kind="stable")
        if not ordered.index.equals(frame.index):
            faults.append(f"rows are not sorted by {', '.join(TABLES[name].sort)}")
    return faults


def _holds_numbers(values: pd.Series) -> bool:
    """Say whether a column can hold no text; categories and lists can."""
    kind = pd.api.types
    return kind.is_numeric_dtype(values) or kind.is_datetime64_any_dtype(values)


def _text_faults(values: pd.Series, column: Column | None) -> Iterable[str]:
    """Judge a text column by what the schema says it holds; an unknown one as single words."""
    text = values.dropna().astype(str)
    if column is not None and column.text in ("title", "name"):
        longest, spaces = LONGEST_TITLE, False
    else:
        longest, spaces = LONGEST_WORD, True
    if (text.str.len() > longest).any():
        yield f"column {values.name!r}: a cell of more than {longest} characters"
    if spaces and text.str.contains(r"\s", regex=True).any():
        yield f"column {values.name!r}: a cell of more than one word"


def _sequence_faults(frame: pd.DataFrame, column: str) -> Iterable[str]:
    """Judge a column of word sequences: short ones, none rarer than the floor."""
    if "n" not in frame.columns or (frame["n"] < SEQUENCE_FLOOR).any():
        yield f"column {column!r}: word sequences without a frequency floor of {SEQUENCE_FLOOR}"
    if any(len(str(cell).split()) > LONGEST_SEQUENCE for cell in frame[column]):
        yield f"column {column!r}: a sequence of more than {LONGEST_SEQUENCE} words"
