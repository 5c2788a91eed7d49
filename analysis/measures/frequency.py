"""Term frequency: absolute, relative, and in how many documents and segments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.counts import TermCounts
from analysis.measures.formulas import log_ratio
from analysis.measures.intervals import Interval, rate_intervals
from analysis.measures.verdicts import VERDICT
from analysis.study.errors import MeasureError, check_known
from analysis.tables.cells import rounded

GROUPINGS = ("all", "event", "outlet", "doc_id")
SIDES = ("n", "n_raw", "per_1000", "n_documents")
COLUMNS = (
    *("grouping", "group", "term", "n", "n_raw", "n_tokens", "per_1000", "per_million"),
    *("low", "high", "interval", "interval_df", *VERDICT),
    *("n_documents", "n_documents_total", "n_bags", "n_bags_total"),
)


def term_frequency(
    counts: TermCounts, *, by: str = "event", interval: Interval = "wilson"
) -> pd.DataFrame:
    """Give the frequency of each term in each group.

    Parameters
    ----------
    counts : TermCounts
        Counts in **bags** (``Recipe(rows="bag")``), from which documents follow.
    by : str
        all, event, outlet or doc_id.
    interval : str
        wilson (words as units, conditional on these texts) or documents (documents as
        units); see `analysis.measures.intervals`.

    Returns
    -------
    DataFrame
        One row per group and term, terms that a group lacks with ``n = 0``. Columns:
        grouping, group, term, n (tokens; weighted if the counts are), n_raw (tokens,
        whatever the weight), n_tokens (of the group before trimming, weighted as n),
        per_1000, per_million, low, high (of per_1000, .95) with interval, interval_df,
        status, reason_code and reason_values, n_documents and n_bags (that the term
        occurs in), n_documents_total, n_bags_total (of the group). Sorted by group,
        then falling n, then term.

    Raises
    ------
    MeasureError
        If the counts are not of bags, or the grouping is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag"))
    >>> list(term_frequency(counts, by="all")["term"][:2])
    ['der', 'Trump']
    """
    check_known("term_frequency", [by], what="grouping", allowed=GROUPINGS)
    if "bag_id" not in counts.rows.columns:
        raise MeasureError(
            "term_frequency: wanted counts of bags, came counts of documents. "
            "Count with Recipe(rows='bag')."
        )
    counts = _with_group(counts, by)
    groups = counts.group("group")
    table = _dense(groups, "n")
    table["n_raw"] = groups.raw.toarray().ravel()
    table["n_tokens"] = np.repeat(groups.totals, len(counts.terms))
    with np.errstate(invalid="ignore"):
        table["per_1000"] = table["n"] / table["n_tokens"] * 1e3
        table["per_million"] = table["n"] / table["n_tokens"] * 1e6
    both = counts.rows["group"] + "\t" + counts.rows["doc_id"]
    by_document = counts.with_rows(counts.rows.assign(both=both)).group("both")
    label = by_document.rows["both"].str.split("\t").str[0]
    source = counts if interval == "wilson" else by_document.with_rows(label.to_frame("group"))
    table = pd.concat([table, rate_intervals(source, interval)], axis=1)
    for unit, column in (("n_documents", "doc_id"), ("n_bags", "bag_id")):
        table[unit] = _spread(counts, column)
        totals = counts.rows.groupby("group")[column].nunique().sort_index()
        table[f"{unit}_total"] = np.repeat(totals.to_numpy(), len(counts.terms))
    table.insert(0, "grouping", by)
    keys, rising = ["group", "n", "term"], [True, False, True]
    order = table.sort_values(keys, ascending=rising, key=rounded)
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
    """Count, for each group and term, the documents or bags that hold the term."""
    inner = counts.with_rows(
        counts.rows.assign(both=counts.rows["group"] + "\t" + counts.rows[column])
    ).group("both")
    held = inner.with_rows(
        pd.DataFrame({"group": inner.rows["both"].str.split("\t").str[0]})
    ).occurrence()
    return np.asarray(held.group("group").matrix.toarray().ravel())


def most_frequent(table: pd.DataFrame, top: int) -> list[str]:
    """Give the terms with the highest mean rate over the groups of `term_frequency`.

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["a", "b"], "per_1000": [1.0, 2.0]})
    >>> most_frequent(table, 1)
    ['b']
    """
    mean = table.groupby("term")["per_1000"].mean().reset_index()
    ranked = mean.sort_values(["per_1000", "term"], ascending=[False, True], key=rounded)
    return [str(term) for term in ranked["term"].head(top)]


def most_different(
    table: pd.DataFrame,
    *,
    target: str,
    reference: str,
    top: int = 10,
    min_count: int = 5,
    min_documents: int = 1,
) -> pd.DataFrame:
    """Rank the terms that two groups differ in most, both ways.

    Parameters
    ----------
    table : DataFrame
        What `term_frequency` gives, with both groups.
    target, reference : str
        Groups of the table.
    top : int
        Terms to give for each direction.
    min_count : int
        Least occurrences in both groups together.
    min_documents : int
        Least documents in the group that has the term more often.

    Returns
    -------
    DataFrame
        term, log_ratio (base 2 of the ratio of relative frequencies, a count of 0 taken
        as 0.5; Hardie 2014), n_target, n_reference, n_raw_target, n_raw_reference,
        per_1000_target, per_1000_reference,
        n_documents_target, n_documents_reference; falling by log_ratio. A ranking, no test.

    Raises
    ------
    MeasureError
        If a group is not in the table, or both are the same.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> table = term_frequency(count_terms(read_features(), Recipe(rows="bag")))
    >>> most_different(table, target="alaska-2025", reference="helsinki-2018", top=1)[
    ...     "n_target"].tolist()
    [31, 0]
    """
    both = _side_by_side(table, target, reference)
    sizes = both["n_tokens_target"], both["n_tokens_reference"]
    both["log_ratio"] = log_ratio(both["n_target"], both["n_reference"], *sizes)
    more = np.where(
        both["log_ratio"] > 0, both["n_documents_target"], both["n_documents_reference"]
    )
    frequent = both["n_target"] + both["n_reference"] >= min_count
    kept = both[frequent & (more >= min_documents)].sort_values(
        ["log_ratio", "n_target", "term"],
        ascending=[False, False, True],
        ignore_index=True,
        key=rounded,
    )
    above = kept[kept["log_ratio"] > 0].head(top)
    below = kept[kept["log_ratio"] < 0].tail(top)
    columns = [f"{name}_{side}" for name in SIDES for side in ("target", "reference")]
    return pd.concat([above, below], ignore_index=True).loc[:, ["term", "log_ratio", *columns]]


def _side_by_side(table: pd.DataFrame, target: str, reference: str) -> pd.DataFrame:
    groups = {str(name): rows for name, rows in table.groupby("group")}
    check_known("most_different", (target, reference), what="group", allowed=groups)
    if target == reference:
        raise MeasureError(f"most_different: target and reference are both {target!r}")
    return groups[target].merge(
        groups[reference], on="term", suffixes=("_target", "_reference"), validate="one_to_one"
    )
