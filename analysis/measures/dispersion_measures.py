"""Formulas of dispersion: how evenly a term is spread over the parts of a corpus.

All take checked frequencies shaped (n_parts, n_terms) and the sizes of the parts, and return
one value per term, NaN for a term that does not occur. In Juilland's D and Egbert's DP 1 is
even; in Gries' DP and the Kullback-Leibler divergence 0 is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError


@dataclass(frozen=True)
class Parts:
    """Frequencies of terms in parts, checked; x in the formulas.

    What several formulas need is computed once.

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

    @cached_property
    def f(self) -> FloatArray:
        """Frequency of each term in all parts."""
        return np.asarray(self.x.sum(axis=0))

    @cached_property
    def t(self) -> FloatArray:
        """Share of the term's occurrences in each part; NaN for a term without any."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.x / self.f)

    @cached_property
    def rates(self) -> FloatArray:
        """Relative frequency of the term in each part."""
        return np.asarray(self.x / self.sizes)

    @cached_property
    def deviation(self) -> FloatArray:
        """Half the sum of |t - w|."""
        apart = self.t - self.w
        np.abs(apart, out=apart)
        return np.asarray(apart.sum(axis=0) / 2)


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
    if not np.all((x >= 0) & (x <= size[:, None])):
        raise MeasureError("dispersion: wanted frequencies from 0 up to the size of the part")
    return Parts(x, (size / size.sum())[:, None], size[:, None])


def over(above: FloatArray, below: npt.ArrayLike) -> FloatArray:
    """Divide; what is divided by nothing is not defined.

    Examples
    --------
    >>> over(np.array([1.0, 0.0]), 0).tolist()
    [nan, nan]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(above / np.asarray(below, dtype=float))
    return np.where(np.isfinite(ratio), ratio, np.nan)


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


def kld(parts: Parts) -> FloatArray:
    """Kullback-Leibler divergence of t from w, in bits (Gries 2020); 0 is even.

    Examples
    --------
    >>> kld(check_parts([1, 0, 0, 0, 0], [9, 10, 10, 10, 11])).round(3).tolist()
    [2.474]
    """
    return np.asarray(special.rel_entr(parts.t, parts.w).sum(axis=0) / np.log(2))


#: Name -> formula.
MEASURES: dict[str, Callable[[Parts], FloatArray]] = {
    "dp": dp,
    "dp_egbert": dp_egbert,
    "dp_norm": dp_norm,
    "juilland_d": juilland_d,
    "kld": kld,
    "range": part_range,
}
