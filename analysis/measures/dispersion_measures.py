"""Formulas of dispersion: how evenly a term is spread over the parts of a corpus.

All take frequencies shaped (n_parts, n_terms) and the sizes of the parts, and give one
value per term. Not defined (NaN) for a term that does not occur. "Conventional": 1 is
even, 0 is all in one place; Gries' DP runs the other way and keeps its own name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.errors import MeasureError
from analysis.measures.inference import FloatArray


class Parts(NamedTuple):
    """Frequencies of terms in parts, checked; x in the formulas below.

    Attributes
    ----------
    x : ndarray, shape (n_parts, n_terms)
        Frequencies.
    w : ndarray, shape (n_parts, 1)
        Each part's share of all tokens.
    sizes : ndarray, shape (n_parts, 1)
        Tokens of each part.
    """

    x: FloatArray
    w: FloatArray
    sizes: FloatArray

    @property
    def t(self) -> FloatArray:
        """Share of the term's occurrences in each part; NaN for a term without any."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.x / self.x.sum(axis=0))

    @property
    def p(self) -> FloatArray:
        """Share of the sum of the term's relative frequencies in each part."""
        with np.errstate(invalid="ignore"):
            rates = self.x / self.sizes
            return np.asarray(rates / rates.sum(axis=0))


def check_parts(frequencies: npt.ArrayLike, sizes: npt.ArrayLike) -> Parts:
    """Check frequencies in parts; one term may be given as a vector.

    Raises
    ------
    MeasureError
        If the shapes differ, a size is not above 0, or a frequency is negative or above it.

    Examples
    --------
    >>> check_parts([1, 2, 3], [10, 10, 20]).w.ravel().tolist()
    [0.25, 0.25, 0.5]
    """
    x, size = np.asarray(frequencies, dtype=float), np.asarray(sizes, dtype=float)
    x = x[:, None] if x.ndim == 1 else x
    if x.shape[0] != size.size or size.size == 0:
        raise MeasureError(
            f"dispersion: wanted a size for each part, came {x.shape[0]} parts, {size.size} sizes"
        )
    if not np.all(size > 0):
        raise MeasureError("dispersion: a part has no tokens; leave empty parts out")
    if np.any(x < 0) or np.any(x > size[:, None]) or not np.all(np.isfinite(x)):
        raise MeasureError("dispersion: wanted frequencies from 0 up to the size of the part")
    return Parts(x, (size / size.sum())[:, None], size[:, None])


def part_range(parts: Parts) -> FloatArray:
    """Range: the number of parts with the term.

    Examples
    --------
    >>> part_range(check_parts([2, 0, 1], [10, 10, 10])).tolist()
    [2.0]
    """
    return np.asarray((parts.x > 0).sum(axis=0), dtype=float)


def dp(parts: Parts) -> FloatArray:
    """Deviation of proportions: half the sum of |t - w| (Gries 2008); 0 is even.

    Examples
    --------
    >>> dp(check_parts([1, 2, 3, 4, 5], [9, 10, 10, 10, 11])).round(6).tolist()
    [0.18]
    """
    return np.asarray(np.abs(parts.t - parts.w).sum(axis=0) / 2)


def dp_norm(parts: Parts) -> FloatArray:
    """DP over its maximum, 1 - min w (Lijffijt & Gries 2012); not defined for one part.

    Examples
    --------
    >>> dp_norm(check_parts([2, 1, 0], [10, 10, 10])).round(6).tolist()
    [0.5]
    """
    return _over(dp(parts), 1 - parts.w.min())


def dp_egbert(parts: Parts) -> FloatArray:
    """Conventional DP over the smallest part that has the term (Egbert et al. 2020).

    1 - DP / (1 - min w over parts with the term): 1 is even.

    Examples
    --------
    >>> dp_egbert(check_parts([2, 1, 0], [10, 10, 10])).round(6).tolist()
    [0.5]
    """
    smallest = np.where(parts.x > 0, parts.w, np.inf).min(axis=0)
    return 1 - _over(dp(parts), np.where(np.isfinite(smallest), 1 - smallest, np.nan))


def juilland_d(parts: Parts) -> FloatArray:
    """Juilland's D: 1 - CV / sqrt(n - 1) of relative frequencies (population sd).

    Examples
    --------
    >>> juilland_d(check_parts([0, 4, 3, 2, 1], [10] * 5)).round(4).tolist()
    [0.6464]
    """
    rates = parts.x / parts.sizes
    variation = _over(rates.std(axis=0), rates.mean(axis=0))
    return 1 - _over(variation, np.sqrt(len(rates) - 1))


def carroll_d2(parts: Parts) -> FloatArray:
    """Carroll's D2: entropy of relative frequencies over the highest possible.

    Examples
    --------
    >>> carroll_d2(check_parts([2, 1, 1, 1, 0], [10] * 5)).round(4).tolist()
    [0.8277]
    """
    return _over(special.entr(parts.p).sum(axis=0), np.log(len(parts.x)))


def rosengren_s(parts: Parts) -> FloatArray:
    """Rosengren's S: (sum of sqrt(w x))^2 over the frequency.

    Examples
    --------
    >>> rosengren_s(check_parts([1, 2, 3, 4, 5], [10] * 5)).round(3).tolist()
    [0.937]
    """
    return np.asarray(np.sqrt(parts.w * parts.t).sum(axis=0) ** 2)


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
    rates = np.sort(parts.x / parts.sizes, axis=0)
    n = len(rates)
    weights = (2 * np.arange(1, n + 1) - n - 1)[:, None]
    return 1 - _over((weights * rates).sum(axis=0), rates.sum(axis=0) * (n - 1))


#: Name -> formula.
MEASURES: dict[str, Callable[[Parts], FloatArray]] = {
    "carroll_d2": carroll_d2,
    "d_kld": d_kld,
    "da": da,
    "dp": dp,
    "dp_egbert": dp_egbert,
    "dp_norm": dp_norm,
    "juilland_d": juilland_d,
    "kld": kld,
    "range": part_range,
    "rosengren_s": rosengren_s,
}


def _over(above: FloatArray, below: npt.ArrayLike) -> FloatArray:
    """Divide; what is divided by nothing is not defined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(above / np.asarray(below, dtype=float))
    return np.where(np.isfinite(ratio), ratio, np.nan)
