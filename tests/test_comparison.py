"""Rankings and distributions compared (design/measures: section 6)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import cohen_kappa_score

from analysis.errors import MeasureError
from analysis.measures.comparison import (
    divergences,
    jensen_shannon_shift,
    list_agreement,
    rank_biased_overlap,
)

ONE, OTHER = "abcdefghij", "acbdhijefg"
SUMMITS = ([30, 10, 60], [10, 50, 40])


def test_rank_biased_overlap_of_webber():
    found = rank_biased_overlap(ONE, OTHER)
    assert_allclose(found, (0.738264, 0.144415, 0.882679), atol=6e-7)
    longer = rank_biased_overlap(ONE, OTHER, persistence=0.95)
    assert longer.estimate == pytest.approx(0.927042, abs=6e-7)


def test_rankings_alike_and_unlike():
    same = rank_biased_overlap(ONE, ONE)
    assert same.estimate == pytest.approx(1)
    assert same.low + same.residual == pytest.approx(1)
    assert rank_biased_overlap("abc", "xyz").estimate == 0
    assert rank_biased_overlap("abc", "xyz").low == 0


def deep_overlap(one, other, p):
    """Sum the definition over the ranks of long lists."""
    return sum(
        (1 - p) * p ** (d - 1) * len(set(one[:d]) & set(other[:d])) / d
        for d in range(1, len(one) + 1)
    )


@given(st.permutations(range(8)), st.integers(2, 8), st.floats(0.3, 0.95))
def test_bounds_hold_whatever_follows(order, depth, p):
    one, other = list(range(8))[:depth], order[:depth]
    bounds = rank_biased_overlap(one, other, persistence=p)
    unlike = deep_overlap(
        one + [f"a{i}" for i in range(400)], other + [f"b{i}" for i in range(400)], p
    )
    assert bounds.low == pytest.approx(unlike, abs=1e-6)
    late = [x for x in other if x not in one], [x for x in one if x not in other]
    tail = [f"c{i}" for i in range(400)]
    alike = deep_overlap(one + late[0] + tail, other + late[1] + tail, p)
    assert bounds.low + bounds.residual == pytest.approx(alike, abs=1e-6)
    assert bounds.low - 1e-9 <= bounds.estimate <= bounds.low + bounds.residual + 1e-9
    assert rank_biased_overlap(other, one, persistence=p) == pytest.approx(bounds)


@pytest.mark.parametrize(
    ("one", "other", "p", "message"),
    [
        ("ab", "abc", 0.9, "two rankings of one length, not empty; came 2 and 3"),
        ("", "", 0.9, "came 0 and 0"),
        ("aa", "ab", 0.9, "names a term twice"),
        ("ab", "ab", 1, "persistence between 0 and 1, came 1"),
    ],
)
def test_bad_rankings(one, other, p, message):
    with pytest.raises(MeasureError, match=message):
        rank_biased_overlap(one, other, persistence=p)


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
    apart = divergences(*SUMMITS)
    assert apart.jensen_shannon == pytest.approx(0.1572624, abs=6e-8)
    assert apart.entropy_difference == pytest.approx(-0.0655022, abs=6e-8)
    assert apart.kl_reference_target == pytest.approx(0.7684828, abs=6e-8)
    assert apart.total_variation == pytest.approx(0.4)


counts = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any)


@given(counts, counts)
def test_divergences_by_scipy_and_swapped(target, reference):
    there, back = divergences(target, reference), divergences(reference, target)
    assert there.jensen_shannon == pytest.approx(
        np.nan_to_num(jensenshannon(target, reference, base=2)) ** 2, abs=1e-9
    )
    assert there.jensen_shannon == pytest.approx(back.jensen_shannon)
    assert there.total_variation == pytest.approx(back.total_variation)
    assert there.entropy_difference == pytest.approx(-back.entropy_difference)
    assert there.kl_target_reference == pytest.approx(back.kl_reference_target)
    shift = jensen_shannon_shift(target, reference, terms=list("abcd"))
    assert shift["contribution"].sum() == pytest.approx(there.jensen_shannon, abs=1e-9)
    assert (shift["contribution"] >= 0).all()


def test_same_distribution_has_no_shift():
    shift = jensen_shannon_shift([1, 2], [2, 4], terms=["a", "b"])
    assert shift["contribution_share"].tolist() == [0, 0]
    assert divergences([1, 0], [1, 1]).kl_reference_target == np.inf


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


def test_agreement_of_two_lists():
    found = list_agreement(30, 10, 20, 940)
    assert found == pytest.approx((0.651163, 0.967179), abs=6e-7)
    labels = [1] * 40 + [0] * 960, [1] * 30 + [0] * 10 + [1] * 20 + [0] * 940
    assert found.kappa == pytest.approx(cohen_kappa_score(*labels))
    assert list_agreement(30, 20, 10, 940) == pytest.approx(found)
    assert list_agreement(5, 0, 0, 5) == pytest.approx((1, 1))


@pytest.mark.parametrize("table", [(0, 0, 0, 0), (1, -1, 2, 3), (5, 0, 0, 0), (0, 0, 0, 5)])
def test_lists_without_agreement(table):
    with pytest.raises(MeasureError, match="list_agreement: wanted counts of 0 or more, terms in"):
        list_agreement(*table)
