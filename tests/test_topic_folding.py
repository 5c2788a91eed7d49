"""Folding: the most likely shares, and the nearest ones, against what can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, sparse

from analysis.measures import topic_folding
from analysis.measures.topic_folding import fold_by_likelihood, fold_by_squares

APART = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.25, 0.75]])


def test_squares_are_solved_exactly() -> None:
    """A row mixed from two topics gets back the shares that it was mixed with."""
    mixed = sparse.csr_array(np.array([[0.3, 0.7]]) @ APART * 40)
    assert fold_by_squares(mixed, APART)[0] == pytest.approx([0.3, 0.7])
    assert fold_by_squares(mixed[:0], APART).shape == (0, 2)


def test_a_topic_that_would_be_negative_is_left_out() -> None:
    topics = np.array([[1.0, 0.0], [0.5, 0.5]])
    assert fold_by_squares(sparse.csr_array([[0.0, 1.0]]), topics)[0].tolist() == [0, 1]


def test_likelihood_gives_the_mean_of_the_posterior_form() -> None:
    """With topics that share no term, shares are (words + alpha) / (all words + k alpha)."""
    topics = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    counts = sparse.csr_array(np.array([[2, 1, 1], [0, 0, 0]]))
    shares = fold_by_likelihood(counts, topics, alpha=0.5)
    assert shares[0] == pytest.approx([3.5 / 5, 1.5 / 5])
    assert shares[1] == pytest.approx([0.5, 0.5])


def test_a_term_of_no_topic_says_nothing() -> None:
    topics = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    with_it, without = (sparse.csr_array(np.array([[4, 2, n]])) for n in (9, 0))
    np.testing.assert_allclose(
        fold_by_likelihood(with_it, topics), fold_by_likelihood(without, topics)
    )


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000))
def test_likelihood_is_at_its_maximum(seed: int) -> None:
    """No other shares are likelier: an optimiser of another kind finds none."""
    rng = np.random.default_rng(seed)
    topics = rng.dirichlet(np.full(12, 0.5), 3) + 1e-9
    counts = rng.poisson(2.0, 12).astype(float)

    def loss(free: np.ndarray) -> float:
        shares = np.exp(free - free.max())
        shares /= shares.sum()
        return -float(counts @ np.log(shares @ topics) + 0.1 * np.log(shares).sum())

    found = fold_by_likelihood(sparse.csr_array(counts[None, :]), topics)[0]
    best = optimize.minimize(loss, np.zeros(3), method="L-BFGS-B").fun
    assert loss(np.log(found)) <= best + 1e-5


def test_blocks_of_rows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    topics = rng.dirichlet(np.full(20, 0.3), 4)
    counts = sparse.csr_array(rng.poisson(1.0, (17, 20)))
    whole = fold_by_likelihood(counts, topics)
    monkeypatch.setattr(topic_folding, "ROWS", 5)
    np.testing.assert_allclose(fold_by_likelihood(counts, topics), whole, atol=1e-12)


def test_where_it_starts_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    topics = rng.dirichlet(np.full(20, 0.3), 4)
    counts = sparse.csr_array(rng.poisson(2.0, (9, 20)))
    start = rng.dirichlet(np.ones(4), 9)
    kept = start.copy()
    found = fold_by_likelihood(counts, topics, start=start)
    np.testing.assert_allclose(found, fold_by_likelihood(counts, topics), atol=1e-5)
    np.testing.assert_array_equal(start, kept)
