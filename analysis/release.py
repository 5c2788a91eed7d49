"""What may be published: refuses open tables from which running text could be read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.codings import DRAW_COLUMNS, LABEL_COLUMNS, LABELS, is_name, read_csv_as
from analysis.errors import ReleaseError, TableError, join_faults, unknown
from analysis.features import read_parquet
from analysis.schema import NARROWEST_WINDOW, TABLES, Column

LONGEST_WORD = 80
LONGEST_TITLE = 200
#: Columns that would give the order of words back.
ORDER_COLUMNS = re.compile(r"(^|_)(token|word|sentence)_?(position|index|order|offset|id|nr)$")
SEQUENCE_COLUMN = re.compile(r"(ngram|bigram|trigram|shingle|sequence)")
#: Word sequences are published from this frequency on, in this many documents, up to this
#: length. Where a table counts different surroundings, the first floor holds for them too.
SEQUENCE_FLOOR, SEQUENCE_DOCUMENTS, LONGEST_SEQUENCE = 5, 2, 5
#: A window of words; columns that would part what stands near a node finer than by document.
WINDOW_CODE = re.compile(r"L(\d+)R(\d+)")
#: Columns of data/coding that hold names, which may have spaces.
NAMES = frozenset({"speaker", "stratum"})
FINER_THAN_DOCUMENTS = frozenset({"segment_id", "mention_id", "begin", "end", "position", "post"})


def check_release(folder: Path) -> list[str]:
    """Refuse open tables from which running text could be read.

    Every Parquet file of the folder must be a table of the schema. A word column
    holds no white space and nothing longer than a long word; a title is no longer
    than a title; no column gives the order of words; ``terms`` is sorted, so that
    its rows do not follow the text; word sequences keep their floors, which are
    added up from the table itself; what stands near a node is given by document, in one
    symmetric window that is not too narrow.

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
    if "span" in frame.columns:
        faults += _span_faults(frame)
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
    """Judge a column of word sequences: short ones, none rarer than the floors.

    The floors hold for the whole corpus: rows of one sequence are added up.
    """
    by_sequence = frame.groupby(column)
    if "n" not in frame.columns or (by_sequence["n"].sum() < SEQUENCE_FLOOR).any():
        yield f"column {column!r}: word sequences without a frequency floor of {SEQUENCE_FLOOR}"
    if (
        "doc_id" not in frame.columns
        or (by_sequence["doc_id"].nunique() < SEQUENCE_DOCUMENTS).any()
    ):
        yield f"column {column!r}: word sequences that are not in {SEQUENCE_DOCUMENTS} documents"
    if "n_surroundings" in frame.columns and (frame["n_surroundings"] < SEQUENCE_FLOOR).any():
        yield f"column {column!r}: word sequences of fewer than {SEQUENCE_FLOOR} surroundings"
    if any(len(str(cell).split()) > LONGEST_SEQUENCE for cell in frame[column].unique()):
        yield f"column {column!r}: a sequence of more than {LONGEST_SEQUENCE} words"


def _span_faults(frame: pd.DataFrame) -> Iterable[str]:
    """Judge what stands near nodes: by document, and in one window of one kind.

    A narrow window is the node's neighbours; a lopsided one tells what comes first;
    two windows of different width tell, subtracted, at which distance a word stands.
    """
    for column in sorted(FINER_THAN_DOCUMENTS & set(frame.columns)):
        yield f"column {column!r}: what stands near a node is published by document only"
    found = map(WINDOW_CODE.fullmatch, map(str, frame["span"].dropna().unique()))
    widths = {(int(code[1]), int(code[2])) for code in found if code}
    if len(widths) > 1:
        yield "column 'span': windows of more than one width"
    if any(left != right for left, right in widths):
        yield "column 'span': a window that is not as wide to the left as to the right"
    if any(min(pair) < NARROWEST_WINDOW for pair in widths):
        yield f"column 'span': a window of fewer than {NARROWEST_WINDOW} words to a side"


def check_codings(folder: Path) -> list[str]:
    """Refuse files of ``data/coding`` that could hold running text.

    Returns
    -------
    list of str
        The names of the files that passed.

    Raises
    ------
    ReleaseError
        With every fault: a column that is none of ours, a label that is not allowed, a
        speaker that is no name.
    """
    paths = sorted(folder.glob("*"))
    faults = [f"{path.name}: {fault}" for path in paths for fault in _coding_faults(path)]
    if faults:
        raise ReleaseError(
            join_faults(str(folder), faults, "Only what `gipfel code` writes may stand here.")
        )
    return [str(path.relative_to(folder)) for path in paths]


def _coding_faults(path: Path) -> list[str]:
    if path.suffix == ".json":
        return []
    if path.suffix != ".csv":
        return ["not a file of `gipfel code`"]
    wanted = LABEL_COLUMNS if "_" in path.stem else DRAW_COLUMNS
    try:
        table = read_csv_as(path, wanted)
    except TableError as fault:
        return [str(fault)]
    return [
        f"column {name!r}: a cell that is no name"
        if LABELS.get(name) is None
        else f"column {name!r}: {unknown('label', odd[0], LABELS[name] or ())}"
        for name in wanted
        if (odd := [cell for cell in table[name].unique() if not _is_allowed(name, cell)])
    ]


def _is_allowed(name: str, cell: str) -> bool:
    allowed = LABELS.get(name)
    if allowed is None:
        return is_name(cell) and (name in NAMES or " " not in cell)
    return cell in allowed or (name != "frame_right" and not cell)
