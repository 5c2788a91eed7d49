"""LDA at scale: topics from batches that come one after another."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from analysis.errors import MeasureError
from analysis.measures.lda_em import (
    WORKING,
    Cells,
    FloatArray,
    Priors,
    Working,
    check_counts,
    exact,
    shares,
    starting_values,
)


def fit_lda_batches(
    batches: Iterable[sparse.csr_matrix],
    n_topics: int,
    *,
    seed: int,
    n_rows: int,
    priors: Priors | None = None,
) -> FloatArray:
    """Fit LDA to batches that come one after another, as often as they come.

    Stepwise EM (Cappé and Moulines 2009; Liang and Klein 2009): each batch moves the
    topics towards what it alone would give, by a step (t + 2) ** -0.7 that shrinks.

    Parameters
    ----------
    batches : iterable of sparse matrix
        The same terms in the same columns; only one batch is held at a time. For several
        passes chain them.
    n_topics, seed, priors
        As in `fit_lda_em`.
    n_rows : int
        Rows of one pass over all batches, which a batch is scaled up to.

    Returns
    -------
    ndarray, topics x terms
        Each row sums to 1. `fold_by_likelihood` gives the topics of documents.

    Raises
    ------
    MeasureError
        If there is no batch, or as `fit_lda_em`.

    Examples
    --------
    >>> counts = sparse.csr_matrix([[4, 4, 0, 0], [3, 5, 0, 0], [0, 0, 6, 2], [0, 0, 3, 5]])
    >>> topics = fit_lda_batches([counts[:2], counts[2:]] * 20, 2, seed=1, n_rows=4)
    >>> topics.shape
    (2, 4)
    """
    priors = priors or Priors()
    phi: Working | None = None
    expected: Working | None = None
    for step, batch in enumerate(batches):
        counts = check_counts(batch, n_topics, 1)
        if phi is None or expected is None:
            _, phi = starting_values(counts.shape, n_topics, seed)
            expected = phi * WORKING(counts.sum() * n_rows / max(counts.shape[0], 1) / n_topics)
        theta, cells = _settle(counts, phi, priors.alpha)
        found = phi * (cells.ratios.T @ theta) * WORKING(n_rows / max(counts.shape[0], 1))
        weight = WORKING((step + 2) ** -0.7)
        expected = (1 - weight) * expected + weight * found
        phi = shares(expected + WORKING(priors.eta), axis=0)
    if phi is None:
        raise MeasureError("fit_lda_batches: wanted batches of counts, came none")
    return exact(phi.T)


def _settle(
    counts: sparse.csr_matrix, phi: Working, alpha: float, n_iterations: int = 20
) -> tuple[Working, Cells]:
    """Find the topics of rows while the terms of topics stay; give the ratios, too."""
    theta = np.full((counts.shape[0], phi.shape[1]), 1 / phi.shape[1], dtype=WORKING)
    cells = Cells(counts)
    for _ in range(n_iterations):
        cells.compare(theta, phi)
        theta = shares(theta * (cells.ratios @ phi) + WORKING(alpha), axis=1)
    cells.compare(theta, phi)
    return theta, cells
