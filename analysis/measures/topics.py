"""Topic models over segments: what they are fitted on, fitted, and spread over documents."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.measures.counts import TermCounts
from analysis.measures.inference import FloatArray
from analysis.measures.topic_engines import EngineSettings, Fit, check_engine, run_engine, top_terms
from analysis.study.design import BAG_FLOOR
from analysis.study.errors import MeasureError
from analysis.tables.cells import rounded

BoolArray = npt.NDArray[np.bool_]

#: Prevalences that agree to so many decimals are a tie, which the first term breaks.
TIE_DECIMALS = 6


@dataclass(frozen=True)
class TopicRecipe:
    """How segments become the documents of a topic model.

    Attributes
    ----------
    min_words : int
        Segments with fewer words are left out, and all that are counted together with
        others because they have fewer than 20 tokens.
    collapse_repeats : bool
        Fit on one segment of each group of repeats, the first: repeated text makes
        topics of its own (Schofield et al. 2017). The others get their shares from the
        fitted topics, so that prevalence can count them by the weight of the recipe.
    n_terms : int
        Terms of a topic that are shown, and that topics are compared by.
    settings : EngineSettings
        What the engine is told.
    """

    min_words: int = BAG_FLOOR
    collapse_repeats: bool = True
    n_terms: int = 10
    settings: EngineSettings = field(default_factory=EngineSettings)


@dataclass(frozen=True)
class TopicSegments:
    """Segments that are long enough, with the ones that are fitted on.

    Attributes
    ----------
    counts : TermCounts
        All of them, without terms that occur in none.
    fitted : ndarray of bool
        Which rows the topics are fitted on; the others repeat one of these.
    """

    counts: TermCounts
    fitted: BoolArray

    @property
    def matrix(self) -> sparse.csr_array:
        """Occurrences in the segments that are fitted on."""
        return sparse.csr_array(self.counts.raw[np.flatnonzero(self.fitted)])

    @property
    def n_terms(self) -> int:
        """Terms in these; others stand in repeats only, and no topic can hold them."""
        return len(np.unique(self.matrix.nonzero()[1]))


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
        Counts in bags, trimmed and without stop words. Topics are fitted on what
        stands in the segments, whatever the weight; the weight enters prevalence.
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
    check_engine(engine)
    chosen = choose_segments(counts, recipe, n_topics)
    fit = run_engine(engine, chosen.matrix, n_topics, seed=seed, settings=recipe.settings)
    return build_model(fit, chosen, engine=engine, seed=seed, recipe=recipe)


def choose_segments(counts: TermCounts, recipe: TopicRecipe, n_topics: int = 1) -> TopicSegments:
    """Choose the segments of a topic model, and refuse what has none, or fewer than topics.

    The arguments and the `MeasureError` are those of `fit_topics`; rows stay in their order.
    """
    _check_counts(counts)
    long_ones = _long_enough(counts, recipe.min_words)
    documents = sorted(long_ones.rows["doc_id"].unique())
    if len(documents) < 2:
        raise MeasureError(
            f"fit_topics: wanted segments of at least 2 documents, came those of {documents[0]} "
            "alone: its topics would be its own composition. Add documents, or lower min_words "
            "so that the others have segments."
        )
    everyone = np.ones(len(long_ones.rows), dtype=bool)
    fitted = _first_of_repeats(long_ones) if recipe.collapse_repeats else everyone
    chosen = TopicSegments(long_ones.trim(), fitted)
    if chosen.n_terms == 0:
        raise MeasureError(
            f"fit_topics: no term is left in {len(fitted)} segments. Trim less, drop fewer "
            "words, or count other tags."
        )
    _check_n_topics(chosen, n_topics)
    return chosen


def _check_n_topics(chosen: TopicSegments, n_topics: int) -> None:
    if n_topics < 1:
        raise MeasureError(f"fit_topics: wanted at least 1 topic, came {n_topics}")
    n_segments, n_terms = int(chosen.fitted.sum()), chosen.n_terms
    if min(n_segments, n_terms) < n_topics:
        raise MeasureError(
            f"fit_topics: wanted {n_topics} topics, came {n_segments} segments and "
            f"{n_terms} terms. Ask for fewer topics, or trim less."
        )


def _check_counts(counts: TermCounts) -> None:
    for matrix in (counts.matrix, counts.raw):
        bad = int((~np.isfinite(matrix.data) | (matrix.data < 0)).sum())
        if bad:
            raise MeasureError(
                f"fit_topics: wanted counts of 0 or more, came {bad} that are negative or no "
                "number. Look for empty weights of repeats in the segments."
            )
    if "bag_id" not in counts.rows.columns:
        raise MeasureError(
            "fit_topics: wanted counts of bags, came counts of documents. "
            "Count with Recipe(rows='bag')."
        )
    n_without = int(counts.rows["repeat_weight"].isna().sum())
    if n_without:
        raise MeasureError(
            f"fit_topics: wanted a weight for every segment, came {n_without} "
            "without (repeat_weight). Run gipfel annotate again."
        )


def _long_enough(counts: TermCounts, min_words: int) -> TermCounts:
    """Keep the bags that are one segment, by its id, and long enough."""
    alone = counts.rows["n_segments"] == 1
    long_ones = counts.select((alone & (counts.rows["n_words"] >= min_words)).to_numpy())
    if long_ones.matrix.shape[0] == 0:
        longest = int(counts.rows["n_words"].where(alone, 0).max())
        raise MeasureError(
            f"fit_topics: no segment has {min_words} words; the longest has {longest}. "
            "Lower min_words."
        )
    return long_ones.with_rows(long_ones.rows.rename(columns={"bag_id": "segment_id"}))


def _first_of_repeats(counts: TermCounts) -> BoolArray:
    """Mark all segments but the later ones of each group over all documents."""
    if "repeat_across" not in counts.rows.columns:
        raise MeasureError(
            "fit_topics: wanted counts of bags with their groups of repeats, came rows "
            "without 'repeat_across'. Count with Recipe(rows='bag'), or pass "
            "collapse_repeats=False in the TopicRecipe."
        )
    rows = counts.rows.sort_values("segment_id")
    rows = rows[rows["repeat_across"] != ""]
    again = rows.index[rows["repeat_across"].duplicated()]
    return np.asarray(~counts.rows.index.isin(again))


def build_model(
    fit: Fit, chosen: TopicSegments, *, engine: str, seed: int, recipe: TopicRecipe
) -> TopicModel:
    """Put the topics of an engine in order and give every segment its shares."""
    shares = fit.fold(chosen.counts.raw)
    order = _by_prevalence(shares, fit, chosen.counts.rows)
    n_topics = len(order)
    about = chosen.counts.rows[["segment_id", "doc_id", "event", "n_words", "repeat_weight"]]
    segments = about.loc[about.index.repeat(n_topics)].reset_index(drop=True)
    segments["topic"] = np.tile(np.arange(1, n_topics + 1), len(about))
    segments["share"] = shares[:, order].ravel()
    fit = Fit(fit.topic_terms[order], fit.document_topics[:, order], fit.term_weights)
    terms = _top_terms(fit.topic_terms, chosen.counts, recipe.n_terms)
    return TopicModel(terms, segments, n_topics, seed, engine, chosen, fit, recipe)


def _by_prevalence(shares: FloatArray, fit: Fit, rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    words = (rows["n_words"] * rows["repeat_weight"]).to_numpy()
    total = words.sum()
    prevalence = np.round(words @ shares / (total if total > 0 else 1), TIE_DECIMALS)
    first = rounded(fit.topic_terms).argmax(axis=1)
    return np.lexsort((first, -prevalence))


def _top_terms(topics: FloatArray, counts: TermCounts, n_terms: int) -> pd.DataFrame:
    rows = [
        (topic, rank, counts.terms[i], topics[topic - 1, i])
        for topic, best in enumerate(top_terms(topics, n_terms), start=1)
        for rank, i in enumerate(best[best >= 0], start=1)
    ]
    return pd.DataFrame(rows, columns=["topic", "rank", "term", "weight"])


def topic_prevalence(model: TopicModel) -> pd.DataFrame:
    """Return how much of each document and event falls to each topic.

    Returns
    -------
    DataFrame
        topic, unit (document, mean), event, doc_id (empty for the mean), n_segments,
        n_words (of the segments in the model), n_words_weighted (each by the weight of
        repeats), share. A document's share is the mean of its segments' shares, each by its
        weighted words; *mean* is the mean of the documents of an event, each with equal
        weight.
    """
    table = model.segments.assign(n_words_weighted=lambda t: t["n_words"] * t["repeat_weight"])
    table["share"] *= table["n_words_weighted"]
    sums = dict.fromkeys(["n_words", "n_words_weighted", "share"], "sum")
    groups = table.groupby(["topic", "event", "doc_id"], as_index=False)
    documents = groups.agg({"segment_id": "nunique", **sums})
    documents = documents.rename(columns={"segment_id": "n_segments"})
    documents["share"] /= documents["n_words_weighted"]
    mean = documents.groupby(["topic", "event"], as_index=False).agg(
        {"n_segments": "sum", **sums, "share": "mean"}
    )
    both = [documents.assign(unit="document"), mean.assign(unit="mean", doc_id="")]
    sizes = ["n_segments", "n_words", "n_words_weighted"]
    columns = ["topic", "unit", "event", "doc_id", *sizes, "share"]
    return pd.concat(both, ignore_index=True).loc[:, columns].astype({"unit": "str"})


def top_segments(model: TopicModel, *, n_segments: int = 3) -> pd.DataFrame:
    """List the segments that fall most to each topic, by id: the text stays where it is.

    Repeats of a segment listed before are left out.

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
    first = model.chosen.counts.rows.loc[model.chosen.fitted, "segment_id"]
    table = model.segments[model.segments["segment_id"].isin(first) & (model.segments["share"] > 0)]
    keys, ascending = ["topic", "share", "n_words", "segment_id"], [True, False, False, True]
    ranked = table.sort_values(keys, ascending=ascending, key=rounded)
    best = ranked.groupby("topic").head(n_segments).reset_index(drop=True)
    best["rank"] = best.groupby("topic").cumcount() + 1
    return best[["topic", "rank", "segment_id", "doc_id", "event", "n_words", "share"]]
