"""Intervals of shares, rates, net assertion and correlations, and what each rests on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.measures.inference import FloatArray, wilson_interval, zero_count_upper_bound
from analysis.measures.verdicts import (
    OK,
    VERDICT,
    judge_correlation,
    judge_share,
    refuse,
    verdict_table,
)
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError

#: What an interval rests on. Only documents say something of other texts.
INTERVAL_BASIS: dict[str, str] = {
    "words": "wilson_words",
    "zero": "poisson_bound_mentions",
    "mentions": "wilson_mentions",
    "pairs": "bonett_price_mentions",
    "mean": "every_document_shown",
    "welch": "welch_documents",
    "bootstrap": "bootstrap_documents",
    "fisher": "fisher_z_documents",
    "none": "no_interval",
}


def with_share(table: pd.DataFrame, total: str) -> pd.DataFrame:
    """Relate counts to their total and give the shares Wilson's intervals.

    Weighted counts enter as they are: a group of repeats is one trial. Their sum is never
    above Kish's (1965) effective size, (sum w)^2 / sum w^2, since no weight is above 1, so
    that the interval is never too short on account of the weights.

    The counts are in column n, the totals in the column that ``total`` names.

    Returns
    -------
    DataFrame
        The table with share, low, high (in [0, 1]), interval_basis, status, reason_code,
        reason_values.

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
        interval_basis=np.where(size > 0, INTERVAL_BASIS["mentions"], INTERVAL_BASIS["none"]),
        **verdict_table(verdicts, table.index),
    ).astype({"interval_basis": "str"})


def with_rate(table: pd.DataFrame, size: str) -> pd.DataFrame:
    """Relate counts to tokens and give the rates an interval, a zero count an upper bound.

    The counts are in column n, the tokens in the column that ``size`` names.

    Returns
    -------
    DataFrame
        The table with per_1000, low, high, interval_basis, status, reason_code, reason_values.

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
    rests = np.where(none, INTERVAL_BASIS["zero"], INTERVAL_BASIS["words"])
    return table.assign(
        per_1000=_ratio(n, tokens) * 1e3,
        low=np.where(empty, np.nan, np.where(none, 0.0, low * 1e3)),
        high=np.where(empty, np.nan, np.where(none, bound, high * 1e3)),
        interval_basis=np.where(empty, INTERVAL_BASIS["none"], rests),
        **verdict_table(verdicts, table.index),
    ).astype({"interval_basis": "str"})


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
        Two rows: coefficient, n_documents, correlation, low, high, interval_basis, status,
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
    table["low"], table["high"], table["interval_basis"] = np.nan, np.nan, INTERVAL_BASIS["none"]
    table[VERDICT] = list(verdict)
    if verdict.status == "ok":
        r = np.array([stats.pearsonr(a, b).statistic, stats.spearmanr(a, b).statistic])
        error = np.sqrt(np.array([1.0, 1 + r[1] ** 2 / 2]) / (n - 3))
        # A correlation of 1 has no z; it is held a little below.
        z, reach = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)), stats.norm.isf((1 - level) / 2)
        table["correlation"] = r
        table["low"], table["high"] = np.tanh(z - reach * error), np.tanh(z + reach * error)
        table["interval_basis"] = INTERVAL_BASIS["fisher"]
    return table.astype({"coefficient": "str", "interval_basis": "str"})
