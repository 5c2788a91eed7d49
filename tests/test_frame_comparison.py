"""Comparing events: what documents allow, and what depends on one of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from framing_samples import ALASKA, FRAMES, HELSINKI, drawn_counts, some_documents, some_mentions
from scipy import stats

from analysis.measures.frame_comparison import compare_events, leave_documents_out
from analysis.measures.framing import frame_rates, frame_shares
from analysis.measures.inference import INTERVAL_BASIS
from analysis.study.errors import MeasureError
from analysis.tables.features import Features


def compare(table: pd.DataFrame, documents: pd.DataFrame, value: str = "per_1000") -> pd.DataFrame:
    events = sorted(documents["event"].unique())
    return compare_events(table, documents, value=value, target=events[0], reference=events[1])


def rates_of(features: Features) -> pd.DataFrame:
    return frame_rates(features.mentions, features.documents, FRAMES, size="n_words_file")


# ------------------------------------------------------------------ the five articles


def test_permutation_of_the_study(features: Features) -> None:
    """Two-sided on document means: Erfolg .10, Deal .20, Einmischung .10; floor .10: refused."""
    table = compare(rates_of(features), features.documents).query("unit == 'mean'")
    chances = table["n_extreme"] / table["n_relabellings"]
    assert dict(zip(table["frame"], chances, strict=True)) == pytest.approx(
        {"Erfolg": 0.10, "Deal": 0.20, "Einmischung": 0.10}
    )
    assert table["p_floor"].tolist() == pytest.approx([0.10] * 3)
    assert table["p_value"].isna().all()
    assert set(table["p_status"]) == {"not_estimable"}
    assert set(table["p_reason_code"]) == {"p_floor_too_high"}
    assert set(table["p_reason_values"]) == {"0.1;0.05"}


def test_where_no_p_value_is_possible_no_interval_is_given(features: Features) -> None:
    """Welch's interval left out 0 for Deal where the smallest possible p-value is .10."""
    shares = frame_shares(features.mentions, features.documents, FRAMES)
    for table in (rates_of(features), shares):
        value = "share" if "share" in table else "per_1000"
        means = compare(table, features.documents, value=value).query("unit == 'mean'")
        assert means["reason_code"].tolist() == means["p_reason_code"].tolist()
        assert set(means["status"]) == {"not_estimable"}
        assert means[["low", "high", "interval_df"]].isna().to_numpy().all()
        assert set(means["interval_basis"]) == {INTERVAL_BASIS["none"]}


def test_welch_where_a_p_value_is_possible() -> None:
    """Four documents a side: scipy's interval; of shares it stays within -1 and 1."""
    documents = some_documents(4)
    mentions = some_mentions(
        {"Erfolg": [9, 9, 9, 2, 0, 1, 0, 0], "Deal": [0, 0, 1, 7, 9, 9, 9, 3]}, documents
    )
    rates = frame_rates(mentions, documents, ["Erfolg", "Deal"])
    how = {"target": "a", "reference": "b"}
    row = compare_events(rates, documents, value="per_1000", **how).iloc[0]
    wanted = stats.ttest_ind([9, 9, 9, 2], [0, 1, 0, 0], equal_var=False)
    interval = wanted.confidence_interval()
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["interval_df"] == pytest.approx(wanted.df)
    shares = frame_shares(mentions, documents, ["Erfolg", "Deal"])
    row = compare_events(shares, documents, value="share", **how).iloc[0]
    of_shares = stats.ttest_ind([1, 1, 0.9, 2 / 9], [0, 0.1, 0, 0], equal_var=False)
    assert of_shares.confidence_interval().high > 1
    assert (row["low"], row["high"]) == pytest.approx((of_shares.confidence_interval().low, 1.0))


def test_bootstrap_and_effect_of_the_study_are_refused(features: Features) -> None:
    table = compare(rates_of(features), features.documents)
    pooled = table[table["unit"] == "pooled"]
    assert set(pooled["status"]) == {"not_estimable"}
    assert set(pooled["reason_code"]) == {"too_few_clusters"}
    assert set(pooled["reason_values"]) == {"20;3;2"}
    assert pooled[["low", "high"]].isna().to_numpy().all()
    assert set(table["effect_reason_code"]) == {"no_common_outlet"}


def test_leaving_a_document_out_of_the_study(features: Features) -> None:
    """Share of Einmischung in Helsinki: .471; without 000 .200, without 004 .583."""
    shares = frame_shares(features.mentions, features.documents, FRAMES)
    table = leave_documents_out(shares, "share")
    rows = table.query(f"frame == 'Einmischung' and event == '{HELSINKI}' and unit == 'pooled'")
    without = dict(zip(rows["without"].str[:3], rows["value"].round(3), strict=True))
    assert without == {"000": 0.200, "004": 0.583}
    assert set(rows["estimate"].round(3)) == {0.471}
    assert rows[["low", "high"]].round(3).drop_duplicates().to_numpy().tolist() == [[0.2, 0.583]]


def test_signs_of_the_study_hold_without_any_document(features: Features) -> None:
    shares = frame_shares(features.mentions, features.documents, FRAMES)
    table = compare(shares, features.documents, "share")
    assert table["sign_holds"].all()
    signs = table.query("unit == 'pooled'").set_index("frame")["difference"]
    assert np.sign(signs).to_dict() == {"Erfolg": -1, "Deal": 1, "Einmischung": -1}
    assert (table["loo_low"] <= table["difference"]).all()
    assert (table["loo_high"] >= table["difference"]).all()


# ------------------------------------------------------------------ what must hold


def test_one_document_can_carry_the_sign() -> None:
    documents = some_documents(3)
    mentions = some_mentions({"Deal": [1, 1, 40, 4, 4, 4]}, documents)
    table = compare(frame_rates(mentions, documents, ["Deal"]), documents)
    assert (table["difference"] > 0).all()
    assert not table["sign_holds"].any()
    assert set(table["most_influential"]) == {"a002"}


def test_planted_difference_is_found_with_enough_documents() -> None:
    documents = some_documents(25)
    counts = {
        "Deal": drawn_counts(25, (8, 4), seed=1),
        "Erfolg": drawn_counts(25, (5, 5), seed=2),
    }
    rates = frame_rates(some_mentions(counts, documents), documents, ["Deal", "Erfolg"])
    table = compare(rates, documents).set_index(["frame", "unit"])
    for unit in ("mean", "pooled"):
        deal, success = table.loc[("Deal", unit)], table.loc[("Erfolg", unit)]
        assert deal["p_adjusted"] < 0.01
        assert 0 < deal["low"] <= 4 <= deal["high"]
        assert success["p_value"] > 0.05
        assert success["low"] < 0 < success["high"]
        assert deal["p_adjusted"] >= deal["p_value"]
        assert (deal["status"], deal["p_status"], deal["effect_status"]) == ("ok", "ok", "ok")
    assert table.loc[("Deal", "pooled"), "interval_basis"] == INTERVAL_BASIS["bootstrap"]


def test_unknown_names_list_the_known_ones(features: Features) -> None:
    rates, documents = rates_of(features), features.documents
    with pytest.raises(MeasureError, match=r"compare_events: unknown event 'x'\. Allowed: alaska"):
        compare_events(rates, documents, value="per_1000", target="x", reference=HELSINKI)
    with pytest.raises(MeasureError, match=r"unknown value 'rate'\. Allowed: per_1000, share"):
        leave_documents_out(rates, "rate")
    with pytest.raises(MeasureError, match=r"unknown column 'n_mentions'\. Allowed: "):
        leave_documents_out(rates, "share")


@pytest.mark.parametrize("unit", ["mean", "pooled"])
def test_swapping_the_events_turns_the_sign_and_the_order_of_rows_nothing(
    features: Features, unit: str
) -> None:
    rates, documents = rates_of(features), features.documents
    there, turned, back = (
        compare_events(of_rows, documents, value="per_1000", target=a, reference=b)
        .query(f"unit == '{unit}'")
        .set_index("frame")
        .sort_index()
        for of_rows, a, b in (
            (rates, ALASKA, HELSINKI), (rates[::-1], ALASKA, HELSINKI), (rates, HELSINKI, ALASKA),
        )
    )  # fmt: skip
    pd.testing.assert_frame_equal(there, turned)
    np.testing.assert_allclose(there["difference"], -back["difference"])
    np.testing.assert_allclose(there["low"], -back["high"])
    np.testing.assert_allclose(there["loo_low"], -back["loo_high"])
    assert there["n_extreme"].tolist() == back["n_extreme"].tolist()
    assert there["sign_holds"].tolist() == back["sign_holds"].tolist()


def test_what_cannot_be_compared_or_left_out_says_why() -> None:
    documents = some_documents(2)
    mentions = some_mentions({"Deal": [2, 1, 0, 0]}, documents)
    table = compare(frame_shares(mentions, documents, ["Deal"]), documents, "share")
    assert set(table["reason_code"]) == set(table["p_reason_code"]) == {"nothing_to_relate_to"}
    assert table["n_documents_reference"].tolist() == [0, 0]
    assert set(table["loo_status"]) == {"not_estimable"}
    one = some_documents(1)
    rates = frame_rates(some_mentions({"Deal": [2, 1]}, one), one, ["Deal"])
    table = leave_documents_out(rates, "per_1000")
    assert set(table["reason_code"]) == {"one_document_left_out"}
    assert table["estimate"].notna().all()
