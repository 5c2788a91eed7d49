"""Intervals of rates: of words in these texts, or of documents as a sample."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import sparse, stats

from analysis.measures.counts import TermCounts
from analysis.measures.inference import FloatArray, wilson_interval, zero_count_upper_bound
from analysis.measures.verdicts import FEWEST_CLUSTERS, OK, VERDICT, Verdict, refuse
from analysis.study.design import LEVEL
from analysis.study.errors import check_known

Interval = Literal["wilson", "documents"]
INTERVALS: dict[str, str] = {
    "wilson": "Wilson's, words as units: conditional on these texts",
    "documents": "documents as units: ratio of sums, t distribution",
    "zero": "no occurrence: one-sided Poisson bound, conditional on these texts",
}


def rate_intervals(counts: TermCounts, interval: Interval, *, level: float = LEVEL) -> pd.DataFrame:
    """Give the interval of each term's rate in each group.

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
    level : float
        Nominal coverage.

    Returns
    -------
    DataFrame
        One row per group and term, groups and terms in the order of
        ``counts.group("group")``: low, high (per 1,000 tokens), interval, interval_df
        (degrees of freedom; only with documents as units), status, reason_code, reason_values.

    Raises
    ------
    MeasureError
        If the interval is unknown.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import count_terms
    >>> counts = count_terms(read_features())
    >>> counts = counts.with_rows(counts.rows.assign(group=counts.rows["event"]))
    >>> list(rate_intervals(counts, "documents").columns)
    ['low', 'high', 'interval', 'interval_df', 'status', 'reason_code', 'reason_values']
    """
    check_known("rate_intervals", [interval], what="interval", allowed=get_args(Interval))
    if interval == "wilson":
        return _wilson(counts, level)
    groups = counts.rows["group"]
    parts = [
        _of_documents(counts.select((groups == group).to_numpy()), level)
        for group in sorted(groups.unique())
    ]
    return pd.concat(parts, ignore_index=True)


def _wilson(counts: TermCounts, level: float) -> pd.DataFrame:
    groups = counts.group("group")
    if not np.issubdtype(groups.matrix.dtype, np.integer):
        nothing = np.full(groups.matrix.shape, np.nan)
        return _table(nothing, nothing, "wilson", verdict=refuse("weighted_counts"))
    totals = np.repeat(groups.totals[:, None], len(groups.terms), axis=1)
    low, high = wilson_interval(groups.matrix.toarray(), totals, level=level)
    return _table(low, high, "wilson")


def _of_documents(documents: TermCounts, level: float) -> pd.DataFrame:
    """Give the intervals of one group, from the scatter of its documents about its rate."""
    n_documents, sizes = len(documents.rows), documents.totals.astype(float)
    matrix = sparse.csr_array(documents.matrix, dtype=float)
    sums = np.asarray(matrix.sum(axis=0)).ravel()
    if n_documents < FEWEST_CLUSTERS:
        verdict = refuse("too_few_documents_of_rate", FEWEST_CLUSTERS, n_documents)
        nothing = np.full((1, len(sums)), np.nan)
        table = _table(nothing, nothing, "documents", verdict=verdict)
        return _bound_zeros(table, sums, sizes, level)
    rate = sums / sizes.sum()
    squares = np.asarray(matrix.multiply(matrix).sum(axis=0)).ravel()
    scatter = squares - 2 * rate * (sizes @ matrix) + rate**2 * (sizes @ sizes)
    error = np.sqrt(np.clip(scatter, 0, None) * n_documents / (n_documents - 1)) / sizes.sum()
    reach = stats.t.ppf((1 + level) / 2, n_documents - 1) * error
    low, high = np.clip(rate - reach, 0, 1)[None], np.clip(rate + reach, 0, 1)[None]
    table = _table(low, high, "documents", df=n_documents - 1)
    flat = scatter <= 1e-12 * squares  # no more than what rounding leaves
    table.loc[flat, ["low", "high", "interval_df"]] = np.nan
    table.loc[flat, VERDICT] = list(refuse("rates_do_not_vary"))
    return _bound_zeros(table, sums, sizes, level)


def _bound_zeros(
    table: pd.DataFrame, sums: FloatArray, sizes: FloatArray, level: float
) -> pd.DataFrame:
    """Give terms that do not occur their upper bound, whatever the number of documents."""
    if sizes.sum() == 0:
        return table
    bound = float(zero_count_upper_bound(sizes.sum(), level=level))
    zero = {"low": 0.0, "high": bound, "interval": "zero", "interval_df": np.nan}
    zero |= OK._asdict()
    absent = pd.Series(sums == 0)
    return table.assign(**{name: table[name].mask(absent, value) for name, value in zero.items()})


def _table(
    low: np.ndarray, high: np.ndarray, interval: str, *, verdict: Verdict = OK, df: float = np.nan
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "low": low.ravel() * 1e3,
            "high": high.ravel() * 1e3,
            "interval": interval,
            "interval_df": df,
            **verdict._asdict(),
        }
    )
