"""Strength of association: how much a node and a collocate attract each other.

All take `Pairs`, as `association_tests` does. Logs are binary. N is the denominator of all
probabilities, joint and marginal; `npmi` alone may be told another one for the joint.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.measures import effects
from analysis.measures.association_tests import times_log
from analysis.measures.cells import (
    Pairs,
    check_pairs,  # noqa: F401  (the examples call it)
)
from analysis.measures.inference import FloatArray


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
    return times_log(pairs.o11, pairs.e11)


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


def jaccard(pairs: Pairs) -> FloatArray:
    """O11 / (R1 + C1 - O11).

    Examples
    --------
    >>> f"{jaccard(check_pairs(7, 15334, 73, 191998)):.9f}"
    '0.000454545'
    """
    return np.asarray(pairs.o11 / (pairs.r1 + pairs.c1 - pairs.o11))


def geometric_mean(pairs: Pairs) -> FloatArray:
    """O11 / sqrt(R1 C1): MI2 without N and the logarithm.

    Examples
    --------
    >>> f"{geometric_mean(check_pairs(4, 8, 8, 64)):.1f}"
    '0.5'
    """
    return np.asarray(pairs.o11 / np.sqrt(pairs.r1 * pairs.c1))


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


def odds_ratio(pairs: Pairs) -> FloatArray:
    """Sample odds ratio, not smoothed; infinite where the collocate stands nowhere else.

    Examples
    --------
    >>> f"{np.log10(odds_ratio(check_pairs(1, 15334, 2, 191998))):.7f}"
    '1.0615185'
    """
    o11, o21, r1, r2 = pairs.cells
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(o11 * (r2 - o21) / ((r1 - o11) * o21))


def relative_risk(pairs: Pairs) -> FloatArray:
    """Chance of the node with the collocate over that without: (O11 / C1) / (O12 / C2).

    Examples
    --------
    >>> f"{np.log10(relative_risk(check_pairs(1, 15334, 2, 191998))):.7f}"
    '0.7966350'
    """
    with np.errstate(divide="ignore"):
        elsewhere = (pairs.r1 - pairs.o11) / (pairs.n - pairs.c1)
        return np.asarray(pairs.o11 / pairs.c1 / elsewhere)


def _log2(values: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log2(values))
