from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from keyness_samples import draw_counts, small_counts, take

from analysis.measures.counts import TermCounts, count_terms
from analysis.measures.formulas import g2_four_cell, p_of_chi2
from analysis.measures.noise_floor import _splits, count_splits, noise_floor
from analysis.measures.permutation import permute_terms
from analysis.measures.resampling import Resampling, find_units
from analysis.study.errors import MeasureError
from analysis.tables.features import Features

PAIR = small_counts([[5], [5]], "xy")


def planted(factor: float, *, n: int = 12) -> TermCounts:
    return draw_counts(n, n, seed=5, factor=factor)


# ---------------------------------------------------------------- splits


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_few_clusters_are_split_in_every_way_once(n: int):
    found = list(_splits(n, 200, np.random.default_rng(0)))
    halves = {frozenset({frozenset(s), frozenset(range(n)) - frozenset(s)}) for s in found}
    wanted = {
        frozenset({frozenset(s), frozenset(range(n)) - frozenset(s)})
        for s in combinations(range(n), n // 2)
    }
    assert halves == wanted
    assert len(found) == len(wanted) == count_splits(n)


@pytest.mark.parametrize("n", [11, 12, 30])
def test_many_clusters_are_split_at_random_and_never_twice(n: int):
    found = list(_splits(n, 60, np.random.default_rng(1)))
    assert len({frozenset(s) for s in found}) == len(found) == 60
    assert {len(s) for s in found} == {n // 2}
    if n % 2 == 0:  # a half and its mirror image are one split
        assert all(s[0] == 0 for s in found)
    members = np.bincount([i for s in found for i in s], minlength=n)[1:]
    assert members.min() > 0


# ---------------------------------------------------------------- columns


def test_numbers_of_a_split_are_those_of_the_formulas():
    counts = small_counts([[9, 1], [1, 9], [2, 0], [0, 3]], "xxyy", total=50)
    table = noise_floor(counts, min_count=5)
    assert table["comparison"].tolist() == ["split", "split", "groups"]
    first = table.iloc[0]
    p_values = p_of_chi2(g2_four_cell([9, 1], [1, 9], 50, 50))
    assert first["n_terms"] == 2
    assert first["n_below_words"] == int((p_values < 0.05).sum()) == 2
    assert first["n_keywords_words"] == int((2 * p_values < 0.05).sum()) == 2
    assert (first["size_target"], first["size_reference"]) == (50, 50)
    assert table.iloc[1]["n_terms"] == 0
    assert table.iloc[1]["n_keywords_words"] == 0


def test_comparison_of_groups_is_max_t_of_all_documents():
    counts = planted(6.0)
    (row,) = noise_floor(counts, n_splits=1).query("comparison == 'groups'").to_dict("records")
    trimmed = counts.trim(min_count=5)
    test = permute_terms(find_units(trimmed.matrix, counts.totals, counts.rows["event"] == "x"))
    assert row["n_keywords_documents"] == (test["p_max_t"] <= 0.05).sum()
    assert row["n_testable"] == (test["status"] == "ok").sum()
    assert row["n_terms"] == len(trimmed.terms)


def test_more_than_two_groups_are_compared_in_pairs():
    counts = small_counts([[5], [5], [6], [6], [7], [7]], "xxyyzz")
    pairs = noise_floor(counts).query("comparison == 'groups'")
    assert list(zip(pairs["target"], pairs["reference"], strict=True)) == [
        ("x", "y"),
        ("x", "z"),
        ("y", "z"),
    ]


def test_corpus_of_one_group_has_splits_only():
    counts = draw_counts(10, 10)
    one = counts.with_rows(counts.rows.assign(event="Blatt"))
    table = noise_floor(one, n_splits=8, resampling=Resampling(n_permutations=199))
    assert table["comparison"].tolist() == ["split"] * 8
    assert table["status"].eq("ok").all()
    assert table["n_splits_possible"].iloc[0] == 92378


def test_columns_and_types_do_not_depend_on_what_is_estimable():
    small = noise_floor(small_counts([[5], [5], [5]], "xyy"))
    big = noise_floor(planted(1.0), n_splits=2)
    assert small.dtypes.to_dict() == big.dtypes.to_dict()


# ---------------------------------------------------------------- planted truth


def test_nothing_planted_gives_keywords_by_words_and_hardly_any_by_documents():
    table = noise_floor(
        draw_counts(40, 40, seed=11), n_splits=60, resampling=Resampling(n_permutations=399)
    )
    splits = table.query("comparison == 'split'")
    assert len(splits) == 120
    assert (splits["n_keywords_words"] > 0).mean() > 0.5  # nominal: .05
    assert (splits["n_keywords_documents"] > 0).mean() < 0.11  # .05 and two standard errors


def test_planted_difference_is_found_between_groups_and_not_within():
    table = noise_floor(planted(6.0), n_splits=40, resampling=Resampling(n_permutations=399))
    (groups,) = table.query("comparison == 'groups'")["n_keywords_documents"]
    within = table.query("comparison == 'split'")["n_keywords_documents"]
    assert groups >= 1
    assert (within > 0).mean() < 0.15


def test_clusters_are_split_as_one():
    counts = draw_counts(12, 12, seed=2)
    cluster = np.array([f"c{i // 2}" for i in range(24)])
    paired = counts.with_rows(counts.rows.assign(cluster=cluster))
    table = noise_floor(paired, resampling=Resampling(cluster="cluster", n_permutations=99))
    splits = table.query("comparison == 'split'")
    assert splits["n_splits_possible"].eq(10).all()
    assert splits["n_documents_target"].eq(3).all()
    assert splits["status"].eq("not_estimable").all()


def test_seed_decides_and_row_order_does_not():
    counts = draw_counts(20, 20)
    shuffled = take(counts, np.random.default_rng(0).permutation(40))
    plan = Resampling(n_permutations=99, seed=4)
    columns = ["n_terms", "n_below_words", "n_keywords_words", "size_target"]
    first, again = (noise_floor(c, n_splits=5, resampling=plan) for c in (counts, shuffled))
    assert first[columns].equals(again[columns])
    other = noise_floor(counts, n_splits=5, resampling=Resampling(n_permutations=99, seed=5))
    assert not first["size_target"].equals(other["size_target"])


# ---------------------------------------------------------------- refusals


def test_five_documents_leave_nothing_to_estimate(features: Features):
    table = noise_floor(count_terms(features))
    assert table["n_keywords_documents"].isna().all()
    assert table["status"].eq("not_estimable").all()
    (real,) = table.query("comparison == 'groups'").to_dict("records")
    assert real["p_floor"] == pytest.approx(0.1)
    assert real["reason_code"] == "p_floor_too_high"
    assert real["reason_values"] == "0.1;0.05"


def test_what_cannot_be_split_keeps_its_row_with_the_reason():
    table = noise_floor(small_counts([[5], [5], [5]], "xyy"))
    (alone,) = table.query("target == 'x' and comparison == 'split'").to_dict("records")
    assert alone["split"] == 0
    assert alone["reason_code"] == "group_of_one_not_split"
    counts = small_counts([[5], [0], [5], [5]], "xxyy")
    counts.totals[1] = 0
    assert noise_floor(counts).iloc[0]["reason_code"] == "one_side_without_tokens"


@pytest.mark.parametrize(
    ("change", "how", "text"),
    [
        ({}, {"resampling": Resampling(group="evnt")}, "noise_floor: unknown column 'evnt'"),
        ({}, {"resampling": Resampling(cluster="copy")}, "noise_floor: unknown column 'copy'"),
        ({}, {"resampling": Resampling(stratum="desk")}, "noise_floor: unknown column 'desk'"),
        ({}, {"n_splits": 0}, "wanted 1 split or more, came 0"),
        ({"matrix": PAIR.matrix * 0.5}, {}, r"came weights\. Count repeats once with Recipe"),
        (
            {"rows": PAIR.rows.assign(event=[np.nan, "y"])},
            {},
            "a document has no event; give each one",
        ),
    ],
)
def test_bad_arguments(change: dict, how: dict, text: str):
    with pytest.raises(MeasureError, match=text):
        noise_floor(replace(PAIR, **change), **how)
