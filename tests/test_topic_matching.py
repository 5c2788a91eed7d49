"""Ranked lists are compared as Greene et al. (2014) do, and topics matched so that all fit best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st

from analysis.measures.topic_matching import (
    agreement,
    find_prototype,
    match_topics,
    top_terms,
    unrelated_lists,
)

LISTS = st.permutations(range(8)).map(lambda terms: terms[:5])


def test_topics_are_matched_for_the_best_sum_not_one_by_one() -> None:
    """The first topic is most like the second of the other, but leaves it to a better pair."""
    reference = np.array([[0, 1, 2], [0, 1, 3]])
    other = np.array([[0, 2, 1], [0, 1, 3]])
    partner, similarity = match_topics(reference, other)
    assert partner.tolist() == [0, 1]
    assert similarity[1] == 1
    turned, _ = match_topics(reference, other[::-1])
    assert turned.tolist() == [1, 0]


def test_agreement_does_not_depend_on_the_order_of_topics() -> None:
    rng = np.random.default_rng(1)
    lists = np.array([rng.permutation(30)[:10] for _ in range(6)])
    others = np.array([rng.permutation(30)[:10] for _ in range(6)])
    assert agreement(lists, lists[rng.permutation(6)]) == 1
    assert agreement(lists, others) == pytest.approx(agreement(lists, others[::-1]))
    assert agreement(lists, others) < 0.4


def test_places_without_a_term_are_like_nothing() -> None:
    short = top_terms(np.array([[0.5, 0.5, 0.0, 0.0]]), 3)
    assert short.tolist() == [[0, 1, -1]]
    assert agreement(short, np.array([[0, 1, -1]])) < 1
    assert top_terms(np.array([[1.0]]), 3).tolist() == [[0, -1, -1]]


def test_ties_go_to_the_earlier_term() -> None:
    assert top_terms(np.array([[0.25, 0.25, 0.5]]), 3).tolist() == [[2, 0, 1]]


def test_the_prototype_is_the_most_central_model() -> None:
    near = [np.array([[0, 1, 2]]), np.array([[0, 1, 3]]), np.array([[0, 1, 2]])]
    assert find_prototype([np.array([[7, 8, 9]]), *near]) in {1, 3}
    assert find_prototype(near[:1]) == 0


def test_unrelated_lists_prefer_frequent_terms_and_miss_absent_ones() -> None:
    shares = np.array([0.6, 0.2, 0.1, 0.1, 0.0])
    lists = unrelated_lists(shares, 4000, 2, rng=np.random.default_rng(1))
    first = np.bincount(lists[:, 0], minlength=5) / 4000
    assert first == pytest.approx(shares, abs=0.03)
    assert 4 not in lists


def test_unrelated_lists_agree_as_little_as_was_measured() -> None:
    """Over 400 terms with chances that fall as in a text, lists of ten agree at about .05."""
    rng = np.random.default_rng(1)
    shares = 1 / (np.arange(400) + 10)
    pairs = [[unrelated_lists(shares, 4, 10, rng=rng) for _ in range(2)] for _ in range(40)]
    assert 0.02 < np.mean([agreement(*pair) for pair in pairs]) < 0.09
