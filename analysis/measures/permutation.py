"""Relabelling documents: what differences come about when the groups mean nothing.

Tests that count words as if they were drawn one by one give false alarms by the
dozen, because words come in documents. Here the documents' labels are exchanged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from analysis.measures.inference import FloatArray
from analysis.measures.resampling import (
    MOST_EXACT,
    Units,
    all_labels,
    count_mirrors,
    count_relabellings,
    find_units,
    random_labels,
    relabelling_floor,
    stratum_sizes,
)
from analysis.measures.verdicts import HIGHEST_FLOOR, OK, VERDICT, judge_p_value, refuse
from analysis.study.errors import MeasureError

#: Two statistics closer than this, relatively, are tied.
TIE = 1e-9
#: Sums of squared residuals below this part of the squared frequencies are none.
NO_SPREAD = 1e-10
#: Distributions less skewed than this are left as they are.
LEAST_SKEW = 1e-5

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]


def permute_terms(
    units: Units, *, n_permutations: int = 999, seed: int = 0, symmetric: bool = True
) -> pd.DataFrame:
    """Test each term's difference in frequency by relabelling documents.

    The statistic is the term's surplus in the target, a - A x / n summed over the
    strata (a: its occurrences in the target, A: tokens of the target, x, n: those of
    both groups in the stratum), divided by the standard deviation that relabelling
    gives it (the linear statistic of Strasser & Weber 1999, so that rare and frequent
    terms meet in the maximum; see `Surplus` for documents of uneven length). With groups of
    unequal size it is made symmetric by Wilson and Hilferty's cube root, so that rare
    terms, whose surplus is skewed, do not fill the maximum. Without strata it has the
    sign of the log ratio, but where that is next to 0.

    Parameters
    ----------
    units : Units
        Documents or clusters, with their strata.
    n_permutations : int
        Random relabellings; up to 20,000 possible ones all are computed instead.
    seed : int
        Seed of the random relabellings.
    symmetric : bool
        Take the cube root where the surplus is skewed; if not, two-sided p-values are
        those of the plain difference.

    Returns
    -------
    DataFrame
        One row per term:

        - z: the standardised surplus, made symmetric
        - p_value: two-sided, for the term alone
        - p_max_t: two-sided, against the largest |z| of all testable terms, which
          holds the chance of any false alarm (Westfall & Young 1993)
        - p_floor: the smallest p-value that the term can get
        - n_extreme: relabellings at least as extreme for the term alone
        - n_relabellings, exact: how many, and whether these are all
        - status, reason_code, reason_values: not estimable if the floor is above .05, because of
          few documents or because few of them have the term (Tarone 1990)

    Examples
    --------
    >>> counts = sparse.csr_array(np.array([[5], [6], [7], [4], [0], [1], [0], [2]]))
    >>> table = permute_terms(find_units(counts, [100] * 8, [True] * 4 + [False] * 4))
    >>> table[["p_value", "p_floor", "n_relabellings", "status"]].round(4)
       p_value  p_floor  n_relabellings status
    0   0.0286   0.0286              70     ok
    """
    if n_permutations < 1:
        raise MeasureError(f"permute_terms: wanted 1 permutation or more, came {n_permutations}")
    n_possible = count_relabellings(units)
    exact = n_possible <= MOST_EXACT
    n_done = n_possible if exact else n_permutations + 1
    floors = np.maximum(_term_floors(units), 1 / n_done)
    surplus = Surplus(units, symmetric=symmetric)
    observed = surplus.standardise(units.is_target[:, None].astype(float))[:, 0]
    moves = surplus.moves(units.is_target)
    testable = (floors <= HIGHEST_FLOOR) & moves
    labels = all_labels(units) if exact else random_labels(units, n_permutations, seed)
    n_alone, n_max = _count_extremes(surplus, labels, np.abs(observed), testable)
    extra = 0 if exact else 1
    table = pd.DataFrame({"z": observed})
    table["p_value"] = (n_alone + extra) / n_done
    table["p_max_t"] = (n_max + extra) / n_done
    table["p_floor"], table["n_extreme"] = floors, n_alone + extra
    table["n_relabellings"], table["exact"] = n_done, exact
    return _with_verdicts(table, moves, relabelling_floor(units))


def permute_values(
    values: npt.ArrayLike, is_target: npt.ArrayLike, *, n_permutations: int = 9999, seed: int = 0
) -> pd.Series:
    """Test the difference of the mean of one value per document, such as a rate.

    Returns
    -------
    Series
        The row that `permute_terms` gives for a single term; extreme is a difference of
        means at least as large, either way.

    Examples
    --------
    >>> row = permute_values([0.5, 0.9, 2.0, 3.1, 2.6], [True, True, False, False, False])
    >>> print(row["n_extreme"], row["n_relabellings"], row["p_floor"], row["status"])
    1 10 0.1 not_estimable
    """
    column = np.asarray(values, dtype=float)[:, None]
    units = find_units(sparse.csr_array(column), np.ones(len(column)), is_target)
    test = permute_terms(units, n_permutations=n_permutations, seed=seed, symmetric=False)
    return test.iloc[0]


def _count_extremes(
    surplus: Surplus, labels: Iterator[FloatArray], observed: FloatArray, testable: BoolArray
) -> tuple[IntArray, IntArray]:
    """Count, for each term, relabellings at least as extreme alone and in the maximum."""
    threshold = (observed * (1 - TIE))[:, None]
    n_alone, maxima = np.zeros(len(observed), dtype=np.int64), []
    for block in labels:
        z = surplus.standardise(block)
        np.abs(z, out=z)
        n_alone += (z >= threshold).sum(axis=1)
        maxima.append(z[testable].max(axis=0) if testable.any() else np.zeros(block.shape[1]))
    largest = np.sort(np.concatenate(maxima))
    n_max = len(largest) - np.searchsorted(largest, threshold[:, 0], side="left")
    return n_alone, n_max.astype(np.int64)


def _term_floors(units: Units) -> FloatArray:
    """Return the chance that all units with the term fall on one side (the rarer side).

    Where the units with the term do not fit on a side, any relabelling may be the
    most extreme one.
    """
    has_term = (units.matrix != 0).astype(float)
    chances = np.ones((2, units.matrix.shape[1]))
    for stratum, (n, k) in enumerate(stratum_sizes(units)):
        n_with = has_term[np.flatnonzero(units.strata == stratum)].sum(axis=0)
        for side, n_side in enumerate((k, n - k)):
            fits = stats.hypergeom.pmf(n_with, n, n_with, n_side)
            chances[side] *= np.where(n_with <= n_side, fits, 1 / math.comb(n, n_side))
    floors = np.minimum(1.0, count_mirrors(units) * chances.min(axis=0))
    return np.asarray(np.round(floors, 12))  # so that 1/20 is not above .05


def _with_verdicts(table: pd.DataFrame, moves: BoolArray, design_floor: float) -> pd.DataFrame:
    """Blank what may not be said, and say why."""
    table[VERDICT] = list(OK)
    few = table["p_floor"] > HIGHEST_FLOOR
    # In too few documents: even all of them on one side would not give p <= .05.
    rare = refuse("term_in_few_documents")
    design = judge_p_value(max(design_floor, 1 / table["n_relabellings"].iloc[0]))
    cases = [
        (few, rare if design.status == "ok" else design),
        (~moves, refuse("no_relabelling_moves_term")),
    ]
    for where, verdict in cases:
        table.loc[where, VERDICT] = list(verdict)
        table.loc[where, ["p_value", "p_max_t"]] = np.nan
    return table


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
        """Find the terms that any relabelling changes."""
        part = _divide(self.sizes_in @ is_target.astype(float), self.totals[:, 0])
        return np.asarray(self.second @ (part * (1 - part)) > 0)

    def standardise(self, labels: FloatArray) -> FloatArray:
        """Return z, shape (n_terms, n_labels), for labels (n_units, n_labels) of 0 and 1.

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
    """Return what each stratum adds to a term's variance and third moment, (n_terms, n_strata)."""
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
