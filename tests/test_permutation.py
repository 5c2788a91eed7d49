"""Relabelling documents: exact values, calibration, planted differences, refusals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from keyness_samples import draw_counts
from numpy.testing import assert_allclose
from scipy import sparse

from analysis.measures.permutation import Surplus, bring_in_tails, permute_terms, permute_values
from analysis.measures.resampling import (
    all_labels,
    count_relabellings,
    find_units,
    random_labels,
    relabelling_floor,
)
from analysis.study.errors import MeasureError


def units_of(matrix, sizes, side, **how):
    return find_units(sparse.csr_array(np.asarray(matrix)), sizes, side, **how)


def side_of(counts):
    return (counts.rows["event"] == "x").to_numpy()


def sides(n_target, n_reference):
    return [True] * n_target + [False] * n_reference


@pytest.mark.parametrize(
    ("n_target", "n_reference", "floor"),
    [(2, 3, 1 / 10), (3, 4, 1 / 35), (3, 3, 2 / 20), (4, 4, 2 / 70), (1, 1, 1)],
)
def test_floor_of_the_design(n_target, n_reference, floor):
    n = n_target + n_reference
    units = units_of(np.ones((n, 1)), np.ones(n), sides(n_target, n_reference))
    assert relabelling_floor(units) == pytest.approx(floor)
    values = [*range(100, 100 + n_target), *range(n_reference)]
    row = permute_values(values, sides(n_target, n_reference))
    assert row["n_extreme"] / row["n_relabellings"] == pytest.approx(floor)
    assert row["status"] == ("ok" if floor <= 0.05 else "not_estimable")
    assert np.isnan(row["p_value"]) == (row["status"] != "ok")


def test_mean_difference_against_enumeration():
    rng = np.random.default_rng(2)
    values = rng.gamma(2, 1, 9)
    found = permute_values(values, sides(4, 5))
    observed = abs(values[:4].mean() - values[4:].mean())
    extreme = [
        abs(values[list(a)].mean() - np.delete(values, a).mean()) >= observed - 1e-12
        for a in itertools.combinations(range(9), 4)
    ]
    assert found["p_value"] == pytest.approx(np.mean(extreme))
    assert found["n_relabellings"] == len(extreme) == 126
    assert found["exact"]


def test_equal_groups_are_enumerated_exactly():
    x = np.array([[3, 0], [4, 1], [2, 2], [5, 0], [0, 1], [1, 3], [0, 0], [2, 4]])
    sizes = np.array([90, 120, 80, 100, 110, 95, 70, 130])
    units = units_of(x, sizes, sides(4, 4))
    residuals = x - sizes[:, None] * x.sum(axis=0) / sizes.sum()
    spread = np.sqrt(8 / 7 * (residuals**2).sum(axis=0))
    found = []
    for kept in itertools.combinations(range(8), 4):
        part = sizes[list(kept)].sum() / sizes.sum()
        found.append(residuals[list(kept)].sum(axis=0) / spread / np.sqrt(part * (1 - part)))
    z = np.abs(np.array(found))
    table = permute_terms(units, symmetric=False)
    assert_allclose(np.abs(table["z"]), z[0])
    assert table["n_extreme"].tolist() == (z >= z[0] - 1e-9).sum(axis=0).tolist()
    assert table["p_max_t"].tolist() == pytest.approx(
        [(z.max(axis=1) >= each - 1e-9).mean() for each in z[0]]
    )


def test_random_relabellings_agree_with_all():
    counts = draw_counts(8, 7, seed=5, factor=2)
    side = side_of(counts)
    units = find_units(counts.matrix, counts.totals, side)
    exact = permute_terms(units)
    assert exact["n_relabellings"].iloc[0] == 6435
    copies = find_units(
        sparse.csr_array(sparse.vstack([counts.matrix, sparse.csr_array((8, 40))])),
        np.append(counts.totals, np.zeros(8)),
        np.append(side, [True, False] * 4),
        strata=np.append(np.zeros(15), np.ones(8)),
    )
    drawn = permute_terms(copies, n_permutations=4999, seed=1)
    assert not drawn["exact"].any()
    tested = exact["status"] == "ok"
    assert tested.sum() > 10
    assert_allclose(drawn["p_value"][tested], exact["p_value"][tested], atol=0.03)


def test_relabellings_keep_to_their_strata():
    strata = np.array([0, 0, 0, 1, 1, 1, 1])
    side = np.array([True, False, False, True, True, False, False])
    units = units_of(np.eye(7), np.ones(7), side, strata=strata)
    assert count_relabellings(units) == 3 * 6
    everything = np.concatenate(list(all_labels(units)), axis=1)
    assert everything.shape == (7, 18)
    assert len(np.unique(everything, axis=1).T) == 18
    for labels in (everything, np.concatenate(list(random_labels(units, 50, 1)), axis=1)):
        assert set(labels[strata == 0].sum(axis=0)) == {1}
        assert set(labels[strata == 1].sum(axis=0)) == {2}


def test_variance_and_skewness_under_relabelling():
    counts = draw_counts(5, 9, seed=8)
    side = side_of(counts)
    units = find_units(counts.matrix, np.full(14, 900), side, strata=counts.rows["outlet"])
    surplus = Surplus(units, symmetric=False)
    labels = np.concatenate(list(all_labels(units)), axis=1)
    z = surplus.standardise(labels)
    moves = surplus.moves(side)
    assert moves.sum() > 20
    assert_allclose(z[moves].mean(axis=1), 0, atol=1e-9)
    assert_allclose(z[moves].std(axis=1), 1)
    part = (surplus.sizes_in @ labels[:, :1]) / surplus.totals
    third = (surplus.third @ (part * (1 - part) * (1 - 2 * part)))[:, 0]
    spread = np.sqrt(surplus.second @ (part * (1 - part)))[:, 0]
    assert_allclose((z[moves] ** 3).mean(axis=1), (third / spread**3)[moves], atol=1e-7)


def test_cube_root_keeps_the_order_and_brings_tails_in():
    z, skew = np.linspace(-8, 12, 200), np.array([[-2.0], [-0.3], [0.0], [0.3], [2.0]])
    rooted = bring_in_tails(np.broadcast_to(z, (5, 200)).copy(), np.broadcast_to(skew, (5, 200)))
    assert (np.diff(rooted, axis=1) > 0).all()
    assert_allclose(rooted[2], z)
    assert_allclose(
        rooted[::-1, ::-1][:2], -bring_in_tails(np.tile(-z[::-1], (2, 1)), -skew[::-1][:2])
    )
    assert rooted[4].max() < rooted[3].max() < 12
    # the gamma distribution of this skewness has its upper 1 % at 3.03
    assert rooted[4][np.abs(z - 3.6052).argmin()] == pytest.approx(2.326, abs=0.1)


@pytest.mark.parametrize(
    ("n_target", "n_reference", "in_a_text", "most"),
    [(30, 30, 1, (0.065, 0.10)), (15, 60, 1, (0.065, 0.10)), (120, 80, 4, (0.08, 0.12))],
    ids=["equal groups", "unequal groups", "longer texts in the reference"],
)
def test_no_difference_gives_few_alarms(n_target, n_reference, in_a_text, most):
    """Rates are equal; lengths and spread are not where texts are put together from several."""
    alone, any_key = [], []
    for seed in range(30):
        counts = draw_counts(n_target, n_reference, seed=seed)
        side, number = side_of(counts), np.arange(n_target + n_reference)
        texts = np.where(side, number, 1000 + number // in_a_text)
        units = find_units(counts.matrix, counts.totals, side, clusters=texts)
        assert units.n_reference == n_reference // in_a_text
        table = permute_terms(units, n_permutations=199, seed=seed)
        tested = table[table["status"] == "ok"]
        alone.append((tested["p_value"] <= 0.05).mean())
        any_key.append((tested["p_max_t"] <= 0.05).any())
    assert 0.03 <= np.mean(alone) <= most[0]
    assert np.mean(any_key) <= most[1]


def test_planted_difference_in_unequal_groups():
    counts = draw_counts(15, 60, factor=4)
    side = side_of(counts)
    table = permute_terms(find_units(counts.matrix, counts.totals, side))
    assert table["p_max_t"].idxmin() == 0
    assert table.loc[0, "p_max_t"] <= 0.01
    assert table.loc[0, "z"] > 3


def test_rare_terms_are_refused():
    x = np.zeros((20, 2), dtype=int)
    x[:3, 0], x[:10, 1] = 5, 5
    table = permute_terms(units_of(x, np.full(20, 100), sides(10, 10)))
    assert table["status"].tolist() == ["not_estimable", "ok"]
    assert table["reason_code"][0] == "term_in_few_documents"
    assert table["p_floor"][0] == pytest.approx(2 * 120 / 1140)
    assert np.isnan(table["p_value"][0])


def test_few_relabellings_are_refused():
    table = permute_terms(
        units_of(np.arange(40)[:, None], np.full(40, 100), sides(20, 20)), n_permutations=9
    )
    assert table["reason_code"].tolist() == ["p_floor_too_high"]
    assert table["reason_values"].tolist() == ["0.1;0.05"]


def test_term_as_frequent_as_the_text_is_long():
    table = permute_terms(units_of([[5]] * 8, np.full(8, 100), sides(4, 4)))
    assert table["reason_code"].tolist() == ["no_relabelling_moves_term"]


def test_copies_as_clusters():
    x = [[5], [5], [5], [1], [0], [1], [0]]
    side = sides(4, 3)
    units = units_of(x, np.full(7, 50), side, clusters=list("aaabcde"))
    assert (units.n_target, units.n_reference) == (2, 3)
    assert units.matrix.toarray().ravel().tolist() == [15, 1, 0, 1, 0]
    assert units.sizes.tolist() == [150, 50, 50, 50, 50]


def test_cluster_on_both_sides_and_over_strata():
    units = units_of(
        [[1]] * 5, [10] * 5, [True, False, True, True, False],
        clusters=list("aabcc"), strata=list("ppqpq"),
    )  # fmt: skip
    assert units.is_target.tolist() == [True, False, True, True, False]
    over = units_of(
        [[1]] * 4, [10] * 4, [True, True, True, False], clusters=list("aabc"), strata=list("pqpq")
    )
    assert len(set(over.strata)) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"is_target": [True] * 3}, "no document in the reference"),
        ({"is_target": [False] * 3}, "no document in the target"),
        ({"is_target": [True]}, "a side and a size for each of 3 rows, came 1 and 3"),
        ({"sizes": [1, -1, 1]}, "wanted sizes of 0 or more"),
        ({"sizes": [0, 1, 1]}, "tokens in both groups"),
        ({"clusters": ["a"]}, "a cluster and a stratum for each of 3 rows"),
        ({"strata": ["a", None, "b"]}, "a row has no cluster or no stratum"),
    ],
)
def test_bad_rows(change, message):
    how = {"sizes": [1, 1, 1], "is_target": [True, False, False]} | change
    with pytest.raises(MeasureError, match=message):
        find_units(sparse.csr_array(np.ones((3, 1))), **how)
