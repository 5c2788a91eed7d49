"""Coded mentions: read, and checked before anything is measured against them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pandas as pd

from analysis.study.errors import TableError, join_faults, unknown
from analysis.study.text_files import read_csv
from analysis.tables.schema import POLARITIES, TARGETS, VOICES

COLUMNS = ("doc", "begin", "end", "surface", "frame", "polarity", "voice", "speaker", "target")
#: What marks a token that mentions no frame: a false friend.
NO_FRAME = "none"
LABELS = {"polarity": POLARITIES, "voice": VOICES, "target": TARGETS}


def read_gold(path: Path, frames: tuple[str, ...]) -> pd.DataFrame:
    r"""Read coded mentions.

    Parameters
    ----------
    path : path
        CSV with one row per coded token: doc (file name without .txt), begin, end
        (half-open offsets), surface, frame (an id, or none), polarity, voice, speaker
        (empty for the narrator, ? if not said), target.
    frames : tuple of str
        The ids of the study's frames.

    Returns
    -------
    DataFrame
        The same columns, sorted by document and offset; rows with frame none included.

    Raises
    ------
    TableError
        If there is no such file or table; with every unknown label and pair of overlapping rows.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "gold.csv"
    >>> _ = path.write_text(",".join(COLUMNS) + "\na,0,4,Deal,Deal,open,narrator,,summit\n")
    >>> len(read_gold(path, ("Deal",)))
    1
    """
    missing = "no such file; wanted the coded mentions as CSV"
    table = read_csv(path, TableError, COLUMNS, others=True, missing=missing)
    faults = [*_label_faults(table, frames), *_offset_faults(table)]
    if not faults:
        table = table.astype({"begin": "int64", "end": "int64"})
        table = table.sort_values(["doc", "begin"], ignore_index=True)
        faults = list(_overlaps(table))
    if faults:
        raise TableError(join_faults(str(path), faults))
    return table.loc[:, list(COLUMNS)]


def _label_faults(table: pd.DataFrame, frames: tuple[str, ...]) -> Iterator[str]:
    coded = table["frame"] != NO_FRAME
    for name, allowed in {"frame": (*frames, NO_FRAME), **LABELS}.items():
        column = table[name] if name == "frame" else table.loc[coded, name]
        for line, value in column[~column.isin(allowed)].items():
            yield f"line {line}, column {name!r}: {unknown('label', value, allowed)}"


def _offset_faults(table: pd.DataFrame) -> Iterator[str]:
    for name in ("begin", "end"):
        for line, value in table[name][~table[name].str.fullmatch("[0-9]{1,15}")].items():
            yield f"line {line}, column {name!r}: wanted a whole number, came {value!r}"


def _overlaps(table: pd.DataFrame) -> Iterator[str]:
    for doc, rows in table.groupby("doc"):
        spans = list(zip(rows["begin"], rows["end"], strict=True))
        for (begin, end), (following, _) in pairwise(spans):
            if following < end:
                yield f"{doc}: rows at {begin} and {following} overlap"
