"""Frames over time in live tickers: posts, intervals, trends, and what has no time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from study_tables import made_up

from analysis.measures.frame_time import (
    INTERVAL_COLUMNS,
    mention_trend,
    mentions_by_interval,
    mentions_by_post,
    ticker_mentions,
    ticker_posts,
)
from analysis.measures.selection import Selection
from analysis.measures.verdicts import FEWEST_MENTIONS
from analysis.study.errors import MeasureError
from analysis.tables.features import Features

FRAMES = ["Erfolg", "Deal", "Einmischung"]


def ticker(
    counts: list[int],
    *,
    minutes: list[int] | None = None,
    tokens: list[int] | None = None,
    quality: str = "explicit",
) -> Features:
    """Make a ticker, oldest post first, with so many mentions of Deal in each post."""
    n = len(counts)
    begin = pd.Timestamp("2025-08-15 23:10")
    times = [begin + pd.Timedelta(minutes=m) for m in minutes or range(0, 10 * n, 10)]
    rows = [
        {
            "segment_id": f"a:{i}", "doc_id": "a", "n_tokens": (tokens or [100] * n)[i],
            "post": n - i, "post_order": i + 1, "ts_quality": quality,
            "posted_at": pd.NaT if quality == "order_only" else times[i],
        }
        for i in range(n)
    ]  # fmt: skip
    rows.append({"segment_id": "a:lead", "doc_id": "a", "n_tokens": 40})
    found = [{"segment_id": f"a:{i}", "frame": "Deal"} for i in range(n) for _ in range(counts[i])]
    return made_up({"a": "e"}, rows, found, kind="live_ticker")


# ------------------------------------------------------------------ posts


def test_posts_of_the_study(features: Features) -> None:
    posts = ticker_posts(features)
    assert posts.groupby("doc_id").size().tolist() == [12, 32, 27]
    by_rank = posts.groupby("doc_id")["post_order"]
    assert by_rank.apply(lambda ranks: ranks.is_monotonic_increasing).all()
    assert not posts.loc[posts["ts_quality"] == "order_only", "posted_at"].notna().any()


def test_mentions_outside_the_posts_are_not_lost(features: Features) -> None:
    placed = ticker_mentions(features, FRAMES)
    tickers = features.mentions.query("kind == 'live_ticker' and tier == 'core'")
    assert sorted(placed["mention_id"]) == sorted(tickers["mention_id"])
    assert (placed["post"].isna() == (placed["ts_quality"] == "none")).all()


def test_cumulative_counts_of_planted_mentions() -> None:
    table = mentions_by_post(ticker([1, 0, 2], tokens=[10, 20, 30]), ["Deal"])
    assert table["n"].tolist() == [1, 0, 2]
    assert table["n_cumulative"].tolist() == [1, 1, 3]
    assert table["n_tokens_cumulative"].tolist() == [10, 30, 60]


def test_weights_reach_mentions_and_tokens(features: Features) -> None:
    posts = mentions_by_post(features, ["Einmischung"], selection=Selection(weight="within"))
    assert posts["n_tokens"].sum() < mentions_by_post(features, ["Deal"])["n_tokens"].sum()
    assert posts["n"].sum() == 3.0
    assert posts["n_raw"].sum() == 4


# ------------------------------------------------------------------ intervals


def test_intervals_of_planted_posts() -> None:
    """Posts at 23:10, 23:50, 0:05 and 2:20: an hour without a post stays, without a rate."""
    planted = ticker([1, 0, 2, 0], minutes=[0, 40, 55, 190], tokens=[100, 300, 250, 50])
    table = mentions_by_interval(planted, ["Deal"], minutes=60)
    timed = table[table["begin"].notna()]
    assert timed["begin"].dt.hour.tolist() == [23, 0, 1, 2]
    assert timed["n_posts"].tolist() == [2, 1, 0, 1]
    assert timed["n_tokens"].tolist() == [400, 250, 0, 50]
    assert timed["per_1000"].tolist()[:2] == [2.5, 8.0]
    assert timed["reason_code"].tolist() == ["", "", "no_post_in_interval", ""]
    assert ((timed["end"] - timed["begin"]) == pd.Timedelta(hours=1)).all()


def test_rates_have_exact_poisson_intervals_and_none_an_upper_bound() -> None:
    some, none = (mentions_by_interval(ticker([n]), ["Deal"], minutes=1440).iloc[0] for n in (3, 0))
    assert stats.poisson.sf(2, some["low"] / 1000 * 100) == pytest.approx(0.025)
    assert stats.poisson.cdf(3, some["high"] / 1000 * 100) == pytest.approx(0.025)
    assert none["per_1000"] == none["low"] == 0
    assert none["high"] == pytest.approx(-np.log(0.05) / 100 * 1000)


def test_posts_without_times_get_none() -> None:
    table = mentions_by_interval(ticker([1, 2], quality="order_only"), ["Deal"])
    assert table["begin"].isna().all()
    assert table["per_1000"].isna().all()
    assert table["n"].tolist() == [3, 0]
    assert table["ts_quality"].tolist() == ["order_only", "none"]
    assert table["reason_code"].tolist() == [
        "posts_without_times",
        "outside_posts",
    ]


@pytest.mark.parametrize("weight", ["none", "within", "across"])
@pytest.mark.parametrize("minutes", [15, 60, 1440])
def test_intervals_lose_no_mention_and_no_token(features: Features, weight, minutes: int) -> None:
    selection = Selection(weight=weight)
    table = mentions_by_interval(features, FRAMES, minutes=minutes, selection=selection)
    assert list(table.columns) == list(INTERVAL_COLUMNS)
    found = ticker_mentions(features, FRAMES, selection=selection)
    assert table["n"].sum() == pytest.approx(found["n"].sum())
    size = "n_tokens" if weight == "none" else f"n_tokens_{weight}"
    tickers = features.documents.query("kind == 'live_ticker'")
    assert table["n_tokens"].sum() == pytest.approx(len(FRAMES) * tickers[size].sum())


def test_ticker_of_the_toy_study(toy_features: Features) -> None:
    """sued_1: two mentions of a deal at five past midnight, four in the article above."""
    table = mentions_by_interval(toy_features, ["Deal"], minutes=60).query("doc_id == 'sued_1'")
    assert table["n"].tolist() == [0, 2, 4]
    assert table["ts_quality"].tolist() == ["date_inferred", "date_inferred", "none"]
    assert table["begin"].iloc[1] == pd.Timestamp("2023-06-10 00:00")


@pytest.mark.parametrize("minutes", [0, -60, 50, 2880])
def test_minutes_must_divide_the_day(features: Features, minutes: int) -> None:
    with pytest.raises(MeasureError, match=f"wanted minutes that divide a day.* came {minutes}$"):
        mentions_by_interval(features, FRAMES, minutes=minutes)


@pytest.mark.parametrize("measure", [mentions_by_post, mentions_by_interval])
def test_order_of_rows_does_not_matter(features: Features, measure) -> None:
    turned = features.with_tables(
        segments=features.segments.iloc[::-1],
        mentions=features.mentions.iloc[::-1],
        documents=features.documents.iloc[::-1],
    )
    pd.testing.assert_frame_equal(measure(features, FRAMES), measure(turned, FRAMES))


# ------------------------------------------------------------------ trend


def trend(features: Features, seed: int = 1) -> pd.Series:
    return mention_trend(features, ["Deal"], seed=seed).iloc[0]


def test_a_planted_trend_is_found() -> None:
    late = trend(ticker([0] * 20 + [1, 2] * 7))
    assert late["status"] == "ok"
    assert late["mean_position"] > late["high"] > 0.5 > late["low"]
    assert late["p_value"] < 0.01
    early = trend(ticker([2, 1] * 7 + [0] * 20))
    assert early["mean_position"] == pytest.approx(1 - late["mean_position"])


def test_order_is_enough_for_a_trend_and_times_change_nothing() -> None:
    counts = [0] * 12 + [1] * 12
    known, unknown = trend(ticker(counts)), trend(ticker(counts, quality="order_only"))
    assert known.drop("event").tolist() == unknown.drop("event").tolist()


def test_many_posts_in_an_hour_are_no_trend() -> None:
    """Mentions follow the tokens: long posts hold them, wherever they stand."""
    even = trend(ticker([1] * 30, tokens=[10] * 15 + [10] * 15))
    assert even["mean_position"] == pytest.approx(0.5)
    assert even["p_value"] == pytest.approx(1)


def test_no_trend_gives_few_alarms() -> None:
    rng = np.random.default_rng(3)
    p_values = [trend(ticker(rng.poisson(0.8, 30).tolist()), seed)["p_value"] for seed in range(30)]
    assert sum(p < 0.05 for p in p_values) <= 4
    assert min(p_values) < 0.5 < max(p_values)


@pytest.mark.parametrize("n_with", [0, FEWEST_MENTIONS - 1])
def test_a_trend_from_few_posts_is_refused(n_with: int) -> None:
    found = trend(ticker([5] * n_with + [0] * 15))
    assert found["status"] == "not_estimable"
    assert found["reason_code"] == "too_few_posts_with_mention"
    assert found["reason_values"] == "10"
    assert found[["mean_position", "low", "high", "p_value"]].isna().all()
    assert found["n"] == 5 * n_with


def test_no_trend_in_the_study_is_estimable(features: Features) -> None:
    for tier in ("core", "core_near"):
        table = mention_trend(features, FRAMES, seed=1, selection=Selection(tier=tier))
        assert len(table) == 9
        assert set(table["status"]) == {"not_estimable"}
    assert table["n_posts_with"].max() == 9


def test_the_seed_decides_the_orders() -> None:
    planted = ticker([1, 0, 2] * 8)
    assert trend(planted, 4).equals(trend(planted, 4))
    assert trend(planted, 4)["p_value"] != trend(planted, 5)["p_value"]
