"""Intervals and what each rests on, corrections for many tests, and what depends on one document.

Refusals are in `verdicts`, relabelling and resampling of documents in `permutation`
and `resampling`. Every measure takes all of these from here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from analysis.measures.verdicts import (
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
from analysis.tables.cells import rounded

FloatArray = npt.NDArray[np.float64]

#: Name of a correction -> its name in statsmodels, and what it holds down.
CORRECTIONS: dict[str, tuple[str, str]] = {
    "bonferroni": ("bonferroni", "chance of any false alarm"),
    "holm": ("holm", "chance of any false alarm, step by step"),
    "bh": ("fdr_bh", "expected share of false alarms (Benjamini-Hochberg)"),
    "by": ("fdr_by", "expected share of false alarms under any dependence (Benjamini-Yekutieli)"),
}


def wilson_interval(
    n_successes: npt.ArrayLike, n_trials: npt.ArrayLike, *, level: float = LEVEL
) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's (1927) interval of a share; conditional on the texts counted.

    Parameters
    ----------
    n_successes, n_trials : array_like of int
        Counts; no trial gives NaN, which `judge_share` explains.
    level : float
        Nominal coverage.

    Returns
    -------
    low, high : ndarray
        Bounds in [0, 1].

    Examples
    --------
    >>> low, high = wilson_interval(8, 17)
    >>> f"{low:.4f} {high:.4f}"
    '0.2617 0.6904'
    """
    count, size = np.asarray(n_successes, dtype=float), np.asarray(n_trials, dtype=float)
    _check_level(level)
    if np.any(count < 0) or np.any(count > size):
        raise MeasureError("interval of a share: wanted 0 <= n_successes <= n_trials in every row")
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = proportion_confint(count, size, alpha=1 - level, method="wilson")
    none = size == 0
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def zero_count_upper_bound(size: npt.ArrayLike, *, level: float = LEVEL) -> FloatArray:
    """Return the highest rate per 1,000 that a count of zero is compatible with.

    Poisson, one-sided: -ln(1 - level) / size; the "rule of three" at .95.

    Examples
    --------
    >>> f"{zero_count_upper_bound(5422):.3f}"
    '0.553'
    """
    _check_level(level)
    sizes = np.asarray(size, dtype=float)
    if np.any(sizes <= 0):
        raise MeasureError("zero_count_upper_bound: wanted sizes above 0")
    return np.asarray(-np.log1p(-level) / sizes * 1000)


def adjust_p_values(p_values: npt.ArrayLike, correction: str) -> FloatArray:
    """Correct p-values of one family of tests; a NaN stays and does not count.

    The correction is one of `CORRECTIONS`.

    Raises
    ------
    MeasureError
        If the correction is unknown or a value is not in [0, 1].

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, 0.03, 0.005], "holm").round(2).tolist()
    [0.03, 0.06, 0.06, 0.02]
    """
    check_known("adjust_p_values", [correction], what="correction", allowed=CORRECTIONS)
    values = np.asarray(p_values, dtype=float)
    there = ~np.isnan(values)
    if np.any((values[there] < 0) | (values[there] > 1)):
        raise MeasureError("adjust_p_values: wanted p-values in [0, 1]")
    adjusted = np.full(values.shape, np.nan)
    if there.any():
        adjusted[there] = multipletests(values[there], method=CORRECTIONS[correction][0])[1]
    return adjusted


class Welch(NamedTuple):
    """Difference of two means with Welch's degrees of freedom."""

    difference: float
    low: float
    high: float
    df: float
    p_value: float
    status: str
    reason_code: str
    reason_values: str


def welch(
    target: npt.ArrayLike,
    reference: npt.ArrayLike,
    *,
    level: float = LEVEL,
    refused: Verdict = OK,
    largest: float = np.inf,
) -> Welch:
    """Compare the documents' values of two groups without assuming equal spread.

    Documents that are too few for a p-value whatever their values are too few for an
    interval, too: one that leaves out 0 would claim what the test refuses.

    Parameters
    ----------
    target, reference : array_like
        One value per document, such as a rate per 1,000.
    level : float
        Nominal coverage.
    refused : Verdict
        Of a test of the same documents; if that is a refusal, so is that of the interval.
    largest : float
        The largest possible value, such as 1 for a share: bounds stay within -+ this.

    Returns
    -------
    Welch
        Not estimable with fewer than two documents a group or without any spread.

    Examples
    --------
    >>> result = welch([1, 2, 3, 4], [2, 4, 6])
    >>> f"{result.difference:.1f} df={result.df:.2f} p={result.p_value:.3f}"
    '-1.5 df=3.23 p=0.334'
    >>> welch([0.9, 0.7], [0.1, 0.0], largest=1.0).high
    1.0
    >>> welch([0.9, 0.7], [0.1, 0.0], refused=refuse("no_mention")).reason_code
    'no_mention'
    """
    _check_level(level)
    x, y = np.asarray(target, dtype=float), np.asarray(reference, dtype=float)
    if min(x.size, y.size) == 0:
        raise MeasureError(f"welch: wanted documents in both groups, came {x.size} and {y.size}")
    difference = float(x.mean() - y.mean())
    if min(x.size, y.size) < 2:
        refused = refuse("group_of_one_without_spread")
    elif _is_flat(x) and _is_flat(y):
        refused = refuse("values_do_not_vary_in_groups")
    if refused.status != OK.status:
        return Welch(difference, np.nan, np.nan, np.nan, np.nan, *refused)
    spread = [0.0 if _is_flat(each) else float(each.var(ddof=1)) / each.size for each in (x, y)]
    # A group without spread leaves the degrees of freedom to the other one.
    parts = [v**2 / (each.size - 1) for v, each in zip(spread, (x, y), strict=True)]
    error, df = float(np.sqrt(sum(spread))), float(sum(spread) ** 2 / sum(parts))
    reach = float(stats.t.ppf((1 + level) / 2, df)) * error
    p_value = float(2 * stats.t.sf(abs(difference) / error, df))
    bounds = np.clip([difference - reach, difference + reach], -largest, largest)
    return Welch(difference, float(bounds[0]), float(bounds[1]), df, p_value, *OK)


def _is_flat(values: FloatArray) -> bool:
    """Decide whether values differ by no more than the noise of floating point."""
    return bool(np.ptp(values) <= 1e-12 * np.abs(values).max())


class LeaveOneOut(NamedTuple):
    """How much depends on one document."""

    estimate: float
    low: float
    high: float
    sign_holds: bool
    most_influential: int


def leave_one_out(statistic: Callable[[npt.NDArray[np.bool_]], float], n_units: int) -> LeaveOneOut:
    """Compute a statistic without each document in turn.

    The statistic takes a boolean array of the documents (or clusters) kept and gives a number, NaN
    where it is not defined.

    Returns
    -------
    LeaveOneOut
        Estimate with all, range without one, whether the sign of all of them is that
        of the estimate, and the document whose absence moves the estimate most.

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 9.0])
    >>> leave_one_out(lambda kept: float(values[kept].mean()), 3)
    LeaveOneOut(estimate=4.0, low=1.5, high=5.5, sign_holds=True, most_influential=2)
    """
    if n_units < 2:
        raise MeasureError(f"leave_one_out: wanted at least 2 documents, came {n_units}")
    estimate = float(statistic(np.ones(n_units, dtype=bool)))
    without = np.array([float(statistic(np.arange(n_units) != i)) for i in range(n_units)])
    if np.isnan(without).any():
        absent = int(np.flatnonzero(np.isnan(without))[0])
        return LeaveOneOut(estimate, np.nan, np.nan, False, absent)
    holds = bool(np.all(np.sign(rounded(without)) == np.sign(rounded(estimate))))
    moved = int(np.argmax(rounded(np.abs(without - estimate))))
    return LeaveOneOut(estimate, float(without.min()), float(without.max()), holds, moved)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise MeasureError(f"level: wanted a number between 0 and 1, came {level}")


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
