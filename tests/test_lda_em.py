"""LDA by MAP-EM: against a plain loop, against planted topics, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from analysis.errors import MeasureError
from analysis.measures.lda_batches import fit_lda_batches
from analysis.measures.lda_em import Priors, fit_lda_em, starting_values


def planted(
    n_rows: int = 300, seed: int = 5, *, n_topics: int = 4, n_terms: int = 80
) -> tuple[sparse.csr_matrix, np.ndarray]:
    random = np.random.default_rng(seed)
    topics = random.dirichlet(np.full(n_terms, 0.05), n_topics)
    shares = random.dirichlet(np.full(n_topics, 0.2), n_rows)
    counts = np.array([random.multinomial(120, row @ topics) for row in shares])
    return sparse.csr_matrix(counts), topics


def matched(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Cosines of topics that belong together."""
    unit = [one / np.linalg.norm(one, axis=1, keepdims=True) for one in (found, wanted)]
    cosine = unit[0] @ unit[1].T
    return cosine[linear_sum_assignment(-cosine)]


def plain_em(counts: np.ndarray, n_topics: int, seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The updates as the paper writes them, with responsibilities for every cell."""
    theta, phi = (one.astype(float) for one in starting_values(counts.shape, n_topics, seed))
    for _ in range(n):
        joint = theta[:, None, :] * phi[None, :, :]
        gamma = joint / joint.sum(axis=2, keepdims=True)
        weighted = counts[:, :, None] * gamma
        theta = weighted.sum(axis=1) + 0.1
        theta /= theta.sum(axis=1, keepdims=True)
        phi = weighted.sum(axis=0) + 0.1
        phi /= phi.sum(axis=0, keepdims=True)
    return phi.T, theta


def test_equals_a_plain_loop() -> None:
    counts = planted(30)[0]
    fit = fit_lda_em(counts, 4, seed=3, n_iterations=15)
    topics, shares = plain_em(counts.toarray(), 4, 3, 15)
    np.testing.assert_allclose(fit.topic_terms, topics, atol=2e-4)
    np.testing.assert_allclose(fit.document_topics, shares, atol=2e-3)


def test_recovers_planted_topics() -> None:
    counts, topics = planted()
    assert matched(fit_lda_em(counts, 4, seed=1).topic_terms, topics).min() > 0.97


def test_the_posterior_never_falls() -> None:
    history = fit_lda_em(planted()[0], 4, seed=2).log_posterior
    assert np.all(np.diff(history) > -1e-6 * np.abs(history[1:]))


def test_equal_seeds_give_equal_bytes_and_others_do_not() -> None:
    counts = planted(60)[0]
    first, again, other = (fit_lda_em(counts, 4, seed=seed, n_iterations=5) for seed in (1, 1, 2))
    assert first.topic_terms.tobytes() == again.topic_terms.tobytes()
    assert first.topic_terms.tobytes() != other.topic_terms.tobytes()


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 6), st.integers(1, 20), st.integers(0, 1000))
def test_shares_sum_to_one(n_topics: int, n_rows: int, seed: int) -> None:
    counts = sparse.csr_matrix(np.random.default_rng(seed).poisson(1.0, (n_rows, 7)) + 1)
    fit = fit_lda_em(counts, n_topics, seed=seed, n_iterations=3)
    np.testing.assert_allclose(fit.topic_terms.sum(axis=1), 1)
    np.testing.assert_allclose(fit.document_topics.sum(axis=1), 1)
    assert np.all(fit.topic_terms > 0)


def test_splitting_a_count_over_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = planted(60)[0]
    whole = fit_lda_em(counts, 4, seed=1, n_iterations=5)
    monkeypatch.setattr("analysis.measures.lda_em.BLOCK", 7)
    parts = fit_lda_em(counts, 4, seed=1, n_iterations=5)
    np.testing.assert_array_equal(whole.topic_terms, parts.topic_terms)


def test_batches_recover_planted_topics() -> None:
    counts, topics = planted(600)
    batches = [counts[begin : begin + 60] for begin in range(0, 600, 60)] * 8
    found = fit_lda_batches(batches, 4, seed=1, n_rows=600)
    assert matched(found, topics).min() > 0.95


def test_batches_are_held_one_at_a_time() -> None:
    counts = planted(100)[0]
    alive: list[int] = []

    def stream():
        for begin in range(0, 100, 10):
            alive.append(begin)
            yield counts[begin : begin + 10]

    assert fit_lda_batches(stream(), 3, seed=1, n_rows=100).shape == (3, 80)
    assert alive == list(range(0, 100, 10))


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, -1]], "LDA: wanted finite counts of at least 0, came others"),
        ([[1, np.nan]], "LDA: wanted finite counts of at least 0, came others"),
        ([[0, 0], [0, 0]], "LDA: wanted counts above 0, came none in 2 rows"),
    ],
)
def test_counts_that_cannot_be_fitted(matrix: list[list[float]], message: str) -> None:
    with pytest.raises(MeasureError, match=message):
        fit_lda_em(sparse.csr_matrix(matrix), 2, seed=1)


def test_numbers_that_must_be_positive() -> None:
    counts = sparse.csr_matrix([[1]])
    with pytest.raises(MeasureError, match="wanted n_topics of at least 1, came 0"):
        fit_lda_em(counts, 0, seed=1)
    with pytest.raises(MeasureError, match="wanted alpha above 0, came 0"):
        Priors(alpha=0)
    with pytest.raises(MeasureError, match="wanted eta above 0, came nan"):
        Priors(eta=float("nan"))
    with pytest.raises(MeasureError, match="wanted batches of counts, came none"):
        fit_lda_batches([], 2, seed=1, n_rows=1)
