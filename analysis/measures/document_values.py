"""Values of documents, from tables of any measure, and how far a value depends on one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.measures.frame_table import copy_selection
from analysis.measures.inference import FloatArray, LeaveOneOut, leave_one_out
from analysis.measures.verdicts import OK, VERDICT, refuse
from analysis.study.errors import check_known

#: Value -> what it relates to, and the factor of the ratio.
VALUES: dict[str, tuple[str, float]] = {"per_1000": ("n_tokens", 1e3), "share": ("n_mentions", 1)}
#: Columns that tell the rows of a table of one measure apart.
KEYS = ("measure", "frame", "polarity", "place")
NOTHING_LEFT = "nothing_left_without_one"


class Documents(NamedTuple):
    """The documents of one row of comparison: their counts, sizes, and which are of the target."""

    names: list[str]
    n: FloatArray
    size: FloatArray
    is_target: np.ndarray
    scale: float

    def select(self, kept: np.ndarray) -> Documents:
        """Keep the documents marked in a boolean array."""
        names = [name for name, stays in zip(self.names, kept, strict=True) if stays]
        return Documents(names, self.n[kept], self.size[kept], self.is_target[kept], self.scale)

    @property
    def values(self) -> FloatArray:
        """The documents' own values; NaN where there is nothing to relate to."""
        return np.asarray(self.scale * self.n / np.where(self.size > 0, self.size, np.nan))


def leave_documents_out(table: pd.DataFrame, value: str) -> pd.DataFrame:
    """Say how far each event's value depends on one document.

    The table and the value are those of `compare_events`.

    Returns
    -------
    DataFrame
        One row per key (such as frame), event, unit (pooled, mean) and document left out:
        keys, event, unit, without (doc_id), n_documents, estimate (with all), value
        (without this one), low, high (range over all left out), status, reason_code, reason_values,
        tier, about, weight.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.framing import frame_shares
    >>> f = read_features()
    >>> shares = frame_shares(f.mentions, f.documents, ["Erfolg", "Deal", "Einmischung"])
    >>> table = leave_documents_out(shares, "share").query(
    ...     "frame == 'Einmischung' and event == 'helsinki-2018' and unit == 'pooled'")
    >>> table[["estimate", "value"]].round(3).to_numpy().tolist()
    [[0.471, 0.2], [0.471, 0.583]]
    """
    rows = []
    for given, found in documents_of(table, value, [*keys_of(table), "event"]):
        for unit in ("pooled", "mean"):
            rows += [{**given, "unit": unit, **row} for row in _left_out(found, unit)]
    wanted = ["unit", "without", "n_documents", "estimate", "value", "low", "high"]
    return finish_rows(rows, [*keys_of(table), "event", *wanted, *VERDICT], table)


def _left_out(found: Documents, unit: str) -> Iterator[dict[str, Any]]:
    """Return the rows of one event, one for each document left out."""
    n = len(found.names)
    everything = np.ones(n, dtype=bool)
    if n < 2:
        why = refuse("one_document_left_out")
        span = LeaveOneOut(summarise(found, everything, unit), np.nan, np.nan, False, 0)
    else:
        span = leave_one_out(lambda kept: summarise(found, kept, unit), n)
        why = refuse(NOTHING_LEFT) if np.isnan(span.low) else OK
    for i, name in enumerate(found.names):
        yield {
            "without": name,
            "n_documents": n,
            "estimate": span.estimate,
            "value": summarise(found, np.arange(n) != i, unit),
            "low": span.low,
            "high": span.high,
            **why._asdict(),
        }


def summarise(found: Documents, kept: np.ndarray, unit: str) -> float:
    """Return the pooled value of some documents, or the mean of theirs; NaN if there is none."""
    if unit == "pooled":
        size = found.size[kept].sum()
        return float(found.scale * found.n[kept].sum() / size) if size > 0 else np.nan
    values = found.values[kept]
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else np.nan


def keys_of(table: pd.DataFrame) -> list[str]:
    """Name the columns that tell the rows of a table of one measure apart."""
    return [name for name in KEYS if name in table.columns]


def documents_of(
    table: pd.DataFrame, value: str, by: list[str], target: str = ""
) -> Iterator[tuple[dict[str, Any], Documents]]:
    """Return the keys and the documents of every group of rows, in the order of the table."""
    check_known("values of documents", [value], what="value", allowed=VALUES)
    total, scale = VALUES[value]
    wanted = ("unit", "doc_id", "event", "n", total)
    check_known("values of documents", wanted, what="column", allowed=table.columns)
    single = table[table["unit"] == "document"]
    for given, rows in single.groupby(by, sort=False):
        part = rows.sort_values("doc_id")
        n, size = part["n"].to_numpy(float), part[total].to_numpy(float)
        side = (part["event"] == target).to_numpy()
        yield (
            dict(zip(by, given, strict=True)),
            Documents(part["doc_id"].tolist(), n, size, side, scale),
        )


def finish_rows(
    rows: list[dict[str, Any]], columns: list[str], table: pd.DataFrame
) -> pd.DataFrame:
    """Make the table, with its columns in order and the selection beside."""
    return copy_selection(pd.DataFrame(rows, columns=columns), table)
