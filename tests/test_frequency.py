"""Term frequency: absolute, relative with intervals held to formulas, and in how many texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from analysis.measures.counts import Recipe, TermCounts, count_terms
from analysis.measures.frequency import (
    COLUMNS,
    GROUPINGS,
    most_frequent,
    rate_intervals,
    term_frequency,
)
from analysis.measures.inference import wilson_interval
from analysis.study.errors import MeasureError
from analysis.tables.features import Features


@pytest.fixture(scope="module")
def counts(small_bags: Features) -> TermCounts:
    return count_terms(small_bags, Recipe(rows="bag"))


def test_frequencies_of_the_toy_study(counts: TermCounts) -> None:
    """Counted by eye in tests/toy/data/raw: tokens, segments and documents with the word."""
    table = term_frequency(counts).set_index(["group", "term"])
    columns = ["n", "n_bags", "n_documents", "n_documents_total"]
    assert table.loc[("nord-2019", "Hafen"), columns].tolist() == [8, 7, 3, 3]
    assert table.loc[("sued-2023", "Tunnel"), columns].tolist() == [14, 13, 3, 3]
    assert table.loc[("nord-2019", "Tunnel"), columns].tolist() == [0, 0, 0, 3]
    assert table.loc[("sued-2023", "Deal"), columns].tolist() == [5, 5, 2, 3]


@pytest.mark.parametrize("by", GROUPINGS)
def test_totals_add_up_whatever_the_grouping(
    counts: TermCounts, small_bags: Features, by: str
) -> None:
    table = term_frequency(counts, by=by)
    assert list(table.columns) == list(COLUMNS)
    assert set(table["grouping"]) == {by}
    groups = table.groupby("group")
    assert (groups["n"].sum() == groups["n_tokens"].first()).all()
    assert groups["n_tokens"].first().sum() == small_bags.documents["n_tokens"].sum()
    assert groups["n_documents_total"].first().sum() >= len(small_bags.documents)
    assert groups["n_bags_total"].first().sum() == len(small_bags.segments)
    assert (table["n_documents"] <= table[["n_bags", "n_documents_total"]].min(axis=1)).all()
    assert (table["n_bags"] <= table[["n", "n_bags_total"]].min(axis=1)).all()
    assert ((table["n"] > 0) == (table["n_documents"] > 0)).all()


def test_rates_relate_to_the_tokens_of_the_group(counts: TermCounts) -> None:
    table = term_frequency(counts)
    assert table["per_1000"].to_numpy() == pytest.approx(
        (1000 * table["n"] / table["n_tokens"]).to_numpy()
    )
    assert (table["per_million"] / 1000).to_numpy() == pytest.approx(table["per_1000"].to_numpy())
    assert table.groupby("group")["per_1000"].sum().tolist() == pytest.approx([1000, 1000])


def test_every_group_has_every_term_and_is_sorted(counts: TermCounts) -> None:
    table = term_frequency(counts)
    for _, group in table.groupby("group"):
        assert set(group["term"]) == set(counts.terms)
        assert group["n"].is_monotonic_decreasing
        ties = group.groupby("n", sort=False)["term"].agg(list)
        assert all(terms == sorted(terms) for terms in ties)


def test_trimming_changes_no_rate(counts: TermCounts) -> None:
    full = term_frequency(counts).set_index(["group", "term"])
    trimmed = term_frequency(counts.trim(min_count=4)).set_index(["group", "term"])
    assert 0 < len(trimmed) < len(full)
    pd.testing.assert_frame_equal(trimmed.sort_index(), full.loc[trimmed.index].sort_index())


def test_one_group_is_the_sum_of_the_events(counts: TermCounts) -> None:
    whole = term_frequency(counts, by="all").set_index("term")["n"].sort_index()
    events = term_frequency(counts).groupby("term")["n"].sum().sort_index()
    pd.testing.assert_series_equal(whole, events)


def test_a_tab_in_an_outlet_or_an_empty_one_breaks_nothing(small_bags: Features) -> None:
    counts = count_terms(small_bags, Recipe(rows="bag"))
    odd = counts.with_rows(counts.rows.assign(outlet=counts.rows["outlet"].replace("", "a\tb")))
    plain = term_frequency(counts, by="outlet")
    named = term_frequency(odd, by="outlet")
    assert set(plain["group"]) == {"", "Bergzeitung", "Nordbote"}
    same = ["term", "n", "n_documents", "n_bags"]
    first = plain.query("group == ''")[same].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        named[named["group"] == "a\tb"][same].reset_index(drop=True), first
    )


def test_counts_of_documents_are_refused(small_bags: Features) -> None:
    with pytest.raises(MeasureError) as caught:
        term_frequency(count_terms(small_bags))
    assert str(caught.value) == (
        "term_frequency: wanted counts of bags, came counts of documents. "
        "Count with Recipe(rows='bag')."
    )


def test_an_unknown_grouping_lists_the_known_ones(counts: TermCounts) -> None:
    with pytest.raises(MeasureError) as caught:
        term_frequency(counts, by="evnt")
    assert str(caught.value) == (
        "term_frequency: unknown grouping 'evnt'. Allowed: all, doc_id, event, outlet."
        " Did you mean 'event'?"
    )


def test_the_most_frequent_rank_by_mean_rate_and_then_by_name() -> None:
    table = pd.DataFrame(
        {
            "group": ["x", "x", "x", "y", "y", "y"],
            "term": ["c", "b", "a"] * 2,
            "per_1000": [3.0, 1.0, 2.0, 1.0, 3.0, 2.0],
        }
    )
    assert most_frequent(table, 2) == ["a", "b"]
    assert most_frequent(table, 9) == ["a", "b", "c"]


def test_raw_counts_stand_beside_weighted_ones(features: Features) -> None:
    keys = ["group", "term"]
    plain, weighted = (
        term_frequency(count_terms(features, Recipe(rows="bag", weight=weight))).sort_values(
            keys, ignore_index=True
        )
        for weight in ("none", "within")
    )
    assert list(plain.columns) == list(weighted.columns)
    assert plain["n"].tolist() == plain["n_raw"].tolist() == weighted["n_raw"].tolist()
    assert (weighted["n"] <= weighted["n_raw"]).all()
    assert weighted["n"].sum() == pytest.approx(features.documents["n_tokens_within"].sum())


# ------------------------------------------------------------------ intervals


def counted(n: list[int], sizes: list[int]) -> TermCounts:
    rows = pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(n))], "group": "g"})
    matrix = sparse.csr_array(np.array(n)[:, None])
    return TermCounts(matrix, rows, pd.Index(["Deal"]), np.array(sizes), Recipe())


def test_wilson_is_that_of_the_pooled_words() -> None:
    (row,) = rate_intervals(counted([3, 5], [400, 600]), "wilson").to_dict("records")
    wanted = [1000 * float(bound) for bound in wilson_interval(8, 1000)]
    assert [row["low"], row["high"]] == pytest.approx(wanted)
    assert row["status"] == "ok"


def test_documents_as_units_by_hand() -> None:
    """Documents of one size: the interval is that of t for the mean of their rates."""
    n = [2, 6] * 10
    (row,) = rate_intervals(counted(n, [1000] * 20), "documents").to_dict("records")
    reach = stats.t.ppf(0.975, 19) * stats.sem(n)
    assert (row["low"], row["high"]) == pytest.approx((4 - reach, 4 + reach))
    assert row["interval_df"] == 19


@pytest.mark.parametrize("n_documents", [2, 40])
def test_a_count_of_zero_has_an_upper_bound(n_documents: int) -> None:
    """0 in 5,422 tokens: up to .553 per 1,000 (-ln .05 / 5.422)."""
    sizes = [5422 - (n_documents - 1) * 100] + [100] * (n_documents - 1)
    (row,) = rate_intervals(counted([0] * n_documents, sizes), "documents").to_dict("records")
    assert (row["low"], row["status"], row["interval"]) == (0.0, "ok", "zero")
    assert row["high"] == pytest.approx(0.5525, abs=1e-4)


def test_an_unknown_interval_lists_the_known() -> None:
    with pytest.raises(MeasureError, match=r"unknown interval 'wald'\. Allowed: documents, wilson"):
        rate_intervals(counted([2], [100]), "wald")  # type: ignore[arg-type]


def test_documents_cover_where_words_do_not() -> None:
    """Twenty documents that differ as news do: the nominal .95 holds for documents only."""
    rng = np.random.default_rng(7)
    drawn = rng.poisson(800 * 0.005 * rng.gamma(1.0, 1.0, (20, 300)))  # a term is a trial
    rows = pd.DataFrame({"doc_id": [f"d{i}" for i in range(20)], "group": "g"})
    matrix, terms = sparse.csr_array(drawn), pd.RangeIndex(300)
    counts = TermCounts(matrix, rows, terms, np.full(20, 800), Recipe())
    documents, words = (rate_intervals(counts, how) for how in ("documents", "wilson"))
    assert ((documents["low"] <= 5) & (documents["high"] >= 5)).mean() > 0.85
    assert ((words["low"] <= 5) & (words["high"] >= 5)).mean() < 0.75


def test_weighted_counts_have_no_interval_of_words(toy_features: Features) -> None:
    counts = count_terms(toy_features, Recipe(rows="bag", weight="within"))
    table = term_frequency(counts, by="event")
    assert set(table["status"]) == {"not_estimable"}
    assert set(table["reason_code"]) == {"weighted_counts"}


@pytest.mark.parametrize(
    ("n", "sizes", "reason"),
    [
        # A width of 0 would say that the rate of other texts is known.
        (range(1, 21), range(100, 2001, 100), ("rates_do_not_vary", "")),
        ([1], [1000], ("too_few_documents_of_rate", "20;1")),
        (range(1, 20), [1000] * 19, ("too_few_documents_of_rate", "20;19")),
    ],
)
def test_documents_that_say_nothing_of_others_are_refused(n, sizes, reason) -> None:
    (row,) = rate_intervals(counted(list(n), list(sizes)), "documents").to_dict("records")
    assert (row["reason_code"], row["reason_values"]) == reason
    assert row["status"] == "not_estimable"
    assert np.isnan([row["low"], row["high"]]).all()


@pytest.mark.parametrize("interval", ["wilson", "documents"])
def test_intervals_of_the_study_hold_their_rate_and_are_no_points(
    features: Features, interval: str
) -> None:
    counts = count_terms(features, Recipe(rows="bag"))
    table = term_frequency(counts, by="event", interval=interval)  # type: ignore[arg-type]
    ok, refused = table[table["status"] == "ok"], table[table["status"] != "ok"]
    assert (ok["low"] <= ok["per_1000"] + 1e-9).all()
    assert (ok["high"] >= ok["per_1000"] - 1e-9).all()
    assert (ok["high"] > ok["low"]).all()
    assert refused[["low", "high"]].isna().to_numpy().all()
    assert len(refused) == (0 if interval == "wilson" else (table["n"] > 0).sum())
    assert set(table.loc[table["n"] > 0, "interval"]) == {interval}
