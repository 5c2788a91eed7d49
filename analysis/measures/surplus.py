"""The surplus of terms in the target, and what it would be under any labels of the documents."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.measures.inference import FloatArray
from analysis.measures.relabelling import stratum_sizes
from analysis.measures.resampling import Units

#: Sums of squared residuals below this part of the squared frequencies are none.
NO_SPREAD = 1e-10
#: Distributions less skewed than this are left as they are.
LEAST_SKEW = 1e-5

BoolArray = npt.NDArray[np.bool_]


class Surplus:
    """The surplus of each term in the target under any labels, brought to one scale.

    Parameters
    ----------
    units : Units
        Documents or clusters, with their strata; their own labels are not looked at.
    symmetric : bool
        Bring skewed distributions to the same tails.

    Attributes
    ----------
    rates : ndarray, shape (n_terms, n_strata)
        Relative frequencies in both groups together.
    second, third : ndarray, shape (n_terms, n_strata)
        What each stratum adds to variance and third moment (see `standardise`).
    """

    def __init__(self, units: Units, *, symmetric: bool = True) -> None:
        strata = np.eye(units.strata.max() + 1)[units.strata]
        totals, sizes = strata.T @ units.matrix, strata.T @ units.sizes
        self.by_term = sparse.csr_array(units.matrix.T)
        self.sizes_in, self.totals = (strata * units.sizes[:, None]).T, sizes[:, None]
        self.rates = _divide(totals, self.totals).T
        self.second, self.third = _find_moments(units, self.rates)
        self.symmetric = symmetric

    def moves(self, is_target: BoolArray) -> BoolArray:
        """Say which terms any relabelling changes."""
        part = _divide(self.sizes_in @ is_target.astype(float), self.totals[:, 0])
        return np.asarray(self.second @ (part * (1 - part)) > 0)

    def standardise(self, labels: FloatArray) -> FloatArray:
        """Give z, shape (n_terms, n_labels), for labels (n_units, n_labels) of 0 and 1.

        The variance under some labels is the sum of `second` times a (1 - a), the third
        moment that of `third` times a (1 - a)(1 - 2 a), a being the target's part of the
        tokens of the stratum. With units of one size these are the moments over all
        relabellings. With others, a part of the tokens stands in for a part of the
        units, because long documents vary more: else a group of few long texts
        would be full of keywords.
        """
        sizes = self.sizes_in @ labels
        part = _divide(sizes, self.totals)
        z = np.asarray(self.by_term @ labels)
        z -= self.rates @ sizes
        spread = np.sqrt(self.second @ (part * (1 - part)))
        z = _divide(z, spread)
        if not self.symmetric:
            return z
        return bring_in_tails(
            z, _divide(self.third @ (part * (1 - part) * (1 - 2 * part)), spread**3)
        )


def bring_in_tails(z: FloatArray, skew: FloatArray) -> FloatArray:
    """Bring the long tail in by Wilson and Hilferty's cube root where there is skew.

    The short tail is drawn out by it, but to half as much again at most: beyond
    the end of the gamma distribution that it stands on, it would run away.
    """
    direction = np.where(skew < 0, -1.0, 1.0)
    size = np.maximum(np.abs(skew), LEAST_SKEW)
    z = z * direction
    rooted = 6 / size * (np.cbrt(size * z / 2 + 1) - 1) + size / 6
    np.maximum(rooted, np.minimum(1.5 * z, 0), out=rooted)
    return np.asarray(np.where(np.abs(skew) > LEAST_SKEW, rooted, z) * direction)


def _find_moments(units: Units, rates: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give what each stratum adds to a term's variance and third moment, (n_terms, n_strata)."""
    second, third = np.zeros_like(rates), np.zeros_like(rates)
    for stratum, (n, _) in enumerate(stratum_sizes(units)):
        at = np.flatnonzero(units.strata == stratum)
        squares, cubes = _residual_powers(units.matrix[at], units.sizes[at], rates[:, stratum])
        second[:, stratum] = n / max(1, n - 1) * squares
        third[:, stratum] = n**2 / max(1, (n - 1) * (n - 2)) * cubes
    return second, third


def _divide(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide; what is divided by nothing is nothing."""
    above, below = np.broadcast_arrays(above, below)
    return np.divide(above, below, out=np.zeros(above.shape), where=below > 0)


def _residual_powers(
    matrix: sparse.csr_array, sizes: FloatArray, rates: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sum (x - n p)^2 and (x - n p)^3 over documents without filling the matrix."""
    squared = matrix.power(2)
    x2, x3 = squared.sum(axis=0), matrix.power(3).sum(axis=0)
    xn, xn2, x2n = sizes @ matrix, sizes**2 @ matrix, sizes @ squared
    squares = x2 - 2 * rates * xn + rates**2 * np.sum(sizes**2)
    cubes = x3 - 3 * rates * x2n + 3 * rates**2 * xn2 - rates**3 * np.sum(sizes**3)
    # what rounding leaves of a term that follows the sizes exactly
    none = squares <= NO_SPREAD * x2
    return np.where(none, 0.0, squares), np.where(none, 0.0, cubes)
