"""Association of words (design/measures: section 5) and its difference between groups."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from keyness_samples import GOLD, near
from numpy.testing import assert_allclose

from analysis.measures import formulas
from analysis.measures.cells import CoOccurrences, Pairs, check_pairs
from analysis.measures.collocation import association, association_difference, strongest_collocates
from analysis.measures.formulas import ASSOCIATION
from analysis.measures.resampling import Resampling
from analysis.study.errors import MeasureError

UCS_INFINITE = 10_000_000
LOG2_10 = np.log2(10)
FUER = check_pairs(46, 776, 877, 149709)


def read_ucs():
    gold = pd.read_csv(GOLD / "ucs-gold-100.ds", sep="\t", comment="#", quoting=3)
    return gold, check_pairs(gold["f"], gold["f1"], gold["f2"], gold["N"])


def in_words_of_ucs(pairs):
    """Return our measures under the names, and with the logarithms, of UCS."""
    return {
        "MI": formulas.mi(pairs) / LOG2_10,
        "MI3": formulas.mi3(pairs) / LOG2_10,
        "average.MI": np.abs(ASSOCIATION["g2"](pairs)) / (2 * np.log(10)),
        "log.likelihood": ASSOCIATION["g2"](pairs),
        "t.score": formulas.t_score(pairs),
        "z.score": formulas.z_score(pairs),
    }


def test_pairs_of_ucs():
    gold, pairs = read_ucs()
    assert len(gold) > 90
    for name, values in in_words_of_ucs(pairs).items():
        column = gold[f"am.{name}"]
        known = np.abs(column) != UCS_INFINITE
        assert known.sum() > 80, name
        assert_allclose(values[known], column[known], rtol=1e-9, atol=1e-12, err_msg=name)
        assert np.isinf(values[~known]).all(), name


def test_german_example():
    gold = {
        "g2": "134.301",
        "z_score": "19.4429",
        "t_score": "6.11208",
        "log_ratio": "3.40925",
        "mi": "3.33902",
        "log_dice": "9.832691",
    }
    for name, value in gold.items():
        near(ASSOCIATION[name](FUER), value)
    near(formulas.mi(FUER) / LOG2_10, "1.00514")


def test_single_examples():
    companies = check_pairs(8, 15828, 4675, 14307668)
    near(companies.e11, "5.172")
    near(formulas.t_score(companies), ".999932")
    near(formulas.t_score(check_pairs(20, 42, 20, 14307668)), "4.4721")
    near(formulas.mi(check_pairs(8, 1105, 44, 15_000_000)), "11.3")
    gries = check_pairs(5610, 174548, 7867, 10409868)
    near(formulas.delta_p_collocate(gries), ".032")
    near(formulas.delta_p_node(gries), ".697")
    near(formulas.g2_four_cell(2, 0, 2, 7) / (2 * 9 * np.log(2)), ".764")
    deswegen = (55, 37, 55 + 41296, 37 + 108412)
    near(formulas.g2_four_cell(*deswegen), "41.5308")
    near(formulas.log_ratio(*deswegen), "1.96293")


def test_npmi_at_its_ends():
    assert_allclose(formulas.npmi(check_pairs([10, 1, 0], 10, 10, 100)), [1, 0, -1], atol=1e-12)


def test_bigrams_of_tmtoolkit():
    texts = [text.split() for text in ("a b c d e f b c b", "c e b c b c e f")]
    words = Counter(word for text in texts for word in text)
    bigrams = Counter(pair for text in texts for pair in itertools.pairwise(text))
    gold = {"ef": 0.8105362, "bc": 0.6915604, "de": 0.6122381, "ab": 0.4319390, "ce": 0.3823762}

    def pairs(two):
        # bigrams at the edges can make more than the margins: no check here
        counts = (bigrams[two[0], two[1]], words[two[0]], words[two[1]], words.total())
        return Pairs(*(np.array(n, dtype=float) for n in counts))

    for two, value in gold.items():
        assert formulas.npmi(pairs(two)) == pytest.approx(value, abs=6e-8)
    ef, bc, ln_n = pairs("ef"), pairs("bc"), np.log(words.total())
    assert formulas.mi(ef) * np.log(2) == pytest.approx(1.7346011, abs=6e-8)
    # tmtoolkit's powers are of probabilities, those here (as in UCS) of frequencies
    assert formulas.mi3(bc) * np.log(2) - 2 * ln_n == pytest.approx(-1.8932061, abs=6e-8)
    of_bigrams = formulas.npmi(ef, n_joint_total=bigrams.total())
    assert of_bigrams == pytest.approx(0.9230043, abs=6e-8)


@pytest.mark.parametrize("name", sorted(ASSOCIATION))
def test_attraction_is_above_repulsion(name):
    attracted, repelled = (check_pairs(n, 100, 100, 1000) for n in (40, 2))
    assert ASSOCIATION[name](attracted) > ASSOCIATION[name](repelled)


@pytest.mark.parametrize(
    "name",
    sorted(set(ASSOCIATION) - {"delta_p_collocate", "delta_p_node", "lrc", "log_ratio"}),
)
def test_symmetric_measures(name):
    measure = ASSOCIATION[name]
    assert measure(check_pairs(9, 50, 80, 900)) == pytest.approx(
        measure(check_pairs(9, 80, 50, 900))
    )


def test_delta_p_runs_both_ways():
    there, back = check_pairs(9, 50, 80, 900), check_pairs(9, 80, 50, 900)
    assert formulas.delta_p_collocate(there) == pytest.approx(formulas.delta_p_node(back))


def test_nothing_observed():
    none = check_pairs(0, 50, 80, 900)
    infinite = {"log_dice", "mi", "mi3", "t_score"}
    for name, measure in ASSOCIATION.items():
        value = measure(none)
        assert value == -np.inf if name in infinite else np.isfinite(value), name


def test_table_of_pairs():
    pairs = pd.DataFrame(
        {
            "node": ["b", "a", "a"],
            "collocate": ["x", "y", "x"],
            "n_joint": [3, 1, 9],
            "n_node": [30, 40, 40],
            "n_collocate": [20, 20, 20],
            "n_tokens": 1000,
        }
    )
    table = association(pairs, measures=tuple(ASSOCIATION))
    assert table[["node", "collocate"]].to_numpy().tolist() == [["a", "x"], ["a", "y"], ["b", "x"]]
    assert table["n_expected"].tolist() == pytest.approx([0.8, 0.8, 0.6])
    assert set(ASSOCIATION) < set(table.columns)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((5, 4, 9, 100), "wanted n_joint <= n_node and n_collocate"),
        ((-1, 4, 9, 100), "wanted frequencies of 0 or more"),
        ((1, 60, 60, 100), "both within all tokens"),
        ((0, 0, 9, 100), "a node and a collocate that occur"),
    ],
)
def test_bad_pairs(counts, message):
    with pytest.raises(MeasureError, match=message):
        check_pairs(*counts)


def draw_cooccurrences(n_target=30, n_reference=30, *, seed=1, factor=1.0):
    """Draw documents in which the node draws `Deal` `factor` times as much in the target."""
    rng = np.random.default_rng(seed)
    n = n_target + n_reference
    windows = rng.integers(20, 60, n)
    rate = np.where(np.arange(n) < n_target, 0.05 * factor, 0.05)
    joint = rng.binomial(windows, rate)
    documents = pd.DataFrame(
        {
            "doc_id": [f"d{i:02}" for i in range(n)],
            "event": ["x"] * n_target + ["y"] * n_reference,
            "n_tokens": 400,
        }
    )
    base = {"doc_id": documents["doc_id"]}
    return CoOccurrences(
        joint=pd.DataFrame(base | {"node": "Trump", "collocate": "Deal", "n_joint": joint}),
        windows=pd.DataFrame(base | {"node": "Trump", "n_node": windows}),
        frequencies=pd.DataFrame(
            base | {"collocate": "Deal", "n_collocate": joint + rng.binomial(400 - windows, 0.01)}
        ),
        documents=documents,
    )


HOW = {"target": "x", "reference": "y", "resampling": Resampling(n_resamples=300)}


def test_difference_by_hand():
    counts = draw_cooccurrences()
    row = association_difference(counts, **HOW).loc[0]
    both = []
    for value in ("x", "y"):
        inside = counts.documents["event"] == value
        pairs = check_pairs(
            counts.joint["n_joint"][inside].sum(),
            counts.windows["n_node"][inside].sum(),
            counts.frequencies["n_collocate"][inside].sum(),
            400 * 30,
        )
        both.append(float(ASSOCIATION["log_ratio"](pairs)))
    assert row["difference"] == pytest.approx(both[0] - both[1])
    assert row["low"] < row["difference"] < row["high"]
    assert row["n_tokens_target"] == 12000


@pytest.mark.parametrize("measure", sorted(set(ASSOCIATION) - {"lrc"}))
def test_difference_changes_sign_when_swapped(measure):
    counts = draw_cooccurrences(factor=2)
    there = association_difference(counts, **HOW, measure=measure)["difference"]
    back = association_difference(
        counts, target="y", reference="x", measure=measure, resampling=HOW["resampling"]
    )["difference"]
    assert_allclose(back, -there)
    assert (there != 0).all()


def test_order_of_documents_does_not_matter_for_the_difference():
    counts = draw_cooccurrences()
    turned = replace(counts, joint=counts.joint[::-1], windows=counts.windows[::-1])
    assert association_difference(counts, **HOW).equals(association_difference(turned, **HOW))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"measure": "logdice"},
            "unknown measure 'logdice'. Allowed: delta_p.*'log_dice'",
        ),
        ({"measure": "lrc"}, "unknown measure 'lrc'"),
        ({"reference": "x"}, "the same, 'x'; name two"),
        ({"target": "z"}, "unknown event 'z'. Allowed: x, y"),
        ({"resampling": Resampling(cluster="repeat")}, "unknown column 'repeat'"),
    ],
)
def test_bad_arguments(change, message):
    with pytest.raises(MeasureError, match=message):
        association_difference(draw_cooccurrences(), **(HOW | change))


def test_bad_tables():
    counts = draw_cooccurrences()
    with pytest.raises(MeasureError, match="table windows lacks it: unknown column 'n_node'"):
        replace(counts, windows=counts.windows.drop(columns="n_node"))
    with pytest.raises(MeasureError, match="windows has unknown documents: zz"):
        replace(counts, windows=counts.windows.assign(doc_id="zz"))
    with pytest.raises(MeasureError, match="a document stands twice"):
        replace(counts, documents=pd.concat([counts.documents] * 2))


def test_planted_difference_and_none():
    found = association_difference(draw_cooccurrences(factor=3), **HOW).loc[0]
    assert found["low"] > 0
    rows = [association_difference(draw_cooccurrences(seed=i), **HOW).loc[0] for i in range(25)]
    assert np.mean([row["low"] <= 0 <= row["high"] for row in rows]) >= 0.85


@pytest.mark.parametrize("measure", ["log_ratio", "log_dice", "g2", "mi"])
def test_half_an_occurrence_is_no_association(measure):
    """Ten words near a rare node: half an occurrence there would be attraction."""
    counts = draw_cooccurrences()
    in_target = counts.documents["event"] == "x"
    rare = replace(
        counts,
        joint=counts.joint.assign(n_joint=counts.joint["n_joint"].where(in_target, 0)),
        windows=counts.windows.assign(n_node=counts.windows["n_node"].where(in_target, 1)),
    )
    row = association_difference(rare, measure=measure, **HOW).loc[0]
    assert row[["association_reference", "difference", "low", "high"]].isna().all()
    assert (row["status"], row["reason_code"]) == ("not_estimable", "pair_in_one_group")
    assert np.isfinite(row["association_target"])


def test_few_documents_and_absent_nodes_are_refused():
    few = association_difference(draw_cooccurrences(2, 3), **HOW).loc[0]
    assert few["reason_code"] == "too_few_clusters"
    counts = draw_cooccurrences()
    ids = counts.documents["doc_id"]
    for kept, reason in ((ids[:30], "pair_in_one_group"),
                         (ids[[0, 1, *range(30, 60)]], "pair_missing_in_resamples")):  # fmt: skip
        joint = counts.joint[counts.joint["doc_id"].isin(kept)]
        windows = counts.windows[counts.windows["doc_id"].isin(kept)]
        row = association_difference(replace(counts, joint=joint, windows=windows), **HOW).loc[0]
        assert row["reason_code"] == reason
    full = replace(counts, windows=counts.windows.assign(n_node=400))
    row = association_difference(full, **HOW).loc[0]
    assert row["reason_code"] == "every_token_near_node"
    assert np.isnan(row["difference"])


# ---------------------------------------------------------------- strongest


def _differences() -> pd.DataFrame:
    table = pd.DataFrame(
        [
            ("Deal", "gut", 5, 0, 4.2, 4.0),
            ("Deal", "Und", 9, 9, 1.0, 1.0),
            ("Deal", "groß", 1, 1, 2.0, 5.0),
            ("Deal", "neu", 1, 0, 9.0, 9.0),
            ("Erfolg", "groß", 0, 3, 9.0, 2.0),
        ],
        columns=["node", "collocate", "n_joint_target", "n_joint_reference",
                 "association_target", "association_reference"],
    )  # fmt: skip
    table["difference"] = table["association_target"] - table["association_reference"]
    return table.assign(low=0.5, high=1.5, status="ok", reason_code="", reason_values="")


def test_strongest_collocates_are_ranked_by_what_was_seen():
    table = strongest_collocates(_differences(), drop=frozenset({"und"}))
    assert table[["node", "collocate"]].values.tolist() == [
        ["Deal", "groß"],
        ["Deal", "gut"],
        ["Erfolg", "groß"],
    ]
    assert strongest_collocates(_differences(), top=1)["collocate"].tolist() == ["groß", "groß"]
