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
        segment_id, doc_id, event, n_words, repeat_weight, topic, share.
    n_topics, seed : int
        What it was fitted with.
    error : float
        Frobenius norm of what the model does not explain in what it was fitted on.
    """

    terms: pd.DataFrame
    segments: pd.DataFrame
    n_topics: int
    seed: int
    error: float


def fit_nmf(
    counts: TermCounts,
    *,
    n_topics: int,
    seed: int,
    min_words: int = 15,
    n_terms: int = 10,
    collapse_repeats: bool = True,
) -> TopicModel:
    """Factorise tf-idf weights of segments (non-negative, ``nndsvd`` start).

    Parameters
    ----------
    counts : TermCounts
        Counts in segments, trimmed and without stop words. Topics are fitted on what
        stands in the segments, whatever the weight; the weight enters prevalence.
    n_topics : int
        Number of topics.
    seed : int
        Seed of the study.
    min_words : int
        Segments with fewer words are left out.
    n_terms : int
        Top terms to give per topic.
    collapse_repeats : bool
        Fit on one segment of each group of repeats, the first: repeated text makes
        topics of its own (Schofield et al. 2017). The others get their shares from the
        fitted model, so that prevalence can count them by the weight of the recipe.

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
    counts = _long_enough(counts, min_words)
    fitted = (
        _first_of_repeats(counts) if collapse_repeats else np.ones(len(counts.rows), dtype=bool)
    )
    _require_enough(counts.select(fitted).trim(), n_topics)
    counts = counts.trim()
    weights = TfidfTransformer().fit(counts.raw[np.flatnonzero(fitted)]).transform(counts.raw)
    model = NMF(n_topics, init="nndsvd", random_state=seed, max_iter=MAX_ITERATIONS)
    topics = model.fit(weights[np.flatnonzero(fitted)]).components_
    loadings = model.transform(weights)
    shares = _shares(loadings)
    order = _by_prevalence(shares, counts)
    return TopicModel(
        _top_terms(topics[order], counts, n_terms),
        _segment_table(shares[:, order], counts),
        n_topics,
        seed,
        float(model.reconstruction_err_),
    )


def _first_of_repeats(counts: TermCounts) -> np.ndarray:
    """Mark all segments but the later ones of each group over all documents."""
    if "repeat_across" not in counts.rows.columns:
        raise MeasureError(
            "fit_nmf: wanted counts of segments with their groups of repeats, came rows without "
            "'repeat_across'. Count with Recipe(rows='segment'), or pass collapse_repeats=False."
        )
    rows = counts.rows.sort_values("segment_id")
    rows = rows[rows["repeat_across"] != ""]
    again = rows.index[rows["repeat_across"].duplicated()]
    first: np.ndarray = ~counts.rows.index.isin(again)
    return first


def _long_enough(counts: TermCounts, min_words: int) -> TermCounts:
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
    return long_ones


def _require_enough(kept: TermCounts, n_topics: int) -> None:
    """Refuse more topics than segments or terms."""
    if n_topics < 1:
        raise MeasureError(f"fit_nmf: wanted at least 1 topic, came {n_topics}")
    smaller = min(kept.matrix.shape)
    if smaller < n_topics:
        raise MeasureError(
            f"fit_nmf: wanted {n_topics} topics, came {kept.matrix.shape[0]} segments and "
            f"{kept.matrix.shape[1]} terms. Ask for fewer topics, or trim less."
        )


def _shares(loadings: np.ndarray) -> np.ndarray:
    """Scale the loadings of each segment to shares; a segment without any has zeros."""
    total = loadings.sum(axis=1, keepdims=True)
    shares: np.ndarray = np.divide(loadings, total, out=np.zeros_like(loadings), where=total > 0)
    return shares


def _by_prevalence(shares: np.ndarray, counts: TermCounts) -> np.ndarray:
    words = (counts.rows["n_words"] * counts.rows["repeat_weight"]).to_numpy()
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
    about = counts.rows[["segment_id", "doc_id", "event", "n_words", "repeat_weight"]]
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
        n_words (of the segments in the model), n_words_weighted (each by the weight of
        repeats), share. A document's share is the mean of its segments' shares, each by its
        weighted words; *mean* is the mean of the documents of an event, each with equal
        weight.

    Examples
    --------
    >>> from analysis.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="segment", pos=("NN",))).trim(min_rows=3)
    >>> topic_prevalence(fit_nmf(counts, n_topics=2, seed=1))["unit"].unique().tolist()
    ['document', 'mean']
    """
    table = model.segments.assign(n_words_weighted=lambda t: t["n_words"] * t["repeat_weight"])
    table["weighted"] = table["share"] * table["n_words_weighted"]
    groups = table.groupby(["topic", "event", "doc_id"], as_index=False)
    documents = groups.agg(
        n_segments=("segment_id", "nunique"),
        n_words=("n_words", "sum"),
        n_words_weighted=("n_words_weighted", "sum"),
        share=("weighted", "sum"),
    )
    documents["share"] /= documents["n_words_weighted"]
    mean = documents.groupby(["topic", "event"], as_index=False).agg(
        n_segments=("n_segments", "sum"),
        n_words=("n_words", "sum"),
        n_words_weighted=("n_words_weighted", "sum"),
        share=("share", "mean"),
    )
    both = [documents.assign(unit="document"), mean.assign(unit="mean", doc_id="")]
    sizes = ["n_segments", "n_words", "n_words_weighted"]
    columns = ["topic", "unit", "event", "doc_id", *sizes, "share"]
    return pd.concat(both, ignore_index=True).loc[:, columns].astype({"unit": "str"})
