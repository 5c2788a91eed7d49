"""Intervals, corrections, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from analysis.measures import inference
from analysis.measures.verdicts import (
    OK,
    judge_correlation,
    judge_edge,
    judge_effect,
    judge_interval,
    judge_own_voice,
    judge_p_value,
    judge_share,
    refuse,
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


def test_missing_p_values_are_no_tests():
    adjusted = inference.adjust_p_values([0.01, np.nan, 0.03], "bonferroni")
    assert_allclose(adjusted, [0.02, np.nan, 0.06])
    assert np.isnan(inference.adjust_p_values([np.nan], "bh")).all()


def test_bad_p_values():
    with pytest.raises(
        MeasureError, match=r"unknown correction 'bj'\. Allowed: bh, bonferroni, by, h"
    ):
        inference.adjust_p_values([0.1], "bj")
    with pytest.raises(MeasureError, match=r"wanted p-values in \[0, 1\]"):
        inference.adjust_p_values([1.1], "bh")


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


def test_bad_shares():
    with pytest.raises(MeasureError, match="0 <= n_successes <= n_trials"):
        inference.wilson_interval(5, 4)
    with pytest.raises(MeasureError, match="between 0 and 1, came 95"):
        inference.wilson_interval(1, 4, level=95)


def test_upper_bound_of_a_zero_count():
    assert round(float(inference.zero_count_upper_bound(5422)), 3) == 0.553
    with pytest.raises(MeasureError, match="wanted sizes above 0"):
        inference.zero_count_upper_bound(0)


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
    flat = inference.welch([1, 1], [2, 2])
    assert flat.reason_code == "values_do_not_vary_in_groups"
    with pytest.raises(MeasureError, match="documents in both groups, came 0 and 1"):
        inference.welch([], [1])


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
    with pytest.raises(MeasureError, match="at least 2 documents, came 1"):
        inference.leave_one_out(share([(1, 4)]), 1)


def test_refusals_have_reasons():
    assert judge_p_value(0.05) == OK
    assert judge_p_value(1 / 10).status == "not_estimable"
    assert judge_interval(20, 20) == OK
    assert judge_interval(19, 40)[1:] == ("too_few_clusters", "20;19;40")
    assert judge_share(10, with_interval=False) == OK
    assert judge_share(9, with_interval=False).status == "not_estimable"
    assert judge_share(0, with_interval=True).reason_code == "no_mention"
    with pytest.raises(MeasureError, match="unknown reason ''"):
        refuse("")


def test_refusals_of_few_mentions_and_documents():
    assert judge_correlation(10) == judge_edge(5) == judge_own_voice(3, 3) == OK
    assert judge_correlation(9)[1:] == ("too_few_correlated", "10;9")
    assert judge_edge(4).status == "not_estimable"
    assert judge_own_voice(0, 0).reason_code == "no_mention"
    assert judge_own_voice(1, 3)[1:] == ("mentions_of_others", "2;3")


def test_welch_where_one_group_does_not_vary():
    """Its degrees of freedom are the other group's, and no warning of precision is given."""
    found = inference.welch([1.0, 1.0, 1.0], [2.0, 4.0, 6.0])
    assert found.df == pytest.approx(2)
    assert found.high == pytest.approx(-3 + stats.t.ppf(0.975, 2) * 2 / np.sqrt(3))
    noise = inference.welch([0.1 + 0.2, 0.3], [0.1, 0.1])
    assert noise.reason_code == "values_do_not_vary_in_groups"


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
