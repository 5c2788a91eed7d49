"""Intervals of rates: against formulas by hand, and how often they cover."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from analysis.errors import MeasureError
from analysis.features import Features
from analysis.measures.counts import Recipe, TermCounts, count_terms
from analysis.measures.frequency import term_frequency
from analysis.measures.rates import rate_intervals


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
    """Two documents of one size: half the difference of their rates is the standard error."""
    (row,) = rate_intervals(counted([2, 6], [1000, 1000]), "documents").to_dict("records")
    reach = stats.t.ppf(0.975, 1) * abs(6 - 2) / 2
    assert (row["low"], row["high"]) == pytest.approx((max(0.0, 4 - reach), 4 + reach))
    assert row["interval_df"] == 1


def test_documents_that_agree_leave_no_doubt() -> None:
    (row,) = rate_intervals(counted([2, 4, 6], [100, 200, 300]), "documents").to_dict("records")
    assert row["low"] == pytest.approx(20)
    assert row["high"] == pytest.approx(20)


def test_one_document_is_refused_and_says_why() -> None:
    (row,) = rate_intervals(counted([2], [100]), "documents").to_dict("records")
    assert (row["status"], row["reason"]) == ("not_estimable", "one document has no scatter")
    assert np.isnan(row["low"])


def test_an_unknown_interval_lists_the_known() -> None:
    with pytest.raises(MeasureError, match=r"unknown interval 'wald'\. Allowed: documents, wilson"):
        rate_intervals(counted([2], [100]), "wald")  # type: ignore[arg-type]


def test_documents_cover_where_words_do_not() -> None:
    """Twelve documents that differ as news do: the nominal .95 holds for documents only."""
    rng = np.random.default_rng(7)
    sizes, inside = np.full(12, 800), {"wilson": 0, "documents": 0}
    for _ in range(300):
        n = rng.poisson(sizes * 0.005 * rng.gamma(1.0, 1.0, 12))
        for interval in inside:
            (row,) = rate_intervals(
                counted(n.tolist(), sizes.tolist()),
                interval,  # type: ignore[arg-type]
            ).to_dict("records")
            inside[interval] += row["low"] <= 5 <= row["high"]
    assert inside["documents"] / 300 > 0.85
    assert inside["wilson"] / 300 < 0.75


@pytest.mark.parametrize("interval", ["wilson", "documents"])
def test_the_frequency_table_has_intervals(toy_features: Features, interval: str) -> None:
    counts = count_terms(toy_features, Recipe(rows="bag"))
    table = term_frequency(counts, by="event", interval=interval)  # type: ignore[arg-type]
    assert (table["low"] <= table["per_1000"] + 1e-9).all()
    assert (table["high"] >= table["per_1000"] - 1e-9).all()
    assert set(table["interval"]) == {interval}


def test_weighted_counts_have_no_interval_of_words(toy_features: Features) -> None:
    counts = count_terms(toy_features, Recipe(rows="bag", weight="within"))
    table = term_frequency(counts, by="event")
    assert set(table["status"]) == {"not_estimable"}
    assert table["reason"].str.startswith("weighted counts").all()
