"""What may be published: refuses open tables from which running text could be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.errors import ReleaseError, join_faults
from analysis.features import read_parquet
from analysis.schema import TABLES, Column

LONGEST_WORD = 80
LONGEST_TITLE = 200
#: Columns that would give the order of words back.
ORDER_COLUMNS = re.compile(r"(^|_)(token|word|sentence)_?(position|index|order|offset|id|nr)$")
SEQUENCE_COLUMN = re.compile(r"(ngram|bigram|trigram|shingle|sequence)")
#: Word sequences are published from this frequency on, and up to this length.
SEQUENCE_FLOOR, LONGEST_SEQUENCE = 5, 5


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
        frame = read_parquet(path).to_pandas()
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
