"""Coefficients of agreement against published numbers, and one formula against the other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.coding.agreement import (
    RESAMPLED,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    one_hot,
)
from analysis.study.errors import MeasureError

#: Krippendorff (2011), example C: four coders, twelve units, five labels; a point: missing.
WITH_MISSING = (
    "123321412...",
    "1233224125.3",
    ".33323422 51.".replace(" ", ""),
    "1233244125 1.".replace(" ", ""),
)
PAIRS = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("xyz")), min_size=2, max_size=12)


def labels(row: str) -> list[str | None]:
    return [None if label == "." else label for label in row]


def test_alpha_of_krippendorffs_examples() -> None:
    assert krippendorff_alpha([list("0100000010"), list("1110010000")]) == pytest.approx(2 / 21)
    nominal = [list("aabbdcccedda"), list("babbbcccеddd".replace("е", "e"))]
    assert krippendorff_alpha(nominal) == pytest.approx(0.692, abs=5e-4)


def test_alpha_with_missing_labels() -> None:
    """The published .743; a unit with one label (the last but one has two) does not count."""
    rows = [labels(row) for row in WITH_MISSING]
    assert krippendorff_alpha(rows) == pytest.approx(0.743, abs=5e-4)
    more = [[*row, label] for row, label in zip(rows, ["7", None, None, None], strict=True)]
    assert krippendorff_alpha(more) == krippendorff_alpha(rows)


def test_alpha_and_kappa_of_one_label_are_not_defined() -> None:
    """NLTK gives 1 for both."""
    assert math.isnan(krippendorff_alpha([["x"] * 5, ["x"] * 5]))
    assert math.isnan(cohen_kappa(["x"] * 5, ["x"] * 5))
    assert gwet_ac1(["x"] * 5, ["x"] * 5, 2) == 1.0


def test_kappa_and_ac1_of_the_check_value() -> None:
    first = ["x"] * 40 + ["y"] * 960
    second = ["x"] * 30 + ["y"] * 10 + ["x"] * 20 + ["y"] * 940
    assert cohen_kappa(first, second) == pytest.approx(0.651163, abs=1e-6)
    assert gwet_ac1(first, second, 2) == pytest.approx(0.967179, abs=1e-6)


def test_ac1_needs_as_many_labels_as_are_used() -> None:
    with pytest.raises(MeasureError, match="wanted n_labels of 2 and no less than used, came 2"):
        gwet_ac1(["x", "y"], ["x", "z"], 2)


@settings(deadline=None)
@given(PAIRS)
def test_the_formula_for_resamples_is_that_of_nltk(pairs: list[tuple[str, str]]) -> None:
    assume(len({label for pair in pairs for label in pair}) > 1)
    first, second = ([pair[i] for pair in pairs] for i in (0, 1))
    hot, ones = one_hot([first, second]), np.ones((len(pairs), 1))
    assert RESAMPLED["alpha"](hot, ones, 3)[0] == pytest.approx(krippendorff_alpha([first, second]))
    assert RESAMPLED["kappa"](hot, ones, 3)[0] == pytest.approx(cohen_kappa(first, second))
    assert RESAMPLED["ac1"](hot, ones, 3)[0] == pytest.approx(gwet_ac1(first, second, 3))


def test_the_formula_for_resamples_with_missing_labels_and_weights() -> None:
    rows = [labels(row) for row in WITH_MISSING]
    hot = one_hot(rows)
    assert RESAMPLED["alpha"](hot, np.ones((12, 1)), 5)[0] == pytest.approx(
        krippendorff_alpha(rows)
    )
    weights = np.array([[2.0], [0.0], *([[1.0]] * 10)])
    twice = [[row[0], row[0], *row[2:]] for row in rows]
    assert RESAMPLED["alpha"](hot, weights, 5)[0] == pytest.approx(krippendorff_alpha(twice))


@settings(deadline=None)
@given(PAIRS)
def test_coders_may_change_places(pairs: list[tuple[str, str]]) -> None:
    first, second = ([pair[i] for pair in pairs] for i in (0, 1))
    for measure in (cohen_kappa, lambda a, b: krippendorff_alpha([a, b])):
        assert measure(first, second) == pytest.approx(measure(second, first), nan_ok=True)
