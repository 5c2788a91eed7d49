"""How much more frequent: effect sizes of two frequencies, term by term.

All take frequencies and sizes as `scores` does. Positive (or above 1, for ratios):
more frequent in the target.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from analysis.errors import MeasureError
from analysis.measures.cells import Cells, Counts, check_cells
from analysis.measures.inference import FloatArray


def log_ratio(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Binary logarithm of the ratio of relative frequencies, 0 taken as 0.5 (Hardie 2014).

    1 means twice as frequent in the target.

    Examples
    --------
    >>> f"{log_ratio(40, 10, 1000, 1000):.1f} {log_ratio(4, 0, 1000, 1000):.1f}"
    '2.0 3.0'
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    counts = (np.where(n == 0, 0.5, n) for n in (cells.n_target, cells.n_reference))
    target, reference = counts
    return np.asarray(
        np.log2(target / cells.size_target) - np.log2(reference / cells.size_reference)
    )


def log_ratio_walter(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Log ratio with .5 added to every frequency and size (Walter 1975; Evert 2022).

    Examples
    --------
    >>> f"{log_ratio_walter(7, 2, 1000, 1000):.6f}"
    '1.584963'
    """
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    ratio = np.log2((a + 0.5) / (size_a + 0.5)) - np.log2((b + 0.5) / (size_b + 0.5))
    return np.asarray(ratio)


def lrc(
    n_target: Counts,
    n_reference: Counts,
    size_target: Counts,
    size_reference: Counts,
    *,
    alpha: float = 0.05,
    n_tests: int = 1,
) -> FloatArray:
    """Conservative log ratio: the bound next to 0, or 0 if the interval holds 0 (Evert 2022).

    The interval is Clopper and Pearson's on the target's part of the term's
    occurrences, Bonferroni-corrected for the family: alpha / (2 n_tests) a side.

    Examples
    --------
    >>> f"{lrc(13, 0, 1177, 341805, n_tests=20109):.6f}"
    '7.297356'
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    a, b, size_a, size_b = cells
    leads = a * size_b >= b * size_a
    # the bound next to 0 is the lower one of the side that leads
    leading = Cells(
        *(np.where(leads, *pair) for pair in ((a, b), (b, a), (size_a, size_b), (size_b, size_a)))
    )
    bound = np.maximum(_lower_bound(leading, alpha / (2 * n_tests)), 0)
    return np.where(leads | (bound == 0), bound, -bound)


def lrc_positive(
    n_target: Counts,
    n_reference: Counts,
    size_target: Counts,
    size_reference: Counts,
    *,
    alpha: float = 0.05,
    n_tests: int = 1,
) -> FloatArray:
    """Lower bound of the log ratio, one-sided at alpha / n_tests, not cut at 0 (Evert 2022).

    Minus infinity for a term that the target does not have.

    Examples
    --------
    >>> f"{lrc_positive(7, 2, 1000, 1000):.6f}"
    '-0.287418'
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    return _lower_bound(cells, alpha / n_tests)


def lrc_normal(
    n_target: Counts,
    n_reference: Counts,
    size_target: Counts,
    size_reference: Counts,
    *,
    alpha: float = 0.05,
    n_tests: int = 1,
) -> FloatArray:
    """Conservative log ratio by the normal approximation (Hardie 2014).

    ln RR -+ z sqrt(1/a + 1/b - 1/A - 1/B), 0 taken as 0.5, in binary logarithms.

    Examples
    --------
    >>> f"{lrc_normal(1189, 968, 168329, 19552238, alpha=.01, n_tests=599):.6f}"
    '6.888132'
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    target, reference = (np.where(n == 0, 0.5, n) for n in cells[:2])
    variance = 1 / target + 1 / reference - 1 / cells.size_target - 1 / cells.size_reference
    reach = stats.norm.isf(alpha / (2 * n_tests)) * np.sqrt(variance) / np.log(2)
    ratio = log_ratio(*cells)
    return _next_to_zero(ratio - reach, ratio + reach)


def relative_risk(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Ratio of relative frequencies; infinite for a term that the reference does not have.

    Examples
    --------
    >>> f"{relative_risk(540, 7525, 116000, 5451382):.6f}"
    '3.372375'
    """
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    return _ratio(a * size_b, b * size_a)


def percent_difference(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """%DIFF: relative risk minus 1, in per cent (Gabrielatos & Marchi 2011).

    Examples
    --------
    >>> f"{percent_difference(206523, 178174, 959641, 1562358):.1f}"
    '88.7'
    """
    return np.asarray(100 * (relative_risk(n_target, n_reference, size_target, size_reference) - 1))


def odds_ratio(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Sample odds ratio, a (B - b) / (b (A - a)).

    Examples
    --------
    >>> f"{odds_ratio(16217, 735, 2796938, 2087946):.1f}"
    '16.6'
    """
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    return _ratio(a * (size_b - b), b * (size_a - a))


def difference_coefficient(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Difference of relative frequencies over their sum (Hofland & Johansson 1982).

    Examples
    --------
    >>> f"{difference_coefficient(18, 35, 1_000_000, 1_000_000):.2f}"
    '-0.32'
    """
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    return _ratio(a / size_a - b / size_b, a / size_a + b / size_b)


def simple_maths(
    n_target: Counts,
    n_reference: Counts,
    size_target: Counts,
    size_reference: Counts,
    *,
    smoothing: float = 100.0,
) -> FloatArray:
    """Ratio of frequencies per million, `smoothing` added to both (Kilgarriff 2009).

    Examples
    --------
    >>> f"{simple_maths(35, 263, 112289776, 1559716979, smoothing=1):.4f}"
    '1.1224'
    """
    if smoothing <= 0:
        raise MeasureError(f"simple_maths: wanted smoothing above 0, came {smoothing}")
    a, b, size_a, size_b = check_cells(n_target, n_reference, size_target, size_reference)
    return np.asarray((a * 1e6 / size_a + smoothing) / (b * 1e6 / size_b + smoothing))


def _lower_bound(cells: Cells, tail: float) -> FloatArray:
    """Bound the log ratio through Clopper and Pearson's bound of the target's part."""
    if not 0 < tail < 0.5:
        raise MeasureError(f"lrc: wanted alpha between 0 and 1 and n_tests from 1 on, came {tail}")
    a, b, size_a, size_b = cells
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(a == 0, 0.0, stats.beta.ppf(tail, a, b + 1))
        return np.asarray(np.log2(size_b / size_a * part / (1 - part)))


def _next_to_zero(low: FloatArray, high: FloatArray) -> FloatArray:
    return np.where(low > 0, low, np.where(high < 0, high, 0.0))


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide; something over nothing is infinite, nothing over nothing not defined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(above / below)
