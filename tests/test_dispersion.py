"""Dispersion, held to published numbers (design/measures: section 4)."""

from __future__ import annotations

import numpy as np
import pytest
from keyness_samples import draw_counts, small_counts, take
from numpy.testing import assert_allclose

from analysis.measures.cells import check_parts
from analysis.measures.dispersion import dispersion, leading_dispersion
from analysis.measures.formulas import DISPERSION
from analysis.study.errors import MeasureError

V = [1, 2, 3, 4, 5]
EQUAL, UNEQUAL = [10] * 5, [9, 10, 10, 10, 11]
ALLEMAND = (2, 0, 1, 1, 3, 0, 3, 0, 0, 0)
ALLEMAND_SIZES = (8143, 8058, 8271, 8125, 7959, 7941, 8146, 8001, 8003, 7930)


def score(name, frequencies, sizes):
    return DISPERSION[name](check_parts(frequencies, sizes))


@pytest.mark.parametrize(
    ("name", "equal", "unequal", "decimals"),
    [
        ("dp", 0.20, 0.18, 9),
        ("dp_norm", 0.25, 0.2195122, 7),
        ("juilland_d", 0.7642977, 0.7851505, 7),
    ],
)
def test_corpus_of_gries(name, equal, unequal, decimals):
    assert_allclose(score(name, V, EQUAL), equal, atol=0.51 * 10.0**-decimals)
    assert_allclose(score(name, V, UNEQUAL), unequal, atol=0.51 * 10.0**-decimals)


def test_divergence_in_the_corpus_of_gries():
    """Gries (2020) prints it turned into a value from 0 to 1, k / (1 + k)."""
    for sizes, value in ((EQUAL, 0.1472471), (UNEQUAL, 0.1204707)):
        k = score("kld", V, sizes)[0]
        assert k / (1 + k) == pytest.approx(value, abs=6e-8)


@pytest.mark.parametrize("name", ["juilland_d", "dp", "dp_norm", "kld"])
def test_words_of_gries_and_single_examples(name):
    words = np.array([(2, 2, 2, 2, 2), (1, 0, 0, 0, 0), (0, 1, 0, 0, 0), (0, 0, 0, 0, 1)]).T
    gold = {
        "juilland_d": (0.968, 0, 0, 0),
        "dp": (0.02, 0.82, 0.8, 0.78),
        "dp_norm": (0.024, 1, 0.976, 0.951),
        "kld": (0.003, 2.474, 2.322, 2.184),
    }
    assert_allclose(score(name, words, UNEQUAL), gold[name], atol=0.00051)
    single = {"juilland_d": ([0, 4, 3, 2, 1], 0.6464), "dp_norm": ([2, 1, 0], 0.5)}
    if name in single:
        frequencies, value = single[name]
        assert_allclose(score(name, frequencies, [10] * len(frequencies)), value, atol=5e-5)


@pytest.mark.parametrize(
    ("name", "value", "decimals"),
    [
        ("juilland_d", 0.6038797, 7),
        ("dp", 0.49907045, 8),
        ("dp_norm", 0.55354798, 8),
        ("dp_egbert", 1 - 0.55376904, 8),
        ("range", 5, 8),
    ],
)
def test_allemand_of_lyne(name, value, decimals):
    found = score(name, ALLEMAND, ALLEMAND_SIZES)
    assert_allclose(found, value, atol=0.51 * 10.0**-decimals)


@pytest.mark.parametrize("name", sorted(DISPERSION))
def test_order_of_documents_does_not_matter(name):
    counts = draw_counts()
    order = np.random.default_rng(0).permutation(len(counts.totals))
    turned = dispersion(counts, measures=(name,))[name]
    x, sizes = counts.matrix.toarray()[order], counts.totals[order]
    assert_allclose(turned, score(name, x, sizes), rtol=1e-10)


@pytest.mark.parametrize("name", sorted(set(DISPERSION) - {"range"}))
def test_even_spread_is_the_extreme(name):
    even = score(name, [3, 3, 3, 3], [50] * 4)[0]
    uneven = score(name, [9, 1, 1, 1], [50] * 4)[0]
    best = 0 if name in ("dp", "dp_norm", "kld") else 1
    assert even == pytest.approx(best, abs=1e-9)
    assert abs(uneven - best) > 0.1


def test_planted_burst_is_found():
    table = dispersion(small_counts([[2, 8], [2, 0], [2, 0], [2, 0]], "xxyy"))
    assert table["dp_norm"].tolist() == pytest.approx([0, 1])
    assert table["range"].tolist() == [4, 1]


def test_what_cannot_be_measured_says_why():
    one = dispersion(small_counts([[2, 0]], "x"))
    assert one["reason_code"].tolist() == ["one_document_dispersion", "term_absent"]
    assert one["status"].tolist() == ["not_estimable"] * 2
    absent = dispersion(small_counts([[2, 0], [1, 0]], "xy"), measures=tuple(DISPERSION))
    assert absent["status"].tolist() == ["ok", "not_estimable"]
    assert absent.loc[0].notna().all()
    counts = small_counts([[2], [2], [0]], "xyx")
    counts.totals[2] = 0
    assert dispersion(counts)["n_parts"].tolist() == [2]
    table = leading_dispersion(small_counts([[4], [1], [1]], "xyy"), target="x", reference="y")
    assert np.isnan(table["evenness"].iloc[0])
    assert table["evenness_reason_code"].iloc[0] == "one_document_dispersion"


@pytest.mark.parametrize(
    ("frequencies", "sizes", "message"),
    [
        ([1, 2], [10], "came 2 parts, 1 sizes"),
        ([1, 2], [10, 0], "a part has no tokens"),
        ([1, -2], [10, 10], "from 0 up to the size"),
        ([1, 12], [10, 10], "from 0 up to the size"),
    ],
)
def test_bad_parts(frequencies, sizes, message):
    with pytest.raises(MeasureError, match=message):
        check_parts(frequencies, sizes)


# ---------------------------------------------------------------- of the leading side


def test_leading_dispersion_is_that_of_the_side_with_the_higher_rate():
    counts = small_counts([[4, 0, 1], [1, 0, 1], [1, 9, 0], [0, 0, 0], [0, 0, 8]], "xxyyy")
    table = leading_dispersion(counts, target="x", reference="y").set_index("term")
    assert table["leading"].tolist() == ["target", "reference", "reference"]
    of_x = dispersion(counts.select(np.array([1, 1, 0, 0, 0], bool)), measures=("dp_egbert",))
    of_y = dispersion(counts.select(np.array([0, 0, 1, 1, 1], bool)), measures=("dp_egbert",))
    wanted = [of_x["dp_egbert"][0], of_y["dp_egbert"][1], of_y["dp_egbert"][2]]
    assert table["evenness"].tolist() == pytest.approx(wanted)
    assert wanted[1:] == pytest.approx([0, 0])  # one document has all of it
    assert table["n_documents"].tolist() == [2, 1, 1]
    assert table["n_documents_total"].tolist() == [2, 3, 3]


def test_leading_dispersion_does_not_depend_on_the_direction_or_on_segments():
    counts = small_counts([[4, 1], [1, 0], [1, 9], [0, 2]], "xxyy")
    there = leading_dispersion(counts, target="x", reference="y")
    back = leading_dispersion(counts, target="y", reference="x")
    assert there["evenness"].tolist() == back["evenness"].tolist()
    halves = take(counts, np.tile(np.arange(4), 2))
    doubled = leading_dispersion(halves, target="x", reference="y")
    assert doubled["evenness"].tolist() == pytest.approx(there["evenness"].tolist())


def test_unknown_names_and_no_tokens():
    counts = small_counts([[4], [1]], "xy")
    with pytest.raises(MeasureError, match=r"unknown measure 'dp_nrom'\. Allowed: .*'dp_norm'"):
        dispersion(counts, measures=("dp_nrom",))
    with pytest.raises(MeasureError, match="no document has a token"):
        dispersion(small_counts([[0]], "x", total=0))
    with pytest.raises(MeasureError, match=r"unknown event 'z'\. Allowed: x, y"):
        leading_dispersion(counts, target="x", reference="z")
    with pytest.raises(MeasureError, match="leading_dispersion: unknown column 'desk'"):
        leading_dispersion(counts, target="x", reference="y", group="desk")
