"""Term frequency: absolute, relative with its interval, and in how many documents and segments."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import sparse, stats

from analysis.measures.counts import TermCounts
from analysis.measures.formulas import log_ratio
from analysis.measures.inference import FloatArray, wilson_interval, zero_count_upper_bound
from analysis.measures.verdicts import FEWEST_CLUSTERS, OK, VERDICT, Verdict, refuse
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError, check_known
from analysis.tables.cells import rounded

#: Words as units, or documents; a term that a group lacks has the interval "zero".
Interval = Literal["wilson", "documents"]
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
    """Return the frequency of each term in each group.

    Parameters
    ----------
    counts : TermCounts
        Counts in **bags** (``Recipe(rows="bag")``), from which documents follow.
    by : str
        all, event, outlet or doc_id.
    interval : str
        wilson (words as units, conditional on these texts) or documents (documents as
        units); see `rate_intervals`.

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
    group = counts.rows[by].astype(str) if by != "all" else "all"
    counts = counts.with_rows(counts.rows.assign(group=group))
    units = {"n_documents": _add_up(counts, "doc_id"), "n_bags": _add_up(counts, "bag_id")}
    groups, n_terms = counts.group("group"), len(counts.terms)
    table = pd.DataFrame(
        {
            "grouping": by,
            "group": np.repeat(groups.rows["group"].to_numpy(), n_terms),
            "term": np.tile(groups.terms.to_numpy(), len(groups.rows)),
            "n": groups.matrix.toarray().ravel(),
            "n_raw": groups.raw.toarray().ravel(),
            "n_tokens": np.repeat(groups.totals, n_terms),
        }
    )
    with np.errstate(invalid="ignore"):
        table["per_1000"] = table["n"] / table["n_tokens"] * 1e3
        table["per_million"] = table["n"] / table["n_tokens"] * 1e6
    source = counts if interval == "wilson" else units["n_documents"]
    table = pd.concat([table, rate_intervals(source, interval)], axis=1)
    for name, held in units.items():
        table[name] = held.occurrence().group("group").matrix.toarray().ravel()
        totals = held.rows["group"].value_counts().sort_index()
        table[f"{name}_total"] = np.repeat(totals.to_numpy(), n_terms)
    keys, rising = ["group", "n", "term"], [True, False, True]
    order = table.sort_values(keys, ascending=rising, key=rounded)
    return order.loc[:, list(COLUMNS)].reset_index(drop=True)


def _add_up(counts: TermCounts, unit: str) -> TermCounts:
    """Add up the bags of each unit, which lies in one group."""
    held = counts.group(unit)
    group_of = counts.rows.drop_duplicates(unit).set_index(unit)["group"]
    return held.with_rows(held.rows.assign(group=held.rows[unit].map(group_of)))


def most_frequent(table: pd.DataFrame, top: int) -> list[str]:
    """Return the terms with the highest mean rate over the groups of `term_frequency`.

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
    check_known("most_different", (target, reference), what="group", allowed=set(table["group"]))
    if target == reference:
        raise MeasureError(f"most_different: target and reference are both {target!r}")
    sides = [table[table["group"] == name] for name in (target, reference)]
    both = sides[0].merge(
        sides[1], on="term", suffixes=("_target", "_reference"), validate="one_to_one"
    )
    sizes = both["n_tokens_target"], both["n_tokens_reference"]
    both["log_ratio"] = log_ratio(both["n_target"], both["n_reference"], *sizes)
    more = both["n_documents_target"].where(both["log_ratio"] > 0, both["n_documents_reference"])
    frequent = both["n_target"] + both["n_reference"] >= min_count
    order, rising = ["log_ratio", "n_target", "term"], [False, False, True]
    kept = both[frequent & (more >= min_documents)]
    kept = kept.sort_values(order, ascending=rising, ignore_index=True, key=rounded)
    above = kept[kept["log_ratio"] > 0].head(top)
    below = kept[kept["log_ratio"] < 0].tail(top)
    columns = [f"{name}_{side}" for name in SIDES for side in ("target", "reference")]
    return pd.concat([above, below], ignore_index=True).loc[:, ["term", "log_ratio", *columns]]


def rate_intervals(counts: TermCounts, interval: Interval) -> pd.DataFrame:
    """Return the interval of each term's rate in each group.

    Parameters
    ----------
    counts : TermCounts
        Counts with a column ``group`` in its rows; of documents, if they are the units.
    interval : str
        wilson: Wilson (1927) with words as units; it says nothing of other texts.
        documents: the linearised variance of a ratio of sums over documents (Cochran
        1977, section 2.11) with t at one degree less than documents; refused under 20
        documents, and where their rates do not vary. A term that a group lacks has no
        scatter: it gets the upper bound of `zero_count_upper_bound`, and interval "zero".

    Returns
    -------
    DataFrame
        One row per group and term, groups and terms in the order of
        ``counts.group("group")``: low, high (.95, per 1,000 tokens), interval, interval_df
        (degrees of freedom; only with documents as units), status, reason_code, reason_values.

    Raises
    ------
    MeasureError
        If the interval is unknown.
    """
    check_known("rate_intervals", [interval], what="interval", allowed=get_args(Interval))
    groups = counts.rows["group"]
    if interval == "documents":
        names = sorted(groups.unique())
        parts = [_of_documents(counts.select((groups == name).to_numpy())) for name in names]
        return pd.concat(parts, ignore_index=True)
    whole = counts.group("group")
    if not np.issubdtype(whole.matrix.dtype, np.integer):
        return _refused("wilson", whole.matrix.shape, refuse("weighted_counts"))
    totals = np.repeat(whole.totals[:, None], len(whole.terms), axis=1)
    low, high = wilson_interval(whole.matrix.toarray(), totals)
    return _table(low, high, "wilson")


def _of_documents(documents: TermCounts) -> pd.DataFrame:
    """Find the intervals of one group, from the scatter of its documents about its rate."""
    n_documents, sizes = len(documents.rows), documents.totals.astype(float)
    matrix = sparse.csr_array(documents.matrix, dtype=float)
    sums = np.asarray(matrix.sum(axis=0)).ravel()
    if n_documents < FEWEST_CLUSTERS:
        verdict = refuse("too_few_documents_of_rate", FEWEST_CLUSTERS, n_documents)
        table = _refused("documents", sums.shape, verdict)
    else:
        rate = sums / sizes.sum()
        squares = np.asarray(matrix.multiply(matrix).sum(axis=0)).ravel()
        scatter = squares - 2 * rate * (sizes @ matrix) + rate**2 * (sizes @ sizes)
        error = np.sqrt(np.clip(scatter, 0, None) * n_documents / (n_documents - 1)) / sizes.sum()
        reach = stats.t.ppf((1 + LEVEL) / 2, n_documents - 1) * error
        table = _table(np.clip(rate - reach, 0, 1), np.clip(rate + reach, 0, 1), "documents")
        table["interval_df"] = n_documents - 1.0
        flat = scatter <= 1e-12 * squares  # no more than what rounding leaves
        table.loc[flat, ["low", "high", "interval_df"]] = np.nan
        table.loc[flat, VERDICT] = list(refuse("rates_do_not_vary"))
    if sizes.sum() > 0:
        # Terms that do not occur get their upper bound, whatever the number of documents.
        zero = {"low": 0.0, "high": float(zero_count_upper_bound(sizes.sum())), "interval": "zero"}
        for name, value in {**zero, "interval_df": np.nan, **OK._asdict()}.items():
            table[name] = table[name].mask(sums == 0, value)
    return table


def _table(low: FloatArray, high: FloatArray, interval: str, verdict: Verdict = OK) -> pd.DataFrame:
    per_1000 = {"low": low.ravel() * 1e3, "high": high.ravel() * 1e3}
    about = {"interval": interval, "interval_df": np.nan, **verdict._asdict()}
    return pd.DataFrame({**per_1000, **about})


def _refused(interval: str, shape: tuple[int, ...], verdict: Verdict) -> pd.DataFrame:
    nothing = np.full(shape, np.nan)
    return _table(nothing, nothing, interval, verdict)
