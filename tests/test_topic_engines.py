"""Engines find what is planted, and topics are matched so that all fit best.

Ranked lists are compared as Greene et al. (2014) do.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from topic_samples import THEMES, planted

from analysis.measures.topic_engines import (
    ENGINES,
    EngineSettings,
    Fit,
    agreement,
    find_prototype,
    fold_by_squares,
    match_topics,
    run_engine,
    top_terms,
    unrelated_lists,
)
from analysis.study.errors import MeasureError

SETTINGS = EngineSettings(n_passes=20)
APART = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.25, 0.75]])
COUNTS = planted(3, 6, noise=0.2)


def fit(engine: str, seed: int = 1, settings: EngineSettings = SETTINGS) -> Fit:
    return run_engine(engine, COUNTS.matrix, 3, seed=seed, settings=settings)


@pytest.fixture(scope="module", params=sorted(ENGINES))
def fitted(request: pytest.FixtureRequest) -> tuple[str, Fit]:
    return request.param, fit(request.param)


def test_shares_add_up_and_a_seed_gives_the_same_twice(fitted: tuple[str, Fit]) -> None:
    engine, found = fitted
    assert found.topic_terms.shape == (3, len(COUNTS.terms))
    assert found.topic_terms.sum(axis=1) == pytest.approx(np.ones(3))
    assert found.document_topics.shape == (72, 3)
    assert found.document_topics.sum(axis=1) == pytest.approx(np.ones(72))
    again = fit(engine)
    np.testing.assert_array_equal(found.topic_terms, again.topic_terms)
    np.testing.assert_array_equal(found.document_topics, again.document_topics)


def test_planted_topics_are_found(fitted: tuple[str, Fit]) -> None:
    found = fitted[1]
    names = COUNTS.terms.str.replace(r"wort\d+", "", regex=True).to_numpy()
    best = [set(names[np.argsort(-topic)[:8]]) for topic in found.topic_terms]
    assert sorted(best, key=str) == sorted(({theme} for theme in THEMES[:3]), key=str)
    of_row = found.document_topics.argmax(axis=1)
    truth = COUNTS.rows["planted"].to_numpy()
    pairs = set(zip(of_row, truth, strict=True))
    assert len(pairs) == 3


def test_the_decomposition_makes_seeds_idle_and_the_random_start_does_not() -> None:
    one, two = fit("nmf", 1), fit("nmf", 2)
    np.testing.assert_allclose(one.topic_terms, two.topic_terms, atol=1e-8)
    settings = EngineSettings(start="random", n_passes=20)
    one, two = (fit("nmf", seed, settings) for seed in (1, 2))
    assert not np.allclose(one.topic_terms, two.topic_terms)


def test_a_fit_that_has_not_converged_is_refused() -> None:
    with pytest.raises(MeasureError) as caught:
        fit("nmf", settings=EngineSettings(max_iterations=2))
    assert str(caught.value) == (
        "fit_topics: nmf has not converged after 2 rounds with 3 topics. "
        "Raise max_iterations, or ask for fewer topics."
    )


def test_rows_that_were_not_fitted_get_what_fitted_ones_got(fitted: tuple[str, Fit]) -> None:
    found = fitted[1]
    again = found.fold(sparse.csr_array(COUNTS.matrix[:5]))
    np.testing.assert_allclose(again, found.document_topics[:5], atol=1e-5)


def test_squares_are_solved_exactly() -> None:
    """A row mixed from two topics gets back its shares; no topic has less than nothing."""
    mixed = sparse.csr_array(np.array([[0.3, 0.7]]) @ APART * 40)
    assert fold_by_squares(mixed, APART)[0] == pytest.approx([0.3, 0.7])
    assert fold_by_squares(mixed[:0], APART).shape == (0, 2)
    topics = np.array([[1.0, 0.0], [0.5, 0.5]])
    assert fold_by_squares(sparse.csr_array([[0.0, 1.0]]), topics)[0].tolist() == [0, 1]


# ------------------------------------------------------------------ matching


def test_topics_are_matched_for_the_best_sum_not_one_by_one() -> None:
    """The first topic is most like the second of the other, but leaves it to a better pair."""
    reference = np.array([[0, 1, 2], [0, 1, 3]])
    other = np.array([[0, 2, 1], [0, 1, 3]])
    partner, similarity = match_topics(reference, other)
    assert partner.tolist() == [0, 1]
    assert similarity[1] == 1
    turned, _ = match_topics(reference, other[::-1])
    assert turned.tolist() == [1, 0]
    assert agreement(np.array([[0, 1], [2, 3]]), np.array([[3, 2], [0, 1]])) == 0.75


def test_agreement_does_not_depend_on_the_order_of_topics() -> None:
    rng = np.random.default_rng(1)
    lists = np.array([rng.permutation(30)[:10] for _ in range(6)])
    others = np.array([rng.permutation(30)[:10] for _ in range(6)])
    assert agreement(lists, lists[rng.permutation(6)]) == 1
    assert agreement(lists, others) == pytest.approx(agreement(lists, others[::-1]))
    assert agreement(lists, others) < 0.4


def test_the_prototype_is_the_most_central_model() -> None:
    near = [np.array([[0, 1, 2]]), np.array([[0, 1, 3]]), np.array([[0, 1, 2]])]
    assert find_prototype([np.array([[7, 8, 9]]), *near]) in {1, 3}
    assert find_prototype(near[:1]) == 0


def test_top_terms_break_ties_by_place_and_fill_up_with_what_is_like_nothing() -> None:
    assert top_terms(np.array([[0.25, 0.25, 0.5]]), 3).tolist() == [[2, 0, 1]]
    assert top_terms(np.array([[1.0]]), 3).tolist() == [[0, -1, -1]]
    short = top_terms(np.array([[0.5, 0.5, 0.0, 0.0]]), 3)
    assert short.tolist() == [[0, 1, -1]]
    assert agreement(short, np.array([[0, 1, -1]])) < 1


def test_unrelated_lists_prefer_frequent_terms_and_agree_as_little_as_was_measured() -> None:
    """Over 400 terms with chances that fall as in a text, lists of ten agree at about .05."""
    rng = np.random.default_rng(1)
    shares = np.array([0.6, 0.2, 0.1, 0.1, 0.0])
    lists = unrelated_lists(shares, 4000, 2, rng=rng)
    assert np.bincount(lists[:, 0], minlength=5) / 4000 == pytest.approx(shares, abs=0.03)
    assert 4 not in lists
    falling = 1 / (np.arange(400) + 10)
    pairs = [[unrelated_lists(falling, 4, 10, rng=rng) for _ in range(2)] for _ in range(40)]
    assert 0.02 < np.mean([agreement(*pair) for pair in pairs]) < 0.09
