"""Engines that fit topics: one function each, all with the same arguments and result."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse
from sklearn.decomposition import NMF, LatentDirichletAllocation
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from threadpoolctl import ThreadpoolController

from analysis.study.errors import MeasureError, check_known

FloatArray = npt.NDArray[np.float64]


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
    """What an engine gives.

    Attributes
    ----------
    topic_terms : ndarray, shape (n_topics, n_terms)
        Weight of each term in each topic; every row adds up to 1.
    document_topics : ndarray, shape (n_documents, n_topics)
        Share of each topic in each row; a row adds up to 1, or is 0 if nothing fits.
    term_weights : ndarray, shape (n_terms,)
        What counts are multiplied by first: inverse document frequency, or ones.
    model : LatentDirichletAllocation or None
        The fitted model of scikit-learn that gives other rows their shares; None for ``nmf``.
    """

    topic_terms: FloatArray
    document_topics: FloatArray
    term_weights: FloatArray
    model: LatentDirichletAllocation | None = None


Fitter = Callable[[sparse.csr_array, int, int, EngineSettings], Fit]
Folder = Callable[[Fit, sparse.csr_array, EngineSettings], FloatArray]


@dataclass(frozen=True)
class Engine:
    """How topics are fitted, and how rows that were not fitted get their shares.

    Attributes
    ----------
    fit : callable
        (counts, n_topics, seed, settings) -> Fit.
    fold : callable
        (fit, counts, settings) -> shares of the topics in other rows.
    needs_prototype : bool
        Whether every seed gives other topics, so that one fit of many must be chosen.
    """

    fit: Fitter
    fold: Folder
    needs_prototype: bool


def run_engine(
    engine: str, counts: sparse.csr_array, n_topics: int, *, seed: int, settings: EngineSettings
) -> Fit:
    """Fit topics with an engine by its name.

    The engine is a name of `ENGINES`; counts are shaped (n_documents, n_terms).

    Returns
    -------
    Fit
        Topics in the order of the engine, which means nothing.

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
    # The matrices are small: threads of the linear algebra cost more than they give
    # (five times the time on two busy cores). Runs are parallel, not their parts.
    with _threads().limit(limits=1):
        return find_engine(engine).fit(counts, n_topics, seed, settings)


@cache
def _threads() -> ThreadpoolController:
    """Find the libraries that have threads, once: it takes longer than a small fit."""
    return ThreadpoolController()


def find_engine(engine: str) -> Engine:
    """Give an engine by its name; raises `MeasureError` with all names.

    Examples
    --------
    >>> find_engine("lda").needs_prototype
    True
    """
    check_known("fit_topics", [engine], what="engine", allowed=ENGINES)
    return ENGINES[engine]


def for_seeds(settings: EngineSettings) -> EngineSettings:
    """Give the settings under which a seed can change something: a random start."""
    return replace(settings, start="random")


def fit_nmf(counts: sparse.csr_array, n_topics: int, seed: int, settings: EngineSettings) -> Fit:
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
    return fit._replace(document_topics=_fold_nmf(fit, counts, settings))


def fit_lda(counts: sparse.csr_array, n_topics: int, seed: int, settings: EngineSettings) -> Fit:
    """Fit latent Dirichlet allocation to all rows at once (Hoffman et al. 2010)."""
    return _fit_lda(counts, n_topics, seed, settings, method="batch")


def fit_lda_online(
    counts: sparse.csr_array, n_topics: int, seed: int, settings: EngineSettings
) -> Fit:
    """Fit latent Dirichlet allocation to batches of rows (Hoffman et al. 2010)."""
    return _fit_lda(counts, n_topics, seed, settings, method="online")


def _fit_lda(
    counts: sparse.csr_array, n_topics: int, seed: int, settings: EngineSettings, *, method: str
) -> Fit:
    model = LatentDirichletAllocation(
        n_topics,
        doc_topic_prior=settings.alpha,
        topic_word_prior=settings.beta,
        learning_method=method,
        max_iter=settings.n_passes,
        random_state=seed,
    )
    shares = model.fit_transform(counts)
    return Fit(to_shares(model.components_), shares, np.ones(counts.shape[1]), model)


def _fold_lda(fit: Fit, counts: sparse.csr_array, _settings: EngineSettings) -> FloatArray:
    if fit.model is None:
        raise MeasureError("topics: wanted a fit of scikit-learn's LDA, came one without its model")
    return np.asarray(fit.model.transform(counts))


def _fold_nmf(fit: Fit, counts: sparse.csr_array, _settings: EngineSettings) -> FloatArray:
    return fold_by_squares(sparse.csr_array(counts * fit.term_weights), fit.topic_terms)


def to_shares(weights: FloatArray) -> FloatArray:
    """Scale each row to add up to 1; a row of zeros stays one.

    Examples
    --------
    >>> to_shares(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist()
    [[0.25, 0.75], [0.0, 0.0]]
    """
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights, total, out=np.zeros_like(weights), where=total > 0))


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


#: Name -> engine. A new one is a line here; the fits that it gives are matched,
#: judged and compared by the same functions.
ENGINES: dict[str, Engine] = {
    "lda": Engine(fit_lda, _fold_lda, needs_prototype=True),
    "lda_online": Engine(fit_lda_online, _fold_lda, needs_prototype=True),
    "nmf": Engine(fit_nmf, _fold_nmf, needs_prototype=False),
}
