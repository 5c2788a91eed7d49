"""Intervals of shares, rates, net assertion and correlations, and what each rests on."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from analysis.measures.counts import TermCounts
from analysis.measures.inference import FloatArray, wilson_interval, zero_count_upper_bound
from analysis.measures.verdicts import (
    FEWEST_CLUSTERS,
    OK,
    VERDICT,
    Verdict,
    judge_correlation,
    judge_share,
    refuse,
    verdict_table,
)
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError, check_known

#: What an interval rests on. Only documents say something of other texts.
RESTS_ON: dict[str, str] = {
    "words": "Wilson, words as units: conditional on these texts",
    "zero": "no mention: one-sided Poisson bound, conditional on these texts",
    "mentions": "Wilson, mentions as units: conditional on these texts",
    "pairs": "Bonett and Price, mentions as units: conditional on these texts",
    "mean": "no interval: every document is shown",
    "welch": "Welch, documents as units",
    "bootstrap": "bootstrap of documents",
    "fisher": "Fisher's z, documents as units",
    "none": "no interval",
}
#: How the rate of a term is given an interval, see `rate_intervals`.
Interval = Literal["wilson", "documents"]


def with_share(table: pd.DataFrame, total: str) -> pd.DataFrame:
    """Relate counts to their total and give the shares Wilson's intervals.

    Weighted counts enter as they are: a group of repeats is one trial. Their sum is never
    above Kish's (1965) effective size, (sum w)^2 / sum w^2, since no weight is above 1, so
    that the interval is never too short on account of the weights.

    The counts are in column n, the totals in the column that ``total`` names.

    Returns
    -------
    DataFrame
        The table with share, low, high (in [0, 1]), rests_on, status, reason_code, reason_values.

    Examples
    --------
    >>> table = with_share(pd.DataFrame({"n": [0, 0], "n_mentions": [15, 0]}), "n_mentions")
    >>> table[["share", "low", "high", "status"]].round(3)
       share  low   high         status
    0    0.0  0.0  0.204             ok
    1    NaN  NaN    NaN  not_estimable
    """
    n, size = table["n"].to_numpy(float), table[total].to_numpy(float)
    low, high = wilson_interval(np.minimum(n, size), size)
    verdicts = [judge_share(each, with_interval=True) for each in size]
    return table.assign(
        share=_ratio(n, size),
        low=np.where((n == 0) & (size > 0), 0.0, low),  # what rounding leaves is no bound
        high=np.where((n == size) & (size > 0), 1.0, high),
        rests_on=np.where(size > 0, RESTS_ON["mentions"], RESTS_ON["none"]),
        **verdict_table(verdicts, table.index),
    ).astype({"rests_on": "str"})


def with_rate(table: pd.DataFrame, size: str) -> pd.DataFrame:
    """Relate counts to tokens and give the rates an interval, a zero count an upper bound.

    The counts are in column n, the tokens in the column that ``size`` names.

    Returns
    -------
    DataFrame
        The table with per_1000, low, high, rests_on, status, reason_code, reason_values.

    Examples
    --------
    >>> table = with_rate(pd.DataFrame({"n": [0, 7], "n_tokens": [5422, 1000]}), "n_tokens")
    >>> table[["per_1000", "low", "high"]].round(3)
       per_1000    low    high
    0       0.0  0.000   0.553
    1       7.0  3.395  14.378
    """
    n, tokens = table["n"].to_numpy(float), table[size].to_numpy(float)
    low, high = wilson_interval(np.minimum(n, tokens), tokens)
    none, empty = n == 0, tokens == 0
    bound = zero_count_upper_bound(np.where(empty, 1.0, tokens))
    verdicts = [refuse("no_token") if each else OK for each in empty]
    rests = np.where(none, RESTS_ON["zero"], RESTS_ON["words"])
    return table.assign(
        per_1000=_ratio(n, tokens) * 1e3,
        low=np.where(empty, np.nan, np.where(none, 0.0, low * 1e3)),
        high=np.where(empty, np.nan, np.where(none, bound, high * 1e3)),
        rests_on=np.where(empty, RESTS_ON["none"], rests),
        **verdict_table(verdicts, table.index),
    ).astype({"rests_on": "str"})


def _ratio(n: FloatArray, size: FloatArray) -> FloatArray:
    return np.asarray(n / np.where(size > 0, size, np.nan))


def net_interval(
    n_affirmed: npt.ArrayLike, n_negated: npt.ArrayLike, n: npt.ArrayLike, *, level: float = LEVEL
) -> tuple[FloatArray, FloatArray]:
    """Return the interval of (affirmed - negated) / n, a difference of two shares of one whole.

    Bonett and Price (2012): Wald's interval after one more of each; 0 mentions give NaN.

    Examples
    --------
    >>> low, high = net_interval(0, 7, 15)
    >>> f"{low:.3f} {high:.3f}"
    '-0.697 -0.127'
    """
    up, down, size = (np.asarray(each, dtype=float) for each in (n_affirmed, n_negated, n))
    if np.any(up + down > size * (1 + 1e-9)) or np.any(up < 0) or np.any(down < 0):
        raise MeasureError("net_interval: wanted 0 <= n_affirmed + n_negated <= n in every row")
    p, q = (up + 1) / (size + 2), (down + 1) / (size + 2)
    reach = stats.norm.isf((1 - level) / 2) * np.sqrt((p + q - (p - q) ** 2) / (size + 2))
    low, high = np.clip(p - q - reach, -1, 1), np.clip(p - q + reach, -1, 1)
    return np.where(size > 0, low, np.nan), np.where(size > 0, high, np.nan)


def correlate(x: npt.ArrayLike, y: npt.ArrayLike, *, level: float = LEVEL) -> pd.DataFrame:
    """Correlate two values of each document: Pearson's r and Spearman's rho.

    Intervals by Fisher's z, for rho with the error of Bonett and Wright (2000).

    Returns
    -------
    DataFrame
        Two rows: coefficient, n_documents, correlation, low, high, rests_on, status,
        reason_code, reason_values. Not estimable under 10 documents, or where a value does not
        vary.

    Examples
    --------
    >>> table = correlate(range(12), [0, 1, 2, 4, 3, 5, 6, 8, 7, 9, 11, 10])
    >>> table[["coefficient", "correlation", "low", "high"]].round(2)
      coefficient  correlation   low  high
    0     pearson         0.98  0.92  0.99
    1    spearman         0.98  0.90  1.00
    """
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    there = ~(np.isnan(a) | np.isnan(b))
    a, b = a[there], b[there]
    n, coefficients = len(a), ["pearson", "spearman"]
    verdict = judge_correlation(n)
    if verdict.status == "ok" and (np.ptp(a) == 0 or np.ptp(b) == 0):
        verdict = refuse("value_does_not_vary")
    table = pd.DataFrame({"coefficient": coefficients, "n_documents": n, "correlation": np.nan})
    table["low"], table["high"], table["rests_on"] = np.nan, np.nan, RESTS_ON["none"]
    table[VERDICT] = list(verdict)
    if verdict.status == "ok":
        r = np.array([stats.pearsonr(a, b).statistic, stats.spearmanr(a, b).statistic])
        error = np.sqrt(np.array([1.0, 1 + r[1] ** 2 / 2]) / (n - 3))
        # A correlation of 1 has no z; it is held a little below.
        z, reach = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)), stats.norm.isf((1 - level) / 2)
        table["correlation"] = r
        table["low"], table["high"] = np.tanh(z - reach * error), np.tanh(z + reach * error)
        table["rests_on"] = RESTS_ON["fisher"]
    return table.astype({"coefficient": "str", "rests_on": "str"})


def rate_intervals(counts: TermCounts, interval: Interval, *, level: float = LEVEL) -> pd.DataFrame:
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
        return _rate_table(nothing, nothing, "wilson", verdict=refuse("weighted_counts"))
    totals = np.repeat(groups.totals[:, None], len(groups.terms), axis=1)
    low, high = wilson_interval(groups.matrix.toarray(), totals, level=level)
    return _rate_table(low, high, "wilson")


def _of_documents(documents: TermCounts, level: float) -> pd.DataFrame:
    """Return the intervals of one group, from the scatter of its documents about its rate."""
    n_documents, sizes = len(documents.rows), documents.totals.astype(float)
    matrix = sparse.csr_array(documents.matrix, dtype=float)
    sums = np.asarray(matrix.sum(axis=0)).ravel()
    nothing = np.full((1, len(sums)), np.nan)
    if n_documents < FEWEST_CLUSTERS:
        verdict = refuse("too_few_documents_of_rate", FEWEST_CLUSTERS, n_documents)
        table = _rate_table(nothing, nothing, "documents", verdict=verdict)
        return _bound_zeros(table, sums, sizes, level)
    rate = sums / sizes.sum()
    squares = np.asarray(matrix.multiply(matrix).sum(axis=0)).ravel()
    scatter = squares - 2 * rate * (sizes @ matrix) + rate**2 * (sizes @ sizes)
    error = np.sqrt(np.clip(scatter, 0, None) * n_documents / (n_documents - 1)) / sizes.sum()
    reach = stats.t.ppf((1 + level) / 2, n_documents - 1) * error
    low, high = np.clip(rate - reach, 0, 1)[None], np.clip(rate + reach, 0, 1)[None]
    table = _rate_table(low, high, "documents", df=n_documents - 1)
    flat = scatter <= 1e-12 * squares  # no more than what rounding leaves
    table.loc[flat, ["low", "high", "interval_df"]] = np.nan
    table.loc[flat, VERDICT] = list(refuse("rates_do_not_vary"))
    return _bound_zeros(table, sums, sizes, level)


def _bound_zeros(
    table: pd.DataFrame, sums: FloatArray, sizes: FloatArray, level: float
) -> pd.DataFrame:
    """Return terms that do not occur their upper bound, whatever the number of documents."""
    if sizes.sum() == 0:
        return table
    bound = float(zero_count_upper_bound(sizes.sum(), level=level))
    zero = {"low": 0.0, "high": bound, "interval": "zero", "interval_df": np.nan}
    zero |= OK._asdict()
    absent = pd.Series(sums == 0)
    return table.assign(**{name: table[name].mask(absent, value) for name, value in zero.items()})


def _rate_table(
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
