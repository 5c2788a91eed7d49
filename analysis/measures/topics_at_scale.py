"""Topics of a corpus that does not fit in memory: fitted and folded batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.errors import MeasureError
from analysis.measures.count_batches import (
    BatchPlan,
    CountBatch,
    SegmentIndex,
    Vocabulary,
    count_batches,
    documents_of,
    find_vocabulary,
    index_segments,
)
from analysis.measures.lda_batches import fit_lda_batches
from analysis.measures.lda_em import Priors
from analysis.measures.topic_folding import fold_by_likelihood
from analysis.measures.topic_matching import top_terms

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScaledTopics:
    """LDA fitted in batches.

    Attributes
    ----------
    topic_terms : ndarray, shape (n_topics, n_terms)
        Chances of words; topics in the order of the fit, numbered from 1.
    vocabulary : Vocabulary
        The terms, with the number of segments that each stands in.
    index : SegmentIndex
        The segments.
    folder : path
        The open tables.
    plan : BatchPlan
        What was counted.
    alpha : float
        The prior of the shares.
    """

    topic_terms: FloatArray
    vocabulary: Vocabulary
    index: SegmentIndex
    folder: Path
    plan: BatchPlan
    alpha: float

    def terms(self, n_terms: int = 10) -> pd.DataFrame:
        """Give topic, rank, term, weight of the top terms."""
        rows = [
            (topic, rank, self.vocabulary.terms[i], self.topic_terms[topic - 1, i])
            for topic, best in enumerate(top_terms(self.topic_terms, n_terms), start=1)
            for rank, i in enumerate(best[best >= 0], start=1)
        ]
        return pd.DataFrame(rows, columns=["topic", "rank", "term", "weight"])


def fit_topics_at_scale(
    folder: Path,
    *,
    n_topics: int,
    seed: int,
    plan: BatchPlan | None = None,
    n_passes: int = 10,
    priors: Priors | None = None,
) -> ScaledTopics:
    """Fit LDA to open tables that are read in batches, again for each pass.

    Parameters
    ----------
    folder : path
        The folder of the open tables; ``segments`` and ``terms`` are read.
    n_topics, seed : int
        Number of topics, and the seed of the start.
    plan : BatchPlan, optional
        What is counted, and rows to read at a time.
    n_passes : int
        Passes over the corpus. A corpus of few batches needs more of them.
    priors : Priors, optional
        As for `fit_lda_em`.

    Returns
    -------
    ScaledTopics
        The same for the same tables, plan and seed.

    Raises
    ------
    MeasureError
        If no segment or term is left, there are fewer of either than topics, or a number
        is not positive.

    Examples
    --------
    >>> from analysis.paths import find_layout
    >>> fit_topics_at_scale(find_layout().features, n_topics=2, seed=1).topic_terms.shape[0]
    2
    """
    plan, priors = plan or BatchPlan(), priors or Priors()
    if n_passes < 1 or n_topics < 1:
        raise MeasureError(
            "fit_topics_at_scale: wanted n_topics and n_passes of at least 1, came "
            f"{n_topics} and {n_passes}"
        )
    index = index_segments(folder, plan)
    vocabulary = find_vocabulary(folder, plan, index)
    n_rows, n_terms = int(index.is_fitted.sum()), len(vocabulary.terms)
    if min(n_rows, n_terms) < n_topics:
        raise MeasureError(
            f"fit_topics_at_scale: wanted {n_topics} topics, came {n_rows} segments and "
            f"{n_terms} terms. Ask for fewer topics, or trim less."
        )
    passes = (
        matrix
        for _ in range(n_passes)
        for matrix in _fitted_rows(count_batches(folder, plan, index, vocabulary))
    )
    topics = fit_lda_batches(passes, n_topics, seed=seed, n_rows=n_rows, priors=priors)
    return ScaledTopics(topics, vocabulary, index, folder, plan, priors.alpha)


def _fitted_rows(batches: Iterator[CountBatch]) -> Iterator[sparse.csr_matrix]:
    for batch in batches:
        matrix = sparse.csr_matrix(batch.matrix[np.flatnonzero(batch.is_fitted)])
        if matrix.nnz:
            yield matrix


def prevalence_in_batches(topics: ScaledTopics) -> Iterator[pd.DataFrame]:
    """Give how much of each document falls to each topic, a table for each batch.

    Parameters
    ----------
    topics : ScaledTopics
        From `fit_topics_at_scale`.

    Yields
    ------
    DataFrame
        topic, doc_id, n_segments, n_words, share: the mean of the shares of its segments, each
        by its words. A document stands in one table.

    Examples
    --------
    >>> from analysis.paths import find_layout
    >>> topics = fit_topics_at_scale(find_layout().features, n_topics=2, seed=1)
    >>> pd.concat(prevalence_in_batches(topics))["doc_id"].nunique()
    5
    """
    batches = count_batches(topics.folder, topics.plan, topics.index, topics.vocabulary)
    for batch in batches:
        shares = fold_by_likelihood(batch.matrix, topics.topic_terms, alpha=topics.alpha)
        yield _of_documents(batch, shares)


def _of_documents(batch: CountBatch, shares: FloatArray) -> pd.DataFrame:
    codes, doc_ids = pd.factorize(documents_of(batch), sort=True)
    n, k = len(doc_ids), shares.shape[1]
    words = np.bincount(codes, batch.n_words, minlength=n)
    adder = sparse.csr_array((batch.n_words, (codes, np.arange(len(codes)))), dtype=float)
    of_documents = (adder @ shares) / words[:, None]
    return pd.DataFrame(
        {
            "topic": np.tile(np.arange(1, k + 1), n),
            "doc_id": np.repeat(np.asarray(doc_ids, dtype=object), k),
            "n_segments": np.repeat(np.bincount(codes, minlength=n), k),
            "n_words": np.repeat(words.astype(np.int64), k),
            "share": of_documents.ravel(),
        }
    ).astype({"doc_id": "str"})
