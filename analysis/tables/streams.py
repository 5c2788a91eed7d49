"""Open tables as files: checked against the schema, written and hashed batch by batch."""

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
from analysis.study.errors import TableError, join_faults
from analysis.tables.schema import PANDAS_TYPES, Column, Table, empty_table, find_table

#: Rows of a row group, and of what is read at a time.
ROWS = 1 << 17


def coerce_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Order columns and rows as the schema says and set the types, before a table is written."""
    table = find_table(name)
    types = {column.name: PANDAS_TYPES[column.dtype] for column in table.columns}
    ordered = frame.loc[:, list(table.names)].astype(types)
    return ordered.sort_values(list(table.sort), kind="stable", ignore_index=True)


def check_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Check an open table against the schema, and return it.

    Raises
    ------
    TableError
        With every missing or surplus column, wrong type, empty cell, value that is
        not allowed and repeated key, each with up to three rows.
    """
    table = find_table(name)
    faults = _column_faults(frame, table)
    if not faults:
        faults = [fault for column in table.columns for fault in _cell_faults(frame, column)]
        faults += _key_faults(frame, table)
    if faults:
        raise TableError(
            join_faults(f"open table {name!r}", faults, "Rebuild it with `gipfel annotate`.")
        )
    return frame


def _column_faults(frame: pd.DataFrame, table: Table) -> list[str]:
    wanted, came = set(table.names), set(frame.columns)
    faults = [f"missing column {name!r}" for name in table.names if name not in came]
    faults += [f"column {name!r} is not in the schema" for name in sorted(came - wanted)]
    for column in table.columns:
        if column.name in came:
            found = str(frame[column.name].dtype)
            expected = PANDAS_TYPES[column.dtype]
            if found != expected:
                faults.append(f"column {column.name!r}: wanted type {expected}, came {found}")
    return faults


def _cell_faults(frame: pd.DataFrame, column: Column) -> list[str]:
    values = frame[column.name]
    faults = []
    if not column.dtype.endswith("?") and values.isna().any():
        faults.append(f"column {column.name!r}: empty cells in {_rows(values.isna())}")
    if column.allowed:
        odd = ~values.isin(column.allowed)
        if odd.any():
            allowed = ", ".join(sorted(column.allowed))
            faults.append(
                f"column {column.name!r}: {values[odd].iloc[0]!r} is not one of {allowed},"
                f" in {_rows(odd)}"
            )
    return faults


def _key_faults(frame: pd.DataFrame, table: Table) -> list[str]:
    repeated = frame.duplicated(list(table.key))
    return [f"key {', '.join(table.key)} repeated in {_rows(repeated)}"] if repeated.any() else []


def _rows(marked: pd.Series) -> str:
    """Name up to three rows of those marked."""
    numbers = [str(number) for number in marked.to_numpy().nonzero()[0]]
    more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(numbers[:3])}{more}"


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

    The hash of names, types and every cell in order is the same however the rows are cut into
    batches, of which there must be one, if without rows.

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

    `coerce_table` makes a batch of some rows; no row of it may sort before one of the batch before
    it. The file does not depend on how rows are cut into batches. It is left alone if it holds
    the same content already, and is replaced in one step otherwise: a killed run leaves the
    old table whole. The result says whether the content changed.

    Raises
    ------
    TableError
        If a batch breaks the schema or the order; nothing is written.
    """
    with part_beside(path) as part:
        groups = _row_groups(_checked(frames, name))
        first = next(groups)
        with pq.ParquetWriter(part, first.schema, compression="zstd") as writer:
            for group in chain([first], groups):
                writer.write_table(group, row_group_size=ROWS)
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


def _same_content(new: Path, old: Path, name: str) -> bool:
    if filecmp.cmp(new, old, shallow=False):
        return True
    try:
        return describe_table(new, name) == describe_table(old, name)
    except (OSError, pa.ArrowException):
        return False
