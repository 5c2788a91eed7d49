"""Polarity, net assertion, whose voice it is, who says what, and how few speakers there are."""

from __future__ import annotations

import pandas as pd
import pytest
from framing_samples import ALASKA, FRAMES, HELSINKI, some_documents, some_mentions

from analysis.measures.frame_voices import (
    count_statements,
    frame_setting,
    frame_speakers,
    net_assertion,
    polarity_profile,
    speaker_concentration,
)
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


# ------------------------------------------------------------------ speakers


def test_speakers_of_the_study(features: Features) -> None:
    """Read from docs/reference/mentions.md."""
    table = frame_speakers(features.mentions, features.documents, FRAMES)
    rows = table[(table["unit"] == "pooled") & (table["n"] > 0)]
    said = {
        (r.frame, r.speaker, r.event, r.polarity): r.n
        for r in rows.query("frame != 'Erfolg'").itertuples()
    }
    assert said == {
        ("Deal", "Hagel", HELSINKI, "negated"): 1,
        ("Deal", "Trump", ALASKA, "negated"): 3,
        ("Deal", "Trump", ALASKA, "open"): 7,
        ("Deal", "narrator", ALASKA, "negated"): 3,
        ("Deal", "narrator", ALASKA, "open"): 1,
        ("Einmischung", "Putin", HELSINKI, "negated"): 6,
        ("Einmischung", "Trump", HELSINKI, "negated"): 1,
        ("Einmischung", "narrator", HELSINKI, "open"): 1,
    }
    success = rows.query("frame == 'Erfolg'").groupby("speaker")["n"].sum().to_dict()
    assert success == {"?": 1, "Putin": 4, "Russland": 1, "Trump": 4, "narrator": 2}


def test_concentration_of_the_study(features: Features) -> None:
    speakers = frame_speakers(features.mentions, features.documents, FRAMES)
    table = speaker_concentration(speakers, FRAMES)
    deal = table.query("frame == 'Deal' and unit == 'corpus'").iloc[0]
    assert deal["herfindahl"] == pytest.approx((10 / 11) ** 2 + (1 / 11) ** 2)
    assert deal["n_effective"] == pytest.approx(1 / deal["herfindahl"])
    assert (deal["top_speaker"], deal["n"], deal["n_narrator"]) == ("Trump", 10, 4)
    success = table.query("frame == 'Erfolg' and unit == 'corpus'").iloc[0]
    assert (success["n_unknown"], success["n_speakers"]) == (1, 3)
    assert success["herfindahl_reason_code"] == "share_needs_interval"
    assert success["herfindahl_reason_values"] == "9;10"
    assert success["low"] < success["share"] < success["high"]


def test_a_frame_that_nobody_is_quoted_with_has_no_concentration(features: Features) -> None:
    speakers = frame_speakers(features.mentions, features.documents, FRAMES)
    row = speaker_concentration(speakers, FRAMES).query(
        f"frame == 'Einmischung' and event == '{ALASKA}'"
    )
    assert row["status"].tolist() == ["not_estimable"]
    assert row["reason_code"].tolist() == ["no_mention"]
    assert row["top_speaker"].tolist() == [""]


def test_ten_speakers_alike_are_ten() -> None:
    documents = some_documents(1)
    mentions = some_mentions({"Deal": [10, 10]}, documents).assign(voice="direct")
    mentions["speaker"] = [f"S{i % 10}" for i in range(20)]
    speakers = frame_speakers(mentions, documents, ["Deal"])
    table = speaker_concentration(speakers, ["Deal"])
    assert table["n_effective"].tolist() == pytest.approx([10.0] * 3)
    one = frame_speakers(mentions.assign(speaker="S"), documents, ["Deal"])
    assert speaker_concentration(one, ["Deal"])["herfindahl"].tolist() == [1.0] * 3


def test_who_repeats_an_answer_makes_one_statement() -> None:
    """Six mentions: one answer three times, one of it in a copy, another about, a stranger."""
    documents = some_documents(2)
    mentions = some_mentions({"Deal": [3, 1, 2, 0]}, documents).assign(
        voice="direct",
        polarity="negated",
        speaker=["Ada", "Ada", "Ada", "Ada", "Ada", ""],
        about=["event", "event", "other", "event", "event", "event"],
    )
    segments = pd.DataFrame(
        {"doc_id": documents["doc_id"], "repeat_across": ["copy", "copy", "", ""]}
    )
    how = {"selection": Selection(about="all")}
    table = count_statements(mentions, documents, segments, ["Deal"], **how)
    negated = table[table["polarity"] == "negated"].set_index(["unit", "event", "doc_id"])
    wanted = {("corpus", "", ""): 4, ("pooled", "a", ""): 2, ("pooled", "b", ""): 2}
    wanted |= {("document", "a", "a000"): 2, ("document", "a", "a001"): 1}
    assert {key: negated["n_statements"].get(key) for key in wanted} == wanted
    assert table.loc[table["polarity"] != "negated", "n_statements"].eq(0).all()


def test_statements_of_the_study_are_fewer_than_its_mentions(features: Features) -> None:
    """Seven denials of interference in one document are six of Putin's and one of Trump's."""
    table = count_statements(features.mentions, features.documents, features.segments, FRAMES)
    row = table.query("frame == 'Einmischung' and polarity == 'negated' and unit == 'corpus'")
    assert row["n_statements"].tolist() == [2]


@pytest.mark.parametrize("tier", ["core", "core_near"])
@pytest.mark.parametrize("weight", ["none", "within", "across"])
def test_intervals_hold_the_shares_for_every_choice(
    features: Features, tier: str, weight: str
) -> None:
    """That the shares add up, `test_frame_table` says of every measure."""
    selection = Selection(tier, "event", weight)  # type: ignore[arg-type]
    profile = polarity_profile(features.mentions, features.documents, FRAMES, selection=selection)
    ok, refused = profile[profile["status"] == "ok"], profile[profile["status"] != "ok"]
    assert ((ok["low"] <= ok["share"] + 1e-12) & (ok["share"] <= ok["high"] + 1e-12)).all()
    assert (refused["n_mentions"] == 0).all()
    assert set(refused["reason_code"]) <= {"no_mention"}
    net = net_assertion(profile)
    assert net["net"].dropna().between(-1, 1).all()
    by = ["frame", "event", "unit", "doc_id"]
    assert net["n_raw"].tolist() == profile.groupby(by, sort=False)["n_raw"].sum().tolist()
    assert set(net[["tier", "about", "weight"]].iloc[0]) == {tier, "event", weight}
