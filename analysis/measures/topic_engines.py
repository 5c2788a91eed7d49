"""Engines that fit topics, and the matching of the topics of two fits by their ranked terms."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse
from sklearn.decomposition import NMF, LatentDirichletAllocation
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from threadpoolctl import ThreadpoolController

from analysis.measures.inference import FloatArray
from analysis.study.errors import MeasureError, check_known
from analysis.tables.cells import rounded

IntArray = npt.NDArray[np.int64]

#: Engine -> how scikit-learn's LDA learns; empty: it is no LDA.
ENGINES = {"lda": "batch", "lda_online": "online", "nmf": ""}


@dataclass(frozen=True)
class EngineSettings:
    """What an engine is told besides matrix, number of topics and seed.

    Attributes
    ----------
    start : str
        nndsvd: factorisation starts from a singular value decomposition, and the seed
        changes nothing; random: from random numbers. Only for ``nmf``.
    max_iterations : int
        At most so many rounds of factorisation.
    n_passes : int
        Passes over the segments of ``lda`` and ``lda_online``.
    alpha, beta : float
        Dirichlet priors of topics in a segment and terms in a topic, for ``lda`` and
        ``lda_online``.
    """

    start: Literal["nndsvd", "random"] = "nndsvd"
    max_iterations: int = 5000
    n_passes: int = 50
    alpha: float = 0.1
    beta: float = 0.01


class Fit(NamedTuple):
    """The topics that an engine fitted.

    Attributes
    ----------
    topic_terms : ndarray, shape (n_topics, n_terms)
        Weight of each term in each topic; every row adds up to 1.
    document_topics : ndarray, shape (n_documents, n_topics)
        Share of each topic in each row; a row adds up to 1, or is 0 if nothing fits.
    term_weights : ndarray, shape (n_terms,), or None
        Inverse document frequencies that ``nmf`` multiplies counts by; None for LDA.
    model : LatentDirichletAllocation or None
        The fitted model of scikit-learn that gives other rows their shares; None for ``nmf``.
    """

    topic_terms: FloatArray
    document_topics: FloatArray
    term_weights: FloatArray | None = None
    model: LatentDirichletAllocation | None = None

    def fold(self, counts: sparse.csr_array) -> FloatArray:
        """Return the shares of the topics in rows that need not be among those fitted."""
        if self.term_weights is not None:
            weights = sparse.csr_array(counts * self.term_weights)
            return fold_by_squares(weights, self.topic_terms)
        if self.model is None:
            raise MeasureError(
                "topics: wanted a fit of scikit-learn's LDA, came one without its model"
            )
        return np.asarray(self.model.transform(counts))


def check_engine(engine: str) -> None:
    """Refuse a name that is none of `ENGINES`."""
    check_known("fit_topics", [engine], what="engine", allowed=ENGINES)


def run_engine(
    engine: str, counts: sparse.csr_array, n_topics: int, *, seed: int, settings: EngineSettings
) -> Fit:
    """Fit topics with an engine of `ENGINES` on counts shaped (n_documents, n_terms).

    The order of the topics means nothing.

    Raises
    ------
    MeasureError
        If the engine is unknown or does not converge.

    Examples
    --------
    >>> counts = sparse.csr_array(np.array([[3, 2, 0], [2, 3, 0], [0, 0, 4]]))
    >>> fit = run_engine("nmf", counts, 2, seed=1, settings=EngineSettings())
    >>> fit.document_topics.round(3).max(axis=1).tolist()
    [1.0, 1.0, 1.0]
    """
    check_engine(engine)
    # The matrices are small: threads of the linear algebra cost more than they give
    # (five times the time on two busy cores). Runs are parallel, not their parts.
    with _threads().limit(limits=1):
        if engine == "nmf":
            return _fit_nmf(counts, n_topics, seed, settings)
        return _fit_lda(counts, n_topics, seed, settings, method=ENGINES[engine])


@cache
def _threads() -> ThreadpoolController:
    """Find the libraries that have threads, once: it takes longer than a small fit."""
    return ThreadpoolController()


def _fit_nmf(counts: sparse.csr_array, n_topics: int, seed: int, settings: EngineSettings) -> Fit:
    """Factorise tf-idf weights (Lee & Seung 1999; start: Boutsidis & Gallopoulos 2008)."""
    idf = TfidfTransformer().fit(counts)
    model = NMF(n_topics, init=settings.start, random_state=seed, max_iter=settings.max_iterations)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            topics = model.fit(idf.transform(counts)).components_
        except ConvergenceWarning:
            raise MeasureError(
                f"fit_topics: nmf has not converged after {settings.max_iterations} rounds "
                f"with {n_topics} topics. Raise max_iterations, or ask for fewer topics."
            ) from None
    fit = Fit(to_shares(topics.astype(float)), np.empty((0, n_topics)), idf.idf_)
    return fit._replace(document_topics=fit.fold(counts))


def _fit_lda(
    counts: sparse.csr_array, n_topics: int, seed: int, settings: EngineSettings, *, method: str
) -> Fit:
    """Fit latent Dirichlet allocation to all rows at once or in batches (Hoffman et al. 2010)."""
    model = LatentDirichletAllocation(
        n_topics,
        doc_topic_prior=settings.alpha,
        topic_word_prior=settings.beta,
        learning_method=method,
        max_iter=settings.n_passes,
        random_state=seed,
    )
    shares = model.fit_transform(counts)
    return Fit(to_shares(model.components_), shares, model=model)


def to_shares(weights: FloatArray) -> FloatArray:
    """Scale each row to add up to 1; a row of zeros stays one."""
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights, total, out=np.zeros_like(weights), where=total > 0))


def fold_by_squares(weights: sparse.csr_array, topic_terms: FloatArray) -> FloatArray:
    """Return the non-negative weights of the topics that come nearest to each row, as shares.

    The problem that a factorisation solves, for given topics and solved exactly (Lawson &
    Hanson 1974): rows that were fitted and rows that were not are treated alike. The
    topics are brought to their triangle first, so that each row is a problem of the size
    of the topics, whatever the vocabulary. A row of weights, such as tf-idf, gives shares
    that add up to 1, or are 0 if no topic is like it.
    """
    basis, small = np.linalg.qr(topic_terms.T)
    solved = [optimize.nnls(small, aim)[0] for aim in weights @ basis]
    return to_shares(np.array(solved).reshape(len(solved), len(topic_terms)))


def top_terms(topic_terms: FloatArray, depth: int) -> IntArray:
    """Rank the terms of each topic by weight; ties go to the earlier term.

    Returns
    -------
    ndarray, shape (n_topics, depth)
        Numbers of terms; -1 where a topic has no further term of any weight.
    """
    found = np.full((len(topic_terms), depth), -1, dtype=np.int64)
    order = np.argsort(-rounded(topic_terms), axis=1, kind="stable")[:, :depth]
    weights = np.take_along_axis(topic_terms, order, axis=1)
    found[:, : order.shape[1]] = np.where(weights > 0, order, -1)
    return found


def match_topics(reference: IntArray, other: IntArray) -> tuple[IntArray, FloatArray]:
    """Pair the topics of two models so that the pairs are most alike together.

    The Hungarian method (Kuhn 1955) on the average Jaccard of the ranked terms (Greene et al.
    2014). Both are as `top_terms` gives them, over one vocabulary; -1 is like nothing.

    Returns
    -------
    partner : ndarray of int, shape (n_topics,)
        For each topic of the reference, the number of its partner in the other.
    similarity : ndarray, shape (n_topics,)
        How alike the two are, in [0, 1]. The mean is the agreement of the models.
    """
    first, second = reference[:, None, :, None], other[None, :, None, :]
    same = (first == second) & (first >= 0)
    common = same.cumsum(axis=2).cumsum(axis=3).diagonal(axis1=2, axis2=3)
    depths = np.arange(1, reference.shape[1] + 1)
    alike = np.asarray((common / (2 * depths - common)).mean(axis=2))
    row, column = optimize.linear_sum_assignment(-rounded(alike))
    return np.asarray(column, dtype=np.int64), np.asarray(alike[row, column])


def agreement(reference: IntArray, other: IntArray) -> float:
    """Return the mean similarity of the matched topics of two models."""
    return float(match_topics(reference, other)[1].mean())


def find_prototype(models: Sequence[IntArray]) -> int:
    """Find the model that agrees most with all others, on average.

    Rieger, Jentsch & Rahnenführer (2024): of many runs of LDA the one to report is the
    most central one. Ties go to the earlier run.
    """
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
    """
    races = rng.exponential(size=(n_topics, len(term_shares)))
    chances = np.where(term_shares > 0, term_shares, np.nan)
    return top_terms(np.nan_to_num(np.divide(1, races / chances)), depth)
