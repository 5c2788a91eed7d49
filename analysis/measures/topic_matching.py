"""Which topic is which: ranked lists of terms compared and matched."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from analysis.tables.cells import rounded

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def list_similarity(first: IntArray, second: IntArray) -> FloatArray:
    """Give the average Jaccard of every list of one model with every list of another.

    Parameters
    ----------
    first, second : ndarray, shapes (n, depth) and (m, depth)
        Numbers of terms, best first; -1 stands for no further term, and is like nothing.

    Returns
    -------
    ndarray, shape (n, m)
        In [0, 1].
    """
    same = (first[:, None, :, None] == second[None, :, None, :]) & (first[:, None, :, None] >= 0)
    common = same.cumsum(axis=2).cumsum(axis=3).diagonal(axis1=2, axis2=3)
    depths = np.arange(1, first.shape[1] + 1)
    return np.asarray((common / (2 * depths - common)).mean(axis=2))


def top_terms(topic_terms: FloatArray, depth: int) -> IntArray:
    """Rank the terms of each topic by weight; ties go to the earlier term.

    Returns
    -------
    ndarray, shape (n_topics, depth)
        Numbers of terms; -1 where a topic has no further term of any weight.

    Examples
    --------
    >>> top_terms(np.array([[0.2, 0.8, 0.0]]), 3).tolist()
    [[1, 0, -1]]
    """
    found = np.full((len(topic_terms), depth), -1, dtype=np.int64)
    order = np.argsort(-rounded(topic_terms), axis=1, kind="stable")[:, :depth]
    weights = np.take_along_axis(topic_terms, order, axis=1)
    found[:, : order.shape[1]] = np.where(weights > 0, order, -1)
    return found


def match_topics(reference: IntArray, other: IntArray) -> tuple[IntArray, FloatArray]:
    """Pair the topics of two models so that the pairs are most alike together.

    The Hungarian method (Kuhn 1955) on the average Jaccard of the ranked terms.

    Both are as `top_terms` gives them, over one vocabulary.

    Returns
    -------
    partner : ndarray of int, shape (n_topics,)
        For each topic of the reference, the number of its partner in the other.
    similarity : ndarray, shape (n_topics,)
        How alike the two are, in [0, 1]. The mean is the agreement of the models.

    Examples
    --------
    >>> match_topics(np.array([[0, 1], [2, 3]]), np.array([[3, 2], [0, 1]]))[0].tolist()
    [1, 0]
    """
    table = list_similarity(reference, other)
    row, column = linear_sum_assignment(-rounded(table))
    return np.asarray(column, dtype=np.int64), np.asarray(table[row, column])


def agreement(reference: IntArray, other: IntArray) -> float:
    """Give the mean similarity of the matched topics of two models.

    Examples
    --------
    >>> agreement(np.array([[0, 1], [2, 3]]), np.array([[3, 2], [0, 1]]))
    0.75
    """
    return float(match_topics(reference, other)[1].mean())


def find_prototype(models: Sequence[IntArray]) -> int:
    """Give the number of the model that agrees most with all others, on average.

    Rieger, Jentsch & Rahnenführer (2024): of many runs of LDA the one to report is the
    most central one. Ties go to the earlier run.

    Examples
    --------
    >>> lists = [np.array([[0, 1], [2, 3]]), np.array([[0, 1], [2, 4]]), np.array([[5, 6], [2, 4]])]
    >>> find_prototype(lists)
    1
    """
    if len(models) == 1:
        return 0
    table = np.zeros((len(models), len(models)))
    for i, first in enumerate(models):
        for j in range(i):
            table[i, j] = table[j, i] = agreement(first, models[j])
    return int(np.argmax(rounded(table.sum(axis=1))))


def unrelated_lists(
    term_shares: FloatArray, n_topics: int, depth: int, *, rng: np.random.Generator
) -> IntArray:
    """Draw topics that have nothing to do with one another: frequent terms come first more often.

    Each list is a draw without replacement with the terms' shares as chances, by the
    exponential races of Efraimidis & Spirakis (2006).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> unrelated_lists(np.array([0.5, 0.3, 0.2]), 2, 2, rng=rng).shape
    (2, 2)
    """
    races = rng.exponential(size=(n_topics, len(term_shares)))
    chances = np.where(term_shares > 0, term_shares, np.nan)
    speeds = np.divide(1, races / chances)
    return top_terms(np.nan_to_num(speeds), depth)
