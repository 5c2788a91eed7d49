"""Frames and actors: named where a frame is mentioned, and speaking of it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from study_tables import made_up

from analysis.measures.frame_actors import (
    COLUMNS,
    actors_as_speakers,
    actors_in_segments,
    actors_in_sentences,
)
from analysis.measures.inference import wilson_interval
from analysis.measures.selection import Selection
from analysis.study.errors import MeasureError
from analysis.tables.features import Features

FRAMES, ACTORS = ["Erfolg", "Deal", "Einmischung"], ["Ada", "Bruno", "Rat"]
MEASURES = [actors_in_segments, actors_in_sentences, actors_as_speakers]


def planted(n_both: int = 15, n_frame: int = 20, n_actor: int = 30, n: int = 100) -> Features:
    """Plant a frame and an actor in so many of the segments of one article."""
    ids = [f"a:{i:04}" for i in range(n)]
    named = ids[n_frame - n_both : n_frame - n_both + n_actor]
    return made_up(
        {"a": "e"},
        [{"segment_id": i, "doc_id": "a"} for i in ids],
        [{"segment_id": i, "frame": "Deal"} for i in ids[:n_frame]],
        [(i, "Ada") for i in named],
    )


def one(table: pd.DataFrame, **where: str) -> pd.Series:
    """Give the one row that has these values; pooled unless a document is named."""
    wanted = {"unit": "document" if "doc_id" in where else "pooled"} | where
    for column, value in wanted.items():
        table = table[table[column] == value]
    (row,) = (row for _, row in table.iterrows())
    return row


# ------------------------------------------------------------------ formulas


def test_published_association_of_planted_counts() -> None:
    """100 segments, 20 and 30 with, 15 with both: NPMI .4830."""
    row = one(actors_in_segments(planted(), ["Deal"], actors=["Ada"]))
    assert row[["n_joint", "n_frame", "n_actor", "n_total"]].tolist() == [15, 20, 30, 100]
    assert row["n_expected"] == 6
    assert row["npmi"] == pytest.approx(0.4830, abs=5e-5)
    assert row["npmi"] == pytest.approx(math.log(0.15 / 0.06) / -math.log(0.15))
    assert (row["status"], row["reason_code"], row["counted_as"]) == ("ok", "", "segments")
    low, high = wilson_interval(15, 20)
    assert [row["share"], row["low"], row["high"]] == pytest.approx([0.75, float(low), float(high)])


@pytest.mark.parametrize(
    ("n_both", "status", "reason"),
    [(4, "not_estimable", "too_few_joint_occurrences"), (5, "ok", "")],
)
def test_association_from_five_on(n_both: int, status: str, reason: str) -> None:
    row = one(actors_in_segments(planted(n_both), ["Deal"], actors=["Ada"]))
    assert (row["status"], row["reason_code"]) == (status, reason)
    assert np.isnan(row["npmi"]) == (status != "ok")
    assert row["share"] == n_both / 20


def test_what_does_not_occur_is_a_row_with_its_reason() -> None:
    table = actors_in_segments(planted(), ["Deal", "Erfolg"], actors=["Ada", "Rat"])
    assert one(table, frame="Erfolg", actor="Ada")["reason_code"] == "frame_absent"
    assert np.isnan(one(table, frame="Erfolg", actor="Ada")["share"])
    assert one(table, frame="Deal", actor="Rat")["reason_code"] == "actor_absent"
    assert one(table, frame="Deal", actor="Rat")[["n_joint", "share"]].tolist() == [0, 0]


# ------------------------------------------------------------------ what is counted


def repeated(weight_within: float = 0.5) -> Features:
    """Six segments in two documents; the first two repeat one another; Ada speaks one mention."""
    rows = [
        {"segment_id": f"{doc}:{i}", "doc_id": doc, "weight_within": w, "weight_across": w}
        for doc, i, w in [("a", 0, weight_within), ("a", 1, weight_within), ("a", 2, 1.0),
                          ("b", 0, 1.0), ("b", 1, 1.0), ("b", 2, 1.0)]
    ]  # fmt: skip
    found = [
        {"segment_id": "a:0", "frame": "Deal", "speaker": "Ada"},
        {"segment_id": "a:0", "frame": "Deal", "about": "other"},
        {"segment_id": "a:1", "frame": "Deal", "speaker": "Bruno"},
        {"segment_id": "b:0", "frame": "Deal", "tier": "near", "speaker": "Ada"},
        {"segment_id": "b:1", "frame": "Erfolg"},
    ]
    named = [("a:0", "Ada"), ("a:1", "Ada"), ("b:0", "Ada"), ("b:1", "Bruno")]
    return made_up({"a": "e", "b": "e"}, rows, found, named)


@pytest.mark.parametrize(
    ("measure", "selection", "wanted"),
    [
        (actors_in_segments, Selection(), [2, 2, 2, 3, 6]),
        (actors_in_segments, Selection(weight="within"), [1, 2, 1, 2, 5]),
        (actors_in_segments, Selection(tier="core_near"), [3, 3, 3, 3, 6]),
        (actors_as_speakers, Selection(), [1, 1, 3, 1, 4]),
        (actors_as_speakers, Selection(about="event"), [1, 1, 2, 1, 3]),
    ],
)
def test_a_segment_counts_once_however_many_mentions_it_has(measure, selection, wanted) -> None:
    """What is chosen is counted, repeats by their weight and raw beside."""
    row = one(measure(repeated(), ["Deal", "Erfolg"], actors=["Ada"], selection=selection)
              .query("frame == 'Deal'"))  # fmt: skip
    assert row[["n_joint", "n_raw", "n_frame", "n_actor", "n_total"]].tolist() == wanted
    assert row["weight"] == selection.weight


def test_being_named_and_speaking_are_kept_apart() -> None:
    named = actors_in_segments(repeated(), FRAMES, actors=ACTORS)
    spoken = actors_as_speakers(repeated(), FRAMES, actors=ACTORS)
    both = {"frame": "Deal", "actor": "Bruno"}
    assert (one(named, **both)["n_joint"], one(spoken, **both)["n_joint"]) == (0, 1)
    both = {"frame": "Erfolg", "actor": "Bruno"}
    assert (one(named, **both)["n_joint"], one(spoken, **both)["n_joint"]) == (1, 0)
    assert one(spoken, **both)["n_total"] == 4


def test_documents_stand_beside_their_event_and_add_up(toy_features: Features) -> None:
    for measure in MEASURES:
        table = measure(toy_features, FRAMES, actors=ACTORS)
        assert list(table.columns) == list(COLUMNS)
        assert len(table) == 3 * 3 * (2 + 6)
        counts = ["n_joint", "n_raw", "n_frame", "n_actor", "n_total", "n_documents", "n_unclear"]
        keys = ["frame", "actor", "event"]
        sums = table[table["unit"] == "document"].groupby(keys)[counts].sum()
        pooled = table[table["unit"] == "pooled"].set_index(keys)[counts]
        pd.testing.assert_frame_equal(sums, pooled.sort_index(), check_dtype=False)


@pytest.mark.parametrize("measure", MEASURES)
def test_order_of_rows_does_not_matter(toy_features: Features, measure) -> None:
    names = ("mentions", "segments", "nodes", "cooccurrences", "windows", "terms")
    turned = toy_features.with_tables(
        documents=toy_features.documents,
        **{name: getattr(toy_features, name).iloc[::-1] for name in names},
    )
    table = measure(toy_features, FRAMES, actors=ACTORS)
    pd.testing.assert_frame_equal(table, measure(turned, FRAMES, actors=ACTORS))


# ------------------------------------------------------------------ the toy study, by eye


def test_named_and_speaking_in_the_toy_study(toy_features: Features) -> None:
    """In nord_1 the council is in both segments that mention meddling, the queen in neither."""
    table = actors_in_segments(toy_features, FRAMES, actors=ACTORS)
    row = one(table, frame="Einmischung", actor="Rat", event="nord-2019")
    assert row[["n_joint", "n_frame", "n_documents"]].tolist() == [2, 3, 1]
    assert one(table, frame="Einmischung", actor="Ada", doc_id="nord_1")["n_joint"] == 0
    assert one(table, frame="Deal", actor="Bruno", event="sued-2023")["n_joint"] == 4
    table = actors_as_speakers(toy_features, FRAMES, actors=ACTORS)
    row = one(table, frame="Deal", actor="Bruno", event="sued-2023")
    assert row[["n_joint", "n_frame", "n_actor", "n_total"]].tolist() == [2, 8, 2, 12]


# ------------------------------------------------------------------ sentences


def test_sentences_of_the_toy_study(small_bags: Features) -> None:
    """In nord_1:0003 the queen speaks of success in one sentence, the chancellor in the next."""
    table = actors_in_sentences(small_bags, FRAMES, actors=ACTORS)
    assert one(table, frame="Erfolg", actor="Ada", doc_id="nord_1")["n_joint"] == 1
    assert one(table, frame="Erfolg", actor="Bruno", doc_id="nord_1")["n_joint"] == 0
    assert one(table, frame="Deal", actor="Bruno", event="sued-2023")["n_joint"] == 4


def test_a_split_verb_is_unclear_only_where_the_segment_names_the_actor(
    small_bags: Features,
) -> None:
    table = actors_in_sentences(small_bags, FRAMES, actors=ACTORS)
    council = one(table, frame="Einmischung", actor="Rat", doc_id="nord_1")
    assert council[["n_joint", "n_unclear"]].tolist() == [1, 1]
    assert council["reason_code"] == "mentions_in_sentences_unknown"
    assert council[["share", "low", "high", "npmi"]].isna().all()
    assert one(table, frame="Einmischung", actor="Ada", doc_id="nord_1")["n_unclear"] == 0


def test_words_that_are_not_told_leave_sentences_unclear(
    toy_features: Features, small_bags: Features
) -> None:
    told, hidden = (
        actors_in_sentences(given, FRAMES, actors=ACTORS) for given in (small_bags, toy_features)
    )
    assert hidden["n_unclear"].sum() > told["n_unclear"].sum()
    assert (hidden["n_joint"] <= told["n_joint"]).all()
    assert (hidden["n_joint"] + hidden["n_unclear"] >= told["n_joint"]).all()
    row = one(hidden, frame="Erfolg", actor="Ada", doc_id="nord_1")
    assert row[["n_joint", "n_unclear", "status"]].tolist() == [0, 1, "not_estimable"]


@pytest.mark.parametrize("tier", ["core", "core_near"])
@pytest.mark.parametrize("about", ["all", "event"])
def test_sentences_lie_within_segments(features: Features, tier, about) -> None:
    actors = ["Trump", "Putin", "Clinton"]
    choice = {"actors": actors, "selection": Selection(tier, about)}
    sentences = actors_in_sentences(features, FRAMES, **choice)
    mentions = features.mentions.query("tier == 'core'") if tier == "core" else features.mentions
    if about == "event":
        mentions = mentions.query("about == 'event'")
    named = features.nodes.query("node_kind == 'actor'")
    joint = mentions.merge(named, on="segment_id").groupby(["frame", "node"]).size()
    pooled = sentences.query("unit == 'pooled'").groupby(["frame", "actor"])
    most = (pooled["n_joint"].sum() + pooled["n_unclear"].sum()).rename_axis(["frame", "node"])
    assert (most <= joint.reindex(most.index, fill_value=0)).all()
    assert most.sum() > 0


def test_sentences_take_no_weight(features: Features) -> None:
    with pytest.raises(MeasureError, match="which repeats stand in a sentence with an actor;"):
        actors_in_sentences(
            features, FRAMES, actors=["Trump"], selection=Selection(weight="within")
        )


# ------------------------------------------------------------------ the five articles


def test_both_are_named_and_one_speaks(features: Features) -> None:
    """The finding of the figure: named alike, speaking apart."""
    actors = ["Trump", "Putin"]
    named = actors_in_segments(features, FRAMES, actors=actors)
    spoken = actors_as_speakers(features, FRAMES, actors=actors)
    deal, meddling = (
        {"frame": "Deal", "event": "alaska-2025"},
        {"frame": "Einmischung", "event": "helsinki-2018"},
    )
    assert [one(named, **deal, actor=a)["n_joint"] for a in actors] == [8, 6]
    assert [one(spoken, **deal, actor=a)["n_joint"] for a in actors] == [10, 0]
    assert [one(named, **meddling, actor=a)["n_joint"] for a in actors] == [5, 6]
    assert [one(spoken, **meddling, actor=a)["n_joint"] for a in actors] == [1, 6]
