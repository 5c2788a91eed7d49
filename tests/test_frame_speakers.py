"""Who says what, and how few speakers there are."""

from __future__ import annotations

import pandas as pd
import pytest
from framing_samples import ALASKA, FRAMES, HELSINKI, some_documents, some_mentions

from analysis.measures.frame_voices import (
    count_statements,
    frame_speakers,
    speaker_concentration,
)
from analysis.measures.selection import Selection
from analysis.tables.features import Features


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


@pytest.mark.parametrize("weight", ["none", "within"])
def test_speakers_add_up_to_the_frame(features: Features, weight: str) -> None:
    selection = Selection(weight=weight)  # type: ignore[arg-type]
    table = frame_speakers(features.mentions, features.documents, FRAMES, selection=selection)
    sums = table.groupby(["frame", "event", "unit", "doc_id"])
    assert sums["n"].sum().tolist() == pytest.approx(sums["n_mentions"].first().tolist())
    assert sums["share"].sum().tolist() == pytest.approx([1.0] * len(sums))


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


def test_the_order_of_rows_does_not_matter(features: Features) -> None:
    there, back = (
        frame_speakers(features.mentions.iloc[::s], features.documents.iloc[::s], FRAMES)
        for s in (1, -1)
    )
    pd.testing.assert_frame_equal(there, back)


def test_who_repeats_an_answer_makes_one_statement() -> None:
    """Six mentions: one answer three times, one of it in a copy, another target, a stranger."""
    documents = some_documents(2)
    mentions = some_mentions({"Deal": [3, 1, 2, 0]}, documents).assign(
        voice="direct",
        polarity="negated",
        speaker=["Ada", "Ada", "Ada", "Ada", "Ada", ""],
        target=["summit", "summit", "other", "summit", "summit", "summit"],
    )
    segments = pd.DataFrame(
        {"doc_id": documents["doc_id"], "repeat_across": ["copy", "copy", "", ""]}
    )
    how = {"selection": Selection(target="all")}
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
