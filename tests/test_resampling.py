"""The bootstrap of documents."""

from __future__ import annotations

import numpy as np
from keyness_samples import draw_counts
from numpy.testing import assert_allclose
from scipy import sparse

from analysis.measures.formulas import log_ratio
from analysis.measures.resampling import bootstrap_terms, draw_weights, find_units


def units_of(counts):
    side = (counts.rows["event"] == "x").to_numpy()
    return find_units(counts.matrix, counts.totals, side)


def test_weights_are_draws_with_replacement():
    weights = draw_weights(50, 2000, np.random.default_rng(1))
    assert set(weights.sum(axis=0)) == {50}
    assert_allclose(weights.mean(), 1)
    assert_allclose(weights.var(), 1 - 1 / 50, rtol=0.03)


def test_interval_against_drawing_rows_one_by_one():
    counts = draw_counts(25, 25)
    units = units_of(counts)
    table = bootstrap_terms(units, log_ratio, n_resamples=2000, seed=4)
    rng, x, found = np.random.default_rng(9), counts.matrix.toarray(), []
    for _ in range(2000):
        a, b = rng.integers(0, 25, 25), rng.integers(25, 50, 25)
        found.append(
            log_ratio(
                x[a].sum(axis=0), x[b].sum(axis=0), counts.totals[a].sum(), counts.totals[b].sum()
            )
        )
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    frequent = x.sum(axis=0) > 100
    assert frequent.sum() > 5
    assert_allclose(table["low"][frequent], low[frequent], atol=0.08)
    assert_allclose(table["high"][frequent], high[frequent], atol=0.08)


def test_blocks_do_not_change_the_result(monkeypatch):
    units = units_of(draw_counts())
    whole = bootstrap_terms(units, log_ratio, n_resamples=50)
    monkeypatch.setattr("analysis.measures.resampling.BLOCK", 100)
    assert whole.equals(bootstrap_terms(units, log_ratio, n_resamples=50))


def test_higher_level_is_wider():
    units = units_of(draw_counts())
    narrow = bootstrap_terms(units, log_ratio, n_resamples=200, level=0.8)
    wide = bootstrap_terms(units, log_ratio, n_resamples=200, level=0.99)
    assert (wide["high"] - wide["low"] >= narrow["high"] - narrow["low"]).all()


def test_refusals():
    few = bootstrap_terms(units_of(draw_counts(19, 25)), log_ratio)
    assert set(few["reason_code"]) == {"too_few_clusters"}
    assert set(few["reason_values"]) == {"20;19;25"}
    assert few[["low", "high"]].isna().all(axis=None)
    matrix = sparse.csr_array(np.array([[1, 0]] * 20 + [[0, 1]] * 20))
    one_side = bootstrap_terms(
        find_units(matrix, np.full(40, 10), np.arange(40) < 20), log_ratio, n_resamples=10
    )
    assert one_side["reason_code"].tolist() == [
        "term_in_one_group",
        "term_in_one_group",
    ]
