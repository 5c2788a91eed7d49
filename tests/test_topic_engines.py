"""Every engine gives shares that add up, the same for a seed, and finds what is planted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from topic_samples import THEMES, planted

from analysis.measures.topic_engines import (
    ENGINES,
    EngineSettings,
    Fit,
    find_engine,
    fold_by_squares,
    for_seeds,
    run_engine,
)
from analysis.study.errors import MeasureError

SETTINGS = EngineSettings(n_passes=20)
APART = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.25, 0.75]])
COUNTS = planted(3, 6, noise=0.2)


def fit(engine: str, seed: int = 1, settings: EngineSettings = SETTINGS) -> Fit:
    return run_engine(engine, COUNTS.matrix, 3, seed=seed, settings=settings)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_shares_add_up(engine: str) -> None:
    found = fit(engine)
    assert found.topic_terms.shape == (3, len(COUNTS.terms))
    assert found.topic_terms.sum(axis=1) == pytest.approx(np.ones(3))
    assert found.document_topics.shape == (72, 3)
    assert found.document_topics.sum(axis=1) == pytest.approx(np.ones(72))


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_seed_gives_the_same_twice(engine: str) -> None:
    first, second = fit(engine), fit(engine)
    np.testing.assert_array_equal(first.topic_terms, second.topic_terms)
    np.testing.assert_array_equal(first.document_topics, second.document_topics)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_planted_topics_are_found(engine: str) -> None:
    found = fit(engine)
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
    settings = for_seeds(SETTINGS)
    assert settings == EngineSettings(start="random", n_passes=20)
    one, two = (fit("nmf", seed, settings) for seed in (1, 2))
    assert not np.allclose(one.topic_terms, two.topic_terms)


def test_unknown_engines_are_named() -> None:
    with pytest.raises(MeasureError) as caught:
        fit("nfm")
    assert str(caught.value) == (
        f"fit_topics: unknown engine 'nfm'. Allowed: {', '.join(sorted(ENGINES))}. "
        "Did you mean 'nmf'?"
    )


def test_a_fit_that_has_not_converged_is_refused() -> None:
    with pytest.raises(MeasureError) as caught:
        fit("nmf", settings=EngineSettings(max_iterations=2))
    assert str(caught.value) == (
        "fit_topics: nmf has not converged after 2 rounds with 3 topics. "
        "Raise max_iterations, or ask for fewer topics."
    )


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_rows_that_were_not_fitted_get_what_fitted_ones_got(engine: str) -> None:
    found = fit(engine)
    again = find_engine(engine).fold(found, sparse.csr_array(COUNTS.matrix[:5]), SETTINGS)
    np.testing.assert_allclose(again, found.document_topics[:5], atol=1e-5)


def test_squares_are_solved_exactly() -> None:
    """A row mixed from two topics gets back the shares that it was mixed with."""
    mixed = sparse.csr_array(np.array([[0.3, 0.7]]) @ APART * 40)
    assert fold_by_squares(mixed, APART)[0] == pytest.approx([0.3, 0.7])
    assert fold_by_squares(mixed[:0], APART).shape == (0, 2)


def test_a_topic_that_would_be_negative_is_left_out() -> None:
    topics = np.array([[1.0, 0.0], [0.5, 0.5]])
    assert fold_by_squares(sparse.csr_array([[0.0, 1.0]]), topics)[0].tolist() == [0, 1]
