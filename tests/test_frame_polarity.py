"""Polarity, net assertion, and whose voice it is."""

from __future__ import annotations

import pandas as pd
import pytest
from framing_samples import FRAMES, some_documents, some_mentions

from analysis.measures.frame_voices import frame_setting, net_assertion, polarity_profile
from analysis.measures.selection import Selection
from analysis.tables.features import Features


def corpus(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["unit"] == "corpus"].set_index("frame")


def test_polarity_of_the_study(features: Features) -> None:
    profile = polarity_profile(features.mentions, features.documents, FRAMES)
    n = corpus(profile).pivot_table(index="frame", columns="polarity", values="n")
    assert n.loc["Deal", ["affirmed", "negated", "open"]].tolist() == [0, 7, 8]
    assert n.loc["Einmischung", ["affirmed", "negated", "open"]].tolist() == [0, 7, 1]
    assert n.loc["Erfolg", ["affirmed", "negated", "open"]].tolist() == [11, 1, 0]
    deal = corpus(profile).loc["Deal"].query("polarity == 'affirmed'").iloc[0]
    assert (deal["low"], round(deal["high"], 3)) == (0, 0.204)


def test_net_assertion_of_the_study(features: Features) -> None:
    table = corpus(net_assertion(polarity_profile(features.mentions, features.documents, FRAMES)))
    assert table["net"].round(3).to_dict() == {
        "Erfolg": 0.833,
        "Deal": -0.467,
        "Einmischung": -0.875,
    }
    assert (table["low"] <= table["net"]).all()
    assert table.loc["Deal", "high"] < 0 < table.loc["Erfolg", "low"]


def test_near_mentions_do_affirm_a_deal(features: Features) -> None:
    """The finding is one of the word Deal; of Einigung and the like it does not hold."""
    near = Selection(tier="core_near")
    profile = polarity_profile(
        features.mentions, features.documents, ["Deal"], selection=near
    ).query("unit == 'corpus' and polarity == 'affirmed'")
    assert profile["n"].iloc[0] == 7


def test_own_voice_of_the_study(features: Features) -> None:
    """Narrator/all: Deal 4/15, Einmischung 1/8, Erfolg 2/12."""
    table = frame_setting(features.mentions, features.documents, FRAMES)
    setting = corpus(table[table["measure"] == "frame_setting"])
    pairs = {f: (r["n"], r["n_mentions"]) for f, r in setting.iterrows()}
    assert pairs == {"Erfolg": (2, 12), "Deal": (4, 15), "Einmischung": (1, 8)}
    asserted = corpus(table[table["measure"] == "own_voice_assertion"])
    pairs = {f: (r["n"], r["n_mentions"]) for f, r in asserted.iterrows()}
    assert pairs == {"Erfolg": (1, 2), "Deal": (0, 4), "Einmischung": (0, 1)}
    assert set(setting["media_status"]) == {"not_estimable"}
    assert setting.loc["Deal", "media_reason_code"] == "mentions_of_others"
    assert setting.loc["Deal", "media_reason_values"] == "11;15"


def test_the_media_framed_where_all_is_the_narrators() -> None:
    documents = some_documents(1)
    mentions = some_mentions({"Deal": [3, 2]}, documents)
    own = frame_setting(mentions, documents, ["Deal"])
    assert set(own["media_status"]) == {"ok"}
    assert set(own["share"]) == {1.0}
    one_other = mentions.assign(voice=["direct", *mentions["voice"][1:]])
    table = frame_setting(one_other, documents, ["Deal"]).query("measure == 'frame_setting'")
    by_unit = table.set_index(["event", "unit"])["media_status"]
    assert by_unit["a", "pooled"] == by_unit["", "corpus"] == "not_estimable"
    assert by_unit["b", "pooled"] == "ok"


@pytest.mark.parametrize("weight", ["none", "within", "across"])
@pytest.mark.parametrize("target", ["summit", "all"])
@pytest.mark.parametrize("tier", ["core", "core_near"])
def test_shares_add_up_for_every_choice(
    features: Features, tier: str, target: str, weight: str
) -> None:
    selection = Selection(tier, target, weight)  # type: ignore[arg-type]
    profile = polarity_profile(features.mentions, features.documents, FRAMES, selection=selection)
    sums = profile.groupby(["frame", "event", "unit", "doc_id"])["share"].sum(min_count=1).dropna()
    assert sums.tolist() == pytest.approx([1.0] * len(sums))
    ok = profile[profile["status"] == "ok"]
    assert ((ok["low"] <= ok["share"] + 1e-12) & (ok["share"] <= ok["high"] + 1e-12)).all()
    refused = profile[profile["status"] != "ok"]
    assert (refused["n_mentions"] == 0).all()
    assert set(refused["reason_code"]) <= {"no_mention"}
    net = net_assertion(profile)
    assert net["net"].dropna().between(-1, 1).all()
    assert net["n_raw"].tolist() == (
        profile.groupby(["frame", "event", "unit", "doc_id"], sort=False)["n_raw"].sum().tolist()
    )
    assert set(net[["tier", "target", "weight"]].iloc[0]) == {tier, target, weight}
    table = frame_setting(features.mentions, features.documents, FRAMES, selection=selection)
    assert (table["n"] <= table["n_mentions"] + 1e-12).all()


def test_columns_are_the_same_without_mentions(features: Features) -> None:
    none = features.mentions.iloc[:0]
    for measure in (polarity_profile, frame_setting):
        full, empty = (measure(m, features.documents, FRAMES) for m in (features.mentions, none))
        pd.testing.assert_series_equal(full.dtypes, empty.dtypes)
        assert set(empty["status"]) == {"not_estimable"}
    full, empty = (
        net_assertion(polarity_profile(m, features.documents, FRAMES))
        for m in (features.mentions, none)
    )
    pd.testing.assert_series_equal(full.dtypes, empty.dtypes)


def test_splitting_a_document_changes_no_pooled_value(features: Features) -> None:
    documents, mentions = features.documents, features.mentions
    first = documents.iloc[[0]]
    halves = pd.concat([first, first.assign(doc_id="half"), documents.iloc[1:]], ignore_index=True)
    there = (mentions["doc_id"] == first["doc_id"].iloc[0]) & (mentions.index % 2 == 0)
    moved = mentions.assign(doc_id=mentions["doc_id"].mask(there, "half"))
    before = net_assertion(polarity_profile(mentions, documents, FRAMES))
    after = net_assertion(polarity_profile(moved, halves, FRAMES))
    kept = "unit != 'document'"
    pd.testing.assert_frame_equal(
        before.query(kept).reset_index(drop=True), after.query(kept).reset_index(drop=True)
    )
