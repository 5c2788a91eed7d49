"""Latent Dirichlet allocation by sparse MAP-EM: exact updates over the counts that are there.

Asuncion, Welling, Smyth and Teh (2009), On smoothing and inference for topic models, UAI:
with its priors chosen well, MAP estimation is as good as variational Bayes or Gibbs
sampling, and each of its steps touches every count above zero once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.errors import MeasureError

FloatArray = npt.NDArray[np.float64]
Working = npt.NDArray[np.float32]
#: What is worked with; halves the memory, and the likelihood is that of float64.
WORKING = np.float32
#: Counts looked at in one go: bounds the memory at this many times the topics.
BLOCK = 20_000


@dataclass(frozen=True)
class Priors:
    """Dirichlet priors, as what each adds to a count: the parameter less one.

    Attributes
    ----------
    alpha : float
        Added to the tokens of each topic in a document.
    eta : float
        Added to the tokens of each term in a topic.
    """

    alpha: float = 0.1
    eta: float = 0.1

    def __post_init__(self) -> None:
        """Refuse a prior without a finite value above 0: a term never seen had no chance."""
        for name, value in (("alpha", self.alpha), ("eta", self.eta)):
            if not (np.isfinite(value) and value > 0):
                raise MeasureError(f"Priors: wanted {name} above 0, came {value}")


@dataclass(frozen=True)
class LdaFit:
    """A fitted model.

    Attributes
    ----------
    topic_terms : ndarray, topics x terms
        Each row sums to 1.
    document_topics : ndarray, rows x topics
        Each row sums to 1.
    log_posterior : ndarray
        After each iteration, without the priors' constants; it never falls.
    """

    topic_terms: FloatArray
    document_topics: FloatArray
    log_posterior: FloatArray


def fit_lda_em(
    matrix: sparse.csr_matrix,
    n_topics: int,
    *,
    seed: int,
    n_iterations: int = 200,
    priors: Priors | None = None,
) -> LdaFit:
    """Fit LDA to counts.

    Parameters
    ----------
    matrix : sparse matrix, rows x terms
        Counts, not negative.
    n_topics : int
        How many topics.
    seed : int
        Of the starting values.
    n_iterations : int
        Steps of EM.
    priors : Priors, optional
        By default .1 for both, the best of a grid on held-out news (docs/topics.md).

    Returns
    -------
    LdaFit
        Topics in the order of the starting values.

    Raises
    ------
    MeasureError
        If a count is negative or not finite, or a number is not positive.

    Examples
    --------
    >>> counts = sparse.csr_matrix([[4, 4, 0, 0], [3, 5, 0, 0], [0, 0, 6, 2], [0, 0, 3, 5]])
    >>> fit = fit_lda_em(counts, 2, seed=1)
    >>> sorted(fit.topic_terms.round(1).tolist())
    [[0.0, 0.0, 0.6, 0.4], [0.4, 0.6, 0.0, 0.0]]
    """
    counts = check_counts(matrix, n_topics, n_iterations)
    priors = priors or Priors()
    theta, phi = starting_values(counts.shape, n_topics, seed)
    cells, history = Cells(counts), []
    for _ in range(n_iterations):
        history.append(cells.compare(theta, phi) + _log_priors(theta, phi, priors))
        by_topic = theta * (cells.ratios @ phi)
        by_term = phi * (cells.ratios.T @ theta)
        theta = shares(by_topic + WORKING(priors.alpha), axis=1)
        phi = shares(by_term + WORKING(priors.eta), axis=0)
    return LdaFit(exact(phi.T), exact(theta), np.array(history))


def check_counts(matrix: sparse.csr_matrix, n_topics: int, n_iterations: int) -> sparse.csr_matrix:
    """Refuse what cannot be fitted; give the counts as they are worked with."""
    for name, value in (("n_topics", n_topics), ("n_iterations", n_iterations)):
        if value < 1:
            raise MeasureError(f"LDA: wanted {name} of at least 1, came {value}")
    counts = sparse.csr_matrix(matrix, dtype=WORKING, copy=True)
    counts.sum_duplicates()
    counts.eliminate_zeros()
    if not np.all(np.isfinite(counts.data)) or np.any(counts.data < 0):
        raise MeasureError("LDA: wanted finite counts of at least 0, came others")
    if counts.nnz == 0:
        raise MeasureError(f"LDA: wanted counts above 0, came none in {counts.shape[0]} rows")
    return counts


def starting_values(shape: tuple[int, int], n_topics: int, seed: int) -> tuple[Working, Working]:
    """Draw shares of topics in rows, and of terms in topics, all near to equal."""
    random = np.random.default_rng(seed)
    phi = random.gamma(100.0, 0.01, (shape[1], n_topics)).astype(WORKING)
    theta = random.gamma(10.0, 0.1, (shape[0], n_topics)).astype(WORKING)
    return shares(theta, axis=1), shares(phi, axis=0)


class Cells:
    """The counts above 0 of a matrix with their rows and columns, and one matrix to work in."""

    def __init__(self, counts: sparse.csr_matrix) -> None:
        self.counts = counts
        self.ratios = counts.copy()
        self.rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))

    def compare(self, theta: Working, phi: Working) -> float:
        """Put count over expected share into ``ratios``; give the log-likelihood."""
        total = 0.0
        for begin in range(0, self.counts.nnz, BLOCK):
            block = slice(begin, begin + BLOCK)
            columns, counts = self.counts.indices[block], self.counts.data[block]
            expected = np.einsum("ij,ij->i", theta[self.rows[block]], phi[columns])
            self.ratios.data[block] = counts / expected
            total += float(np.sum(counts * np.log(expected), dtype=float))
        return total


def _log_priors(theta: Working, phi: Working, priors: Priors) -> float:
    return float(
        priors.alpha * np.log(theta).sum(dtype=float) + priors.eta * np.log(phi).sum(dtype=float)
    )


def shares(values: Working, *, axis: int) -> Working:
    """Divide by the sums along an axis."""
    result: Working = values / values.sum(axis=axis, keepdims=True)
    return result


def exact(values: Working) -> FloatArray:
    """Give shares in double precision, each row summing to 1."""
    doubled = values.astype(float)
    result: FloatArray = doubled / doubled.sum(axis=1, keepdims=True)
    return result
