"""What cannot be fitted is refused before anything is, with the way out."""

from __future__ import annotations

import numpy as np
import pytest
from topic_samples import as_counts, planted

from analysis.measures.counts import TermCounts
from analysis.measures.topic_segments import TopicRecipe, check_n_topics, choose_segments
from analysis.study.errors import MeasureError


def message(counts: TermCounts, recipe: TopicRecipe | None = None) -> str:
    with pytest.raises(MeasureError) as caught:
        choose_segments(counts, recipe or TopicRecipe())
    return str(caught.value)


def test_more_topics_than_segments_are_refused() -> None:
    few = planted(2, 2).select(np.arange(24) % 8 == 0)
    chosen = choose_segments(few, TopicRecipe())
    with pytest.raises(MeasureError) as caught:
        check_n_topics(chosen, 4)
    assert str(caught.value) == (
        f"fit_topics: wanted 4 topics, came 3 segments and {chosen.n_terms} terms. "
        "Ask for fewer topics, or trim less."
    )


def test_an_empty_vocabulary_is_refused() -> None:
    assert message(planted(2, 4).trim(min_rows=1000)) == (
        "fit_topics: no term is left in 48 segments. Trim less, drop fewer words, or count "
        "other tags."
    )


def test_one_document_is_refused() -> None:
    counts = planted(2, 4)
    alone = counts.select((counts.rows["doc_id"] == "x00").to_numpy())
    assert message(alone) == (
        "fit_topics: wanted segments of at least 2 documents, came those of x00 alone: its "
        "topics would be its own composition. Add documents, or lower min_words so that the "
        "others have segments."
    )


def test_segments_that_are_all_too_short_are_refused() -> None:
    assert message(planted(2, 4), TopicRecipe(min_words=31)) == (
        "fit_topics: no segment has 31 words; the longest has 30. Lower min_words."
    )


def test_weights_that_are_no_number_are_refused() -> None:
    counts = planted(2, 4)
    dense = counts.matrix.toarray().astype(float)
    dense[0, :2] = np.nan
    dense[1, 0] = -1
    assert message(as_counts(dense, counts.rows, list(counts.terms))) == (
        "fit_topics: wanted counts of 0 or more, came 3 that are negative or no number. "
        "Look for empty weights of repeats in the segments."
    )
    rows = counts.rows.assign(repeat_weight=np.nan)
    assert message(counts.with_rows(rows)) == (
        "fit_topics: wanted a weight for every segment, came 48 without (repeat_weight). "
        "Run gipfel annotate again."
    )


def test_terms_of_repeats_alone_are_no_terms_of_topics() -> None:
    counts = planted(2, 4)
    dense = counts.matrix.toarray()
    dense[:, 0] = 0
    dense[1, 0] = 3
    rows = counts.rows.assign(repeat_across=["g", "g", *[""] * 46])
    chosen = choose_segments(as_counts(dense, rows, list(counts.terms)), TopicRecipe())
    assert chosen.fitted.sum() == 47
    assert chosen.n_terms == len(chosen.counts.terms) - 1
