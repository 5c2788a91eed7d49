"""Pairs of node and collocate: what collocation is computed from."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis.measures.collocation import association_difference
from analysis.measures.neighbours import count_cooccurrences, count_pairs
from analysis.study.errors import MeasureError
from analysis.tables.features import Features

SPANS = ["window", "sentence", "segment"]


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("kind", ["frame", "actor"])
def test_wider_spans_hold_no_less(features: Features, kind: Any, span: Any) -> None:
    pairs = count_pairs(features, node_kind=kind, span=span)
    wide = count_pairs(features, node_kind=kind, span="segment")
    keys = ["event", "node", "collocate"]
    both = pairs.merge(wide, on=keys, suffixes=("", "_wide"), how="left")
    assert (both["n_joint_wide"] >= both["n_joint"]).all()
    assert (both["n_node_wide"] >= both["n_node"]).all()
    whole = both[both["n_hidden"] == 0]
    assert (whole["n_collocate"] == whole["n_collocate_wide"]).all()
    assert (both["n_collocate"] <= both["n_collocate_wide"]).all()


@pytest.mark.parametrize("span", SPANS)
def test_windows_are_the_sum_of_what_stands_in_them(features: Features, span: Any) -> None:
    pairs = count_pairs(features, node_kind="actor", span=span)
    grouped = pairs.groupby(["event", "node"])
    assert grouped["n_joint"].sum().to_dict() == grouped["n_node"].first().to_dict()


def test_segments_in_the_toy_study(toy_features: Features) -> None:
    """nord_3: the paragraph of *Misserfolg* has 27 words, seven of them forms of *der*."""
    pairs = count_pairs(toy_features, span="segment", by="doc_id")
    found = pairs.query("doc_id == 'nord_3' and node == 'Erfolg'").set_index("collocate")
    assert set(found["n_node"]) == {26}
    assert found.loc["der", "n_joint"] == 7
    assert found.loc["Rat", "n_joint"] == 1
    assert "Misserfolg" not in found.index


def test_the_own_tokens_of_a_node_are_taken_off(features: Features) -> None:
    pairs = count_pairs(features, node_kind="actor").groupby("event").first(numeric_only=True)
    whole = features.documents.groupby("event")["n_tokens"].sum()
    assert (pairs["n_tokens"] < whole).all()
    terms = features.terms.groupby("lemma")["n"].sum()
    trump = count_pairs(features, node_kind="actor").query("collocate == 'Trump'")
    assert trump.query("node == 'Trump'").empty
    of_putin = trump.query("node == 'Putin'")
    assert of_putin["n_collocate"].sum() == terms["Trump"]


@pytest.mark.parametrize("span", SPANS)
def test_grouping_then_counting_is_counting_then_grouping(features: Features, span: Any) -> None:
    by_event = count_pairs(features, span=span)
    by_document = count_pairs(features, span=span, by="doc_id")
    event = features.documents.set_index("doc_id")["event"]
    keys = [by_document["doc_id"].map(event).rename("event"), "node", "collocate"]
    sums = by_document.groupby(keys)["n_joint"].sum()
    wanted = by_event.set_index(["event", "node", "collocate"])["n_joint"]
    pd.testing.assert_series_equal(sums, wanted)


def test_tags_choose_collocates(features: Features) -> None:
    nouns = count_cooccurrences(features, pos=("NN",)).joint
    verbs = count_cooccurrences(features, pos=("VV",)).joint
    everything = count_cooccurrences(features).joint
    assert 0 < nouns["n_joint"].sum() + verbs["n_joint"].sum() < everything["n_joint"].sum()


def test_unknown_names_list_the_known_ones(features: Features) -> None:
    given: Any = "sentenc"
    with pytest.raises(MeasureError, match=r"unknown span 'sentenc'. Allowed: segment, sentence"):
        count_pairs(features, span=given)
    given = "actors"
    with pytest.raises(MeasureError, match=r"unknown node_kind 'actors'. Allowed: actor, frame"):
        count_cooccurrences(features, node_kind=given)
    with pytest.raises(MeasureError, match=r"count_pairs: unknown column 'evnt'"):
        count_pairs(features, by="evnt")


@pytest.mark.parametrize(("kind", "span"), [("frame", "window"), ("actor", "segment")])
def test_both_tables_of_collocates_relate_to_the_same_totals(
    features: Features, kind: str, span: str
) -> None:
    """`count_pairs` is held against cwb-ccc; the difference of events counts as it does."""
    events = sorted(features.documents["event"].unique())
    how = {"node_kind": kind, "span": span}
    pairs = count_pairs(features, **how)  # type: ignore[arg-type]
    counts = count_cooccurrences(features, **how)  # type: ignore[arg-type]
    table = association_difference(counts, target=events[0], reference=events[1])
    for side, event in zip(("target", "reference"), events, strict=True):
        both = table.merge(pairs[pairs["event"] == event], on=["node", "collocate"])
        assert len(both) > 20
        for column in ("n_joint", "n_node", "n_collocate", "n_tokens"):
            assert both[f"{column}_{side}"].tolist() == both[column].tolist()
