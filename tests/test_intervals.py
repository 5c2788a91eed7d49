"""Intervals of shares, rates, net assertion and correlations."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.inference import (
    INTERVAL_BASIS,
    correlate,
    net_interval,
    wilson_interval,
    with_rate,
    with_share,
)
from analysis.study.errors import MeasureError


def test_shares_of_the_method() -> None:
    """Affirmed mentions of Deal: 0 of 15 [0, .204]; a share without mentions says why."""
    table = with_share(pd.DataFrame({"n": [0, 3, 0], "n_mentions": [15, 4, 0]}), "n_mentions")
    assert table["high"].round(3).tolist()[0] == 0.204
    assert table["interval_basis"].tolist() == [INTERVAL_BASIS["mentions"]] * 2 + [
        INTERVAL_BASIS["none"]
    ]
    assert table["status"].tolist() == ["ok", "ok", "not_estimable"]
    assert table["reason_code"].tolist() == ["", "", "no_mention"]
    assert table.loc[2, ["share", "low", "high"]].isna().all()


def test_weights_make_the_interval_wider() -> None:
    """Four statements, two of them said twice: three of six mentions become two of four."""
    raw, weighted = (
        with_share(pd.DataFrame({"n": [n], "n_mentions": [size]}), "n_mentions").iloc[0]
        for n, size in ((3, 6), (2.0, 4.0))
    )
    assert weighted["share"] == raw["share"] == 0.5
    assert weighted["high"] - weighted["low"] > raw["high"] - raw["low"]
    wanted = [float(bound) for bound in wilson_interval(2, 4)]
    assert weighted[["low", "high"]].tolist() == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(5))
def test_the_sum_of_weights_is_never_above_kishs_effective_size(seed: int) -> None:
    weights = 1 / np.random.default_rng(seed).integers(1, 5, 30)
    assert weights.sum() <= weights.sum() ** 2 / (weights**2).sum()


def test_rates_of_zero_get_an_upper_bound() -> None:
    table = with_rate(pd.DataFrame({"n": [0, 2, 0], "n_tokens": [5422, 500, 0]}), "n_tokens")
    assert table.loc[0, ["per_1000", "low"]].tolist() == [0, 0]
    assert round(table.loc[0, "high"], 3) == 0.553
    assert table.loc[0, "interval_basis"] == INTERVAL_BASIS["zero"]
    assert table.loc[1, "per_1000"] == 4
    assert table.loc[1, ["low", "high"]].tolist() == pytest.approx(
        [1e3 * float(bound) for bound in wilson_interval(2, 500)]
    )
    assert table.loc[2, ["status", "reason_code"]].tolist() == ["not_estimable", "no_token"]


@pytest.mark.parametrize("shares", [(0.05, 0.45, 0.5), (0.8, 0.1, 0.1), (0.3, 0.3, 0.4)])
@pytest.mark.parametrize("n", [8, 15])
def test_net_interval_covers(n: int, shares: tuple[float, float, float]) -> None:
    """Exactly, over all counts that n mentions can give."""
    covered = 0.0
    for up, down in itertools.product(range(n + 1), repeat=2):
        if up + down <= n:
            low, high = net_interval(up, down, n)
            chance = stats.multinomial.pmf([up, down, n - up - down], n, shares)
            covered += chance * (low <= shares[0] - shares[1] <= high)
    assert covered > 0.93


def test_net_interval_mirrors_and_refuses() -> None:
    low, high = net_interval(2, 9, 12)
    mirrored = net_interval(9, 2, 12)
    assert (low, high) == pytest.approx((-mirrored[1], -mirrored[0]))
    assert np.isnan(net_interval(0, 0, 0)).all()
    with pytest.raises(MeasureError, match="0 <= n_affirmed \\+ n_negated <= n in every row"):
        net_interval(3, 3, 5)


def test_correlations_against_scipy() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=25)
    y = x + rng.normal(size=25)
    table = correlate(x, y).set_index("coefficient")
    found = stats.pearsonr(x, y)
    interval = found.confidence_interval(0.95)
    assert table.loc["pearson", ["correlation", "low", "high"]].tolist() == pytest.approx(
        [found.statistic, interval.low, interval.high]
    )
    assert table.loc["spearman", "correlation"] == pytest.approx(stats.spearmanr(x, y).statistic)
    assert table.loc["spearman", "low"] < table.loc["spearman", "correlation"]


def test_correlations_that_say_nothing_are_refused() -> None:
    few = correlate(range(5), range(5))
    assert set(few["reason_code"]) == {"too_few_correlated"}
    assert set(few["reason_values"]) == {"10;5"}
    assert few["correlation"].isna().all()
    flat = correlate(range(12), [1.0] * 12)
    assert set(flat["reason_code"]) == {"value_does_not_vary"}
    gaps = correlate(range(12), [np.nan] * 3 + list(range(9)))
    assert set(gaps["n_documents"]) == {9}
