"""Topic models over segments: a first, deterministic one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfTransformer

from analysis.errors import MeasureError
from analysis.measures.counts import TermCounts

MAX_ITERATIONS = 2000


@dataclass(frozen=True)
class TopicModel:
    """A fitted model; topics are numbered from 1, the most prevalent first.

    Attributes
    ----------
    terms : DataFrame
        topic, rank, term, weight (share of the topic's weight).
    segments : DataFrame
        segment_id, doc_id, event, n_words, topic, share.
    n_topics, seed : int
        What it was fitted with.
    error : float
        Frobenius norm of what the model does not explain.
    """

    terms: pd.DataFrame
    segments: pd.DataFrame
    n_topics: int
    seed: int
    error: float


def fit_nmf(
    counts: TermCounts, *, n_topics: int, seed: int, min_words: int = 15, n_terms: int = 10
) -> TopicModel:
    """Factorise tf-idf weights of segments (non-negative, ``nndsvd`` start).

    Parameters
    ----------
    counts : TermCounts
        Counts in segments, trimmed and without stop words.
    n_topics : int
        Number of topics.
    seed : int
        Seed of the study.
    min_words : int
        Segments with fewer words are left out.
    n_terms : int
        Top terms to give per topic.

    Returns
    -------
    TopicModel
        The same for the same input and seed.

    Raises
    ------
    MeasureError
        If no segment is long enough, no term is left, there are fewer segments or
        terms than topics, or less than one topic is asked for.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="segment", pos=("NN",))).trim(min_rows=3)
    >>> fit_nmf(counts, n_topics=2, seed=1).terms["topic"].unique().tolist()
    [1, 2]
    """
    counts = _long_enough(counts, min_words, n_topics)
    weights = TfidfTransformer().fit_transform(counts.matrix)
    model = NMF(n_topics, init="nndsvd", random_state=seed, max_iter=MAX_ITERATIONS)
    loadings, topics = model.fit_transform(weights), model.components_
    shares = _shares(loadings)
    order = _by_prevalence(shares, counts)
    return TopicModel(
        _top_terms(topics[order], counts, n_terms),
        _segment_table(shares[:, order], counts),
        n_topics,
        seed,
        float(model.reconstruction_err_),
    )


def _long_enough(counts: TermCounts, min_words: int, n_topics: int) -> TermCounts:
    if n_topics < 1:
        raise MeasureError(f"fit_nmf: wanted at least 1 topic, came {n_topics}")
    if "segment_id" not in counts.rows.columns:
        raise MeasureError(
            "fit_nmf: wanted counts of segments, came counts of documents. "
            "Count with Recipe(rows='segment')."
        )
    long_ones = counts.select((counts.rows["n_words"] >= min_words).to_numpy())
    if long_ones.matrix.shape[0] == 0:
        longest = int(counts.rows["n_words"].max())
        raise MeasureError(
            f"fit_nmf: no segment has {min_words} words; the longest has {longest}. "
            "Lower min_words."
        )
    kept = long_ones.trim()
    smaller = min(kept.matrix.shape)
    if smaller < n_topics:
        raise MeasureError(
            f"fit_nmf: wanted {n_topics} topics, came {kept.matrix.shape[0]} segments and "
            f"{kept.matrix.shape[1]} terms. Ask for fewer topics, or trim less."
        )
    return kept


def _shares(loadings: np.ndarray) -> np.ndarray:
    """Scale the loadings of each segment to shares; a segment without any has zeros."""
    total = loadings.sum(axis=1, keepdims=True)
    shares: np.ndarray = np.divide(loadings, total, out=np.zeros_like(loadings), where=total > 0)
    return shares


def _by_prevalence(shares: np.ndarray, counts: TermCounts) -> np.ndarray:
    words = counts.rows["n_words"].to_numpy()
    return np.argsort(-(words @ shares), kind="stable")


def _top_terms(topics: np.ndarray, counts: TermCounts, n_terms: int) -> pd.DataFrame:
    rows = []
    for number, weights in enumerate(topics, start=1):
        best = np.lexsort((np.arange(len(weights)), -weights))[:n_terms]
        total = weights.sum()
        rows += [
            (number, rank, counts.terms[i], weights[i] / total)
            for rank, i in enumerate(best, start=1)
            if weights[i] > 0
        ]
    return pd.DataFrame(rows, columns=["topic", "rank", "term", "weight"])


def _segment_table(shares: np.ndarray, counts: TermCounts) -> pd.DataFrame:
    n_topics = shares.shape[1]
    about = counts.rows[["segment_id", "doc_id", "event", "n_words"]]
    table = about.loc[about.index.repeat(n_topics)].reset_index(drop=True)
    table["topic"] = np.tile(np.arange(1, n_topics + 1), len(about))
    table["share"] = shares.ravel()
    return table


def topic_prevalence(model: TopicModel) -> pd.DataFrame:
    """Give how much of each document and event falls to each topic.

    Parameters
    ----------
    model : TopicModel
        A fitted model.

    Returns
    -------
    DataFrame
        topic, unit (document, mean), event, doc_id (empty for the mean), n_segments,
        n_words (of the segments in the model), share. A document's share is the mean of
        its segments' shares weighted by their words; *mean* is the mean of the
        documents of an event, each with equal weight.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="segment", pos=("NN",))).trim(min_rows=3)
    >>> topic_prevalence(fit_nmf(counts, n_topics=2, seed=1))["unit"].unique().tolist()
    ['document', 'mean']
    """
    table = model.segments.assign(weighted=lambda t: t["share"] * t["n_words"])
    groups = table.groupby(["topic", "event", "doc_id"], as_index=False)
    documents = groups.agg(
        n_segments=("segment_id", "nunique"), n_words=("n_words", "sum"), share=("weighted", "sum")
    )
    documents["share"] /= documents["n_words"]
    mean = documents.groupby(["topic", "event"], as_index=False).agg(
        n_segments=("n_segments", "sum"), n_words=("n_words", "sum"), share=("share", "mean")
    )
    both = [documents.assign(unit="document"), mean.assign(unit="mean", doc_id="")]
    columns = ["topic", "unit", "event", "doc_id", "n_segments", "n_words", "share"]
    return pd.concat(both, ignore_index=True).loc[:, columns].astype({"unit": "str"})
