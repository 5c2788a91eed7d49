"""Open tables read in batches: for corpora that do not fit in memory at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analysis.errors import TableError, unknown
from analysis.features import check_content, reading, table_path
from analysis.schema import find_table

Whole = Literal["segment", "document"]
#: Rows of a batch.
N_ROWS = 200_000


def read_batches(
    name: str,
    folder: Path,
    *,
    columns: Sequence[str],
    n_rows: int = N_ROWS,
    whole: Whole = "document",
) -> Iterator[pd.DataFrame]:
    """Read an open table of segments in batches that never part a segment or document.

    Parameters
    ----------
    name : str
        A table of segments or bags: segments, terms.
    folder : path
        The folder of the open tables.
    columns : sequence of str
        Columns wanted; segment_id (of terms: bag_id) comes with them.
    n_rows : int
        Rows read at a time. A batch has more where a document is longer.
    whole : str
        What a batch holds all or nothing of: segment or document.

    Yields
    ------
    DataFrame
        Rows in the order of the file. Cells are not checked against the schema.

    Raises
    ------
    TableError
        If the file is missing, no Parquet or not the manifest's, a column is unknown, or rows
        of one segment (document) stand apart within a batch.

    Examples
    --------
    >>> from analysis.paths import find_layout
    >>> folder = find_layout().features
    >>> parts = list(read_batches("terms", folder, columns=["n"], n_rows=500))
    >>> len(parts), parts[0].columns.tolist()
    (5, ['bag_id', 'n'])
    """
    key = find_table(name).key[0]
    wanted = list(dict.fromkeys([key, *columns]))
    odd = [column for column in wanted if column not in find_table(name).names]
    if odd:
        raise TableError(f"read_batches: {unknown('column', odd[0], find_table(name).names)}")
    check_content(name, folder)
    kept: pd.DataFrame | None = None
    last = ""
    for part in _parts(table_path(name, folder), wanted, n_rows):
        rows = part if kept is None else pd.concat([kept, part], ignore_index=True)
        unit = _units(rows[key], whole)
        others = np.flatnonzero((unit != unit.iloc[-1]).to_numpy())
        n_ready = int(others[-1]) + 1 if len(others) else 0
        if n_ready:
            last = _check_contiguous(unit, last, name)
            yield rows.iloc[:n_ready].reset_index(drop=True)
        kept = rows.iloc[n_ready:].reset_index(drop=True)
    if kept is not None and len(kept):
        _check_contiguous(_units(kept[key], whole), last, name)
        yield kept


def _units(ids: pd.Series, whole: Whole) -> pd.Series:
    return ids if whole == "segment" else find_documents(ids)


def find_documents(segment_ids: pd.Series) -> pd.Series:
    """Give the documents of segments from their ids.

    Examples
    --------
    >>> find_documents(pd.Series(["a:0001", "b-2:0000"])).tolist()
    ['a', 'b-2']
    """
    return segment_ids.str.rpartition(":")[0]


def _check_contiguous(unit: pd.Series, last: str, name: str) -> str:
    """Check that no unit comes back after another; give the last one that is complete."""
    starts = unit[unit != unit.shift()]
    again = starts[starts.duplicated()]
    if len(again) or starts.iloc[0] == last:
        where = again.iloc[0] if len(again) else last
        raise TableError(
            f"{name}.parquet: wanted all rows of {where!r} beside one another, came some apart. "
            "Rebuild the table with `gipfel annotate`."
        )
    return str(starts.iloc[-2]) if len(starts) > 1 else last


def _parts(path: Path, columns: list[str], n_rows: int) -> Iterator[pd.DataFrame]:
    if n_rows < 1:
        raise TableError(f"read_batches: wanted n_rows of at least 1, came {n_rows}")
    with reading(path), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=n_rows, columns=columns):
            yield batch.to_pandas()
