"""Shares of given topics in rows: of segments that were fitted, and of any others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

FloatArray = npt.NDArray[np.float64]

#: Rows worked on at a time: bounds the memory.
ROWS = 1000
#: Rounds after which shares stand still in practice, and the move that counts as none; it
#: is looked at after every stretch of rounds.
MOST_FOLDS, STRETCH, SMALLEST_MOVE = 500, 20, 1e-7


def to_shares(weights: FloatArray) -> FloatArray:
    """Scale each row to add up to 1; a row of zeros stays one.

    Examples
    --------
    >>> to_shares(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist()
    [[0.25, 0.75], [0.0, 0.0]]
    """
    total = weights.sum(axis=1, keepdims=True)
    shares: FloatArray = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return shares


def fold_by_likelihood(
    counts: sparse.csr_array,
    topic_terms: FloatArray,
    *,
    alpha: float = 0.1,
    start: FloatArray | None = None,
) -> FloatArray:
    """Give the most likely shares of given topics in each row.

    Expectation and maximisation with the topics held (Hofmann 1999; the prior as in
    Asuncion et al. 2009). Deterministic, and a row's shares do not depend on the
    other rows. There is one maximum, so where it starts changes the time alone.

    Parameters
    ----------
    counts : csr_array, shape (n_rows, n_terms)
        Occurrences.
    topic_terms : ndarray, shape (n_topics, n_terms)
        Every row adds up to 1.
    alpha : float
        Added to the tokens of each topic in a row.
    start : ndarray, shape (n_rows, n_topics), optional
        Shares above 0 that are near already; by default equal ones.

    Returns
    -------
    ndarray, shape (n_rows, n_topics)
        Every row adds up to 1; one without counts has equal shares.

    Examples
    --------
    >>> counts = sparse.csr_array(np.array([[9, 0], [0, 0]]))
    >>> fold_by_likelihood(counts, np.eye(2)).round(2).tolist()
    [[0.99, 0.01], [0.5, 0.5]]
    """
    terms = np.ascontiguousarray(topic_terms.T)
    shape = (counts.shape[0], len(topic_terms))
    shares = np.full(shape, 1 / shape[1]) if start is None else start.copy()
    for begin in range(0, shape[0], ROWS):
        part = sparse.csr_array(counts[begin : begin + ROWS], dtype=float)
        shares[begin : begin + ROWS] = _settle(part, terms, shares[begin : begin + ROWS], alpha)
    return shares


def _settle(
    counts: sparse.csr_array, terms: FloatArray, shares: FloatArray, alpha: float
) -> FloatArray:
    """Move the shares of rows until they stand still; rows that do are left alone."""
    moving = np.arange(counts.shape[0])
    for _ in range(MOST_FOLDS // STRETCH):
        shares[moving], moves = _move(counts[moving], terms, shares[moving], alpha)
        moving = moving[moves >= SMALLEST_MOVE]
        if not len(moving):
            break
    return shares


def _move(
    counts: sparse.csr_array, terms: FloatArray, shares: FloatArray, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Go a stretch of rounds; give the shares, and how far each row moved in the last."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    of_terms, ratios = terms[counts.indices], counts.copy()
    before = shares
    for _ in range(STRETCH):
        expected = np.einsum("ij,ij->i", of_terms, shares[rows])
        possible = expected > 0
        ratios.data = np.divide(counts.data, expected, np.zeros_like(expected), where=possible)
        before, shares = shares, to_shares(shares * (ratios @ terms) + alpha)
    return shares, np.abs(shares - before).max(axis=1)


def fold_by_squares(weights: sparse.csr_array, topic_terms: FloatArray) -> FloatArray:
    """Give the non-negative weights of the topics that come nearest to each row, as shares.

    The problem that a factorisation solves, for given topics and solved exactly (Lawson &
    Hanson 1974): rows that were fitted and rows that were not are treated alike. The
    topics are brought to their triangle first, so that each row is a problem of the size
    of the topics, whatever the vocabulary.

    Parameters
    ----------
    weights : csr_array, shape (n_rows, n_terms)
        Weighted occurrences, such as tf-idf.
    topic_terms : ndarray, shape (n_topics, n_terms)
        Weights of the terms.

    Returns
    -------
    ndarray, shape (n_rows, n_topics)
        A row adds up to 1, or is 0 if no topic is like it.

    Examples
    --------
    >>> fold_by_squares(sparse.csr_array(np.array([[3.0, 7.0]])), np.eye(2)).round(6).tolist()
    [[0.3, 0.7]]
    """
    basis, small = np.linalg.qr(topic_terms.T)
    aims = weights @ basis
    solved = [optimize.nnls(small, aim)[0] for aim in aims]
    return to_shares(np.array(solved).reshape(len(solved), len(topic_terms)))
