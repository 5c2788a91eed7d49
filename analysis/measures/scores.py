"""Tests and effect sizes of two frequencies, term by term.

All take the frequency of each term in target and reference and the sizes of both, in
tokens, as numbers or arrays of one shape, and give an array of that shape. Tests are
not signed here. Nothing here knows of documents: a p-value from these takes every word
for an independent draw, which words are not (see `permutation`).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from analysis.errors import MeasureError
from analysis.measures.cells import Cells, Counts, check_cells
from analysis.measures.inference import FloatArray

Alternative = Literal["two-sided", "less", "greater"]


def g2_four_cell(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Log-likelihood ratio over all four cells, 2 sum O ln(O/E) (Dunning 1993).

    Examples
    --------
    >>> f"{g2_four_cell(10, 5, 100, 200):.6f}"
    '7.329812'
    """
    observed, expected = check_cells(n_target, n_reference, size_target, size_reference).table
    return _deviance(observed, expected)


def g2_two_cell(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Log-likelihood ratio of the term's two cells (Rayson & Garside 2000).

    It leaves the other words out, and is smaller than `g2_four_cell`.

    Examples
    --------
    >>> f"{g2_two_cell(540, 7525, 116000, 5451382):.2f}"
    '534.64'
    """
    observed, expected = check_cells(n_target, n_reference, size_target, size_reference).table
    return _deviance(observed[:2], expected[:2])


def g2_williams(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Four-cell log-likelihood ratio with Williams' (1976) correction.

    Examples
    --------
    >>> f"{g2_williams(3, 7, 10, 9):.6f}"
    '4.200833'
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    observed, expected = cells.table
    size = cells.size_target + cells.size_reference
    with np.errstate(divide="ignore", invalid="ignore"):
        by_row = size / (observed[0] + observed[1]) + size / (observed[2] + observed[3]) - 1
        by_column = size / cells.size_target + size / cells.size_reference - 1
        corrected = _deviance(observed, expected) / (1 + by_row * by_column / (6 * size))
    return np.where(np.isfinite(by_row), corrected, 0.0)


def chi2(
    n_target: Counts,
    n_reference: Counts,
    size_target: Counts,
    size_reference: Counts,
    *,
    yates: bool = False,
) -> FloatArray:
    """Pearson's chi-squared of the 2 x 2 table, with or without Yates' correction.

    Examples
    --------
    >>> f"{chi2(3, 7, 10, 9):.6f} {chi2(3, 7, 10, 9, yates=True):.6f}"
    '4.337160 2.632438'
    """
    observed, expected = check_cells(n_target, n_reference, size_target, size_reference).table
    apart = np.abs(observed - expected)
    if yates:
        apart = apart - np.minimum(0.5, apart)
    terms = np.divide(apart**2, expected, out=np.zeros_like(apart), where=expected > 0)
    return np.asarray(terms.sum(axis=0))


def chi2_yates(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Pearson's chi-squared with Yates' correction.

    Examples
    --------
    >>> f"{chi2_yates(1, 3, 4, 4):.1f}"
    '0.5'
    """
    return chi2(n_target, n_reference, size_target, size_reference, yates=True)


def p_of_chi2(statistic: npt.ArrayLike) -> FloatArray:
    """Give the p-value of a statistic, signed or not, on one degree of freedom.

    By the upper tail itself: 1 minus the lower one is 0 from 70 on.

    Examples
    --------
    >>> f"{p_of_chi2(534.64):.1e}"
    '2.8e-118'
    """
    return np.asarray(stats.chi2.sf(np.abs(np.asarray(statistic, dtype=float)), 1))


def fisher_p(
    n_target: Counts,
    n_reference: Counts,
    size_target: Counts,
    size_reference: Counts,
    *,
    alternative: Alternative = "two-sided",
) -> FloatArray:
    """P-value of Fisher's exact test (slow: one table at a time, by SciPy).

    Raises
    ------
    MeasureError
        If a frequency or a size is not a whole number.

    Examples
    --------
    >>> f"{fisher_p(1, 3, 4, 4):.3f} {fisher_p(1, 3, 4, 4, alternative='less'):.3f}"
    '0.486 0.243'
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    tables = _whole_tables(cells, "fisher_p")
    flat = [stats.fisher_exact(t.reshape(2, 2), alternative).pvalue for t in tables.reshape(-1, 4)]
    return np.array(flat, dtype=float).reshape(tables.shape[:-1])


def odds_ratio_conditional(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Odds ratio, conditional maximum likelihood (the one that R's fisher.test prints).

    Examples
    --------
    >>> f"{odds_ratio_conditional(3, 7, 10, 9):.6f}"
    '0.139542'
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    tables = _whole_tables(cells, "odds_ratio_conditional")
    flat = [
        stats.contingency.odds_ratio(t.reshape(2, 2), kind="conditional").statistic
        for t in tables.reshape(-1, 4)
    ]
    return np.array(flat, dtype=float).reshape(tables.shape[:-1])


def bic(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Two-cell log-likelihood ratio minus ln of all tokens (Wilson 2013).

    Examples
    --------
    >>> f"{bic(540, 7525, 116000, 5451382):.4f}"
    '519.1080'
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    return np.asarray(g2_two_cell(*cells) - np.log(cells.size_target + cells.size_reference))


def ell(
    n_target: Counts, n_reference: Counts, size_target: Counts, size_reference: Counts
) -> FloatArray:
    """Effect size of the two-cell log-likelihood, G2 / (N ln E_min) (Johnston et al. 2006).

    Not defined (NaN) where the smaller expected frequency is 1 or less.

    Examples
    --------
    >>> f"{ell(540, 7525, 116000, 5451382):.3e}"
    '1.874e-05'
    """
    cells = check_cells(n_target, n_reference, size_target, size_reference)
    smaller = np.minimum(*cells.expected)
    size = cells.size_target + cells.size_reference
    logs = np.where(smaller > 1, np.log(np.maximum(smaller, 1)), np.nan)
    return np.divide(g2_two_cell(*cells), size * logs)


def _deviance(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Sum 2 O ln(O/E), where nothing observed adds nothing."""
    safe = np.where(expected > 0, expected, 1)
    terms = special.xlogy(observed, np.where(observed > 0, observed, 1) / safe)
    return np.asarray(np.maximum(2 * terms.sum(axis=0), 0.0))


def _whole_tables(cells: Cells, who: str) -> npt.NDArray[np.int64]:
    """Give the tables of observed counts, shaped (..., 4), as integers."""
    observed = cells.table[0]
    if np.any(observed != np.round(observed)):
        raise MeasureError(f"{who}: wanted whole numbers; weights are not counts")
    return np.moveaxis(observed, 0, -1).astype(np.int64)
