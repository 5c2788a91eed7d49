"""Bags: none of fewer than 20 tokens, in any table, nor in the difference of two."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.annotation.windows import KnownSets, assign_bags, least_rest
from analysis.measures.counts import Recipe, count_terms
from analysis.measures.neighbours import count_pairs, hidden_windows
from analysis.study.design import BAG_FLOOR
from analysis.study.errors import MeasureError
from analysis.tables.features import Features
from analysis.tables.schema import VOICES

COPY = ["weight_within", "weight_across"]


def segments(*rows: tuple[str, int, float]) -> pd.DataFrame:
    """Make the segments of one document: zone, tokens, weight."""
    table = pd.DataFrame(rows, columns=["zone", "n_tokens", "weight_within"])
    return table.assign(
        segment_id=[f"a:{i:04d}" for i in range(len(rows))],
        doc_id="a",
        weight_across=table["weight_within"],
        once_within=True,
        once_across=True,
    )


@pytest.mark.parametrize(("rows", "bags"), [
    # Short segments of a zone are counted together.
    ([("body", 30, 1), ("subheading", 12, 1), ("body", 40, 1), ("subheading", 9, 1)], "0121"),
    # What is still too short joins the smallest bag. The headline makes the smaller paragraph
    # larger than the other one: the caption joins that.
    ([("headline", 8, 1), ("body", 30, 1), ("body", 25, 1), ("caption", 3, 1)], "2121"),
    # Zones that are too short alone make a bag together.
    ([("headline", 8, 1), ("body", 12, 1)], "00"),
    ([("headline", 8, 1), ("body", 11, 1)], "--"),
    # Weights are not mixed.
    ([("body", 30, 1), ("body", 12, 0.5), ("body", 12, 0.5), ("headline", 9, 0.25)], "011-"),
])  # fmt: skip
def test_bags_by_hand(rows: list[tuple[str, int, float]], bags: str) -> None:
    wanted = ["" if bag == "-" else f"a:000{bag}" for bag in bags]
    assert assign_bags(segments(*rows)).tolist() == wanted


ROW = st.tuples(
    st.sampled_from(["headline", "body", "post"]), st.integers(0, 60), st.sampled_from([1.0, 0.5])
)


@given(st.lists(ROW, min_size=1, max_size=12))
def test_no_bag_is_small_or_mixed_in_any_document(rows: list[tuple[str, int, float]]) -> None:
    table = segments(*rows)
    table = table.assign(bag_id=assign_bags(table))
    bags = table[table["bag_id"] != ""].groupby("bag_id")
    assert (bags["n_tokens"].sum() >= BAG_FLOOR).all()
    assert (bags["weight_within"].min() == bags["weight_within"].max()).all()
    left = table[table["bag_id"] == ""]["weight_within"].unique()
    whole = table.groupby("weight_within")["n_tokens"].sum()
    assert (whole[left] < BAG_FLOOR).all()


@given(st.data())
def test_the_least_rest_is_that_of_a_slow_search(data: st.DataObject) -> None:
    n_bags = data.draw(st.integers(1, 3))
    size = data.draw(st.integers(1, 8))
    bags = np.array(data.draw(st.lists(st.integers(-1, n_bags - 1), min_size=size, max_size=size)))
    values = np.array(data.draw(st.lists(st.integers(-1, 2), min_size=size, max_size=size)))
    slow = int(np.abs(values[bags < 0]).sum())
    for bag in set(bags[bags >= 0]):
        slow += min(int(np.abs(values[bags == bag] - times).sum()) for times in range(-3, 4))
    assert least_rest(values, bags) == slow


def test_the_rest_of_a_bag_is_not_told() -> None:
    known = KnownSets(np.zeros(45, dtype=np.int64))
    assert known.tell(np.arange(45) < 30) == "by_difference"  # fifteen would be left
    assert known.tell(np.arange(45) < 12) == "below_floor"
    assert known.tell(np.arange(45) < 22) == "shown"


# ------------------------------------------------------------------ the committed tables


@pytest.mark.parametrize("which", ["toy_features", "features"])
def test_no_table_tells_of_fewer_tokens(request: pytest.FixtureRequest, which: str) -> None:
    told: Features = request.getfixturevalue(which)
    near = told.cooccurrences.groupby(["doc_id", "node_kind", "node", "span"])
    joint = [name for name in told.cooccurrences if name.startswith("n_joint")]
    sizes = [
        told.terms.groupby("bag_id")["n"].sum(),
        told.voices.groupby(["doc_id", "voice"])["n"].sum(),
        *(near[name].sum() for name in joint),
    ]
    for found in sizes:
        assert (found[found > 0] >= BAG_FLOOR).all()


def test_no_difference_of_two_spans_tells_of_fewer(features: Features) -> None:
    """Every pair of sums of one article and node, subtracted: all words, or twenty each way."""
    keys = ["doc_id", "node_kind", "node"]
    joint = [name for name in features.cooccurrences if name.startswith("n_joint")]
    wide = features.cooccurrences.pivot_table(
        index=[*keys, "lemma", "pos"], columns="span", values=joint, aggfunc="sum"
    ).astype(float)
    n_pairs = 0
    for _, rows in wide.fillna(0).groupby(keys):
        told = [rows[name] for name in rows if rows[name].sum()]
        for one, other in combinations(told, 2):
            n_pairs += 1
            assert not 0 < (one - other).abs().sum() < BAG_FLOOR
    assert n_pairs > 100


def test_bags_hold_one_weight_and_all_words(features: Features) -> None:
    bags = features.segments.groupby("bag_id")
    for column in COPY:
        assert (bags[column].min() == bags[column].max()).all()
    sizes = features.terms.groupby("bag_id")["n"].sum()
    assert sizes.to_dict() == bags["n_tokens"].sum().to_dict()
    by_voice = features.segments[[f"n_tokens_{voice}" for voice in VOICES]].sum(axis=1)
    assert by_voice.tolist() == features.segments["n_tokens"].tolist()


# ------------------------------------------------------------------ measures say what is hidden


def test_a_part_of_a_bag_is_refused(features: Features) -> None:
    with pytest.raises(MeasureError, match=r"a part of bag '001.*also those of post.*together"):
        count_terms(features, Recipe(zones=("headline",)))


def test_voices_are_counted_by_document_only(features: Features, toy_features: Features) -> None:
    direct = count_terms(features, Recipe(voices=("direct",)))
    assert direct.totals.tolist() == [54, 765, 213, 406, 96]
    assert direct.n_hidden == 0
    with pytest.raises(MeasureError, match="words by voice are known of whole documents only"):
        Recipe(rows="bag", voices=("direct",))
    toy = count_terms(toy_features, Recipe(voices=("narrator",)))
    n_narrated = toy_features.segments["n_tokens_narrator"].sum()
    assert toy.totals.sum() + toy.n_hidden == n_narrated


def test_documents_without_a_bag_are_said_to_be_left_out(toy_features: Features) -> None:
    short = toy_features.segments["doc_id"] == "sued_3"
    told = toy_features.segments.assign(bag_id=lambda t: t["bag_id"].mask(short, ""))
    counts = count_terms(toy_features.with_tables(
        documents=toy_features.documents, terms=toy_features.terms, segments=told
    ))  # fmt: skip
    assert "sued_3" not in set(counts.rows["doc_id"])
    assert counts.n_hidden == toy_features.segments.loc[short, "n_tokens"].sum()


def test_hidden_windows_are_taken_off_the_totals(features: Features) -> None:
    hidden = hidden_windows(features)
    assert set(hidden["words"]) <= {"below_floor", "by_difference"}
    deal = hidden[(hidden["node"] == "Deal") & (hidden["event"] == "alaska-2025")]
    assert sorted(deal["doc_id"].str[:3]) == ["001", "003"]
    row = count_pairs(features).query("node == 'Deal' and event == 'alaska-2025'").iloc[0]
    left = features.documents[features.documents["doc_id"].str.startswith("002")].iloc[0]
    own = features.windows.query("node == 'Deal' and span == 'L5R5'")
    own = own[own["doc_id"].str.startswith("002")].iloc[0]
    assert row["n_hidden"] == 2
    assert row["n_tokens"] == left["n_tokens"] - own["n_node_tokens"]
    assert row["n_node"] == own["n_positions"]
