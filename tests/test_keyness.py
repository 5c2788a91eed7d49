"""Keyness and word shifts: equivalences, planted differences, published values, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyness_samples import draw_counts, small_counts, take
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from scipy import sparse
from scipy.spatial.distance import jensenshannon

from analysis.measures.formulas import KEYNESS
from analysis.measures.keyness import jensen_shannon_shift, keyness, most_key
from analysis.measures.resampling import Resampling
from analysis.study.errors import MeasureError

QUICK = Resampling(n_permutations=99, n_resamples=100)
ALL = (*KEYNESS, "rank_biserial")
#: What a measure becomes when target and reference are exchanged; all others change their sign.
SWAP = {"fisher_p": "same", "odds_ratio": "reciprocal", "percent_difference": "complement"}


def scores_of(counts, **arguments):
    arguments = {"target": "x", "reference": "y", "resampling": QUICK} | arguments
    table = keyness(counts, measures=ALL, **arguments)
    return table.set_index("term")[list(ALL)].sort_index()


@pytest.fixture(scope="module")
def counts():
    return draw_counts()


def test_swapping_target_and_reference():
    counts = draw_counts(factor=3)
    theres, backs = scores_of(counts), scores_of(counts, target="y", reference="x")
    for measure in ALL:
        there, back, swap = theres[measure], backs[measure], SWAP.get(measure, "sign")
        if swap == "sign":
            assert_allclose(back, -there, rtol=1e-9, atol=1e-12, err_msg=measure)
        elif swap == "same":
            assert_allclose(back, there, rtol=1e-9, err_msg=measure)
        elif swap == "reciprocal":
            assert_allclose(back * there, 1, rtol=1e-9, err_msg=measure)
        else:
            assert_allclose((1 + back / 100) * (1 + there / 100), 1, rtol=1e-9, err_msg=measure)
        assert np.ptp(there) > 0


def test_order_of_rows_does_not_matter(counts):
    order = np.random.default_rng(1).permutation(len(counts.totals))
    assert_allclose(scores_of(take(counts, order)), scores_of(counts))


def test_group_then_count_is_count_then_group(counts):
    grouped = scores_of(counts.group("event"), resampling=replace(QUICK, cluster="event"))
    assert_allclose(grouped[list(KEYNESS)], scores_of(counts)[list(KEYNESS)])


def split_rows(counts):
    """Cut each document into two segments of uneven size."""
    x = counts.matrix.toarray()
    first = x // 3
    matrix = sparse.csr_array(np.concatenate([first, x - first]))
    rows = pd.concat([counts.rows] * 2, ignore_index=True)
    sizes = np.maximum(counts.totals // 3, first.sum(axis=1))
    return replace(counts, matrix=matrix, rows=rows, totals=np.append(sizes, counts.totals - sizes))


def test_splitting_documents_does_not_matter(counts):
    how = {"target": "x", "reference": "y", "measures": ALL, "resampling": QUICK}
    assert_frame_equal(keyness(split_rows(counts), **how), keyness(counts, **how))


def test_columns_are_the_same_whatever_the_arguments(counts):
    base = keyness(counts, target="x", reference="y", measures=(), resampling=QUICK)
    more = keyness(
        counts, target="x", reference="y", measures=ALL, correction="holm", resampling=QUICK
    )
    assert list(base.columns) == [
        "term", "n_target", "n_reference", "size_target", "size_reference",
        "per_million_target", "per_million_reference", "n_documents_target",
        "n_documents_reference", "range", "log_ratio", "low", "high", "status", "reason_code",
        "reason_values", "z", "p_value", "p_adjusted", "p_floor", "p_status", "p_reason_code",
        "p_reason_values",
    ]  # fmt: skip
    assert set(more.columns) == set(base) | set(ALL)
    for value, prefix in (("low", ""), ("p_value", "p_")):
        refused = base[f"{prefix}status"] == "not_estimable"
        assert base[value].isna().tolist() == refused.tolist()
        assert (base[f"{prefix}reason_code"] != "").tolist() == refused.tolist()


def test_counts_by_eye():
    counts = small_counts([[2, 0], [1, 1], [0, 3]], "xxy")
    table = keyness(counts, target="x", reference="y", resampling=QUICK).set_index("term")
    counted = ["n_target", "n_reference", "size_target", "size_reference"]
    assert table.loc["t0", counted].tolist() == [3, 0, 200, 100]
    spread = ["n_documents_target", "n_documents_reference", "range"]
    assert table.loc["t1", spread].tolist() == [1, 1, 2]
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
    inside, bare = [], Resampling(n_permutations=1, n_resamples=300)
    for seed in range(50):
        counts = draw_counts(30, 30, seed=seed, factor=2).trim(min_count=500)
        table = keyness(counts, target="x", reference="y", measures=(), resampling=bare)
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


def test_term_in_one_group_only():
    rows = [[3, 1]] * 25 + [[0, 1]] * 25
    table = keyness(small_counts(rows, "x" * 25 + "y" * 25), target="x", reference="y")
    row = table.set_index("term").loc["t0"]
    assert row["log_ratio"] == pytest.approx(np.log2(75 / 0.5))
    assert row["reason_code"] == "term_in_one_group"
    assert row["p_value"] == pytest.approx(0.001)


def test_terms_of_a_third_group_are_left_out():
    table = keyness(
        small_counts([[1, 0, 1], [1, 0, 0], [0, 5, 1]], "xyz"), target="x", reference="y"
    )
    assert sorted(table["term"]) == ["t0", "t2"]


def test_repeats_as_clusters_are_one_unit():
    at = np.append(np.arange(50), [0] * 12)
    copied = take(draw_counts(25, 25), at, doc_id=[f"e{i}" for i in range(62)], repeat_group=at)
    loose, tied = (
        keyness(copied, target="x", reference="y", resampling=replace(QUICK, cluster=cluster))
        for cluster in (QUICK.cluster, "repeat_group")
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


@pytest.mark.parametrize("correction", ["holm", "max_t"])
def test_corrections_only_raise(correction):
    table = keyness(
        draw_counts(), target="x", reference="y", correction=correction, resampling=QUICK
    )
    tested = table[table["p_status"] == "ok"]
    assert len(tested) > 10
    assert (tested["p_adjusted"] >= tested["p_value"] - 1e-12).all()


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


def test_scores_without_inference_say_that_none_was_asked_for(counts):
    quick = Resampling(n_permutations=0, n_resamples=0)
    alone, whole = (
        keyness(counts, target="x", reference="y", resampling=each) for each in (quick, QUICK)
    )
    assert list(alone.columns) == list(whole.columns)
    scores = ["term", "n_target", "g2_four_cell", "lrc", "log_ratio"]
    assert_frame_equal(alone[scores], whole[scores])
    assert set(alone["status"]) == set(alone["p_status"]) == {"not_estimable"}
    assert set(alone["reason_code"]) == {"no_inference_asked"}
    assert alone[["low", "high", "p_value"]].isna().all(axis=None)


# ---------------------------------------------------------------- most key


def _ranked() -> pd.DataFrame:
    rows = [
        ("a", 3.0, 5, 1, 1, 1), ("b", 1.0, 9, 4, 3, 2), ("c", 0.0, 4, 4, 2, 2),
        ("d", -1.0, 1, 3, 1, 2), ("e", -3.0, 0, 6, 0, 3), ("f", 1.0, 12, 6, 2, 2),
    ]  # fmt: skip
    columns = ["term", "log_ratio", "n_target", "n_reference"]
    columns += ["n_documents_target", "n_documents_reference"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({"top": 2}, "afde"),
        ({"top": 9}, "afbde"),
        ({"min_documents": 2}, "fbde"),
        ({"min_documents": 3}, "be"),
    ],
)
def test_most_key_ranks_both_ways_breaks_ties_and_wants_documents_of_the_leading_side(
    arguments, wanted
):
    assert most_key(_ranked(), **arguments)["term"].tolist() == list(wanted)


def test_last_bits_do_not_decide_a_ranking():
    """0.3 and 0.1 + 0.2 are a tie: a processor's last bit would turn it."""
    table = _ranked().head(3).assign(log_ratio=[0.3, 0.1 + 0.2, 0.3], n_target=5, n_reference=1)
    table = table.assign(n_documents_target=1)
    assert most_key(table, top=3)["term"].tolist() == sorted(table["term"])


def test_most_key_of_an_unknown_column_is_an_error():
    with pytest.raises(MeasureError, match="most_key: unknown column 'g2'"):
        most_key(_ranked(), by="g2")


# ---------------------------------------------------------------- word shift

SUMMITS = ([30, 10, 60], [10, 50, 40])
FREQUENCIES = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any)


def test_shift_of_gallagher():
    target, reference = [10] * 7 + [0], [0] + [10] * 7
    shift = jensen_shannon_shift(target, reference, terms=list("ABCDEFGH"))
    assert shift["contribution"].sum() == pytest.approx(1 / 7)
    assert shift["term"][:2].tolist() == ["A", "H"]
    assert_allclose(shift["contribution_share"], [0.5, 0.5, *[0] * 6], atol=1e-12)
    assert shift["side"].tolist() == ["target", "reference", *["even"] * 6]


def test_shift_of_three_terms():
    shift = jensen_shannon_shift(*SUMMITS, terms=["Erfolg", "Deal", "Gipfel"]).set_index("term")
    assert_allclose(
        shift.loc[["Erfolg", "Deal", "Gipfel"], "contribution_share"],
        [0.240009, 0.667631, 0.092360],
        atol=6e-7,
    )
    assert shift["contribution"].sum() == pytest.approx(0.1572624, abs=6e-8)


@given(FREQUENCIES, FREQUENCIES)
def test_contributions_add_up_to_the_divergence_of_scipy(target, reference):
    shift = jensen_shannon_shift(target, reference, terms=list("abcd"))
    divergence = np.nan_to_num(jensenshannon(target, reference, base=2)) ** 2
    assert shift["contribution"].sum() == pytest.approx(divergence, abs=1e-9)
    assert (shift["contribution"] >= 0).all()


def test_same_distribution_has_no_shift():
    shift = jensen_shannon_shift([1, 2], [2, 4], terms=["a", "b"])
    assert shift["contribution_share"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("target", "reference", "message"),
    [
        ([0, 0], [1, 1], "a group has no occurrence of any term"),
        ([-1, 2], [1, 1], "wanted frequencies of 0 or more"),
        ([1], [1, 1], "came 1, 2, 2"),
    ],
)
def test_bad_frequencies(target, reference, message):
    with pytest.raises(MeasureError, match=message):
        jensen_shannon_shift(target, reference, terms=["a", "b"])
