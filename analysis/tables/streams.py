"""Writing and hashing an open table batch by batch: memory holds a batch, however long it is."""

from __future__ import annotations

import filecmp
import hashlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.study.atomic import part_beside
from analysis.study.errors import TableError
from analysis.tables.checking import check_table
from analysis.tables.schema import empty_table, find_table

#: Rows of a row group, and of what is read at a time.
ROWS = 1 << 17


def to_pandas(table: pa.Table, name: str) -> pd.DataFrame:
    """Keep whole numbers whole: pandas would make floats of a column with empty cells."""
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    whole = [column.name for column in find_table(name).columns if column.dtype == "int"]
    full = [
        column
        for column in whole
        if column in frame and frame[column].dtype == "Int64" and frame[column].notna().all()
    ]
    return frame.astype(dict.fromkeys(full, "int64"))


def hash_frames(frames: Iterable[pd.DataFrame]) -> tuple[int, str]:
    """Count the rows of a table that comes in batches, and hash its content.

    Parameters
    ----------
    frames : iterable of DataFrame
        At least one, which may have no rows; all of the same columns and types.

    Returns
    -------
    tuple of int and str
        The number of rows; a hash of names, types and every cell in order, which is the
        same however the rows are cut into batches.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [1, 2, 3]})
    >>> hash_frames([table]) == hash_frames([table[:1], table[1:]])
    True
    """
    digest, n_rows = hashlib.sha256(), 0
    for number, frame in enumerate(frames):
        if number == 0:
            digest.update(repr([(name, str(kind)) for name, kind in frame.dtypes.items()]).encode())
        n_rows += len(frame)
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return n_rows, digest.hexdigest()


def describe_table(path: Path, name: str) -> tuple[int, str]:
    """Return rows and content hash of the file of an open table, as `hash_frames` does."""
    with pq.ParquetFile(path) as file:
        batches = file.iter_batches(batch_size=ROWS)
        frames = (to_pandas(pa.Table.from_batches([batch]), name) for batch in batches)
        return hash_frames(chain([empty_table(name)], frames))


def write_rows(frames: Iterable[pd.DataFrame], name: str, path: Path) -> bool:
    """Write an open table from batches that are typed and sorted as the schema says.

    The file does not depend on how rows are cut into batches. It is left alone if it holds
    the same content already, and is replaced in one step otherwise: a killed run leaves the
    old table whole.

    Parameters
    ----------
    frames : iterable of DataFrame
        What `analysis.tables.checking.coerce_table` gives for some rows at a time; no row of
        a batch sorts before one of the batch before it.
    name : str
        A key of `analysis.tables.schema.TABLES`.
    path : path
        The Parquet file.

    Returns
    -------
    bool
        Whether the content changed.

    Raises
    ------
    TableError
        If a batch breaks the schema or the order; nothing is written.
    """
    with part_beside(path) as part:
        _write(_row_groups(_checked(frames, name)), part)
        changed = not (path.is_file() and _same_content(part, path, name))
        if changed:
            part.replace(path)
    return changed


def _checked(frames: Iterable[pd.DataFrame], name: str) -> Iterator[pa.Table]:
    """Check each batch by itself, and that batches follow one another: keys hold over all."""
    order, last = list(find_table(name).sort), None
    for frame in chain([empty_table(name)], frames):
        check_table(frame, name)
        if len(frame):
            ends = [tuple(frame[order].iloc[at]) for at in (0, -1)]
            if last is not None and not last < ends[0]:
                raise TableError(
                    f"open table {name!r}: wanted batches sorted by {', '.join(order)}; "
                    f"came {ends[0]} after {last}"
                )
            last = ends[1]
        table = pa.Table.from_pandas(frame, preserve_index=False)
        yield table.replace_schema_metadata(None)


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Cut a stream of rows into row groups, however it was cut before."""
    waiting = None
    for table in tables:
        waiting = table if waiting is None else pa.concat_tables([waiting, table])
        while len(waiting) > ROWS:
            yield waiting[:ROWS].combine_chunks()
            waiting = waiting[ROWS:].combine_chunks()
    if waiting is not None:
        yield waiting.combine_chunks()


def _write(groups: Iterator[pa.Table], path: Path) -> None:
    first = next(groups)
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for group in chain([first], groups):
            writer.write_table(group, row_group_size=ROWS)


def _same_content(new: Path, old: Path, name: str) -> bool:
    if filecmp.cmp(new, old, shallow=False):
        return True
    try:
        return describe_table(new, name) == describe_table(old, name)
    except (OSError, pa.ArrowException):
        return False
