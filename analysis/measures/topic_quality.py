"""How good topics are: coherence, exclusivity, and what they foretell of words held out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse, stats

from analysis.measures.inference import FloatArray
from analysis.measures.topic_engines import IntArray, to_shares, top_terms
from analysis.measures.topics import TopicModel
from analysis.study.errors import MeasureError

#: Weight of exclusivity against frequency in FREX, as in the R package stm.
FREX_WEIGHT = 0.7


def topic_quality(model: TopicModel, *, smoothing: float = 1.0) -> pd.DataFrame:
    """Measure the coherence and exclusivity of each topic's top terms.

    The terms compared are those that the recipe of the model shows; smoothing is that of `u_mass`.

    Returns
    -------
    DataFrame
        topic, n_terms, n_segments (in which terms are counted together: those fitted
        on), npmi, u_mass, exclusivity (mean FREX of the terms, in (0, 1]).

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> from analysis.measures.topics import fit_topics
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> topic_quality(fit_topics(counts, n_topics=2, seed=1))["n_terms"].tolist()
    [10, 10]
    """
    matrix, n_terms = model.chosen.matrix, model.recipe.n_terms
    exclusivity = frex_exclusivity(model.fit.topic_terms, n_terms=n_terms)
    rows = []
    for topic, best in enumerate(top_terms(model.fit.topic_terms, n_terms)):
        terms = best[best >= 0]
        single, joint = document_counts(matrix, terms)
        npmi = npmi_coherence(single, joint, matrix.shape[0])
        mean_frex = exclusivity[topic] / len(terms)
        sizes = (topic + 1, len(terms), matrix.shape[0])
        rows.append((*sizes, npmi, u_mass(single, joint, smoothing=smoothing), mean_frex))
    columns = ["topic", "n_terms", "n_segments", "npmi", "u_mass", "exclusivity"]
    return pd.DataFrame(rows, columns=columns)


def document_counts(matrix: sparse.csr_array, terms: IntArray) -> tuple[IntArray, IntArray]:
    """Count the rows that hold each term, shape (n,), and each two of them, shape (n, n)."""
    holds = (matrix[:, terms] > 0).astype(np.int64)
    joint = np.asarray((holds.T @ holds).toarray(), dtype=np.int64)
    return joint.diagonal().copy(), joint


def npmi_coherence(single: npt.ArrayLike, joint: npt.ArrayLike, n_documents: int) -> float:
    """Return the mean normalised pointwise mutual information of all pairs of terms, in [-1, 1].

    Bouma (2009), over pairs as in Lau, Newman & Baldwin (2014), with whole documents as
    windows. A pair that never stands together has -1, one that always does 1. A single term
    gives NaN. The counts are those of `document_counts`; ``n_documents`` are all documents.
    """
    n, pairs = np.asarray(single, dtype=float), np.asarray(joint, dtype=float)
    if len(n) < 2:
        return float("nan")
    first, second = np.triu_indices(len(n), 1)
    both = pairs[first, second] / n_documents
    apart = n[first] * n[second] / n_documents**2
    scores = np.where(both == 1, 1.0, -1.0)
    usual = (both > 0) & (both < 1)
    scores[usual] = np.log(both[usual] / apart[usual]) / -np.log(both[usual])
    return float(scores.mean())


def u_mass(single: npt.ArrayLike, joint: npt.ArrayLike, *, smoothing: float = 1.0) -> float:
    """Return the coherence of Mimno et al. (2011): log of joint over single counts, summed.

    Every pair is divided by the count of the term that ranks **higher in the topic**, as in
    the paper; programs that go by the order of the vocabulary give other numbers. It is 0 or
    less as a rule, and grows with the number of terms. The counts are those of
    `document_counts`, best term first; smoothing is 1 in the paper.

    Raises
    ------
    MeasureError
        If smoothing is not above 0, or a term is in no document.
    """
    n, pairs = np.asarray(single, dtype=float), np.asarray(joint, dtype=float)
    if smoothing <= 0 or np.any(n <= 0):
        raise MeasureError("u_mass: wanted a smoothing above 0, and terms that occur somewhere")
    higher, lower = np.triu_indices(len(n), 1)
    return float(np.log((pairs[higher, lower] + smoothing) / n[higher]).sum())


def frex_exclusivity(topic_terms: npt.ArrayLike, *, n_terms: int = 10) -> FloatArray:
    """Add up, for each topic, how frequent and how exclusive its top terms are.

    FREX (Bischof & Airoldi 2012): the harmonic mean of two ranks within the topic, that of
    the term's weight and that of its share over the topics. Weights are shaped (n_topics,
    n_terms); the sum over the first ``n_terms`` lies in (0, n_terms].
    """
    topics = np.asarray(topic_terms, dtype=float)
    size = topics.shape[1]
    frequent = stats.rankdata(topics, axis=1) / size
    exclusive = stats.rankdata(to_shares(topics.T.copy()).T, axis=1) / size
    frex = 1 / (FREX_WEIGHT / exclusive + (1 - FREX_WEIGHT) / frequent)
    best = top_terms(topics, n_terms)
    taken = np.take_along_axis(frex, np.maximum(best, 0), axis=1)
    return np.asarray(np.where(best >= 0, taken, 0).sum(axis=1))
