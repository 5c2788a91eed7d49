"""Keyness of terms: equivalences of every measure, planted differences, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from keyness_samples import draw_counts, small_counts
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from scipy import sparse

from analysis.measures.dispersion import dispersion
from analysis.measures.formulas import KEYNESS
from analysis.measures.keyness import keyness, most_key
from analysis.measures.resampling import Resampling
from analysis.study.errors import MeasureError

QUICK = Resampling(n_permutations=99, n_resamples=100)
ALL = (*KEYNESS, "rank_biserial")
#: What a measure becomes when target and reference are exchanged; all others change their sign.
SWAP = {"fisher_p": "same", "odds_ratio": "reciprocal", "percent_difference": "complement"}


def scores_of(counts, measure, **arguments):
    arguments = {"target": "x", "reference": "y", "resampling": QUICK} | arguments
    table = keyness(counts, measures=(measure,), **arguments)
    return table.set_index("term")[measure].sort_index()


@pytest.mark.parametrize("measure", ALL)
def test_swapping_target_and_reference(measure):
    counts = draw_counts(factor=3)
    there = scores_of(counts, measure)
    back = scores_of(counts, measure, target="y", reference="x")
    swap = SWAP.get(measure, "sign")
    if swap == "sign":
        assert_allclose(back, -there, rtol=1e-9, atol=1e-12)
    elif swap == "same":
        assert_allclose(back, there, rtol=1e-9)
    elif swap == "reciprocal":
        assert_allclose(back * there, 1, rtol=1e-9)
    else:
        assert_allclose((1 + back / 100) * (1 + there / 100), 1, rtol=1e-9)
    assert np.ptp(there) > 0


@pytest.mark.parametrize("measure", ALL)
def test_order_of_rows_does_not_matter(measure):
    counts = draw_counts()
    order = np.random.default_rng(1).permutation(len(counts.totals))
    turned = replace(
        counts,
        matrix=counts.matrix[order],
        rows=counts.rows.iloc[order].reset_index(drop=True),
        totals=counts.totals[order],
    )
    assert_allclose(scores_of(turned, measure), scores_of(counts, measure))


@pytest.mark.parametrize("measure", KEYNESS)
def test_group_then_count_is_count_then_group(measure):
    counts = draw_counts()
    grouped = scores_of(counts.group("event"), measure, resampling=replace(QUICK, cluster="event"))
    assert_allclose(grouped, scores_of(counts, measure))


def split_rows(counts):
    """Cut each document into two segments of uneven size."""
    x = counts.matrix.toarray()
    first = x // 3
    matrix = sparse.csr_array(np.concatenate([first, x - first]))
    rows = pd.concat([counts.rows] * 2, ignore_index=True)
    sizes = np.maximum(counts.totals // 3, first.sum(axis=1))
    return replace(counts, matrix=matrix, rows=rows, totals=np.append(sizes, counts.totals - sizes))


@pytest.mark.parametrize("measure", ALL)
def test_splitting_documents_does_not_matter(measure):
    counts = draw_counts()
    assert_allclose(scores_of(split_rows(counts), measure), scores_of(counts, measure))


def test_splitting_documents_changes_nothing_else():
    counts = draw_counts()
    how = {"target": "x", "reference": "y", "resampling": QUICK}
    assert_frame_equal(keyness(split_rows(counts), **how), keyness(counts, **how))


def test_columns_are_the_same_whatever_the_arguments():
    counts = draw_counts()
    base = keyness(counts, target="x", reference="y", measures=(), resampling=QUICK).columns
    more = keyness(
        counts, target="x", reference="y", measures=ALL, correction="holm", resampling=QUICK
    )
    assert list(base) == [
        "term", "n_target", "n_reference", "size_target", "size_reference",
        "per_million_target", "per_million_reference", "n_documents_target",
        "n_documents_reference", "range", "log_ratio", "low", "high", "status", "reason_code",
        "reason_values",
        "z", "p_value", "p_adjusted", "p_floor", "p_status", "p_reason_code", "p_reason_values",
    ]  # fmt: skip
    assert set(more.columns) == set(base) | set(ALL)


def test_counts_by_eye():
    counts = small_counts([[2, 0], [1, 1], [0, 3]], "xxy")
    table = keyness(counts, target="x", reference="y", resampling=QUICK).set_index("term")
    counted = ["n_target", "n_reference", "size_target", "size_reference"]
    assert table.loc["t0", counted].tolist() == [
        3, 0, 200, 100,
    ]  # fmt: skip
    assert table.loc["t1", ["n_documents_target", "n_documents_reference", "range"]].tolist() == [
        1, 1, 2,
    ]  # fmt: skip
    assert table.loc["t1", "per_million_reference"] == 30000
    assert table.loc["t1", "log_ratio"] == pytest.approx(np.log2((1 / 200) / (3 / 100)))


def test_planted_difference_is_found_and_nothing_else():
    table = keyness(draw_counts(40, 40, factor=4), target="x", reference="y")
    assert table.loc[0, "term"] == "wort00"
    assert table.loc[table["p_adjusted"] <= 0.05, "term"].tolist() == ["wort00"]
    first = table.loc[0]
    assert first["low"] < 2 < first["high"]
    assert first["low"] > 0


def test_interval_covers_the_planted_ratio():
    inside = []
    for seed in range(60):
        counts = draw_counts(30, 30, seed=seed, factor=2).trim(min_count=500)
        table = keyness(
            counts, target="x", reference="y", resampling=replace(QUICK, n_resamples=400)
        )
        row = table.set_index("term").loc["wort00"]
        inside.append(row["low"] <= 1 <= row["high"])
    assert 0.85 <= np.mean(inside) <= 1


def test_five_articles_are_refused_a_p_value_and_an_interval():
    counts = small_counts([[9, 1], [8, 2], [1, 1], [0, 2], [1, 1]], "xxyyy")
    table = keyness(counts, target="x", reference="y")
    assert table["status"].tolist() == ["not_estimable"] * 2
    assert table["reason_code"][0] == "too_few_clusters"
    assert table["reason_values"][0] == "20;2;3"
    assert table[["low", "high", "p_value", "p_adjusted"]].isna().all(axis=None)
    assert set(table["p_reason_code"]) == {"p_floor_too_high"}
    assert set(table["p_reason_values"]) == {"0.1;0.05"}
    assert table["p_floor"].iloc[0] >= 0.1
    assert table["log_ratio"].notna().all()


def test_no_empty_cell_without_a_reason():
    counts = draw_counts()
    table = keyness(counts, target="x", reference="y", resampling=QUICK)
    assert (table["low"].isna() == (table["status"] == "not_estimable")).all()
    assert (table["p_value"].isna() == (table["p_status"] == "not_estimable")).all()
    assert (table.loc[table["status"] != "ok", "reason_code"].str.len() > 0).all()
    assert (table.loc[table["p_status"] != "ok", "p_reason_code"].str.len() > 0).all()


def test_term_in_one_group_only():
    rows = [[3, 1]] * 25 + [[0, 1]] * 25
    table = keyness(small_counts(rows, "x" * 25 + "y" * 25), target="x", reference="y")
    row = table.set_index("term").loc["t0"]
    assert row["log_ratio"] == pytest.approx(np.log2(75 / 0.5))
    assert row["reason_code"] == "term_in_one_group"
    assert row["p_value"] == pytest.approx(0.001)


def test_one_document_a_group():
    table = keyness(small_counts([[3], [1]], "xy"), target="x", reference="y")
    assert table["p_status"].tolist() == ["not_estimable"]
    assert table["p_floor"].tolist() == [1]


def test_terms_of_a_third_group_are_left_out():
    table = keyness(
        small_counts([[1, 0, 1], [1, 0, 0], [0, 5, 1]], "xyz"), target="x", reference="y"
    )
    assert sorted(table["term"]) == ["t0", "t2"]


def test_repeats_as_clusters_are_one_unit():
    counts = draw_counts(25, 25)
    rows = np.append(np.arange(50), [0] * 12)
    copied = replace(
        counts,
        matrix=counts.matrix[rows],
        totals=counts.totals[rows],
        rows=counts.rows.iloc[rows].assign(
            doc_id=[f"e{i}" for i in range(62)], repeat_group=rows
        ).reset_index(drop=True),
    )  # fmt: skip
    loose = keyness(copied, target="x", reference="y", resampling=QUICK)
    tied = keyness(
        copied, target="x", reference="y", resampling=replace(QUICK, cluster="repeat_group")
    )
    assert_allclose(loose["log_ratio"], tied["log_ratio"])
    wider = (tied["high"] - tied["low"]) / (loose["high"] - loose["low"])
    assert wider.median() > 1.1


def test_strata_take_outlets_out():
    rows = [[9]] * 8 + [[1]] * 2 + [[9]] * 2 + [[1]] * 8
    counts = small_counts(rows, "x" * 10 + "y" * 10)
    outlet = ["a"] * 8 + ["b"] * 2 + ["a"] * 2 + ["b"] * 8
    counts = replace(counts, rows=counts.rows.assign(outlet=outlet))
    plain = keyness(counts, target="x", reference="y").loc[0]
    within = keyness(counts, target="x", reference="y", resampling=Resampling(stratum="outlet"))
    assert plain["p_value"] < 0.05
    assert within.loc[0, "p_reason_code"] == "no_relabelling_moves_term"


@pytest.mark.parametrize("correction", ["bonferroni", "holm", "bh", "by", "max_t"])
def test_corrections_only_raise(correction):
    table = keyness(
        draw_counts(), target="x", reference="y", correction=correction, resampling=QUICK
    )
    tested = table[table["p_status"] == "ok"]
    assert len(tested) > 10
    assert (tested["p_adjusted"] >= tested["p_value"] - 1e-12).all()


def test_dispersion_is_joined_by_term():
    counts = draw_counts()
    table = keyness(counts, target="x", reference="y", resampling=QUICK)
    joined = table.merge(dispersion(counts)[["term", "dp_norm"]], on="term", validate="1:1")
    assert len(joined) == len(table)
    assert joined["dp_norm"].between(0, 1).all()


def test_same_seed_same_table():
    counts = draw_counts()
    how = {"target": "x", "reference": "y", "resampling": QUICK}
    assert_frame_equal(keyness(counts, **how), keyness(counts, **how))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"measures": ("log_ration",)},
            "unknown measure 'log_ration'. Allowed: chi2, .*'log_ratio'",
        ),
        (
            {"correction": "bonferoni"},
            "unknown correction 'bonferoni'. Allowed: bh, .*'bonferroni'",
        ),
        ({"reference": "x"}, "target and reference are the same, 'x'; name two"),
        ({"target": "helsinki"}, "unknown event 'helsinki'. Allowed: x, y"),
        ({"resampling": Resampling(group="evnt")}, "unknown column 'evnt'.*'event'"),
        ({"resampling": Resampling(cluster="repeat")}, "unknown column 'repeat'"),
        ({"resampling": Resampling(n_permutations=0)}, "wanted 1 permutation or more, came 0"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(MeasureError, match=message):
        keyness(draw_counts(), **({"target": "x", "reference": "y"} | arguments))


@pytest.mark.parametrize(
    ("values", "total", "message"),
    [
        ([[1.5], [1.0]], 10, "wanted whole counts, came weights"),
        ([[-1], [1]], 10, "wanted counts of 0 or more, came -1"),
        ([[0], [0]], 0, "'x' has no tokens"),
    ],
)
def test_bad_counts(values, total, message):
    with pytest.raises(MeasureError, match=message):
        keyness(small_counts(values, "xy", total=total), target="x", reference="y")


# ---------------------------------------------------------------- most key


def _ranked() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "term": list("abcdef"),
            "log_ratio": [3.0, 1.0, 0.0, -1.0, -3.0, 1.0],
            "n_target": [5, 9, 4, 1, 0, 12],
            "n_reference": [1, 4, 4, 3, 6, 6],
            "n_documents_target": [1, 3, 2, 1, 0, 2],
            "n_documents_reference": [1, 2, 2, 2, 3, 2],
        }
    )


def test_most_key_ranks_both_ways_and_breaks_ties_by_frequency():
    assert most_key(_ranked(), top=2)["term"].tolist() == ["a", "f", "d", "e"]
    assert most_key(_ranked(), top=9)["term"].tolist() == ["a", "f", "b", "d", "e"]


def test_last_bits_do_not_decide_a_ranking():
    """0.3 and 0.1 + 0.2 are a tie: a processor's last bit would turn it."""
    table = _ranked().head(3).assign(log_ratio=[0.3, 0.1 + 0.2, 0.3], n_target=5, n_reference=1)
    table = table.assign(n_documents_target=1)
    assert most_key(table, top=3)["term"].tolist() == sorted(table["term"])


def test_most_key_wants_documents_of_the_side_that_leads():
    assert most_key(_ranked(), min_documents=2)["term"].tolist() == ["f", "b", "d", "e"]
    assert most_key(_ranked(), min_documents=3)["term"].tolist() == ["b", "e"]


def test_most_key_of_an_unknown_column_is_an_error():
    with pytest.raises(MeasureError, match="most_key: unknown column 'g2'"):
        most_key(_ranked(), by="g2")


def test_scores_alone_say_that_no_inference_was_asked_for():
    counts = draw_counts(factor=3)
    quick = Resampling(n_permutations=0, n_resamples=0)
    alone = keyness(counts, target="x", reference="y", resampling=quick)
    whole = keyness(counts, target="x", reference="y", resampling=QUICK)
    assert list(alone.columns) == list(whole.columns)
    for column in ("term", "n_target", "g2_four_cell", "lrc", "log_ratio"):
        assert_frame_equal(alone[[column]], whole[[column]])
    assert set(alone["status"]) == set(alone["p_status"]) == {"not_estimable"}
    assert set(alone["reason_code"]) == {"no_inference_asked"}
    assert alone[["low", "high", "p_value"]].isna().all().all()
