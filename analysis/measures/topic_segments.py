"""Which segments topics are fitted on, and what is refused before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.measures.counts import TermCounts
from analysis.measures.topic_engines import EngineSettings
from analysis.study.design import BAG_FLOOR
from analysis.study.errors import MeasureError

BoolArray = npt.NDArray[np.bool_]


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


def choose_segments(counts: TermCounts, recipe: TopicRecipe) -> TopicSegments:
    """Choose the segments of a topic model, and refuse what has none.

    Parameters
    ----------
    counts : TermCounts
        Counts in bags, trimmed and without stop words. Topics are fitted on what
        stands in the segments, whatever the weight; the weight enters prevalence.
    recipe : TopicRecipe
        Shortest segment, and what becomes of repeats.

    Returns
    -------
    TopicSegments
        In the order of the rows.

    Raises
    ------
    MeasureError
        If a count is no number, the rows are no segments, come from one document, are
        all too short, or no term is left.

    Examples
    --------
    >>> from analysis.tables.features import read_features
    >>> from analysis.measures.counts import Recipe, count_terms
    >>> counts = count_terms(read_features(), Recipe(rows="bag", pos=("NN",))).trim(min_rows=3)
    >>> chosen = choose_segments(counts, TopicRecipe())
    >>> bool(chosen.counts.rows["n_words"].min() >= 20), bool(chosen.fitted.all())
    (True, False)
    """
    _check_counts(counts)
    _check_rows(counts)
    long_ones = _long_enough(counts, recipe.min_words)
    _check_documents(long_ones)
    everyone = np.ones(len(long_ones.rows), dtype=bool)
    fitted = _first_of_repeats(long_ones) if recipe.collapse_repeats else everyone
    chosen = TopicSegments(long_ones.trim(), fitted)
    if chosen.n_terms == 0:
        raise MeasureError(
            f"fit_topics: no term is left in {len(fitted)} segments. Trim less, drop fewer "
            "words, or count other tags."
        )
    return chosen


def check_n_topics(chosen: TopicSegments, n_topics: int) -> None:
    """Refuse more topics than segments or terms, and less than one."""
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


def _check_rows(counts: TermCounts) -> None:
    if "bag_id" not in counts.rows.columns:
        raise MeasureError(
            "fit_topics: wanted counts of bags, came counts of documents. "
            "Count with Recipe(rows='bag')."
        )
    weights = counts.rows["repeat_weight"]
    if weights.isna().any():
        raise MeasureError(
            f"fit_topics: wanted a weight for every segment, came {int(weights.isna().sum())} "
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


def _check_documents(counts: TermCounts) -> None:
    documents = sorted(counts.rows["doc_id"].unique())
    if len(documents) < 2:
        raise MeasureError(
            f"fit_topics: wanted segments of at least 2 documents, came those of {documents[0]} "
            "alone: its topics would be its own composition. Add documents, or lower min_words "
            "so that the others have segments."
        )


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
