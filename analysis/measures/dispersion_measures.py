"""Formulas of dispersion: how evenly a term is spread over the parts of a corpus.

All take frequencies shaped (n_parts, n_terms) and the sizes of the parts, and give one
value per term. Not defined (NaN) for a term that does not occur. "Conventional": 1 is
even, 0 is all in one place; Gries' DP runs the other way and keeps its own name.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from analysis.measures.dispersion_parts import (
    Parts,
    check_parts,  # noqa: F401  (the examples call it)
    over,
)
from analysis.measures.inference import FloatArray


def part_range(parts: Parts) -> FloatArray:
    """Range: the number of parts with the term.

    Examples
    --------
    >>> part_range(check_parts([2, 0, 1], [10, 10, 10])).tolist()
    [2.0]
    """
    return np.asarray((parts.x > 0).sum(axis=0), dtype=float)


def relative_range(parts: Parts) -> FloatArray:
    """Share of the parts with the term (Keniston 1920).

    Examples
    --------
    >>> relative_range(check_parts([2, 0, 1, 0], [10] * 4)).tolist()
    [0.5]
    """
    return part_range(parts) / len(parts.x)


def d_mb(parts: Parts) -> FloatArray:
    """Parts with the term over those that would have it by chance, at most 1 (Nelson 2025).

    By chance: Poisson's distribution with the size of each part, as in tlda's D_MB.

    Examples
    --------
    >>> d_mb(check_parts([4, 0, 0, 0], [10] * 4)).round(4).tolist()
    [0.3955]
    """
    by_chance = -np.expm1(-parts.f * parts.w).mean(axis=0)
    return np.minimum(over(relative_range(parts), by_chance), 1)


def dp(parts: Parts) -> FloatArray:
    """Deviation of proportions: half the sum of |t - w| (Gries 2008); 0 is even.

    Examples
    --------
    >>> dp(check_parts([1, 2, 3, 4, 5], [9, 10, 10, 10, 11])).round(6).tolist()
    [0.18]
    """
    return parts.deviation


def dp_norm(parts: Parts) -> FloatArray:
    """DP over its maximum, 1 - min w (Lijffijt & Gries 2012); not defined for one part.

    Examples
    --------
    >>> dp_norm(check_parts([2, 1, 0], [10, 10, 10])).round(6).tolist()
    [0.5]
    """
    return over(parts.deviation, 1 - parts.w.min())


def dp_egbert(parts: Parts) -> FloatArray:
    """Conventional DP over the smallest part that has the term (Egbert et al. 2020).

    1 - DP / (1 - min w over parts with the term): 1 is even.

    Examples
    --------
    >>> dp_egbert(check_parts([2, 1, 0], [10, 10, 10])).round(6).tolist()
    [0.5]
    """
    smallest = np.where(parts.x > 0, parts.w, np.inf).min(axis=0)
    return 1 - over(parts.deviation, np.where(np.isfinite(smallest), 1 - smallest, np.nan))


def juilland_d(parts: Parts) -> FloatArray:
    """Juilland's D: 1 - CV / sqrt(n - 1) of relative frequencies (population sd).

    Examples
    --------
    >>> juilland_d(check_parts([0, 4, 3, 2, 1], [10] * 5)).round(4).tolist()
    [0.6464]
    """
    variation = over(parts.rates.std(axis=0), parts.rates.mean(axis=0))
    return 1 - over(variation, np.sqrt(len(parts.x) - 1))


def carroll_d2(parts: Parts) -> FloatArray:
    """Carroll's D2: entropy of relative frequencies over the highest possible.

    Examples
    --------
    >>> carroll_d2(check_parts([2, 1, 1, 1, 0], [10] * 5)).round(4).tolist()
    [0.8277]
    """
    return over(special.entr(parts.p).sum(axis=0), np.log(len(parts.x)))


def rosengren_s(parts: Parts) -> FloatArray:
    """Rosengren's S: (sum of sqrt(w x))^2 over the frequency.

    Examples
    --------
    >>> rosengren_s(check_parts([1, 2, 3, 4, 5], [10] * 5)).round(3).tolist()
    [0.937]
    """
    return np.asarray(np.sqrt(parts.w * parts.t).sum(axis=0) ** 2)


def lyne_d3(parts: Parts) -> FloatArray:
    """Lyne's D3: 1 - chi-squared over 4 f; below 0 where few of many parts have the term.

    Chi-squared against the sizes of the parts (Lyne 1985).

    Examples
    --------
    >>> lyne_d3(check_parts([1, 2, 3, 4, 5], [10] * 5)).round(3).tolist()
    [0.944]
    """
    return np.asarray(1 - ((parts.t - parts.w) ** 2 / parts.w).sum(axis=0) / 4)


def zhang_dc(parts: Parts) -> FloatArray:
    """Zhang et al.'s (2004) distributional consistency, of relative frequencies.

    Square of the mean root over the mean; Rosengren's S where parts are of one size.

    Examples
    --------
    >>> zhang_dc(check_parts([1, 2, 3, 4, 5], [10] * 5)).round(3).tolist()
    [0.937]
    """
    return over(np.sqrt(parts.rates).mean(axis=0) ** 2, parts.rates.mean(axis=0))


def kld(parts: Parts) -> FloatArray:
    """Kullback-Leibler divergence of t from w, in bits (Gries 2020); 0 is even.

    Examples
    --------
    >>> kld(check_parts([1, 0, 0, 0, 0], [9, 10, 10, 10, 11])).round(3).tolist()
    [2.474]
    """
    return np.asarray(special.rel_entr(parts.t, parts.w).sum(axis=0) / np.log(2))


def d_kld(parts: Parts) -> FloatArray:
    """Kullback-Leibler divergence brought to [0, 1], conventional: 1 / (1 + KLD).

    The odds-to-probability scaling of Gries (2020), turned round.

    Examples
    --------
    >>> d_kld(check_parts([1, 1], [10, 10])).tolist()
    [1.0]
    """
    return np.asarray(1 / (1 + kld(parts)))


def da(parts: Parts) -> FloatArray:
    """Burch et al.'s DA: 1 - mean absolute difference of pairs of parts over twice the mean.

    Of relative frequencies; sorted, so that no pair is formed.

    Examples
    --------
    >>> da(check_parts([1, 2, 3, 4, 5], [10] * 5)).round(7).tolist()
    [0.6666667]
    """
    rates = np.sort(parts.rates, axis=0)
    n = len(rates)
    weights = (2 * np.arange(1, n + 1) - n - 1)[:, None]
    return 1 - over((weights * rates).sum(axis=0), rates.sum(axis=0) * (n - 1))


#: Name -> formula.
MEASURES: dict[str, Callable[[Parts], FloatArray]] = {
    "carroll_d2": carroll_d2,
    "d_kld": d_kld,
    "d_mb": d_mb,
    "da": da,
    "dp": dp,
    "dp_egbert": dp_egbert,
    "dp_norm": dp_norm,
    "juilland_d": juilland_d,
    "kld": kld,
    "lyne_d3": lyne_d3,
    "range": part_range,
    "relative_range": relative_range,
    "rosengren_s": rosengren_s,
    "zhang_dc": zhang_dc,
}
