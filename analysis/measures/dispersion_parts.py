"""Frequencies of terms in the parts of a corpus, checked, and what formulas share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.errors import MeasureError
from analysis.measures.inference import FloatArray


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
    def p(self) -> FloatArray:
        """Share of the sum of the term's relative frequencies in each part."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.rates / self.rates.sum(axis=0))

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
