"""Held-out words: the score is that of the formula, and does not hang on how many are scored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from topic_samples import planted

from analysis.errors import MeasureError
from analysis.measures.topic_engines import EngineSettings
from analysis.measures.topic_likelihood import held_out_likelihood, score_words, split_words
from analysis.measures.topic_segments import TopicRecipe

RECIPE = TopicRecipe(settings=EngineSettings(n_passes=20))


def perplexity(n_topics: int, engine: str = "nmf") -> float:
    table = held_out_likelihood(
        planted(3, 8, noise=0.2), n_topics=n_topics, seed=1, engine=engine, recipe=RECIPE
    )
    return float(table["perplexity"].iloc[-1])


def test_the_score_is_that_of_the_formula() -> None:
    """Shares from three words of the first topic and one of the second, alpha .5."""
    words = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    seen = sparse.csr_array(np.array([[2, 1, 1]]))
    scored = sparse.csr_array(np.array([[1, 0, 2]]))
    n, log_likelihood = score_words(words, seen, scored, EngineSettings(alpha=0.5))
    assert n == 3
    assert log_likelihood == pytest.approx(np.log(0.7 * 0.5) + 2 * np.log(0.3))


def test_halves_hold_every_word_once() -> None:
    counts = sparse.csr_array(np.array([[3, 0, 2], [0, 0, 0], [1, 0, 0]]))
    seen, scored = split_words(counts, np.random.default_rng(1))
    np.testing.assert_array_equal((seen + scored).toarray(), counts.toarray())
    assert seen.sum(axis=1).tolist() == [3, 0, 1]


@pytest.mark.parametrize("engine", ["lda", "nmf"])
def test_planted_topics_foretell_more_than_one_topic_does(engine: str) -> None:
    assert perplexity(3, engine) < 0.75 * perplexity(1, engine)


def test_it_does_not_depend_on_how_many_segments_are_scored() -> None:
    """scikit-learn's perplexity grows a thousandfold when a tenth is scored; this stays."""
    rng = np.random.default_rng(1)
    words = rng.dirichlet(np.full(50, 0.2), size=3) + 1e-6
    words /= words.sum(axis=1, keepdims=True)
    draws = np.array([rng.multinomial(40, words[i % 3]) for i in range(400)])
    scores = []
    for n in (400, 40):
        halves = split_words(sparse.csr_array(draws[:n]), np.random.default_rng(1))
        n_scored, total = score_words(words, *halves, EngineSettings())
        scores.append(total / n_scored)
    assert scores[0] == pytest.approx(scores[1], abs=0.15)


def test_the_table_adds_up_and_repeats() -> None:
    counts = planted(2, 4)
    table = held_out_likelihood(counts, n_topics=2, seed=1)
    folds, whole = table[table["unit"] == "fold"], table[table["unit"] == "all"].iloc[0]
    assert folds["fold"].tolist() == [1, 2, 3, 4, 5]
    assert folds["n_segments"].sum() == whole["n_segments"] == 48
    assert whole["n_scored"] == 48 * 15
    assert whole["per_word"] == pytest.approx(folds["log_likelihood"].sum() / (48 * 15))
    assert whole["perplexity"] == pytest.approx(np.exp(-whole["per_word"]))
    pd.testing.assert_frame_equal(table, held_out_likelihood(counts, n_topics=2, seed=1))


def test_folds_that_cannot_be() -> None:
    with pytest.raises(MeasureError, match=r"wanted from 2 to 48 folds \(segments\), came 1"):
        held_out_likelihood(planted(2, 4), n_topics=2, seed=1, n_folds=1)
