"""Documents as units: clusters of repeats put together, drawn anew, or given other labels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.measures.inference import FloatArray
from analysis.measures.verdicts import VERDICT, judge_interval, refuse
from analysis.study.design import LEVEL
from analysis.study.errors import MeasureError

#: Numbers held at once by one block of a product.
BLOCK = 500_000
#: Up to this many relabellings all are computed.
MOST_EXACT = 20_000

#: (n_target, n_reference, size_target, size_reference) -> the score of each.
Score = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True)
class Resampling:
    """What is compared, what counts as one draw, and how often it is drawn.

    Attributes
    ----------
    group : str
        Column of the rows that holds target and reference.
    cluster : str
        Column of the units that are relabelled and resampled: the document, or a
        group of repeats.
    stratum : str, optional
        Column, such as outlet, within which labels are exchanged.
    n_permutations, n_resamples, seed : int
        Relabellings, bootstrap samples, seed of both; no relabellings and no samples
        leave intervals and p-values out, with status and reason_code.
    """

    group: str = "event"
    cluster: str = "doc_id"
    stratum: str | None = None
    n_permutations: int = 999
    n_resamples: int = 1000
    seed: int = 0


@dataclass(frozen=True)
class Units:
    """What is relabelled and resampled: documents, or clusters of documents.

    Attributes
    ----------
    matrix : csr_array, shape (n_units, n_terms)
        Occurrences of each term in each unit.
    sizes : ndarray, shape (n_units,)
        Tokens of each unit.
    is_target : ndarray of bool, shape (n_units,)
        Which units belong to the target; the others to the reference.
    strata : ndarray of int, shape (n_units,)
        Labels are only exchanged within a stratum, such as an outlet.
    """

    matrix: sparse.csr_array
    sizes: FloatArray
    is_target: npt.NDArray[np.bool_]
    strata: npt.NDArray[np.intp]

    @property
    def n_target(self) -> int:
        """Number of units in the target."""
        return int(self.is_target.sum())

    @property
    def n_reference(self) -> int:
        """Number of units in the reference."""
        return int((~self.is_target).sum())


def find_units(
    matrix: sparse.csr_array,
    sizes: npt.ArrayLike,
    is_target: npt.ArrayLike,
    *,
    clusters: npt.ArrayLike | None = None,
    strata: npt.ArrayLike | None = None,
) -> Units:
    """Add up the rows of each cluster, such as an agency report and its copies.

    Parameters
    ----------
    matrix : csr_array, shape (n_rows, n_terms)
        Counts, or values when every size is one.
    sizes : array_like, shape (n_rows,)
        Tokens of each row.
    is_target : array_like of bool, shape (n_rows,)
        Rows of the target.
    clusters : array_like, optional
        Label of each row's cluster; by default each row is its own. A cluster with
        rows on both sides gives one unit on each (this errs to the careful side:
        the copies cancel in the difference observed, and not in all relabelled ones).
    strata : array_like, optional
        Label of each row's stratum. A cluster that spans several strata is exchanged
        only with clusters that span the same ones.

    Returns
    -------
    Units
        In the order in which the clusters first occur.

    Raises
    ------
    MeasureError
        If the lengths differ, a group is empty, or a size is negative or all are zero.

    Examples
    --------
    >>> counts = sparse.csr_array(np.array([[1, 0], [1, 0], [0, 3]]))
    >>> find_units(counts, [10, 10, 20], [True, True, False], clusters=["a", "a", "b"]).sizes
    array([20., 20.])
    """
    side, size = np.asarray(is_target, dtype=bool), np.asarray(sizes, dtype=float)
    n_rows = matrix.shape[0]
    _check_rows(n_rows, side, size)
    labels = np.arange(n_rows) if clusters is None else np.asarray(clusters)
    blocks = np.zeros(n_rows, dtype=int) if strata is None else np.asarray(strata)
    if len(labels) != n_rows or len(blocks) != n_rows:
        raise MeasureError(f"find_units: wanted a cluster and a stratum for each of {n_rows} rows")
    table = pd.DataFrame({"cluster": labels, "side": side, "stratum": blocks})
    if table.isna().to_numpy().any():
        raise MeasureError("find_units: a row has no cluster or no stratum; give each row one")
    code = table.groupby(["cluster", "side"], sort=False).ngroup().to_numpy().astype(np.int64)
    n_units = int(code.max()) + 1
    adder = sparse.csr_array((np.ones(n_rows), (code, np.arange(n_rows))), shape=(n_units, n_rows))
    return Units(
        matrix=sparse.csr_array(adder @ matrix.astype(float)),
        sizes=adder @ size,
        is_target=adder @ side.astype(float) > 0,
        strata=_strata_of_units(table["stratum"], code),
    )


def draw_weights(n_units: int, n_resamples: int, rng: np.random.Generator) -> FloatArray:
    """Draw units with replacement: how often each is drawn, shape (n_units, n_resamples).

    Examples
    --------
    >>> draw_weights(4, 3, np.random.default_rng(0)).sum(axis=0)
    array([4., 4., 4.])
    """
    drawn = rng.integers(n_units, size=(n_units, n_resamples))
    cells = drawn * n_resamples + np.arange(n_resamples)
    weights = np.bincount(cells.ravel(), minlength=n_units * n_resamples)
    return weights.reshape(n_units, n_resamples).astype(float)


def bootstrap_terms(
    units: Units, score: Score, *, n_resamples: int = 1000, seed: int = 0, level: float = LEVEL
) -> pd.DataFrame:
    """Return each term's score an interval that rests on documents, not on words.

    Clusters are drawn with replacement within target and reference; the bounds are
    percentiles (Davison & Hinkley 1997, ch. 5). With 20 clusters a group they cover
    a little less than they say (about .93 for .95).

    The score takes the terms' frequencies and the sizes of both groups and gives one number a term.

    Returns
    -------
    DataFrame
        One row per term: low, high, status, reason_code, reason_values. Not estimable with
        fewer than 20 clusters a group, and for a term that occurs on one side only (no resample
        says how rare it is where it was not seen).

    Examples
    --------
    >>> counts = sparse.csr_array(np.repeat([[4], [2]], 20, axis=0))
    >>> units = find_units(counts, [100] * 40, [True] * 20 + [False] * 20)
    >>> bootstrap_terms(units, lambda a, b, n, m: np.log2((a / n) / (b / m)))
       low  high status reason_code reason_values
    0  1.0   1.0     ok
    """
    n_terms = units.matrix.shape[1]
    verdict = judge_interval(units.n_target, units.n_reference)
    table = pd.DataFrame({"low": np.full(n_terms, np.nan), "high": np.nan})
    table[VERDICT] = list(verdict)
    if verdict.status != "ok":
        return table
    tails = [(1 - level) / 2, (1 + level) / 2]
    for at, scores in _resampled_scores(units, score, n_resamples, seed):
        table.iloc[at, [0, 1]] = np.quantile(scores, tails, axis=1).T
    for side in (units.is_target, ~units.is_target):
        absent = units.matrix[np.flatnonzero(side)].sum(axis=0) == 0
        table.loc[absent, ["low", "high"]] = np.nan
        table.loc[absent, VERDICT] = list(refuse("term_in_one_group"))
    return table


def _resampled_scores(
    units: Units, score: Score, n_resamples: int, seed: int
) -> Iterator[tuple[slice, FloatArray]]:
    """Return the scores of some terms at a time in all resamples, (n_terms, n_resamples)."""
    rng = np.random.default_rng(seed)
    sides = [np.flatnonzero(units.is_target), np.flatnonzero(~units.is_target)]
    weights = [draw_weights(len(side), n_resamples, rng) for side in sides]
    size_target, size_reference = (
        units.sizes[side] @ weight for side, weight in zip(sides, weights, strict=True)
    )
    by_term = [sparse.csr_array(units.matrix[side].T) for side in sides]
    step = max(1, BLOCK // n_resamples)
    for start in range(0, units.matrix.shape[1], step):
        at = slice(start, start + step)
        n_target, n_reference = (
            np.asarray(terms[at] @ weight) for terms, weight in zip(by_term, weights, strict=True)
        )
        yield at, score(n_target, n_reference, size_target[None], size_reference[None])


def _strata_of_units(stratum: pd.Series, code: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    if (stratum == stratum.iloc[0]).all():
        return np.zeros(int(code.max()) + 1, dtype=np.intp)
    joined = stratum.astype(str).groupby(code).agg(lambda names: " + ".join(sorted(set(names))))
    return np.asarray(pd.factorize(joined, sort=True)[0], dtype=np.intp)


def _check_rows(n_rows: int, side: npt.NDArray[np.bool_], size: FloatArray) -> None:
    if len(side) != n_rows or len(size) != n_rows:
        raise MeasureError(
            f"find_units: wanted a side and a size for each of {n_rows} rows,"
            f" came {len(side)} and {len(size)}"
        )
    if side.all() or not side.any():
        empty = "reference" if side.all() else "target"
        raise MeasureError(f"find_units: no document in the {empty}; both groups need one")
    if np.any(size < 0) or size[side].sum() == 0 or size[~side].sum() == 0:
        raise MeasureError("find_units: wanted sizes of 0 or more, and tokens in both groups")


def count_relabellings(units: Units) -> int:
    """Count the ways to give the labels of each stratum to its units.

    Examples
    --------
    >>> counts = sparse.csr_array(np.ones((5, 1)))
    >>> count_relabellings(find_units(counts, [1] * 5, [True, True, False, False, False]))
    10
    """
    return math.prod(math.comb(n, k) for n, k in stratum_sizes(units))


def relabelling_floor(units: Units) -> float:
    """Return the smallest two-sided p-value of the design: 1/C(n1 + n2, n1).

    Twice that when the groups are of equal size in every stratum: then each
    relabelling has a mirror image that is just as extreme.

    Examples
    --------
    >>> counts = sparse.csr_array(np.ones((6, 1)))
    >>> relabelling_floor(find_units(counts, [1] * 6, [True, True, True, False, False, False]))
    0.1
    """
    return min(1.0, count_mirrors(units) / count_relabellings(units))


def random_labels(units: Units, n: int, seed: int) -> Iterator[FloatArray]:
    """Return random relabellings within strata, some columns at a time."""
    rng = np.random.default_rng(seed)
    step = max(1, BLOCK // max(units.matrix.shape))
    targets = [(np.flatnonzero(units.strata == s), k) for s, k in _targets_of_strata(units)]
    for start in range(0, n, step):
        width = min(step, n - start)
        labels = np.zeros((len(units.sizes), width))
        for at, k in targets:
            order = np.argsort(rng.random((len(at), width)), axis=0)[:k]
            labels[at[order], np.arange(width)] = 1
        yield labels


def all_labels(units: Units) -> Iterator[FloatArray]:
    """Return every relabelling within strata, some columns at a time."""
    choices = [
        itertools.combinations(np.flatnonzero(units.strata == s).tolist(), k)
        for s, k in _targets_of_strata(units)
    ]
    everything = itertools.product(*choices)
    step = max(1, BLOCK // max(units.matrix.shape))
    while drawn := list(itertools.islice(everything, step)):
        labels = np.zeros((len(units.sizes), len(drawn)))
        for column, parts in enumerate(drawn):
            labels[list(itertools.chain.from_iterable(parts)), column] = 1
        yield labels


def stratum_sizes(units: Units) -> list[tuple[int, int]]:
    """Count units and target units of each stratum."""
    n_units = np.bincount(units.strata)
    n_target = np.bincount(units.strata, weights=units.is_target).astype(int)
    return list(zip(n_units.tolist(), n_target.tolist(), strict=True))


def _targets_of_strata(units: Units) -> list[tuple[int, int]]:
    return [(stratum, k) for stratum, (_, k) in enumerate(stratum_sizes(units))]


def count_mirrors(units: Units) -> int:
    """Return 2 if each relabelling has a mirror image, just as extreme, else 1."""
    return 2 if all(n == 2 * k for n, k in stratum_sizes(units)) else 1
