"""Intervals, corrections, refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from analysis.measures import inference
from analysis.measures.inference import (
    INTERVAL_BASIS,
    correlate,
    net_interval,
    wilson_interval,
    with_rate,
    with_share,
)
from analysis.measures.verdicts import (
    OK,
    judge_correlation,
    judge_edge,
    judge_effect,
    judge_interval,
    judge_own_voice,
    judge_p_value,
    judge_share,
)
from analysis.study.errors import MeasureError


def test_corrections_against_r():
    p = [0.01, 0.04, 0.03, 0.005]
    gold = {
        "bh": [0.02, 0.04, 0.04, 0.02],
        "holm": [0.03, 0.06, 0.06, 0.02],
        "by": [0.0416667, 0.0833333, 0.0833333, 0.0416667],
        "bonferroni": [0.04, 0.16, 0.12, 0.02],
    }
    assert set(gold) == set(inference.CORRECTIONS)
    for correction, values in gold.items():
        assert_allclose(inference.adjust_p_values(p, correction), values, atol=6e-8)
    missing = inference.adjust_p_values([0.01, np.nan, 0.03], "bonferroni")
    assert_allclose(missing, [0.02, np.nan, 0.06])  # what is missing is no test
    assert np.isnan(inference.adjust_p_values([np.nan], "bh")).all()


def test_wilson_by_its_formula():
    n, k, z = 17, 8, stats.norm.isf(0.025)
    middle = (k + z**2 / 2) / (n + z**2)
    reach = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    assert_allclose(inference.wilson_interval(k, n), (middle - reach, middle + reach))


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.5, 0.99))
def test_intervals_hold_the_share_and_widen(a, b, level):
    k, n = min(a, b), max(a, b)
    low, high = inference.wilson_interval(k, n, level=level)
    if n == 0:
        assert np.isnan(low)
        assert np.isnan(high)
    else:
        assert -1e-12 <= low <= k / n + 1e-9
        assert k / n - 1e-9 <= high <= 1 + 1e-12
        wide = inference.wilson_interval(k, n, level=0.999)
        assert wide[0] <= low + 1e-12


def test_upper_bound_of_a_zero_count():
    assert round(float(inference.zero_count_upper_bound(5422)), 3) == 0.553


def test_welch_against_its_formula():
    x, y = np.array([1.0, 2, 3, 4]), np.array([2.0, 4, 6])
    vx, vy = x.var(ddof=1) / 4, y.var(ddof=1) / 3
    df = (vx + vy) ** 2 / (vx**2 / 3 + vy**2 / 2)
    found = inference.welch(x, y)
    assert found.df == pytest.approx(df)
    assert found.p_value == pytest.approx(2 * stats.t.sf(1.5 / np.sqrt(vx + vy), df))
    reach = stats.t.isf(0.025, df) * np.sqrt(vx + vy)
    assert (found.low, found.high) == pytest.approx((-1.5 - reach, -1.5 + reach))
    assert (found.status, found.reason_code, found.reason_values) == OK


def test_welch_refuses():
    one = inference.welch([1], [2, 3])
    assert (one.status, one.reason_code) == ("not_estimable", "group_of_one_without_spread")
    assert one.difference == -1.5
    for flat in (([1, 1], [2, 2]), ([0.1 + 0.2, 0.3], [0.1, 0.1])):
        assert inference.welch(*flat).reason_code == "values_do_not_vary_in_groups"


def test_welch_covers_with_five_documents():
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(400):
        found = inference.welch(rng.gamma(4, 1, 2), rng.gamma(4, 1, 3))
        inside += found.low <= 0 <= found.high
    assert inside / 400 > 0.93


def share(counts):
    n, total = np.array(counts).T
    return lambda kept: float(n[kept].sum() / total[kept].sum()) if total[kept].sum() else np.nan


def test_leave_one_document_out():
    found = inference.leave_one_out(share([(6, 7), (2, 10)]), 2)
    assert found.estimate == pytest.approx(8 / 17)
    assert (found.low, found.high) == pytest.approx((0.2, 6 / 7))
    assert found.sign_holds
    assert found.most_influential == 1


def test_sign_that_hangs_on_one_document():
    values = np.array([-1.0, -1.0, 9.0])
    found = inference.leave_one_out(lambda kept: float(values[kept].mean()), 3)
    assert not found.sign_holds
    assert found.most_influential == 2


def test_leave_one_out_without_a_value():
    found = inference.leave_one_out(share([(1, 4), (0, 0)]), 2)
    assert np.isnan(found.low)
    assert not found.sign_holds
    assert found.most_influential == 0


def test_effect_of_the_event():
    rows = pd.DataFrame(
        {"event": ["a", "a", "b"], "outlet": ["x", "y", "y"], "kind": ["article"] * 3}
    )
    assert judge_effect(rows, "event") == OK
    apart = rows.assign(kind=["article", "article", "live_ticker"])
    assert judge_effect(apart, "event").reason_code == "no_common_kind"
    both = apart.assign(outlet=["x", "x", "y"])
    assert judge_effect(both, "event").reason_code == "no_common_outlet_no_common_kind"
    unnamed = rows.assign(outlet=["x", "", ""], kind=["article", "live_ticker", "article"])
    assert judge_effect(unnamed, "event").reason_code == "no_common_outlet"
    nobody = judge_effect(rows.assign(outlet=""), "event")
    assert nobody.reason_code == "no_common_outlet"
    with pytest.raises(MeasureError, match="unknown column 'genre'"):
        judge_effect(rows, "event", by=["genre"])


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        ("adjust_p_values", ([0.1], "bj"), r"unknown correction 'bj'\. Allowed: bh, bonferroni, b"),
        ("adjust_p_values", ([1.1], "bh"), r"wanted p-values in \[0, 1\]"),
        ("wilson_interval", (5, 4), "0 <= n_successes <= n_trials"),
        ("zero_count_upper_bound", (0,), "wanted sizes above 0"),
        ("welch", ([], [1]), "documents in both groups, came 0 and 1"),
        ("leave_one_out", (len, 1), "at least 2 documents, came 1"),
    ],
)
def test_bad_arguments(function, arguments, message):
    with pytest.raises(MeasureError, match=message):
        getattr(inference, function)(*arguments)


def test_bad_level():
    with pytest.raises(MeasureError, match="between 0 and 1, came 95"):
        inference.wilson_interval(1, 4, level=95)


def test_welch_where_one_group_does_not_vary():
    """Its degrees of freedom are the other group's, and no warning of precision is given."""
    found = inference.welch([1.0, 1.0, 1.0], [2.0, 4.0, 6.0])
    assert found.df == pytest.approx(2)
    assert found.high == pytest.approx(-3 + stats.t.ppf(0.975, 2) * 2 / np.sqrt(3))


@pytest.mark.parametrize(
    ("verdict", "wanted"),
    [
        (judge_p_value(0.05), OK),
        (judge_p_value(1 / 10), "p_floor_too_high 0.1;0.05"),
        (judge_interval(20, 20), OK),
        (judge_interval(19, 40), "too_few_clusters 20;19;40"),
        (judge_share(10, with_interval=False), OK),
        (judge_share(9, with_interval=False), "share_needs_interval 9;10"),
        (judge_share(0, with_interval=True), "no_mention "),
        (judge_correlation(10), OK),
        (judge_correlation(9), "too_few_correlated 10;9"),
        (judge_edge(5), OK),
        (judge_edge(4), "too_few_joint_segments 5;4"),
        (judge_own_voice(3, 3), OK),
        (judge_own_voice(0, 0), "no_mention "),
        (judge_own_voice(1, 3), "mentions_of_others 2;3"),
    ],
)
def test_floors_and_their_reasons(verdict, wanted):
    found = verdict if verdict == OK else " ".join(verdict[1:])
    assert found == wanted
    assert verdict.status == ("ok" if wanted == OK else "not_estimable")


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
