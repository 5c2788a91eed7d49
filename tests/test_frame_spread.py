"""Dispersion over documents, the check of length, and frames that stand together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from framing_samples import FRAMES, some_documents, some_mentions

from analysis.measures.frame_spread import check_length, frame_dispersion, frame_pairs
from analysis.measures.frame_voices import net_assertion, polarity_profile
from analysis.measures.framing import frame_rates, frame_shares
from analysis.measures.selection import Selection
from analysis.study.errors import MeasureError
from analysis.tables.features import Features


def test_dispersion_of_the_study(features: Features) -> None:
    table = frame_dispersion(features.mentions, features.documents, FRAMES)
    corpus = table[table["unit"] == "corpus"].set_index("frame")
    assert corpus["n_documents"].to_dict() == {"Erfolg": 5, "Deal": 4, "Einmischung": 2}
    sizes = features.documents.set_index("doc_id")["n_tokens"].sort_index()
    share = np.array([7, 0, 0, 0, 1]) / 8
    dp = np.abs(share - sizes / sizes.sum()).sum() / 2
    assert corpus.loc["Einmischung", "dp"] == pytest.approx(dp)
    assert corpus.loc["Einmischung", "dp_norm"] == pytest.approx(
        dp / (1 - sizes.min() / sizes.sum())
    )


def test_even_and_uneven() -> None:
    documents = some_documents(3)
    mentions = some_mentions({"A": [2] * 6, "B": [6, 0, 0, 0, 0, 0]}, documents)
    table = frame_dispersion(mentions, documents, ["A", "B", "C"])
    corpus = table[table["unit"] == "corpus"].set_index("frame")
    assert corpus.loc["A", ["dp", "dp_egbert"]].tolist() == pytest.approx([0, 1])
    assert corpus.loc["B", ["dp_norm", "dp_egbert"]].tolist() == pytest.approx([1, 0])
    assert corpus.loc["C", "reason_code"] == "frame_absent"
    alone = frame_dispersion(mentions[:0], documents.iloc[[0]], ["A"])
    assert set(alone["reason_code"]) == {"one_document_dispersion"}


@pytest.mark.parametrize("weight", ["none", "within", "across"])
def test_dispersion_follows_the_weight(features: Features, weight: str) -> None:
    selection = Selection(weight=weight)  # type: ignore[arg-type]
    table = frame_dispersion(features.mentions, features.documents, ["Deal"], selection=selection)
    n = table.query("unit == 'corpus'")["n"].iloc[0]
    assert n == (15 if weight == "none" else 14.5)


def test_length_check_of_the_study_is_refused(features: Features) -> None:
    rates = frame_rates(features.mentions, features.documents, FRAMES)
    shares = frame_shares(features.mentions, features.documents, FRAMES)
    net = net_assertion(polarity_profile(features.mentions, features.documents, FRAMES))
    table = check_length({"rate": rates, "share": shares, "net": net}, features.documents)
    assert len(table) == 3 * 3 * 2
    assert set(table["status"]) == {"not_estimable"}
    assert table["correlation"].isna().all()
    by_name = table.groupby("checked")["n_documents"].max().to_dict()
    assert by_name == {"rate": 5, "share": 5, "net": 5}


def test_planted_dependence_on_length_is_found() -> None:
    documents = some_documents(10)
    documents["n_tokens"] = 200 * (1 + np.arange(20))
    mentions = some_mentions({"A": [1] * 20, "B": [int(i) + 1 for i in range(20)]}, documents)
    rates = frame_rates(mentions, documents, ["A", "B"])
    table = check_length({"rate": rates}, documents).set_index(["frame", "coefficient"])
    assert table.loc[("A", "spearman"), "correlation"] == pytest.approx(-1)
    assert table.loc[("A", "pearson"), "high"] < 0
    assert set(table.loc["B", "reason_code"]) == {"value_does_not_vary"}


def test_a_table_without_values_is_refused(features: Features) -> None:
    with pytest.raises(MeasureError, match="table 'x' has no value; wanted one of per_1000, share"):
        check_length({"x": features.mentions[["frame"]]}, features.documents)


# ------------------------------------------------------------------ together in a segment


def pairs_of(n_segments: int, n_first: int, n_second: int, n_both: int) -> tuple[pd.DataFrame, ...]:
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
    return mentions.assign(segment_id=[f"x{i:03}" for i in places]), documents, segments


@pytest.mark.parametrize(("n_both", "edge"), [(4, False), (5, True)])
def test_an_edge_needs_five_segments(n_both: int, edge: bool) -> None:
    row = frame_pairs(*pairs_of(50, 8, 8, n_both), ["A", "B"]).query("unit == 'corpus'").iloc[0]
    assert bool(row["edge"]) == edge
    assert np.isnan(row["npmi"]) != edge
    assert (row["reason_code"] == "") == edge


def test_no_frames_stand_together_in_the_study(features: Features) -> None:
    table = frame_pairs(features.mentions, features.documents, features.segments, FRAMES)
    assert len(table) == 3 * 3
    assert table["n_joint"].max() == 0
    assert set(table["status"]) == {"not_estimable"}


@pytest.mark.parametrize(("weight", "scale"), [("none", 1), ("within", 0.5)])
def test_npmi_of_the_method(weight: str, scale: float) -> None:
    """100 segments, 20 and 30 with, 15 with both: .4830, also where every segment is said twice."""
    table = frame_pairs(
        *pairs_of(100, 20, 30, 15), ["A", "B"],
        selection=Selection(weight=weight),  # type: ignore[arg-type]
    )  # fmt: skip
    row = table.query("unit == 'corpus'").iloc[0]
    counts = ["n_segments", "n_frame", "n_with_frame", "n_joint", "n_expected"]
    assert row[counts].tolist() == [n * scale for n in (100, 20, 30, 15, 6)]
    assert row["n_raw"] == 15
    assert round(row["npmi"], 4) == 0.4830
    assert bool(row["edge"])
