"""Term frequency: absolute, relative, and in how many documents and segments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import MeasureError, unknown
from analysis.measures.counts import TermCounts

GROUPINGS = ("all", "event", "outlet", "doc_id")
COLUMNS = (
    "grouping",
    "group",
    "term",
    "n",
    "n_tokens",
    "per_1000",
    "per_million",
    "n_documents",
    "n_documents_total",
    "n_segments",
    "n_segments_total",
)


def term_frequency(counts: TermCounts, *, by: str = "event") -> pd.DataFrame:
    """Give the frequency of each term in each group.

    Parameters
    ----------
    counts : TermCounts
        Counts in **segments** (``Recipe(rows="segment")``), from which documents follow.
    by : str
        all, event, outlet or doc_id.

    Returns
    -------
    DataFrame
        One row per group and term, terms that a group lacks with ``n = 0``. Columns:
        grouping, group, term, n (tokens), n_tokens (tokens of the group before
        trimming), per_1000, per_million, n_documents and n_segments (that the term
        occurs in), n_documents_total, n_segments_total (of the group). Sorted by group,
        then falling n, then term.

    Raises
    ------
    MeasureError
        If the counts are not of segments, or the grouping is unknown.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="segment"))
    >>> list(term_frequency(counts, by="all")["term"][:2])
    ['der', 'Trump']
    """
    if by not in GROUPINGS:
        raise MeasureError(f"term_frequency: {unknown('grouping', by, GROUPINGS)}")
    if "segment_id" not in counts.rows.columns:
        raise MeasureError(
            "term_frequency: wanted counts of segments, came counts of documents. "
            "Count with Recipe(rows='segment')."
        )
    counts = _with_group(counts, by)
    groups = counts.group("group")
    table = _dense(groups, "n")
    table["n_tokens"] = np.repeat(groups.totals, len(counts.terms))
    with np.errstate(invalid="ignore"):
        table["per_1000"] = table["n"] / table["n_tokens"] * 1e3
        table["per_million"] = table["n"] / table["n_tokens"] * 1e6
    for unit, column in (("n_documents", "doc_id"), ("n_segments", "segment_id")):
        table[unit] = _spread(counts, column)
        totals = counts.rows.groupby("group")[column].nunique().sort_index()
        table[f"{unit}_total"] = np.repeat(totals.to_numpy(), len(counts.terms))
    table.insert(0, "grouping", by)
    order = table.sort_values(["group", "n", "term"], ascending=[True, False, True])
    return order.loc[:, list(COLUMNS)].reset_index(drop=True)


def _with_group(counts: TermCounts, by: str) -> TermCounts:
    group = counts.rows[by].astype(str) if by != "all" else "all"
    return counts.with_rows(counts.rows.assign(group=group))


def _dense(groups: TermCounts, name: str) -> pd.DataFrame:
    """Write a grouped matrix as one row per group and term."""
    return pd.DataFrame(
        {
            "group": np.repeat(groups.rows["group"].to_numpy(), len(groups.terms)),
            "term": np.tile(groups.terms.to_numpy(), len(groups.rows)),
            name: groups.matrix.toarray().ravel(),
        }
    )


def _spread(counts: TermCounts, column: str) -> np.ndarray:
    """Count, for each group and term, the documents or segments that hold the term."""
    inner = counts.with_rows(
        counts.rows.assign(both=counts.rows["group"] + "\t" + counts.rows[column])
    ).group("both")
    held = inner.with_rows(
        pd.DataFrame({"group": inner.rows["both"].str.split("\t").str[0]})
    ).occurrence()
    spread: np.ndarray = held.group("group").matrix.toarray().ravel()
    return spread


def most_frequent(table: pd.DataFrame, top: int) -> list[str]:
    """Give the terms with the highest mean rate over the groups of `term_frequency`.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["a", "b"], "per_1000": [1.0, 2.0]})
    >>> most_frequent(table, 1)
    ['b']
    """
    mean = table.groupby("term")["per_1000"].mean().reset_index()
    ranked = mean.sort_values(["per_1000", "term"], ascending=[False, True])
    return [str(term) for term in ranked["term"].head(top)]
