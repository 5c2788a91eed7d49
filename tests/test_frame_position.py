"""Where frames stand, and which stand together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from framing_samples import FRAMES, some_documents, some_mentions

from analysis.measures.frame_spread import frame_pairs
from analysis.measures.framing import PLACE_OF, PLACES, frame_position
from analysis.measures.selection import Selection
from analysis.tables.features import Features
from analysis.tables.schema import ZONES


def test_every_zone_has_one_place() -> None:
    assert set(PLACE_OF) == set(ZONES)
    assert sum(len(zones) for zones in PLACES.values()) == len(ZONES)


def test_positions_of_the_study(features: Features) -> None:
    """By hand: Erfolg stands in a lead of 000, and in headline and lead of 004."""
    table = frame_position(features.mentions, features.documents, features.segments, FRAMES)
    corpus = table[table["unit"] == "corpus"]
    n = corpus.pivot_table(index="frame", columns="place", values="n")
    assert n.loc["Erfolg", list(PLACES)].tolist() == [3, 0, 9]
    assert n.loc["Deal", list(PLACES)].tolist() == [0, 6, 9]
    assert n.loc["Einmischung", list(PLACES)].tolist() == [0, 0, 8]


@pytest.mark.parametrize("weight", ["none", "within"])
def test_places_add_up(features: Features, weight: str) -> None:
    selection = Selection(weight=weight)  # type: ignore[arg-type]
    table = frame_position(
        features.mentions, features.documents, features.segments, FRAMES, selection=selection
    )
    by = table.groupby(["frame", "event", "unit", "doc_id"])
    assert by["share_tokens"].sum().tolist() == pytest.approx([1.0] * len(by))
    sums = by["share"].sum(min_count=1).dropna()
    assert sums.tolist() == pytest.approx([1.0] * len(sums))
    column = "n_tokens" if weight == "none" else "n_tokens_within"
    tokens = table.query("unit == 'corpus' and frame == 'Deal'")["n_tokens"].sum()
    assert tokens == pytest.approx(features.documents[column].sum())


def planted(n_segments: int, n_first: int, n_second: int, n_both: int) -> tuple[pd.DataFrame, ...]:
    """Segments of one document of which some hold A, some B, and some both."""
    documents = some_documents(1)
    segments = pd.DataFrame(
        {
            "segment_id": [f"x{i:03}" for i in range(n_segments)],
            "doc_id": documents["doc_id"].iloc[0],
            "weight_within": 0.5,
            "weight_across": 1.0,
        }
    )
    mentions = some_mentions({"A": [n_first, 0], "B": [n_second, 0]}, documents)
    places = [*range(n_first), *range(n_first - n_both, n_first - n_both + n_second)]
    return documents, segments, mentions.assign(segment_id=[f"x{i:03}" for i in places])


def test_npmi_of_the_method() -> None:
    """100 segments, 20 and 30 with, 15 with both: .4830."""
    documents, segments, mentions = planted(100, 20, 30, 15)
    row = frame_pairs(mentions, documents, segments, ["A", "B"]).query("unit == 'corpus'").iloc[0]
    assert row[["n_segments", "n_frame", "n_with_frame", "n_joint"]].tolist() == [100, 20, 30, 15]
    assert row["n_expected"] == 6
    assert round(row["npmi"], 4) == 0.4830
    assert bool(row["edge"])


def test_two_frames_are_a_pair_whatever_their_order() -> None:
    documents, segments, mentions = planted(100, 20, 30, 15)
    there, back = (
        frame_pairs(mentions, documents, segments, frames).set_index("unit")["npmi"]
        for frames in (["A", "B"], ["B", "A"])
    )
    pd.testing.assert_series_equal(there, back)


@pytest.mark.parametrize(("n_both", "edge"), [(4, False), (5, True)])
def test_an_edge_needs_five_segments(n_both: int, edge: bool) -> None:
    documents, segments, mentions = planted(50, 8, 8, n_both)
    row = frame_pairs(mentions, documents, segments, ["A", "B"]).query("unit == 'corpus'").iloc[0]
    assert bool(row["edge"]) == edge
    assert np.isnan(row["npmi"]) != edge
    assert (row["reason_code"] == "") == edge


def test_repeats_do_not_make_an_edge_stronger() -> None:
    """Every segment said twice: the shares stay, and so does the association."""
    documents, segments, mentions = planted(100, 20, 30, 15)
    within = frame_pairs(
        mentions, documents, segments, ["A", "B"], selection=Selection(weight="within")
    ).query("unit == 'corpus'")
    assert within["n_joint"].tolist() == [7.5]
    assert within["n_raw"].tolist() == [15]
    assert within["npmi"].round(4).tolist() == [0.4830]


def test_no_frames_stand_together_in_the_study(features: Features) -> None:
    table = frame_pairs(features.mentions, features.documents, features.segments, FRAMES)
    assert len(table) == 3 * 3
    assert table["n_joint"].max() == 0
    assert set(table["status"]) == {"not_estimable"}
