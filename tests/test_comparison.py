"""Distributions of terms compared, held to published numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.spatial.distance import jensenshannon

from analysis.measures.keyness import jensen_shannon_shift
from analysis.study.errors import MeasureError

SUMMITS = ([30, 10, 60], [10, 50, 40])


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


counts = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any)


@given(counts, counts)
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
