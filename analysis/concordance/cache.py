"""Annotated tokens kept in ``data/local``, so that only the first query waits for the models.

The file holds article text word by word: git ignores the folder. It names for every
article what its tokens were made from; a file that is missing, damaged or of another
layout counts as empty, and what it lacks is annotated anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.concordance.columns import COLUMNS, as_table
from analysis.study.atomic import atomically

KEYS = b"gipfel_keys"


def read_cache(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read the tokens and, by article, what they were made from; empty if they cannot be read.

    Examples
    --------
    >>> tokens, keys = read_cache(Path("no-such-file.parquet"))
    >>> len(tokens), keys
    (0, {})
    """
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        keys = json.loads(table.schema.metadata[KEYS])
        tokens = as_table_like(table.to_pandas())
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return as_table([]), {}
    return tokens, {str(doc_id): str(key) for doc_id, key in keys.items()}


def as_table_like(tokens: pd.DataFrame) -> pd.DataFrame:
    """Give the columns in their order and types; raises `KeyError` if one is missing."""
    wanted = as_table([]).dtypes
    found = tokens[list(COLUMNS)]
    other = [name for name in COLUMNS if str(found[name].dtype) != str(wanted[name])]
    return found.astype({name: wanted[name] for name in other})


def write_cache(tokens: pd.DataFrame, keys: Mapping[str, str], path: Path) -> None:
    """Write the tokens in one step: a reader sees the old file or the new one."""
    table = pa.Table.from_pandas(tokens, preserve_index=False)
    metadata = {**(table.schema.metadata or {}), KEYS: json.dumps(dict(keys)).encode()}
    table = table.replace_schema_metadata(metadata)
    with atomically(path) as beside:
        pq.write_table(table, beside, compression="zstd", write_page_checksum=True)
