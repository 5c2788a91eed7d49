"""Ways to exchange the labels of documents: how many there are, all of them, or some."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np

from analysis.measures.inference import FloatArray
from analysis.measures.resampling import BLOCK, Units

#: Up to this many relabellings all are computed.
MOST_EXACT = 20_000


def count_relabellings(units: Units) -> int:
    """Count the ways to give the labels of each stratum to its units.

    Examples
    --------
    >>> from scipy import sparse
    >>> from analysis.measures.resampling import find_units
    >>> counts = sparse.csr_array(np.ones((5, 1)))
    >>> count_relabellings(find_units(counts, [1] * 5, [True, True, False, False, False]))
    10
    """
    return math.prod(math.comb(n, k) for n, k in stratum_sizes(units))


def relabelling_floor(units: Units) -> float:
    """Give the smallest two-sided p-value of the design: 1/C(n1 + n2, n1).

    Twice that when the groups are of equal size in every stratum: then each
    relabelling has a mirror image that is just as extreme.

    Examples
    --------
    >>> from scipy import sparse
    >>> from analysis.measures.resampling import find_units
    >>> counts = sparse.csr_array(np.ones((6, 1)))
    >>> relabelling_floor(find_units(counts, [1] * 6, [True, True, True, False, False, False]))
    0.1
    """
    return min(1.0, count_mirrors(units) / count_relabellings(units))


def random_labels(units: Units, n: int, seed: int) -> Iterator[FloatArray]:
    """Give random relabellings within strata, some columns at a time."""
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
    """Give every relabelling within strata, some columns at a time."""
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
    """Give units and target units of each stratum."""
    n_units = np.bincount(units.strata)
    n_target = np.bincount(units.strata, weights=units.is_target).astype(int)
    return list(zip(n_units.tolist(), n_target.tolist(), strict=True))


def _targets_of_strata(units: Units) -> list[tuple[int, int]]:
    return [(stratum, k) for stratum, (_, k) in enumerate(stratum_sizes(units))]


def count_mirrors(units: Units) -> int:
    """Give 2 if each relabelling has a mirror image, just as extreme, else 1."""
    return 2 if all(n == 2 * k for n, k in stratum_sizes(units)) else 1
