"""Annotated articles kept one by one in ``data/local``, so that a killed run goes on.

A part holds article text word by word: git ignores the folder. It is named after the hash of
all that the annotation of its article depends on, and begins with a digest of its content:
a part that is missing, cut or damaged is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analysis.annotation.annotated import Row, Tools
from analysis.annotation.rows import NEAR, RUNS, TOKENS, annotate_text
from analysis.corpus.sources import Source, read_article
from analysis.study.cache import read_kept, write_kept
from analysis.study.errors import TableError
from analysis.study.paths import Layout
from analysis.tables.schema import find_table

#: Tables whose rows each article gives by itself.
BY_ARTICLE = ("documents", "segments", "mentions", "nodes")
#: Hashes of an article's words, segment by segment.
HASHES = "hashes"
#: Bytes that say how long a part is when it is unpacked.
SIZE_BYTES = 8
ARROW_TYPES = {
    "text": pa.string(),
    "int": pa.int64(),
    "int?": pa.int64(),
    "float": pa.float64(),
    "float?": pa.float64(),
    "bool": pa.bool_(),
    "time?": pa.timestamp("us"),
}


def part_path(key: str, layout: Layout) -> Path:
    """Return the file of one part; no folder holds more than one in 256."""
    return layout.annotated / key[:2] / f"{key}.arrow"


def _row_type(name: str) -> pa.DataType:
    """Return the type of the rows of an open table."""
    fields = {column.name: ARROW_TYPES[column.dtype] for column in find_table(name).columns}
    return pa.struct(list(fields.items()))


_TOKEN = {
    **dict.fromkeys(("segment_id", "form", "lemma", "pos", "head", "voice", "part"), pa.string()),
    **dict.fromkeys(("sentence", "begin", "end", "particle"), pa.int32()),
    "is_word": pa.bool_(),
}
_NEAR = ("segment_id", "span", "node_kind", "node")
#: Types of the rows that are kept beside those of open tables.
ROW_TYPES = {
    TOKENS: pa.struct(list(_TOKEN.items())),
    NEAR: pa.struct(
        [
            *((name, pa.string()) for name in _NEAR),
            ("n_nodes", pa.int64()),
            *((name, pa.list_(pa.int32())) for name in ("near", "own")),
        ]
    ),
} | {name: _row_type(name) for name in BY_ARTICLE}
SCHEMA = pa.schema(
    [(name, pa.list_(kind)) for name, kind in ROW_TYPES.items()]
    + [(HASHES, pa.list_(pa.uint64())), (RUNS, pa.list_(pa.list_(pa.string())))]
)


def make_part(source: Source, key: str, tools: Tools, layout: Layout) -> None:
    """Annotate one article and keep what is found."""
    text = read_article(layout.raw / f"{source.id}.txt")
    write_part(annotate_text(text, source, tools), part_path(key, layout))


def write_part(rows: Mapping[str, Sequence[Row]], path: Path) -> None:
    """Keep the rows of one article as `annotate_text` gives them, in one step."""
    hashes = [np.zeros(0, dtype=np.uint64), *(row["hashes"] for row in rows["segments"])]
    cells: dict[str, Any] = {
        **{name: list(rows[name]) for name in ROW_TYPES},
        HASHES: np.concatenate(hashes),
        RUNS: [run for row in rows[RUNS] for run in row[RUNS]],
    }
    columns = [pa.array([cells[field.name]], type=field.type) for field in SCHEMA]
    keep_part(pa.table(columns, schema=SCHEMA), path)


def keep_part(part: pa.Table, path: Path) -> None:
    """Write a part, one row of `SCHEMA`, packed and with a digest, in one step."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, SCHEMA) as writer:
        writer.write_table(part)
    plain = sink.getvalue()
    packed = pa.compress(plain, codec="zstd", asbytes=True)
    write_kept(path, plain.size.to_bytes(SIZE_BYTES, "big") + packed)


def read_part(path: Path, names: Sequence[str] = SCHEMA.names) -> pa.Table | None:
    """Read some columns of one part, in one row; tables are lists of rows.

    A part that is missing, damaged or of another layout is None.

    Examples
    --------
    >>> read_part(Path("no-such-part.arrow")) is None
    True
    """
    body = read_kept(path)
    if body is None:
        return None
    try:
        size = int.from_bytes(body[:SIZE_BYTES], "big")
        plain = pa.decompress(body[SIZE_BYTES:], size, codec="zstd")
        table = pa.ipc.open_stream(plain).read_all()
    except (pa.ArrowException, OSError):
        return None
    return table.select(names) if table.schema.equals(SCHEMA) else None


def read_parts(paths: Iterable[Path], names: Sequence[str]) -> pa.Table:
    """Read some columns of several parts, one row each.

    A part that is missing or damaged raises a `TableError`: it was whole when the run began.
    """
    tables = []
    for path in paths:
        table = read_part(path, names)
        if table is None:
            raise TableError(
                f"annotate: {path.name}: a part of the annotation was whole and is not any more. "
                "Run `gipfel annotate` again: what is missing is made anew."
            )
        tables.append(table)
    return pa.concat_tables(tables)


def frame_of(parts: pa.Table, name: str) -> pd.DataFrame:
    """Return the rows of one table, article after article; types are set by `coerce_table`."""
    rows = parts.column(name).combine_chunks().flatten()
    table = pa.Table.from_struct_array(rows)
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame


def list_of(parts: pa.Table, name: str) -> pa.Array:
    """Return the values of a column of lists, end to end."""
    return parts.column(name).combine_chunks().flatten()


def prune_parts(keys: Iterable[str], layout: Layout) -> int:
    """Delete the parts that no article has any more, and return how many."""
    kept = {part_path(key, layout) for key in keys}
    gone = [path for path in layout.annotated.glob("*/*.arrow") if path not in kept]
    for path in gone:
        path.unlink()
    return len(gone)
