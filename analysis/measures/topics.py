"""Topic models over segments: fitted, put in an order, and spread over documents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.counts import TermCounts
from analysis.measures.topic_engines import Fit, find_engine, run_engine
from analysis.measures.topic_matching import top_terms
from analysis.measures.topic_segments import (
    TopicRecipe,
    TopicSegments,
    check_n_topics,
    choose_segments,
)
from analysis.tables.cells import rounded

FloatArray = npt.NDArray[np.float64]

#: Prevalences that agree to so many decimals are a tie, which the first term breaks.
TIE_DECIMALS = 6


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
    engine : str
        What fitted it.
    chosen : TopicSegments
        What it was fitted on.
    fit : Fit
        Topics by terms, in the order of the numbers; the rows are those fitted on.
    recipe : TopicRecipe
        How segments were chosen, and the engine's settings.
    """

    terms: pd.DataFrame
    segments: pd.DataFrame
    n_topics: int
    seed: int
    engine: str
    chosen: TopicSegments
    fit: Fit
    recipe: TopicRecipe


def fit_topics(
    counts: TermCounts,
    *,
    n_topics: int,
    seed: int,
    engine: str = "nmf",
    recipe: TopicRecipe | None = None,
) -> TopicModel:
    """Fit a topic model on segments.

    Parameters
    ----------
    counts : TermCounts
        Counts in segments, trimmed and without stop words.
    n_topics : int
        Number of topics; `topic_stability` says which numbers can be defended.
    seed : int
        Seed of what is random. ``nmf`` starts from a singular value decomposition and
        gives the same topics whatever the seed.
    engine : str
        nmf (factorisation of tf-idf weights, for small corpora), lda,
        lda_online (LDA of scikit-learn, the reference).
    recipe : TopicRecipe, optional
        Shortest segment, repeats, terms to show, settings of the engine.

    Returns
    -------
    TopicModel
        The same for the same input and seed. Topics are sorted by their prevalence
        over all words, so that equal topics get equal numbers.

    Raises
    ------
    MeasureError
        If the engine is unknown, no segment is long enough, no term is left, there is
        one document, there are fewer segments or terms than topics, less than
        one topic is asked for, or a count is no number.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> fit_topics(counts, n_topics=2, seed=1).terms["topic"].unique().tolist()
    [1, 2]
    """
    recipe = recipe or TopicRecipe()
    find_engine(engine)
    chosen = choose_segments(counts, recipe)
    check_n_topics(chosen, n_topics)
    fit = run_engine(engine, chosen.matrix, n_topics, seed=seed, settings=recipe.settings)
    return build_model(fit, chosen, engine=engine, seed=seed, recipe=recipe)


def build_model(
    fit: Fit, chosen: TopicSegments, *, engine: str, seed: int, recipe: TopicRecipe
) -> TopicModel:
    """Put the topics of an engine in order and give every segment its shares."""
    shares = find_engine(engine).fold(fit, chosen.counts.raw, recipe.settings)
    order = _by_prevalence(shares, fit, chosen.counts)
    fit = Fit(fit.topic_terms[order], fit.document_topics[:, order], fit.term_weights)
    return TopicModel(
        terms=_top_terms(fit.topic_terms, chosen.counts, recipe.n_terms),
        segments=_segment_table(shares[:, order], chosen.counts),
        n_topics=len(order),
        seed=seed,
        engine=engine,
        chosen=chosen,
        fit=fit,
        recipe=recipe,
    )


def _by_prevalence(shares: FloatArray, fit: Fit, counts: TermCounts) -> npt.NDArray[np.int64]:
    words = (counts.rows["n_words"] * counts.rows["repeat_weight"]).to_numpy()
    total = words.sum()
    prevalence = np.round(words @ shares / (total if total > 0 else 1), TIE_DECIMALS)
    first = rounded(fit.topic_terms).argmax(axis=1)
    return np.lexsort((first, -prevalence))


def _top_terms(topics: FloatArray, counts: TermCounts, n_terms: int) -> pd.DataFrame:
    rows = [
        (number, rank, counts.terms[i], weights[i])
        for number, (weights, best) in enumerate(
            zip(topics, top_terms(topics, n_terms), strict=True), start=1
        )
        for rank, i in enumerate(best[best >= 0], start=1)
    ]
    return pd.DataFrame(rows, columns=["topic", "rank", "term", "weight"])


def _segment_table(shares: FloatArray, counts: TermCounts) -> pd.DataFrame:
    n_topics = shares.shape[1]
    about = counts.rows[["segment_id", "doc_id", "event", "n_words", "repeat_weight"]]
    table = about.loc[about.index.repeat(n_topics)].reset_index(drop=True)
    table["topic"] = np.tile(np.arange(1, n_topics + 1), len(about))
    table["share"] = shares.ravel()
    return table


def topic_prevalence(model: TopicModel) -> pd.DataFrame:
    """Give how much of each document and event falls to each topic.

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
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> topic_prevalence(fit_topics(counts, n_topics=2, seed=1))["unit"].unique().tolist()
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


def top_segments(model: TopicModel, *, n_segments: int = 3) -> pd.DataFrame:
    """Give the segments that fall most to each topic, by id: the text stays where it is.

    Repeats of a segment given before are left out.

    Returns
    -------
    DataFrame
        topic, rank, segment_id, doc_id, event, n_words, share. Equal shares are ranked
        by length, the longer first, then by id.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> top_segments(fit_topics(counts, n_topics=2, seed=1))["rank"].tolist()
    [1, 2, 3, 1, 2, 3]
    """
    rows = model.chosen.counts.rows
    first = frozenset(rows.loc[model.chosen.fitted, "segment_id"])
    table = model.segments[model.segments["segment_id"].isin(first) & (model.segments["share"] > 0)]
    keys, ascending = ["topic", "share", "n_words", "segment_id"], [True, False, False, True]
    ranked = table.sort_values(keys, ascending=ascending, key=rounded)
    best = ranked.groupby("topic").head(n_segments)
    best = best.assign(rank=best.groupby("topic").cumcount() + 1).reset_index(drop=True)
    return best[["topic", "rank", "segment_id", "doc_id", "event", "n_words", "share"]]
