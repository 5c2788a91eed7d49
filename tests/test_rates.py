"""Intervals of rates: against formulas by hand, and how often they cover."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from analysis.measures.counts import Recipe, TermCounts, count_terms
from analysis.measures.frequency import term_frequency
from analysis.measures.intervals import rate_intervals
from analysis.study.errors import MeasureError
from analysis.tables.features import Features


def counted(n: list[int], sizes: list[int]) -> TermCounts:
    rows = pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(n))], "group": "g"})
    matrix = sparse.csr_array(np.array(n)[:, None])
    return TermCounts(matrix, rows, pd.Index(["Deal"]), np.array(sizes), Recipe())


def test_wilson_is_that_of_the_pooled_words() -> None:
    (row,) = rate_intervals(counted([3, 5], [400, 600]), "wilson").to_dict("records")
    z, n, p = stats.norm.ppf(0.975), 1000, 0.008
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert row["low"] == pytest.approx(1000 * (middle - reach))
    assert row["high"] == pytest.approx(1000 * (middle + reach))
    assert row["status"] == "ok"


def test_documents_as_units_by_hand() -> None:
    """Documents of one size: the interval is that of t for the mean of their rates."""
    n = [2, 6] * 10
    (row,) = rate_intervals(counted(n, [1000] * 20), "documents").to_dict("records")
    reach = stats.t.ppf(0.975, 19) * stats.sem(n)
    assert (row["low"], row["high"]) == pytest.approx((4 - reach, 4 + reach))
    assert row["interval_df"] == 19


def test_documents_that_agree_have_no_scatter_to_measure() -> None:
    """A width of 0 would say that the rate of other texts is known."""
    n = list(range(1, 21))
    (row,) = rate_intervals(counted(n, [100 * each for each in n]), "documents").to_dict("records")
    assert (row["status"], row["reason_code"]) == ("not_estimable", "rates_do_not_vary")
    assert np.isnan(row["low"])
    assert np.isnan(row["high"])


@pytest.mark.parametrize("n_documents", [1, 2, 19])
def test_few_documents_are_refused_and_say_why(n_documents: int) -> None:
    counts = counted(list(range(1, n_documents + 1)), [1000] * n_documents)
    (row,) = rate_intervals(counts, "documents").to_dict("records")
    assert (row["status"], row["reason_code"]) == ("not_estimable", "too_few_documents_of_rate")
    assert row["reason_values"] == f"20;{n_documents}"
    assert np.isnan(row["low"])


@pytest.mark.parametrize("n_documents", [2, 40])
def test_a_count_of_zero_has_an_upper_bound(n_documents: int) -> None:
    """0 in 5,422 tokens: up to .553 per 1,000 (-ln .05 / 5.422)."""
    sizes = [5422 - (n_documents - 1) * 100] + [100] * (n_documents - 1)
    (row,) = rate_intervals(counted([0] * n_documents, sizes), "documents").to_dict("records")
    assert (row["low"], row["status"], row["interval"]) == (0.0, "ok", "zero")
    assert row["high"] == pytest.approx(0.5525, abs=1e-4)


def test_no_interval_of_the_study_is_a_point(features: Features) -> None:
    counts = count_terms(features, Recipe(rows="bag"))
    table = term_frequency(counts, interval="documents")
    given = table[table["status"] == "ok"]
    assert (given["high"] > given["low"]).all()
    assert (given["n"] == 0).all()
    assert table.loc[table["status"] != "ok", ["low", "high"]].isna().to_numpy().all()


def test_an_unknown_interval_lists_the_known() -> None:
    with pytest.raises(MeasureError, match=r"unknown interval 'wald'\. Allowed: documents, wilson"):
        rate_intervals(counted([2], [100]), "wald")  # type: ignore[arg-type]


def test_documents_cover_where_words_do_not() -> None:
    """Twenty documents that differ as news do: the nominal .95 holds for documents only."""
    rng = np.random.default_rng(7)
    n = rng.poisson(800 * 0.005 * rng.gamma(1.0, 1.0, (20, 1000)))
    rows = pd.DataFrame({"doc_id": [f"d{i}" for i in range(20)], "group": "g"})
    terms = pd.Index([f"t{i}" for i in range(1000)])
    counts = TermCounts(sparse.csr_array(n), rows, terms, np.full(20, 800), Recipe())
    words, documents = (rate_intervals(counts, unit) for unit in ("wilson", "documents"))
    inside = [((each["low"] <= 5) & (each["high"] >= 5)).mean() for each in (words, documents)]
    assert inside[0] < 0.75
    assert inside[1] > 0.85


@pytest.mark.parametrize("interval", ["wilson", "documents"])
def test_the_frequency_table_has_intervals(toy_features: Features, interval: str) -> None:
    counts = count_terms(toy_features, Recipe(rows="bag"))
    table = term_frequency(counts, by="event", interval=interval)  # type: ignore[arg-type]
    given = table[table["status"] == "ok"]
    assert (given["low"] <= given["per_1000"] + 1e-9).all()
    assert (given["high"] >= given["per_1000"] - 1e-9).all()
    assert set(table.loc[table["n"] > 0, "interval"]) == {interval}


def test_weighted_counts_have_no_interval_of_words(toy_features: Features) -> None:
    counts = count_terms(toy_features, Recipe(rows="bag", weight="within"))
    table = term_frequency(counts, by="event")
    assert set(table["status"]) == {"not_estimable"}
    assert set(table["reason_code"]) == {"weighted_counts"}
