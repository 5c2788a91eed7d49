"""Formulas of association between a node and its collocates (Evert 2005, 2008).

All take `Pairs`: O11 the joint frequency, R1 the tokens in the node's windows, C1 the
collocate's frequency, N all tokens; E11 = R1 C1 / N is what chance would give. Logs are
binary; tests carry the sign of O11 - E11. N is the denominator of all probabilities,
joint and marginal; `npmi` alone may be told another one for the joint.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from analysis.measures import effects, scores
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
        pairs.sign * 2 * (np.log(2) * _times_log(pairs.o11, pairs.e11) - pairs.o11 + pairs.e11)
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


def mi(pairs: Pairs) -> FloatArray:
    """Pointwise mutual information, log2(O/E) (Church & Hanks 1990).

    Examples
    --------
    >>> f"{mi(check_pairs(8, 1105, 44, 15_000_000)):.1f}"
    '11.3'
    """
    return _log2(pairs.o11 / pairs.e11)


def mi2(pairs: Pairs) -> FloatArray:
    """log2(O^2 / E) (Daille 1994).

    Examples
    --------
    >>> f"{mi2(check_pairs(4, 8, 8, 64)):.1f}"
    '4.0'
    """
    return _log2(pairs.o11**2 / pairs.e11)


def mi3(pairs: Pairs) -> FloatArray:
    """log2(O^3 / E) (Daille 1994).

    Examples
    --------
    >>> f"{mi3(check_pairs(4, 8, 8, 64)):.1f}"
    '6.0'
    """
    return _log2(pairs.o11**3 / pairs.e11)


def local_mi(pairs: Pairs) -> FloatArray:
    """O log2(O/E); 0 where nothing is observed.

    Examples
    --------
    >>> f"{local_mi(check_pairs(4, 8, 8, 64)):.1f}"
    '8.0'
    """
    return _times_log(pairs.o11, pairs.e11)


def npmi(pairs: Pairs, *, n_joint_total: npt.ArrayLike | None = None) -> FloatArray:
    """MI over its maximum, -log2 of the joint probability (Bouma 2009); from -1 to 1.

    Parameters
    ----------
    pairs : Pairs
        Frequencies; marginal probabilities are over their n.
    n_joint_total : array_like, optional
        Denominator of the joint probability, such as all bigrams; by default n.

    Examples
    --------
    >>> f"{npmi(check_pairs(10, 10, 10, 100)):.1f} {npmi(check_pairs(1, 10, 10, 100)):.1f}"
    '1.0 0.0'
    """
    total = pairs.n if n_joint_total is None else np.asarray(n_joint_total, dtype=float)
    joint = pairs.o11 / total
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log2(joint * pairs.n**2 / (pairs.r1 * pairs.c1)) / -np.log2(joint)
    return np.where(pairs.o11 == 0, -1.0, np.where(joint == 1, 1.0, value))


def log_dice(pairs: Pairs) -> FloatArray:
    """14 + log2 of Dice (Rychly 2008).

    Examples
    --------
    >>> f"{log_dice(check_pairs(46, 776, 877, 149709)):.6f}"
    '9.832691'
    """
    return 14 + _log2(dice(pairs))


def dice(pairs: Pairs) -> FloatArray:
    """2 O11 / (R1 + C1).

    Examples
    --------
    >>> f"{dice(check_pairs(130, 3121, 143, 1_000_000)):.2f}"
    '0.08'
    """
    return np.asarray(2 * pairs.o11 / (pairs.r1 + pairs.c1))


def minimum_sensitivity(pairs: Pairs) -> FloatArray:
    """Give the smaller of O11 / R1 and O11 / C1 (Pedersen 1998).

    Examples
    --------
    >>> f"{minimum_sensitivity(check_pairs(17, 257, 1018, 1300000)):.6f}"
    '0.016699'
    """
    return np.minimum(pairs.o11 / pairs.r1, pairs.o11 / pairs.c1)


def delta_p_collocate(pairs: Pairs) -> FloatArray:
    """How much the node raises the chance of the collocate (Gries 2013).

    Examples
    --------
    >>> f"{delta_p_collocate(check_pairs(5610, 174548, 7867, 10409868)):.3f}"
    '0.032'
    """
    o11, o21, r1, r2 = pairs.cells
    return np.asarray(o11 / r1 - o21 / r2)


def delta_p_node(pairs: Pairs) -> FloatArray:
    """How much the collocate raises the chance of the node (Gries 2013).

    Examples
    --------
    >>> f"{delta_p_node(check_pairs(5610, 174548, 7867, 10409868)):.3f}"
    '0.697'
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        elsewhere = (pairs.r1 - pairs.o11) / (pairs.n - pairs.c1)
    return np.asarray(pairs.o11 / pairs.c1 - elsewhere)


def log_odds(pairs: Pairs) -> FloatArray:
    """Binary log of the odds ratio, .5 added to each cell (lambda of Blaheta & Johnson 2001).

    Examples
    --------
    >>> f"{log_odds(check_pairs(2, 2, 2, 9)) * np.log(2):.6f}"
    '4.317488'
    """
    o11, o21, r1, r2 = pairs.cells
    return _log2((o11 + 0.5) * (r2 - o21 + 0.5) / ((r1 - o11 + 0.5) * (o21 + 0.5)))


def log_ratio(pairs: Pairs) -> FloatArray:
    """Log ratio of the collocate in and outside the windows, 0 taken as 0.5 (Hardie 2014).

    Examples
    --------
    >>> f"{log_ratio(check_pairs(46, 776, 877, 149709)):.5f}"
    '3.40925'
    """
    return effects.log_ratio(*pairs.cells)


def lrc(pairs: Pairs) -> FloatArray:
    """Conservative log ratio, alpha = .05 over all pairs in the table (Evert 2022).

    Examples
    --------
    >>> f"{lrc(check_pairs(1, 15334, 2, 191998)):.1f}"
    '0.0'
    """
    return effects.lrc(*pairs.cells, n_tests=max(1, pairs.o11.size))


#: Name -> formula.
MEASURES: dict[str, Callable[[Pairs], FloatArray]] = {
    "chi2": chi2,
    "delta_p_collocate": delta_p_collocate,
    "delta_p_node": delta_p_node,
    "dice": dice,
    "g2": g2,
    "local_mi": local_mi,
    "log_dice": log_dice,
    "log_odds": log_odds,
    "log_ratio": log_ratio,
    "lrc": lrc,
    "mi": mi,
    "mi2": mi2,
    "mi3": mi3,
    "minimum_sensitivity": minimum_sensitivity,
    "npmi": npmi,
    "simple_ll": simple_ll,
    "t_score": t_score,
    "z_score": z_score,
}


def _log2(values: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log2(values))


def _times_log(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """Give O log2(O/E), 0 where nothing is observed."""
    safe = np.where(observed > 0, observed, expected)
    return np.asarray(observed * np.log2(safe / expected))
