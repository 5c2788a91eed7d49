"""Tests of association: how surely a node and a collocate attract each other.

All take `Pairs`: O11 the joint frequency, R1 the tokens in the node's windows, C1 the
collocate's frequency, N all tokens; E11 = R1 C1 / N is what chance would give. They grow
with the corpus, take every word for an independent draw, and carry the sign of O11 - E11
unless it says otherwise.
"""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from analysis.errors import MeasureError
from analysis.measures import scores
from analysis.measures.cells import (
    Pairs,
    check_pairs,  # noqa: F401  (the examples call it)
)
from analysis.measures.inference import FloatArray


def g2(pairs: Pairs) -> FloatArray:
    """Log-likelihood ratio of the four cells, signed (Dunning 1993).

    Examples
    --------
    >>> f"{g2(check_pairs(110, 2552, 221, 31777)):.2f}"
    '270.72'
    """
    return pairs.sign * scores.g2_four_cell(*pairs.cells)


def simple_ll(pairs: Pairs) -> FloatArray:
    """Log-likelihood ratio of the joint cell alone, 2 (O ln(O/E) - (O - E)), signed.

    Examples
    --------
    >>> f"{simple_ll(check_pairs(46, 776, 877, 149709)):.3f}"
    '130.019'
    """
    return np.asarray(
        pairs.sign * 2 * (np.log(2) * times_log(pairs.o11, pairs.e11) - pairs.o11 + pairs.e11)
    )


def chi2(pairs: Pairs) -> FloatArray:
    """Pearson's chi-squared, uncorrected, signed.

    Examples
    --------
    >>> f"{chi2(check_pairs(8, 15828, 4675, 14307668)):.2f}"
    '1.55'
    """
    return pairs.sign * scores.chi2(*pairs.cells)


def t_score(pairs: Pairs) -> FloatArray:
    """Give (O - E) / sqrt(O); minus infinity where nothing is observed.

    Examples
    --------
    >>> f"{t_score(check_pairs(8, 15828, 4675, 14307668)):.4f}"
    '0.9999'
    """
    with np.errstate(divide="ignore"):
        return np.asarray((pairs.o11 - pairs.e11) / np.sqrt(pairs.o11))


def z_score(pairs: Pairs) -> FloatArray:
    """Give (O - E) / sqrt(E).

    Examples
    --------
    >>> f"{z_score(check_pairs(46, 776, 877, 149709)):.4f}"
    '19.4429'
    """
    return np.asarray((pairs.o11 - pairs.e11) / np.sqrt(pairs.e11))


def chi2_yates(pairs: Pairs) -> FloatArray:
    """Pearson's chi-squared with Yates' correction, signed; 0 where |O - E| is below .5.

    UCS corrects beyond 0, so that its value rises again where O and E nearly agree.

    Examples
    --------
    >>> f"{chi2_yates(check_pairs(1, 15334, 2, 191998)):.6f}"
    '0.787788'
    """
    return pairs.sign * scores.chi2_yates(*pairs.cells)


def z_score_yates(pairs: Pairs) -> FloatArray:
    """Give (O - E) / sqrt(E) with Yates' correction; 0 where |O - E| is below .5.

    Examples
    --------
    >>> f"{z_score_yates(check_pairs(1, 15334, 2, 191998)):.6f}"
    '0.851389'
    """
    apart = np.maximum(np.abs(pairs.o11 - pairs.e11) - 0.5, 0)
    return np.asarray(pairs.sign * apart / np.sqrt(pairs.e11))


def fisher(pairs: Pairs) -> FloatArray:
    """Give -log10 of Fisher's exact p-value for attraction, one-sided (Pedersen 1996).

    Whole frequencies only. Not signed: repulsion comes near 0.

    Examples
    --------
    >>> f"{fisher(check_pairs(1, 15334, 2, 191998)):.7f}"
    '0.8143085'
    """
    if any(np.any(frequency % 1 != 0) for frequency in pairs):
        raise MeasureError("association: fisher needs whole frequencies, came weights")
    tail = stats.hypergeom.logsf(pairs.o11 - 1, pairs.n, pairs.r1, pairs.c1)
    return np.asarray(-tail / np.log(10))


def poisson(pairs: Pairs) -> FloatArray:
    """Give -log10 of the chance of so many or more under Poisson's distribution of mean E.

    One-sided for attraction, as `fisher` (Quasthoff & Wolff 2002).

    Examples
    --------
    >>> f"{poisson(check_pairs(1, 15334, 2, 191998)):.7f}"
    '0.8308348'
    """
    # the regularised incomplete gamma function is Poisson's upper tail
    tail = special.gammainc(pairs.o11, pairs.e11)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log10(tail))


def poisson_stirling(pairs: Pairs) -> FloatArray:
    """O (ln(O/E) - 1) / ln 10: Stirling's approximation of `poisson` (Quasthoff & Wolff 2002).

    Examples
    --------
    >>> f"{poisson_stirling(check_pairs(1, 15334, 2, 191998)):.7f}"
    '0.3623168'
    """
    return np.asarray((np.log(2) * times_log(pairs.o11, pairs.e11) - pairs.o11) / np.log(10))


def times_log(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Give O log2(O/E), 0 where nothing is observed.

    Examples
    --------
    >>> times_log(np.array([4.0, 0.0]), np.array([1.0, 1.0])).tolist()
    [8.0, 0.0]
    """
    safe = np.where(observed > 0, observed, expected)
    return np.asarray(observed * np.log2(safe / expected))
